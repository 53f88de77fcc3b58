"""CIDRs of pools: parts handed down, announced, and given back."""

from __future__ import annotations

from typing import Any

import pytest
from support.aws_ipam import IpamLab
from support.aws_world import OTHER_ACCOUNT, OTHER_REGION, REGION

from lab.bgp.prefix import Prefix


@pytest.mark.seed(79, 80, 115, 116)
@pytest.mark.parametrize(("advertisable", "longest"), [(True, 48), (False, 56)])
def test_parts_move_down_in_chunks_that_can_still_be_advertised(advertisable: bool, longest: int) -> None:
    lab = IpamLab()
    top = lab.top(advertisable=advertisable)
    below = lab.pool(lab.public, AddressFamily="ipv6", SourceIpamPoolId=top, Locale=REGION)
    for asked in ({"NetmaskLength": longest + 1}, {"Cidr": f"2605:9cc0:1ff0::/{longest + 1}"}):
        error = lab.refusal("ProvisionIpamPoolCidr", IpamPoolId=below, **asked)
        assert error.code == "InvalidParameterValue"
        assert f"/{longest} or larger" in error.message
    found = lab.provision(below, NetmaskLength=longest)
    assert (found["State"], found["Cidr"]) == ("provisioned", f"2605:9cc0:1ff0::/{longest}")


@pytest.mark.seed(116)
def test_blocks_move_freely_between_pools_that_are_not_advertised() -> None:
    lab = IpamLab()
    top = lab.top(advertisable=False)
    one, other = (
        lab.regional(top, "2605:9cc0:1ff0:100::/56"),
        lab.pool(lab.public, AddressFamily="ipv6", SourceIpamPoolId=top, Locale=OTHER_REGION),
    )
    assert lab.provision(other, Cidr="2605:9cc0:1ff0:100::/56")["State"] == "failed-provision"
    lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=one, Cidr="2605:9cc0:1ff0:100::/56")
    lab.settle()
    assert lab.provision(other, Cidr="2605:9cc0:1ff0:100::/56")["State"] == "provisioned"


@pytest.mark.seed(81, 96, 98, 119)
def test_each_region_gets_a_contiguous_part_of_one_range() -> None:
    lab = IpamLab()
    top = lab.top()
    pools = [
        lab.regional(top, cidr, locale)
        for cidr, locale in (("2605:9cc0:1ff0::/48", REGION), ("2605:9cc0:1ff1::/48", OTHER_REGION))
    ]
    handed_on = lab.allocations(top)
    assert [(each["Cidr"], each["ResourceId"], each["ResourceType"]) for each in handed_on] == [
        ("2605:9cc0:1ff0::/48", pools[0], "ipam-pool"),
        ("2605:9cc0:1ff1::/48", pools[1], "ipam-pool"),
    ]
    assert [each["ResourceRegion"] for each in handed_on] == [REGION, OTHER_REGION]
    summary = Prefix.parse("2605:9cc0:1ff0::/47")
    assert all(summary.covers(Prefix.parse(each["Cidr"])) for each in handed_on)
    taken = lab.pool(lab.public, AddressFamily="ipv6", SourceIpamPoolId=top, Locale=REGION)
    found = lab.provision(taken, Cidr="2605:9cc0:1ff1::/48")
    assert (found["State"], found["FailureReason"]["Code"]) == ("failed-provision", "cidr-not-available")
    assert pools[1] in found["FailureReason"]["Message"]


@pytest.mark.parametrize(
    ("pool", "asked", "code", "text"),
    [
        ("private", {}, "InvalidParameterCombination", "either Cidr or NetmaskLength"),
        ("private", {"Cidr": "10.0.0.0/8", "NetmaskLength": 8}, "InvalidParameterCombination", "not both"),
        ("private", {"NetmaskLength": 8}, "InvalidParameterCombination", "must contain the Cidr"),
        ("private", {"Cidr": "2001:db8::/48"}, "InvalidParameterValue", "address family"),
        ("private", {"Cidr": "10.0.0.1/8"}, "InvalidParameterValue", "10.0.0.0/8"),
        ("private", {"Cidr": "10.0.0.0/8", "CidrAuthorizationContext": {"Message": "m", "Signature": "s"}},
         "InvalidParameterCombination", "public scope"),
        ("public", {"NetmaskLength": 24}, "InvalidParameterCombination", "cannot be used to provision BYOIP"),
        ("public", {"Cidr": "203.0.113.0/24", "VerificationMethod": "dns-token"}, "UnsupportedOperation",
         "remarks-x509"),
        ("below", {"NetmaskLength": 33}, "InvalidParameterValue", "exceeds 32"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_once(
    pool: str, asked: dict[str, Any], code: str, text: str
) -> None:
    lab = IpamLab()
    pools = {"private": lab.pool(), "public": lab.pool(lab.public)}
    pools["below"] = lab.pool(SourceIpamPoolId=pools["private"])
    error = lab.refusal("ProvisionIpamPoolCidr", IpamPoolId=pools[pool], **asked)
    assert error.code == code
    assert text in error.message


@pytest.mark.parametrize(("cidr", "gua", "taken"), [
    ("fd80::/48", False, True), ("fd00::/48", False, False), ("fd80::/61", False, False),
    ("2001:db8::/48", False, False), ("2001:db8::/48", True, True), ("2001:db8::/61", True, False),
])  # fmt: skip
def test_private_ipv6_space_is_local_or_said_to_be_private(cidr: str, gua: bool, taken: bool) -> None:
    lab = IpamLab(EnablePrivateGua=gua)
    pool = lab.pool(AddressFamily="ipv6")
    if taken:
        assert lab.provision(pool, Cidr=cidr)["State"] == "provisioned"
    else:
        error = lab.refusal("ProvisionIpamPoolCidr", IpamPoolId=pool, Cidr=cidr)
        assert error.code == "InvalidParameterValue"


def test_no_address_is_twice_in_a_scope_but_scopes_do_not_know_of_each_other() -> None:
    lab = IpamLab()
    one, other = lab.pool(), lab.pool()
    assert lab.provision(one, Cidr="10.0.0.0/8")["State"] == "provisioned"
    for cidr in ("10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0"):
        found = lab.provision(other, Cidr=cidr)
        assert found["State"] == "failed-provision"
        assert one in found["FailureReason"]["Message"]
    scope = lab.ask("CreateIpamScope", IpamId=lab.id)["IpamScope"]["IpamScopeId"]
    lab.settle()
    assert lab.provision(lab.pool(scope), Cidr="10.0.0.0/8")["State"] == "provisioned"


def test_a_range_is_not_brought_to_a_region_where_that_is_not_possible() -> None:
    lab = IpamLab()
    lab.ask("ModifyIpam", IpamId=lab.id, AddOperatingRegions=[{"RegionName": "ap-south-1"}])
    lab.settle()
    pool = lab.pool(lab.public, AddressFamily="ipv6", SourceIpamPoolId=lab.top(), Locale="ap-south-1")
    error = lab.refusal("ProvisionIpamPoolCidr", IpamPoolId=pool, NetmaskLength=48)
    assert error.code == "UnsupportedOperation"
    assert "BYOIP is not available in ap-south-1" in error.message


def test_a_pool_has_fifty_cidrs() -> None:
    lab = IpamLab()
    top = lab.pool()
    lab.provision(top, Cidr="10.0.0.0/8")
    below = lab.pool(SourceIpamPoolId=top)
    for _ in range(51):
        lab.ask("ProvisionIpamPoolCidr", IpamPoolId=below, NetmaskLength=24)
    lab.settle()
    states = [(each["State"], (each["FailureReason"] or {}).get("Code")) for each in lab.cidrs(below)]
    assert states == [("provisioned", None)] * 50 + [("failed-provision", "limit-exceeded")]


def test_a_cidr_is_given_back_when_nothing_is_left_in_it() -> None:
    lab = IpamLab()
    top = lab.pool()
    lab.provision(top, Cidr="10.0.0.0/8")
    below = lab.pool(SourceIpamPoolId=top, Locale=REGION)
    lab.provision(below, Cidr="10.1.0.0/16")
    allocation = lab.ask("AllocateIpamPoolCidr", IpamPoolId=below, NetmaskLength=24)["IpamPoolAllocation"]
    for pool, cidr, used_by in (
        (below, "10.1.0.0/16", f"10.1.0.0/24 (custom {allocation['IpamPoolAllocationId']})"),
        (top, "10.0.0.0/8", f"10.1.0.0/16 (ipam-pool {below})"),
    ):
        ended = lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=pool, Cidr=cidr)["IpamPoolCidr"]
        assert ended["State"] == "pending-deprovision"
        lab.settle()
        (shown,) = lab.cidrs(pool)
        assert shown["State"] == "failed-deprovision"
        text = f"The CIDR has one or more allocations, such as {used_by}; release them first."
        assert shown["FailureReason"] == {"Code": None, "Message": text}
    lab.ask(
        "ReleaseIpamPoolAllocation",
        IpamPoolId=below,
        IpamPoolAllocationId=allocation["IpamPoolAllocationId"],
        Cidr="10.1.0.0/24",
    )
    for pool, cidr in ((below, "10.1.0.0/16"), (top, "10.0.0.0/8")):
        lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=pool, Cidr=cidr)
        lab.settle()
        assert lab.states(pool) == {cidr: "deprovisioned"}
    refused = lab.refusal("DeprovisionIpamPoolCidr", IpamPoolId=top, Cidr="10.0.0.0/8")
    assert refused.code == "IncorrectState"
    refused = lab.refusal("DeprovisionIpamPoolCidr", IpamPoolId=top, Cidr="10.0.0.0/9")
    assert refused.code == "InvalidParameterValue"
    assert lab.refusal("DeprovisionIpamPoolCidr", IpamPoolId=top).code == "MissingParameter"


def test_of_two_attempts_at_one_cidr_the_one_that_has_it_is_deprovisioned() -> None:
    lab = IpamLab()
    top = lab.pool()
    lab.provision(top, Cidr="10.0.0.0/8")
    below = lab.pool(SourceIpamPoolId=top)
    for wanted in ({"NetmaskLength": 16}, {"Cidr": "10.0.0.0/16"}):
        lab.ask("ProvisionIpamPoolCidr", IpamPoolId=below, **wanted)
    lab.settle()
    assert [each["State"] for each in lab.cidrs(below)] == ["provisioned", "failed-provision"]
    ended = lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=below, Cidr="10.0.0.0/16")["IpamPoolCidr"]
    assert ended["State"] == "pending-deprovision"
    lab.settle()
    assert lab.allocations(top) == []


def test_space_that_was_given_up_can_be_chosen_again() -> None:
    lab = IpamLab()
    top = lab.pool()
    lab.provision(top, Cidr="10.0.0.0/8")
    below = lab.pool(SourceIpamPoolId=top)
    for _ in range(2):
        assert lab.provision(below, NetmaskLength=16)["Cidr"] == "10.0.0.0/16"
        assert lab.states(below) == {"10.0.0.0/16": "provisioned"}
        assert len(lab.cidrs(below)) == 1
        lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=below, Cidr="10.0.0.0/16")
        lab.settle()


@pytest.mark.seed(96, 106)
def test_what_a_region_got_can_be_advertised_there_and_must_be_withdrawn_before_it_goes() -> None:
    lab = IpamLab()
    cidr = "2605:9cc0:1ff0::/48"
    pool = lab.regional(lab.top(), cidr, OTHER_REGION)
    (listed,) = lab.ask("DescribeByoipCidrs", region=OTHER_REGION, MaxResults=5)["ByoipCidrs"]
    assert (listed["Cidr"], listed["State"], listed["IpamPoolId"]) == (cidr, "provisioned", pool)
    assert lab.refusal("AdvertiseByoipCidr", Cidr=cidr).code == "InvalidParameterValue"
    lab.settle(10)
    lab.ask("AdvertiseByoipCidr", region=OTHER_REGION, Cidr=cidr)
    assert lab.aws.originations() == {(OTHER_REGION, Prefix.parse(cidr))}
    lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=pool, Cidr=cidr)
    lab.settle(10)
    (shown,) = lab.cidrs(pool)
    assert shown["State"] == "failed-deprovision"
    assert "withdraw" in shown["FailureReason"]["Message"]
    lab.ask("WithdrawByoipCidr", region=OTHER_REGION, Cidr=cidr)
    lab.settle(40)
    lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=pool, Cidr=cidr)
    lab.settle()
    assert lab.states(pool) == {cidr: "deprovisioned"}
    assert lab.aws.originations() == frozenset()


@pytest.mark.seed(106)
def test_what_is_not_advertisable_is_known_in_its_region_and_never_announced() -> None:
    lab = IpamLab()
    cidr = "2605:9cc0:1ff0::/48"
    lab.regional(lab.top(advertisable=False), cidr)
    (listed,) = lab.ask("DescribeByoipCidrs", MaxResults=5)["ByoipCidrs"]
    assert listed["State"] == "provisioned-not-publicly-advertisable"
    assert lab.refusal("AdvertiseByoipCidr", Cidr=cidr).code == "IncorrectState"


def test_the_same_request_sent_twice_asks_for_one_cidr() -> None:
    lab = IpamLab()
    top = lab.pool()
    for _ in range(2):
        lab.ask("ProvisionIpamPoolCidr", IpamPoolId=top, Cidr="10.0.0.0/8", ClientToken="t")
    assert len(lab.cidrs(top)) == 1
    refused = lab.refusal("ProvisionIpamPoolCidr", IpamPoolId=top, Cidr="10.0.0.0/8", ClientToken="u")
    assert "already" in refused.message


def test_a_pool_of_another_account_is_not_there() -> None:
    lab = IpamLab()
    pool = lab.pool()
    for operation in ("GetIpamPoolCidrs", "DeleteIpamPool", "GetIpamPoolAllocations"):
        error = lab.refusal(operation, account=OTHER_ACCOUNT, IpamPoolId=pool)
        assert error.code == "InvalidIpamPoolId.NotFound"
