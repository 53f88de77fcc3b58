"""STS: who calls, and whose a key is."""

from __future__ import annotations

import pytest
from support.aws_wire import SmallAws
from support.aws_world import ACCOUNT, GOV_REGION, REGION

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import OPERATIONS


def _ask(name: str, region: str = REGION, **asked: str) -> dict[str, str]:
    import lab.clouds.aws.operations  # noqa: F401

    return OPERATIONS["sts", name](SmallAws(), Caller(ACCOUNT, region), asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(("region", "partition"), [(REGION, "aws"), (GOV_REGION, "aws-us-gov")])
def test_the_caller_is_the_root_of_the_account_in_its_partition(region: str, partition: str) -> None:
    assert _ask("GetCallerIdentity", region) == {
        "Account": ACCOUNT,
        "UserId": ACCOUNT,
        "Arn": f"arn:{partition}:iam::{ACCOUNT}:root",
    }


def test_a_key_belongs_to_its_account_and_an_unknown_one_to_nobody() -> None:
    import lab.clouds.aws.operations  # noqa: F401

    aws = SmallAws()
    info = OPERATIONS["sts", "GetAccessKeyInfo"]
    for account in aws.accounts.all():
        asked = {"AccessKeyId": account.access_key}
        assert info(aws, Caller(ACCOUNT, REGION), asked) == {"Account": account.id}  # type: ignore[arg-type]
    with pytest.raises(AwsError, match="InvalidClientTokenId"):
        _ask("GetAccessKeyInfo", AccessKeyId="AKIAAAAAAAAAAAAAAAAA")
