"""What people choose for single CIDRs: ignored, or seen in another scope."""

from __future__ import annotations

from typing import Any

import pytest
from support.aws_monitoring import MonitoringLab
from support.aws_world import REGION

from lab.clouds.aws.monitoring.auto_import import INTERVAL


def _chosen(lab: MonitoringLab, vpc_id: str, cidr: str, scope: str, **asked: Any) -> dict[str, Any]:
    resource = {"ResourceId": vpc_id, "ResourceCidr": cidr, "ResourceRegion": REGION}
    answer = lab.ec2()("ModifyIpamResourceCidr", **resource, CurrentIpamScopeId=scope, **asked)
    found: dict[str, Any] = answer["IpamResourceCidr"]
    return found


def test_what_was_moved_to_a_scope_that_is_deleted_is_seen_where_it_was() -> None:
    lab = MonitoringLab()
    vpc_id = lab.vpc("10.9.0.0/16")
    other = lab.ask("CreateIpamScope", IpamId=lab.id)["IpamScope"]["IpamScopeId"]
    lab.settle()
    _chosen(lab, vpc_id, "10.9.0.0/16", lab.private, DestinationIpamScopeId=other, Monitored=True)
    lab.ask("DeleteIpamScope", IpamScopeId=other)
    lab.settle()
    assert [each["ResourceId"] for each in lab.seen()] == [vpc_id]
    pool_id = lab.pool(Locale=REGION, AutoImport=True)
    lab.provision(pool_id, Cidr="10.0.0.0/8")
    lab.settle(INTERVAL)
    assert [each["ResourceId"] for each in lab.allocations(pool_id)] == [vpc_id]


@pytest.mark.parametrize("monitored", [False, True])
def test_public_space_cannot_be_ignored_and_so_never_has_two_owners(monitored: bool) -> None:
    lab = MonitoringLab()
    regional = lab.regional(lab.top(), "2605:9cc0:1ff0::/48", AllocationDefaultNetmaskLength=56)
    vpc_id = lab.vpc("10.0.0.0/16", Ipv6IpamPoolId=regional)
    asked = {
        "ResourceId": vpc_id,
        "ResourceCidr": "2605:9cc0:1ff0::/56",
        "ResourceRegion": REGION,
        "CurrentIpamScopeId": lab.public,
    }
    if monitored:
        lab.ec2()("ModifyIpamResourceCidr", **asked, Monitored=True)
    else:
        refusal = lab.ec2().refused("ModifyIpamResourceCidr", **asked, Monitored=False)
        assert refusal.code == "InvalidParameterValue"
        assert f"is in the public scope {lab.public}" in refusal.message
    lab.vpc("10.1.0.0/16", Ipv6IpamPoolId=regional)
    blocks = [
        vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"] for vpc in lab.ec2()("DescribeVpcs")["Vpcs"]
    ]
    assert blocks == ["2605:9cc0:1ff0::/56", "2605:9cc0:1ff0:100::/56"]


def test_the_addresses_of_a_public_ipv4_pool_cannot_be_given_to_another_one() -> None:
    lab = MonitoringLab()
    source = lab.pool(lab.public, Locale=REGION, AwsService="ec2")
    lab.bring(source, "203.0.113.0/24")
    ec2 = lab.ec2()
    one, other = (ec2("CreatePublicIpv4Pool")["PoolId"] for _ in range(2))
    wanted = {"IpamPoolId": source, "NetmaskLength": 24}
    ec2("ProvisionPublicIpv4PoolCidr", PoolId=one, **wanted)
    refusal = ec2.refused(
        "ModifyIpamResourceCidr",
        ResourceId=one,
        ResourceCidr="203.0.113.0/24",
        ResourceRegion=REGION,
        CurrentIpamScopeId=lab.public,
        Monitored=False,
    )
    assert refusal.code == "InvalidParameterValue"
    assert ec2.refused("ProvisionPublicIpv4PoolCidr", PoolId=other, **wanted).message.endswith(
        "too big for the pool."
    )
