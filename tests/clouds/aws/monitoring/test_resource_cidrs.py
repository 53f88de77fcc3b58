"""What an IPAM sees of VPCs, subnets, Elastic IPs and pools."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.aws_monitoring import MonitoringLab, tag_list
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION, pass_time
from support.examples import examples

from lab.bgp.prefix import Prefix

UNMANAGED = ("unmanaged", "unmanaged", "nonoverlapping")
COMPLIANT = ("managed", "compliant", "nonoverlapping")


def _pool(lab: MonitoringLab, cidr: str = "10.0.0.0/8", **asked: object) -> str:
    pool_id = lab.pool(**{"Locale": REGION, **asked})
    assert lab.provision(pool_id, Cidr=cidr)["State"] == "provisioned"
    return pool_id


@pytest.mark.seed(103)
def test_a_vpc_from_a_pool_is_managed_and_compliant_and_another_one_unmanaged() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    managed = lab.vpc(Ipv4IpamPoolId=pool_id, Ipv4NetmaskLength=20)
    unmanaged = lab.vpc("192.168.0.0/16")
    assert lab.status(managed) == COMPLIANT
    assert lab.status(unmanaged) == UNMANAGED
    (shown,) = lab.seen(IpamPoolId=pool_id)
    assert (shown["ResourceId"], shown["IpamId"], shown["IpamPoolId"]) == (managed, lab.id, pool_id)
    assert (shown["ResourceType"], shown["ResourceRegion"]) == ("vpc", REGION)
    assert shown["ResourceOwnerId"] == ACCOUNT


@pytest.mark.seed(103, 104)
def test_a_vpc_whose_tags_change_becomes_noncompliant_and_compliant_again() -> None:
    lab = MonitoringLab()
    tags = {"Environment": "prod", "BU": "retail"}
    pool_id = _pool(lab, AllocationResourceTags=tag_list(tags))
    vpc_id = lab.vpc(Ipv4IpamPoolId=pool_id, Ipv4NetmaskLength=20, tags=tags)
    assert lab.status(vpc_id) == COMPLIANT
    lab.ec2()("DeleteTags", Resources=[vpc_id], Tags=[{"Key": "BU"}])
    assert lab.status(vpc_id) == ("managed", "noncompliant", "nonoverlapping")
    lab.ec2()("CreateTags", Resources=[vpc_id], Tags=tag_list(tags))
    assert lab.status(vpc_id) == COMPLIANT


@pytest.mark.seed(103)
def test_a_vpc_becomes_noncompliant_when_the_netmask_rules_change() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    vpc_id = lab.vpc(Ipv4IpamPoolId=pool_id, Ipv4NetmaskLength=20)
    lab.ec2()("ModifyIpamPool", IpamPoolId=pool_id, AllocationMinNetmaskLength=24)
    assert lab.status(vpc_id) == ("managed", "noncompliant", "nonoverlapping")


def test_vpcs_that_share_addresses_overlap_within_a_scope_only() -> None:
    lab = MonitoringLab()
    first, second = lab.vpc("10.0.0.0/16"), lab.vpc("10.0.128.0/17")
    apart = lab.vpc("10.1.0.0/16")
    assert lab.status(first)[2] == lab.status(second)[2] == "overlapping"
    assert lab.status(apart)[2] == "nonoverlapping"
    asked = {"ResourceId": second, "ResourceCidr": "10.0.128.0/17", "ResourceRegion": REGION}
    other = lab.ec2()("CreateIpamScope", IpamId=lab.id)["IpamScope"]["IpamScopeId"]
    moved = lab.ec2()(
        "ModifyIpamResourceCidr",
        **asked,
        CurrentIpamScopeId=lab.private,
        DestinationIpamScopeId=other,
        Monitored=True,
    )
    assert moved["IpamResourceCidr"]["IpamScopeId"] == other
    assert lab.status(first)[2] == lab.status(second, other)[2] == "nonoverlapping"
    refusal = lab.ec2().refused(
        "ModifyIpamResourceCidr",
        **asked,
        CurrentIpamScopeId=other,
        DestinationIpamScopeId=lab.public,
        Monitored=True,
    )
    assert refusal.code == "InvalidParameterValue"
    assert lab.public in refusal.message


def test_a_manual_allocation_overlaps_a_vpc() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    vpc_id = lab.vpc("10.1.0.0/16")
    assert lab.status(vpc_id) == UNMANAGED
    lab.allocate(pool_id, Cidr="10.1.2.0/24")
    assert lab.status(vpc_id) == ("unmanaged", "unmanaged", "overlapping")


def test_what_is_ignored_returns_to_its_pool_and_is_not_judged() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    vpc_id = lab.vpc(Ipv4IpamPoolId=pool_id, Ipv4NetmaskLength=20)
    asked = {
        "ResourceId": vpc_id,
        "ResourceCidr": "10.0.0.0/20",
        "ResourceRegion": REGION,
        "CurrentIpamScopeId": lab.private,
    }
    shown = lab.ec2()("ModifyIpamResourceCidr", **asked, Monitored=False)["IpamResourceCidr"]
    assert shown["ManagementState"] == "ignored"
    assert lab.status(vpc_id) == ("ignored", "ignored", "ignored")
    assert lab.allocations(pool_id) == []
    second = lab.vpc("10.0.0.0/20")
    assert lab.status(second) == UNMANAGED
    lab.ec2()("ModifyIpamResourceCidr", **asked, Monitored=True)
    assert lab.status(vpc_id) == ("unmanaged", "unmanaged", "overlapping")
    lab.ec2()("DeleteVpc", VpcId=vpc_id)


def test_a_cidr_that_is_not_in_the_scope_cannot_be_changed() -> None:
    lab = MonitoringLab()
    vpc_id = lab.vpc("10.0.0.0/16")
    asked = {"ResourceId": vpc_id, "ResourceCidr": "10.0.0.0/16", "Monitored": False}
    for region, scope in ((OTHER_REGION, lab.private), (REGION, lab.public)):
        refusal = lab.ec2().refused(
            "ModifyIpamResourceCidr", **asked, ResourceRegion=region, CurrentIpamScopeId=scope
        )
        assert refusal.code == "InvalidParameterValue"
        assert vpc_id in refusal.message
    unknown = lab.ec2(OTHER_ACCOUNT).refused("GetIpamResourceCidrs", IpamScopeId=lab.private)
    assert unknown.code == "InvalidIpamScopeId.NotFound"


def test_subnets_are_seen_with_their_zone_and_how_much_of_them_is_used() -> None:
    lab = MonitoringLab()
    vpc_id = lab.vpc("10.0.0.0/16")
    subnet = lab.ec2()("CreateSubnet", VpcId=vpc_id, CidrBlock="10.0.0.0/18")["Subnet"]
    (vpc,) = lab.seen(ResourceType="vpc")
    assert vpc["IpUsage"] == 0.25
    (shown,) = lab.seen(ResourceType="subnet")
    assert (shown["ResourceId"], shown["VpcId"]) == (subnet["SubnetId"], vpc_id)
    assert shown["AvailabilityZoneId"] == subnet["AvailabilityZoneId"]
    assert shown["IpUsage"] == 0
    assert "ManagementState" not in shown
    lab.ec2()("CreateNetworkInterface", SubnetId=subnet["SubnetId"])
    (shown,) = lab.seen(ResourceType="subnet")
    assert shown["IpUsage"] == 1 / 2**14


@pytest.mark.seed(82)
def test_byoip_ranges_and_their_elastic_ips_are_seen_in_the_public_scope() -> None:
    lab = MonitoringLab()
    context = lab.prepare("198.51.100.0/24")
    lab.ec2()("ProvisionByoipCidr", Cidr="198.51.100.0/24", CidrAuthorizationContext=context)
    pass_time(lab.aws, 3600)
    (pool,) = lab.ec2()("DescribePublicIpv4Pools")["PublicIpv4Pools"]
    address = lab.ec2()("AllocateAddress", PublicIpv4Pool=pool["PoolId"])["PublicIp"]
    seen = {each["ResourceType"]: each for each in lab.seen(lab.public)}
    assert seen.keys() == {"public-ipv4-pool", "eip"}
    assert seen["eip"]["ResourceCidr"] == f"{address}/32"
    assert seen["public-ipv4-pool"]["ResourceId"] == pool["PoolId"]
    assert seen["public-ipv4-pool"]["IpUsage"] == 1 / 256
    assert lab.seen() == []


def test_resources_are_chosen_by_filter_tag_and_owner() -> None:
    lab = MonitoringLab()
    tagged = lab.vpc("10.0.0.0/16", tags={"Name": "one"})
    lab.vpc("10.1.0.0/16")

    def ids(**asked: object) -> list[str]:
        return [each["ResourceId"] for each in lab.seen(**asked)]

    assert ids(ResourceTag={"Key": "Name"}) == [tagged]
    assert ids(ResourceTag={"Key": "Name", "Value": "two"}) == []
    assert ids(ResourceOwner=OTHER_ACCOUNT) == []
    assert ids(Filters=[{"Name": "resource-cidr", "Values": ["10.0.*"]}]) == [tagged]
    assert len(ids(Filters=[{"Name": "management-state", "Values": ["unmanaged"]}])) == 2
    assert ids(Filters=[{"Name": "compliance-status", "Values": ["noncompliant"]}]) == []
    assert lab.seen(ResourceId=tagged)[0]["ResourceName"] == "one"


@given(st.lists(st.integers(0, 6), max_size=4))
@hypothesis_settings(max_examples=examples(15))
def test_every_block_of_every_vpc_is_seen_once(places: list[int]) -> None:
    lab = MonitoringLab()
    blocks = [Prefix(4, 0x0A000000 + (place << 15), 17).supernet(17 - place % 2) for place in places]
    vpcs = sorted((lab.vpc(str(block)), str(block)) for block in blocks)
    seen = lab.seen()
    assert sorted((each["ResourceId"], each["ResourceCidr"]) for each in seen) == vpcs
    for each in seen:
        others = [block for vpc_id, block in vpcs if vpc_id != each["ResourceId"]]
        mine = Prefix.parse(each["ResourceCidr"])
        shared = any(mine.covers(other) or other.covers(mine) for other in map(Prefix.parse, others))
        assert each["OverlapStatus"] == ("overlapping" if shared else "nonoverlapping")
