"""IPAMs and their scopes: regions, states, quotas, deletion."""

from __future__ import annotations

import re

import pytest
from support.aws_ipam import IpamLab
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION


@pytest.mark.seed(89)
def test_an_ipam_comes_with_a_public_and_a_private_scope() -> None:
    lab = IpamLab(Description="ours", TagSpecifications=[_tagged("ipam")])
    assert lab.ipam["State"] == "create-in-progress"
    assert lab.ipam["ScopeCount"] == 2
    assert lab.ipam["IpamArn"] == f"arn:aws:ec2::{ACCOUNT}:ipam/{lab.id}"
    assert lab.ipam["OperatingRegions"] == [{"RegionName": OTHER_REGION}, {"RegionName": REGION}]
    assert lab.ipam["Tags"] == [{"Key": "Name", "Value": "x"}]
    (shown,) = lab.ask("DescribeIpams", IpamIds=[lab.id])["Ipams"]
    assert (shown["State"], shown["Description"]) == ("create-complete", "ours")
    scopes = {each["IpamScopeId"]: each for each in lab.ask("DescribeIpamScopes")["IpamScopes"]}
    assert {each["IpamScopeType"] for each in scopes.values()} == {"public", "private"}
    assert scopes[lab.public]["IpamScopeType"] == "public"
    assert all(each["IsDefault"] and each["State"] == "create-complete" for each in scopes.values())
    assert all(re.fullmatch(r"ipam-scope-[0-9a-f]{17}", each) for each in scopes)


@pytest.mark.seed(89)
def test_a_second_public_scope_cannot_be_made() -> None:
    lab = IpamLab()
    made = lab.ask("CreateIpamScope", IpamId=lab.id, TagSpecifications=[_tagged("ipam-scope")])["IpamScope"]
    assert (made["IpamScopeType"], made["IsDefault"], made["PoolCount"]) == ("private", False, 0)


@pytest.mark.seed(97)
def test_an_ipam_is_managed_in_its_region_only() -> None:
    lab = IpamLab()
    assert lab.ask("DescribeIpams", region=OTHER_REGION)["Ipams"] == []
    assert lab.ask("DescribeIpamScopes", region=OTHER_REGION)["IpamScopes"] == []
    for operation, code, asked in (
        ("DescribeIpams", "InvalidIpamId.NotFound", {"IpamIds": [lab.id]}),
        ("ModifyIpam", "InvalidIpamId.NotFound", {"IpamId": lab.id, "Description": "x"}),
        ("DeleteIpam", "InvalidIpamId.NotFound", {"IpamId": lab.id}),
        ("CreateIpamScope", "InvalidIpamId.NotFound", {"IpamId": lab.id}),
        ("DeleteIpamScope", "InvalidIpamScopeId.NotFound", {"IpamScopeId": lab.private}),
        (
            "CreateIpamPool",
            "InvalidIpamScopeId.NotFound",
            {"IpamScopeId": lab.private, "AddressFamily": "ipv4"},
        ),
    ):
        assert lab.refusal(operation, region=OTHER_REGION, **asked).code == code
        assert lab.refusal(operation, account=OTHER_ACCOUNT, **asked).code == code


def test_an_account_has_one_ipam_in_a_region_and_five_scopes_in_it() -> None:
    lab = IpamLab()
    assert lab.refusal("CreateIpam").code == "IpamLimitExceeded"
    assert lab.ask("CreateIpam", region=OTHER_REGION)["Ipam"]["IpamRegion"] == OTHER_REGION
    for _ in range(3):
        lab.ask("CreateIpamScope", IpamId=lab.id)
    assert lab.refusal("CreateIpamScope", IpamId=lab.id).code == "IpamScopeLimitExceeded"


def test_nothing_is_changed_while_a_change_is_under_way() -> None:
    lab = IpamLab()
    lab.ask("ModifyIpam", IpamId=lab.id, Description="new")
    for operation, asked in (
        ("ModifyIpam", {"Description": "x"}),
        ("DeleteIpam", {}),
        ("CreateIpamScope", {}),
    ):
        error = lab.refusal(operation, IpamId=lab.id, **asked)
        assert error.code == "IncorrectState"
        assert "modify-in-progress" in error.message
    lab.settle()
    (shown,) = lab.ask("DescribeIpams")["Ipams"]
    assert (shown["State"], shown["Description"]) == ("modify-complete", "new")


def test_operating_regions_come_and_go() -> None:
    lab = IpamLab()
    added = lab.ask("ModifyIpam", IpamId=lab.id, AddOperatingRegions=[{"RegionName": "us-west-2"}])["Ipam"]
    assert {"RegionName": "us-west-2"} in added["OperatingRegions"]
    lab.settle()
    lab.pool(Locale="us-west-2")
    gone = {"RemoveOperatingRegions": [{"RegionName": "us-west-2"}]}
    assert lab.refusal("ModifyIpam", IpamId=lab.id, **gone).code == "DependencyViolation"
    for names, text in (
        (("Add", "mars-north"), "no region"),
        (("Add", "us-gov-west-1"), "no region"),
        (("Remove", REGION), "stays an operating region"),
        (("Remove", "ap-south-1"), "no operating region"),
    ):
        member = {f"{names[0]}OperatingRegions": [{"RegionName": names[1]}]}
        error = lab.refusal("ModifyIpam", IpamId=lab.id, **member)
        assert error.code == "InvalidParameterValue"
        assert text in error.message
    assert lab.refusal("ModifyIpam", IpamId=lab.id).code == "InvalidParameterCombination"


def test_a_default_scope_stays_and_another_one_goes_when_it_is_empty() -> None:
    lab = IpamLab()
    assert "default scope" in lab.refusal("DeleteIpamScope", IpamScopeId=lab.private).message
    scope = lab.ask("CreateIpamScope", IpamId=lab.id)["IpamScope"]["IpamScopeId"]
    lab.settle()
    assert lab.refusal("ModifyIpamScope", IpamScopeId=scope).code == "InvalidParameterCombination"
    modified = lab.ask("ModifyIpamScope", IpamScopeId=scope, Description="lab")["IpamScope"]
    assert (modified["State"], modified["Description"]) == ("modify-in-progress", "lab")
    lab.settle()
    pool = lab.pool(scope)
    assert lab.refusal("DeleteIpamScope", IpamScopeId=scope).code == "DependencyViolation"
    assert lab.refusal("DeleteIpam", IpamId=lab.id).code == "DependencyViolation"
    lab.ask("DeleteIpamPool", IpamPoolId=pool)
    lab.settle()
    assert "beside its default scopes" in lab.refusal("DeleteIpam", IpamId=lab.id).message
    assert lab.ask("DeleteIpamScope", IpamScopeId=scope)["IpamScope"]["State"] == "delete-in-progress"
    lab.settle()
    assert lab.ask("DeleteIpam", IpamId=lab.id)["Ipam"]["State"] == "delete-in-progress"
    lab.settle()
    assert lab.ask("DescribeIpams")["Ipams"] == []
    assert lab.ask("DescribeIpamScopes")["IpamScopes"] == []
    assert lab.aws.next_due() is None


def test_a_cascade_takes_all_that_is_private_along_and_nothing_public() -> None:
    lab = IpamLab()
    pool = lab.pool(Locale=REGION)
    lab.provision(pool, Cidr="10.0.0.0/16")
    lab.allocate(pool, NetmaskLength=24)
    public = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=True)
    refused = lab.refusal("DeleteIpam", IpamId=lab.id, Cascade=True)
    assert refused.code == "DependencyViolation"
    assert public in refused.message
    assert lab.allocations(pool), "a refusal changes nothing"
    lab.ask("DeleteIpamPool", IpamPoolId=public)
    lab.settle()
    lab.ask("DeleteIpam", IpamId=lab.id, Cascade=True)
    lab.settle()
    tables = lab.aws.ipam.tables
    for table in (tables.managers, tables.scopes, tables.pools, tables.cidrs, tables.allocations):
        assert len(table) == 0


def test_the_same_request_sent_twice_makes_one_ipam() -> None:
    lab = IpamLab()
    once = lab.ask("CreateIpam", region=OTHER_REGION, ClientToken="a", Description="x")["Ipam"]["IpamId"]
    twice = lab.ask("CreateIpam", region=OTHER_REGION, ClientToken="a", Description="x")["Ipam"]["IpamId"]
    assert once == twice
    refused = lab.refusal("CreateIpam", region=OTHER_REGION, ClientToken="a", Description="y")
    assert refused.code == "IdempotentParameterMismatch"


def _tagged(resource_type: str) -> dict[str, object]:
    return {"ResourceType": resource_type, "Tags": [{"Key": "Name", "Value": "x"}]}
