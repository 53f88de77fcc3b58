"""Pools: what they may be like, what the API says of them, and how they go."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.aws_ipam import TOP, IpamLab
from support.aws_world import ACCOUNT, OTHER_REGION, REGION


@pytest.mark.seed(89, 91, 92, 93)
def test_the_first_command_of_the_document_gets_the_documents_answer() -> None:
    lab = IpamLab()
    asked = {"IpamScopeId": lab.public, "AddressFamily": "ipv6", "PubliclyAdvertisable": True}
    pool = lab.ask("CreateIpamPool", **asked)["IpamPool"]
    pool_id = pool["IpamPoolId"]
    assert {name: value for name, value in pool.items() if value is not None} == {
        "OwnerId": ACCOUNT,
        "IpamPoolId": pool_id,
        "IpamPoolArn": f"arn:aws:ec2::{ACCOUNT}:ipam-pool/{pool_id}",
        "IpamScopeArn": f"arn:aws:ec2::{ACCOUNT}:ipam-scope/{lab.public}",
        "IpamScopeType": "public",
        "IpamArn": f"arn:aws:ec2::{ACCOUNT}:ipam/{lab.id}",
        "IpamRegion": "us-east-1",
        "Locale": "None",
        "PoolDepth": 1,
        "State": "create-in-progress",
        "AutoImport": False,
        "PubliclyAdvertisable": True,
        "AddressFamily": "ipv6",
        "Tags": [],
    }
    assert re.fullmatch(r"ipam-pool-[0-9a-f]{17}", pool_id)
    lab.settle()
    (shown,) = lab.ask("DescribeIpamPools", IpamPoolIds=[pool_id])["IpamPools"]
    assert shown == {**pool, "State": "create-complete"}


ONLY = "can only contain PubliclyAdvertisable if the AddressFamily is IPv6 and PublicIpSource is byoip."


@pytest.mark.seed(91)
@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("must contain PubliclyAdvertisable", {"AddressFamily": "ipv6"}),
        (ONLY, {"AddressFamily": "ipv4", "PubliclyAdvertisable": True}),
        (ONLY, {"AddressFamily": "ipv6", "PubliclyAdvertisable": False, "PublicIpSource": "amazon"}),
    ],
)
def test_a_public_pool_says_whether_it_is_advertised_where_that_is_a_question(
    text: str, asked: dict[str, Any]
) -> None:
    lab = IpamLab()
    error = lab.refusal("CreateIpamPool", IpamScopeId=lab.public, **asked)
    assert error.code == "InvalidParameterCombination"
    assert text in error.message


@pytest.mark.parametrize(
    "asked", [{"PublicIpSource": "byoip"}, {"AwsService": "ec2"}, {"PubliclyAdvertisable": True}]
)
def test_what_is_about_public_space_is_refused_in_a_private_scope(asked: dict[str, Any]) -> None:
    lab = IpamLab()
    error = lab.refusal("CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv6", **asked)
    assert error.code == "InvalidParameterCombination"


@pytest.mark.seed(96, 97)
def test_a_locale_is_an_operating_region_and_that_of_the_source() -> None:
    lab = IpamLab()
    top = lab.pool()
    regional = lab.pool(SourceIpamPoolId=top, Locale=OTHER_REGION)
    below = lab.pool(SourceIpamPoolId=regional)
    shown = lab.ask("DescribeIpamPools", IpamPoolIds=[regional, below])["IpamPools"]
    assert [each["Locale"] for each in shown] == [OTHER_REGION, OTHER_REGION]
    for asked, text in (
        ({"Locale": "us-west-2"}, f"Expected one of {OTHER_REGION}, {REGION}"),
        ({"Locale": REGION, "SourceIpamPoolId": regional}, f"is not that of the source pool {regional}"),
    ):
        error = lab.refusal("CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv4", **asked)
        assert error.code == "InvalidParameterValue"
        assert text in error.message


@pytest.mark.seed(97)
def test_a_pool_is_seen_from_its_locale_but_changed_in_its_ipams_region() -> None:
    lab = IpamLab()
    there, here = lab.pool(Locale=OTHER_REGION), lab.pool(Locale=REGION)
    seen = [each["IpamPoolId"] for each in lab.ask("DescribeIpamPools", region=OTHER_REGION)["IpamPools"]]
    assert seen == [there]
    assert len(lab.ask("DescribeIpamPools")["IpamPools"]) == 2
    for pool, operation, text in (
        (there, "ModifyIpamPool", f"The pool {there} is not in the current region {OTHER_REGION}."),
        (here, "GetIpamPoolCidrs", f"The pool {here} is not in the current region {OTHER_REGION}."),
    ):
        error = lab.refusal(operation, region=OTHER_REGION, IpamPoolId=pool)
        assert error.code == "InvalidParameterValue"
        assert error.message.startswith(text)
        assert REGION in error.message


@pytest.mark.seed(99)
def test_a_pool_with_a_service_is_no_source() -> None:
    lab = IpamLab()
    plain = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=True, Locale=REGION)
    assert lab.pool(lab.public, AddressFamily="ipv6", SourceIpamPoolId=plain)
    serving = lab.pool(lab.public, AddressFamily="ipv6", SourceIpamPoolId=plain, AwsService="ec2")
    error = lab.refusal(
        "CreateIpamPool", IpamScopeId=lab.public, AddressFamily="ipv6", SourceIpamPoolId=serving
    )
    assert error.code == "InvalidParameterValue"
    assert f"{serving} has the service ec2" in error.message


@pytest.mark.seed(106)
def test_pools_inherit_whether_they_are_advertisable() -> None:
    lab = IpamLab()
    for advertisable in (True, False):
        top = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=advertisable)
        asked = {"IpamScopeId": lab.public, "AddressFamily": "ipv6", "SourceIpamPoolId": top}
        below = lab.ask("CreateIpamPool", **asked)["IpamPool"]
        assert below["PubliclyAdvertisable"] is advertisable
        error = lab.refusal("CreateIpamPool", **asked, PubliclyAdvertisable=not advertisable)
        assert error.code == "InvalidParameterValue"
        assert "passes on" in error.message


@pytest.mark.seed(81)
def test_pools_are_ten_levels_deep() -> None:
    lab = IpamLab()
    pool = lab.pool()
    for depth in range(2, 11):
        pool = lab.pool(SourceIpamPoolId=pool)
        (shown,) = lab.ask("DescribeIpamPools", IpamPoolIds=[pool])["IpamPools"]
        assert shown["PoolDepth"] == depth
    asked = {"IpamScopeId": lab.private, "AddressFamily": "ipv4", "SourceIpamPoolId": pool}
    assert lab.refusal("CreateIpamPool", **asked).code == "IpamPoolDepthLimitExceeded"


def test_a_source_is_of_the_same_scope_and_family() -> None:
    lab = IpamLab()
    private = lab.pool()
    for asked in (
        {"IpamScopeId": lab.private, "AddressFamily": "ipv6"},
        {"IpamScopeId": lab.public, "AddressFamily": "ipv4"},
    ):
        error = lab.refusal("CreateIpamPool", SourceIpamPoolId=private, **asked)
        assert error.code == "InvalidParameterCombination"
    unknown = lab.refusal(
        "CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv4", SourceIpamPoolId="ipam-pool-0"
    )
    assert unknown.code == "InvalidIpamPoolId.NotFound"
    assert unknown.message == "The ipam-pool ID 'ipam-pool-0' does not exist"


@pytest.mark.seed(100)
def test_netmask_rules_may_be_equal_but_not_crossed() -> None:
    lab = IpamLab()
    names = ("AllocationMinNetmaskLength", "AllocationDefaultNetmaskLength", "AllocationMaxNetmaskLength")
    pool = lab.pool(AddressFamily="ipv6", **dict.fromkeys(names, 56))
    (shown,) = lab.ask("DescribeIpamPools", IpamPoolIds=[pool])["IpamPools"]
    assert [shown[name] for name in names] == [56, 56, 56]
    for low, high in (names[:2], names[1:], (names[0], names[2])):
        error = lab.refusal(
            "CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv6", **{low: 57, high: 56}
        )
        assert error.code == "InvalidParameterValue"
        assert low in error.message
        assert high in error.message
    error = lab.refusal("CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv4", **{names[0]: 33})
    assert "0 to 32" in error.message


@pytest.mark.seed(102)
def test_a_pool_is_modified_in_all_that_can_be_modified() -> None:
    lab = IpamLab()
    pool = lab.pool(
        AllocationDefaultNetmaskLength=24, AllocationResourceTags=[{"Key": "Region", "Value": "x"}]
    )
    refused = lab.refusal("ModifyIpamPool", IpamPoolId=pool)
    assert refused.code == "InvalidParameterCombination"
    assert refused.message == "The request must contain a modification to the ipam pool"
    modified = lab.ask(
        "ModifyIpamPool",
        IpamPoolId=pool,
        Description="d",
        AutoImport=True,
        AllocationMinNetmaskLength=20,
        AllocationMaxNetmaskLength=28,
        ClearAllocationDefaultNetmaskLength=True,
        AddAllocationResourceTags=[{"Key": "BU", "Value": "y"}],
        RemoveAllocationResourceTags=[{"Key": "Region", "Value": "x"}],
    )["IpamPool"]
    assert modified["State"] == "modify-in-progress"
    assert (modified["Description"], modified["AutoImport"]) == ("d", True)
    assert (modified["AllocationMinNetmaskLength"], modified["AllocationMaxNetmaskLength"]) == (20, 28)
    assert modified["AllocationDefaultNetmaskLength"] is None
    assert modified["AllocationResourceTags"] == [{"Key": "BU", "Value": "y"}]


def test_a_pool_goes_when_nothing_is_in_it() -> None:
    lab = IpamLab()
    top = lab.pool()
    below = lab.pool(SourceIpamPoolId=top)
    lab.provision(top, Cidr="10.0.0.0/8")
    refused = lab.refusal("DeleteIpamPool", IpamPoolId=top)
    assert refused.code == "DependencyViolation"
    assert refused.message == (
        f"The specified action is not valid for {top}. "
        "There are one or more pool cidrs provisioned in the pool."
    )
    lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=top, Cidr="10.0.0.0/8")
    assert lab.refusal("DeleteIpamPool", IpamPoolId=top).code == "DependencyViolation"
    lab.settle()
    assert below in lab.refusal("DeleteIpamPool", IpamPoolId=top).message
    lab.ask("DeleteIpamPool", IpamPoolId=below)
    lab.settle()
    assert lab.ask("DeleteIpamPool", IpamPoolId=top)["IpamPool"]["State"] == "delete-in-progress"
    assert lab.refusal("ProvisionIpamPoolCidr", IpamPoolId=top, Cidr="10.0.0.0/8").code == "IncorrectState"
    lab.settle()
    assert lab.refusal("DeleteIpamPool", IpamPoolId=top).code == "InvalidIpamPoolId.NotFound"


def test_a_cascade_takes_pools_below_along_but_not_in_the_public_scope() -> None:
    lab = IpamLab()
    top = lab.pool()
    below = lab.pool(SourceIpamPoolId=top, Locale=REGION)
    lab.provision(top, Cidr="10.0.0.0/8")
    lab.provision(below, NetmaskLength=16)
    lab.allocate(below, NetmaskLength=24)
    lab.ask("DeleteIpamPool", IpamPoolId=below, Cascade=True)
    assert lab.allocations(top) == [], "the space of the pool below is free again"
    lab.settle()
    lab.ask("DeleteIpamPool", IpamPoolId=top, Cascade=True)
    lab.settle()
    assert lab.ask("DescribeIpamPools")["IpamPools"] == []
    public = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=True)
    refused = lab.refusal("DeleteIpamPool", IpamPoolId=public, Cascade=True)
    assert refused.code == "InvalidParameterCombination"


def test_pools_are_filtered_by_their_members_and_tags() -> None:
    lab = IpamLab()
    tags = [{"ResourceType": "ipam-pool", "Tags": [{"Key": "Name", "Value": "US-EAST-1-POOL"}]}]
    named = lab.pool(Locale=REGION, TagSpecifications=tags, AutoImport=True)
    lab.pool(Description="the other")
    for name, value in (
        ("tag:Name", "US-*"), ("locale", REGION), ("auto-import", "true"), ("ipam-pool-id", named),
    ):  # fmt: skip
        filters = [{"Name": name, "Values": [value]}, {"Name": "ipam-scope-id", "Values": [lab.private]}]
        (shown,) = lab.ask("DescribeIpamPools", Filters=filters)["IpamPools"]
        assert shown["IpamPoolId"] == named
    filters = [{"Name": "colour", "Values": ["red"]}]
    assert lab.refusal("DescribeIpamPools", Filters=filters).code == "InvalidParameterValue"


def test_a_scope_has_fifty_pools() -> None:
    lab = IpamLab()
    for _ in range(50):
        lab.ask("CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv4")
    error = lab.refusal("CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv4")
    assert error.code == "IpamPoolLimitExceeded"
    assert lab.pool(lab.public)


def test_pools_of_other_kinds_than_the_labs_are_refused_by_name() -> None:
    lab = IpamLab()
    planning = {"ResourceId": "vpc-0", "ResourceType": "vpc"}
    error = lab.refusal(
        "CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv4", SourceResource=planning
    )
    assert error.code == "UnsupportedOperation"
    authority = {"Type": "infoblox"}
    error = lab.refusal("CreateIpamScope", IpamId=lab.id, ExternalAuthorityConfiguration=authority)
    assert error.code == "UnsupportedOperation"


@pytest.mark.seed(98)
def test_the_documents_regional_pool_has_its_name_cidr_and_settings() -> None:
    lab = IpamLab()
    tags = [{"ResourceType": "ipam-pool", "Tags": [{"Key": "Name", "Value": "US-EAST-1-POOL"}]}]
    pool = lab.regional(lab.top(TOP), "2605:9cc0:1ff0::/48", TagSpecifications=tags)
    (shown,) = lab.ask("DescribeIpamPools", IpamPoolIds=[pool])["IpamPools"]
    assert shown["Tags"] == [{"Key": "Name", "Value": "US-EAST-1-POOL"}]
    assert (shown["Locale"], shown["AwsService"], shown["PoolDepth"]) == ("us-east-1", "ec2", 2)
    assert lab.states(pool) == {"2605:9cc0:1ff0::/48": "provisioned"}
