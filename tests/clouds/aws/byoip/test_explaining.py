"""Why a range is, or is not, announced: the chain."""

from __future__ import annotations

import pytest
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, REGION, FakeWorld
from support.byoip_customer import ANOTHER, CUSTOMER, RANGE, RANGE6, Byoip, ready_world, signed

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.explaining import chain
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.settings import Delays
from lab.clouds.chain import Link

NAMES = ["registry", "certificate", "message", "ROA", "provision", "advertise"]


def links(byoip: Byoip, prefix: Prefix = RANGE) -> list[Link]:
    return chain(byoip.basics, byoip.ranges, prefix)


def oks(byoip: Byoip, prefix: Prefix = RANGE) -> list[bool | None]:
    return [link.ok for link in links(byoip, prefix)]


def text(byoip: Byoip, name: str, prefix: Prefix = RANGE) -> str:
    return next(link.text for link in links(byoip, prefix) if link.name == name)


def test_the_chain_of_an_advertised_range_holds_from_end_to_end() -> None:
    byoip = Byoip(ready_world())
    byoip.provisioned()
    byoip.advertise()
    byoip.pass_time(30)
    assert [link.name for link in links(byoip)] == NAMES
    assert oks(byoip) == [True] * 6
    assert text(byoip, "advertise") == "AWS announces 198.51.100.0/24 in us-east-1"
    assert links(byoip, Prefix.parse("198.51.100.9/32")) == links(byoip)


def test_a_provisioned_range_lacks_the_advertisement_and_the_command_is_named() -> None:
    byoip = Byoip(ready_world())
    byoip.provisioned()
    assert oks(byoip) == [True, True, True, True, True, False]
    assert "aws ec2 advertise-byoip-cidr --cidr 198.51.100.0/24 --region us-east-1" in text(
        byoip, "advertise"
    )
    byoip.advertise()
    assert oks(byoip)[-1] is None


def test_a_roa_that_goes_away_breaks_the_chain_of_an_advertised_range() -> None:
    byoip = Byoip(ready_world())
    byoip.provisioned()
    byoip.advertise()
    byoip.pass_time(30)
    byoip.world.payloads.clear()
    byoip.world.comment(RANGE)
    assert oks(byoip) == [True, True, True, False, True, True]


@pytest.mark.parametrize(
    ("broken", "name", "reason"),
    [
        ("registry", "registry", '"Reassignment" at ARIN'),
        ("certificate", "certificate", "hold none"),
        ("message", "message", "expired on"),
        ("signature", "message", "another key"),
        ("roa", "ROA", "no ROA covers"),
    ],
)
def test_the_broken_link_of_a_failed_range_is_shown(broken: str, name: str, reason: str) -> None:
    world = FakeWorld()
    world.register(RANGE, status="Reassignment" if broken == "registry" else "Direct Allocation")
    world.comment(
        RANGE, *([] if broken == "certificate" else ready_world().registrations[0].remarks[0].lines)
    )
    if broken != "roa":
        world.authorize(RANGE)
    byoip = Byoip(world)
    customer = ANOTHER if broken == "signature" else CUSTOMER
    byoip.provision(authorization=signed(customer=customer, days=-1 if broken == "message" else 365))
    assert oks(byoip)[-1] is None
    byoip.pass_time(3600)
    assert {link.name for link in links(byoip) if link.ok is False} == {name, "provision"}
    assert reason in text(byoip, name)
    assert "failed-provision" in text(byoip, "provision")


def test_a_range_that_nobody_has_brought_ends_there() -> None:
    byoip = Byoip(ready_world())
    assert oks(byoip) == [True, True, None, True, False]
    assert "provision-byoip-cidr" in text(byoip, "provision")
    nothing = Byoip(FakeWorld())
    assert oks(nothing)[0] is False
    assert "not registered" in text(nothing, "registry")


def test_the_range_that_is_at_aws_counts_and_not_one_that_failed_in_the_same_moment() -> None:
    byoip = Byoip(ready_world(), delays=Delays(provision=0))
    byoip.provision(caller=Caller(OTHER_ACCOUNT, REGION), authorization=signed())
    byoip.pass_time(0)
    byoip.provision()
    byoip.pass_time(0)
    assert byoip.state(account=OTHER_ACCOUNT) == "failed-provision"
    assert f"account {ACCOUNT}" in text(byoip, "provision")


def test_a_range_that_has_left_is_as_one_that_nobody_has_brought() -> None:
    byoip = Byoip(ready_world())
    byoip.provisioned()
    byoip.deprovision()
    byoip.pass_time(600)
    assert links(byoip) == links(Byoip(ready_world()))


def test_a_range_that_is_not_advertisable_needs_neither_roa_nor_advertisement() -> None:
    byoip = Byoip(ready_world(RANGE6))
    byoip.world.payloads.clear()
    byoip.provision(RANGE6, advertisable=False)
    assert [link.ok for link in links(byoip, RANGE6)] == [True, True, True, None, None]
    byoip.pass_time(3600)
    assert [link.ok for link in links(byoip, RANGE6)] == [True, True, True, None, True, None]
    assert "Direct Connect" in text(byoip, "advertise", RANGE6)


def test_a_range_of_ipam_tells_its_pool() -> None:
    byoip = Byoip(ready_world(RANGE6))
    byoip.call(
        lambda: byoip.ranges.register(ACCOUNT, REGION, RANGE6, ipam_pool_id="ipam-pool-0", advertisable=True)
    )
    assert "IPAM took it into ipam-pool-0" in text(byoip, "message", RANGE6)
    assert "pool ipam-pool-0" in text(byoip, "provision", RANGE6)
