"""What RAM shares, and what it does not."""

from __future__ import annotations

import pytest
from support.aws_sharing import OWNER, POOL, ram_with
from support.aws_world import ACCOUNT, REGION

from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ram.resource_types import type_of


@pytest.mark.seed(12)
@pytest.mark.parametrize("kind", ["ipv4pool-ec2", "ipv6pool-ec2"])
def test_a_plain_byoip_pool_cannot_be_shared(kind: str) -> None:
    name = f"{kind}-08c6fe6fbd7bb7105"
    with pytest.raises(AwsError) as refusal:
        ram_with().sharing.create(OWNER, "x", resources=[f"arn:aws:ec2:{REGION}:{ACCOUNT}:{kind}/{name}"])
    assert refusal.value.code == "InvalidParameterException"
    assert name in refusal.value.message
    assert "IPAM pool" in refusal.value.message


@pytest.mark.seed(12, 110)
def test_an_ipam_pool_can_be_shared() -> None:
    assert type_of(POOL).name == "ec2:IpamPool"
    share = ram_with().sharing.create(OWNER, "x", resources=[POOL])
    assert share.name == "x"


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("ipam-pool-08c6fe6fbd7bb7105", "MalformedArnException"),
        (f"arn:aws:ec2::{ACCOUNT}:ipam-pool", "MalformedArnException"),
        (f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-0", "InvalidParameterException"),
        (f"arn:aws:s3:::{ACCOUNT}/x", "MalformedArnException"),
    ],
)
def test_other_resources_are_refused_with_what_is_expected(arn: str, code: str) -> None:
    with pytest.raises(AwsError, match=r"ipam-pool|IpamPool") as refusal:
        type_of(arn)
    assert refusal.value.code == code
