"""Ranges that are brought to top-level pools, with their paperwork."""

from __future__ import annotations

import pytest
from support.aws_ipam import CUSTOMER, TOP, IpamLab
from support.aws_world import ACCOUNT, GOV_REGION, OTHER_ACCOUNT, REGION

from lab.bgp.prefix import Prefix


@pytest.mark.seed(83, 84, 88, 90, 94, 95)
def test_a_range_with_all_its_paperwork_is_provisioned_to_a_top_level_pool() -> None:
    lab = IpamLab()
    top = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=True)
    asked = {"IpamPoolId": top, "Cidr": TOP, "CidrAuthorizationContext": lab.prepare(TOP)}
    made = lab.ask("ProvisionIpamPoolCidr", **asked)["IpamPoolCidr"]
    assert (made["Cidr"], made["State"]) == (TOP, "pending-provision")
    lab.settle(3599)
    assert lab.states(top) == {TOP: "pending-provision"}
    lab.settle(1)
    (shown,) = lab.cidrs(top)
    assert (shown["Cidr"], shown["State"], shown["FailureReason"]) == (TOP, "provisioned", None)


@pytest.mark.seed(86, 88)
@pytest.mark.parametrize(("advertisable", "state"), [(True, "failed-provision"), (False, "provisioned")])
def test_a_roa_is_needed_for_a_pool_that_is_advertised_only(advertisable: bool, state: str) -> None:
    lab = IpamLab()
    top = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=advertisable)
    context = lab.prepare(TOP, roa=False)
    found = lab.provision(top, Cidr=TOP, CidrAuthorizationContext=context)
    assert found["State"] == state
    if advertisable:
        assert found["FailureReason"]["Code"] == "cidr-not-available"
        assert "roa" in found["FailureReason"]["Message"]
        assert "16509" in found["FailureReason"]["Message"]
        lab.world.authorize(Prefix.parse(TOP))
        again = lab.provision(top, Cidr=TOP, CidrAuthorizationContext=context)
        assert again["State"] == "provisioned"
        assert len(lab.cidrs(top)) == 1, "the second attempt takes the place of the first"


@pytest.mark.seed(84)
@pytest.mark.parametrize("asn", [16509, 14618])
def test_a_roa_for_one_of_amazons_networks_is_half_of_what_is_needed(asn: int) -> None:
    lab = IpamLab()
    top = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=True)
    context = lab.prepare(TOP, roa=False)
    lab.world.authorize(Prefix.parse(TOP), asn)
    found = lab.provision(top, Cidr=TOP, CidrAuthorizationContext=context)
    assert found["State"] == "failed-provision"
    assert str(16509 + 14618 - asn) in found["FailureReason"]["Message"]


@pytest.mark.seed(85, 93)
@pytest.mark.parametrize(("asns", "state"), [((8987,), "provisioned"), ((16509, 14618), "failed-provision")])
def test_govcloud_asks_for_a_roa_for_its_own_network(asns: tuple[int, ...], state: str) -> None:
    lab = IpamLab()
    scope = lab.ask("CreateIpam", region=GOV_REGION)["Ipam"]["PublicDefaultScopeId"]
    lab.settle()
    asked = {"IpamScopeId": scope, "AddressFamily": "ipv6", "PubliclyAdvertisable": True}
    pool = lab.ask("CreateIpamPool", region=GOV_REGION, **asked)["IpamPool"]
    top = pool["IpamPoolId"]
    assert pool["IpamPoolArn"] == f"arn:aws-us-gov:ec2::{ACCOUNT}:ipam-pool/{top}"
    lab.settle()
    bring = {"IpamPoolId": top, "Cidr": TOP, "CidrAuthorizationContext": lab.prepare(TOP, roa=False)}
    lab.world.authorize(Prefix.parse(TOP), *asns)
    lab.ask("ProvisionIpamPoolCidr", region=GOV_REGION, **bring)
    lab.settle(3600)
    (found,) = lab.ask("GetIpamPoolCidrs", region=GOV_REGION, IpamPoolId=top)["IpamPoolCidrs"]
    assert found["State"] == state
    if state == "failed-provision":
        assert "8987" in found["FailureReason"]["Message"]


@pytest.mark.seed(87, 88, 94, 95)
@pytest.mark.parametrize("advertisable", [True, False])
def test_no_range_comes_without_an_authorization_context(advertisable: bool) -> None:
    lab = IpamLab()
    top = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=advertisable)
    lab.prepare(TOP)
    error = lab.refusal("ProvisionIpamPoolCidr", IpamPoolId=top, Cidr=TOP)
    assert error.code == "InvalidParameterCombination"
    assert error.message.startswith("The request must contain a CIDR Authorization Context")
    forged = CUSTOMER.authorization(OTHER_ACCOUNT, Prefix.parse(TOP), lab.world.time)
    context = {"Message": forged.message, "Signature": forged.signature}
    found = lab.provision(top, Cidr=TOP, CidrAuthorizationContext=context)
    assert found["State"] == "failed-provision"
    assert "account" in found["FailureReason"]["Message"]


@pytest.mark.seed(83)
def test_all_that_is_missing_is_said_at_once() -> None:
    lab = IpamLab()
    top = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=True)
    context = lab.prepare(TOP, roa=False)
    lab.world.comment(Prefix.parse(TOP))
    found = lab.provision(top, Cidr=TOP, CidrAuthorizationContext={**context, "Message": "1|aws"})
    for rule in ("certificate", "message", "roa"):
        assert f"{rule}: " in found["FailureReason"]["Message"]


def _context() -> dict[str, str]:
    return {"Message": "m", "Signature": "s"}


@pytest.mark.seed(79, 80)
@pytest.mark.parametrize(
    ("family", "advertisable", "good", "bad"),
    [
        pytest.param("ipv6", True, "2001:db8::/48", "2001:db8::/49", id="advertisable"),
        pytest.param("ipv6", False, "2001:db8::/56", "2001:db8::/57", id="not advertisable"),
        pytest.param("ipv4", None, "203.0.113.0/24", "203.0.113.0/25", id="ipv4"),
    ],
)
def test_what_is_brought_has_a_size_that_aws_takes(
    family: str, advertisable: bool | None, good: str, bad: str
) -> None:
    lab = IpamLab()
    said = {} if advertisable is None else {"PubliclyAdvertisable": advertisable}
    top = lab.pool(lab.public, AddressFamily=family, **said)
    lab.bring(top, good)
    error = lab.refusal(
        "ProvisionIpamPoolCidr", IpamPoolId=top, Cidr=bad, CidrAuthorizationContext=_context()
    )
    assert error.code == "InvalidParameterValue"
    assert "too specific" in error.message


@pytest.mark.seed(117)
def test_an_ipam_pool_has_many_cidrs_and_a_byoip_pool_one() -> None:
    lab = IpamLab()
    top = lab.top("2001:db8:a::/48")
    lab.bring(top, "2001:db8:c::/48")
    assert lab.states(top) == {"2001:db8:a::/48": "provisioned", "2001:db8:c::/48": "provisioned"}
    context = lab.prepare("2001:db8:e::/48")
    asked = {"Cidr": "2001:db8:e::/48", "CidrAuthorizationContext": context}
    lab.ask("ProvisionByoipCidr", **asked)
    lab.settle(3600)
    pools = lab.ask("DescribeIpv6Pools")["Ipv6Pools"]
    assert [len(each["PoolCidrBlocks"]) for each in pools] == [1]


def test_a_range_cannot_be_brought_with_and_without_ipam() -> None:
    lab = IpamLab()
    context = lab.prepare("203.0.113.0/24")
    lab.ask("ProvisionByoipCidr", Cidr="203.0.113.0/24", CidrAuthorizationContext=context)
    lab.settle(3600)
    top = lab.pool(lab.public)
    found = lab.provision(top, Cidr="203.0.113.0/24", CidrAuthorizationContext=context)
    assert found["State"] == "failed-provision"
    assert "without IPAM" in found["FailureReason"]["Message"]
    other = lab.prepare("198.51.100.0/24")
    lab.bring(top, "198.51.100.0/24")
    asked = {"Cidr": "198.51.100.0/24", "CidrAuthorizationContext": other}
    assert "is in an IPAM pool" in lab.refusal("ProvisionByoipCidr", **asked).message


def test_the_timeline_tells_what_becomes_of_a_range() -> None:
    lab = IpamLab()
    top = lab.pool(lab.public, AddressFamily="ipv6", PubliclyAdvertisable=True)
    context = lab.prepare(TOP, roa=False)
    lab.aws.take_events()
    lab.provision(top, Cidr=TOP, CidrAuthorizationContext=context)
    asked, failed = lab.aws.take_events()
    assert (str(asked.prefix), asked.before, asked.after) == (TOP, "", "pending-provision")
    assert (failed.before, failed.after) == ("pending-provision", "failed-provision")
    assert failed.text.startswith(f"{top}: roa: ")


def test_the_space_of_amazon_is_not_given_to_ipam() -> None:
    lab = IpamLab()
    pool = lab.pool(
        lab.public, AddressFamily="ipv6", PublicIpSource="amazon", AwsService="ec2", Locale=REGION
    )
    found = lab.provision(pool, NetmaskLength=52)
    assert found["State"] == "failed-provision"
    assert "PublicIpSource byoip" in found["FailureReason"]["Message"]
