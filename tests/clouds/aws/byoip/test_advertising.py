"""Advertising and withdrawing: what is announced when, and how often one may ask."""

from __future__ import annotations

import pytest
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION
from support.byoip_customer import RANGE, RANGE6, Byoip, ready_world

from lab.bgp.prefix import Prefix
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.settings import Delays

ANNOUNCED = frozenset({(REGION, RANGE)})


def provisioned(*prefixes: Prefix, **settings: object) -> Byoip:
    byoip = Byoip(ready_world(*(prefixes or (RANGE,))), **settings)
    for prefix in prefixes or (RANGE,):
        byoip.provisioned(prefix)
    return byoip


def refused(byoip: Byoip, call: str, *args: object, **options: object) -> AwsError:
    before = byoip.ranges.originations()
    with pytest.raises(AwsError) as caught:
        getattr(byoip, call)(*args, **options)
    assert byoip.ranges.originations() == before
    return caught.value


@pytest.mark.seed(50, 52, 53)
def test_a_provisioned_range_is_announced_once_it_is_advertised_and_not_before() -> None:
    byoip = provisioned()
    assert byoip.ranges.originations() == frozenset()
    assert byoip.advertise().state.value == "provisioned"
    assert byoip.state() == "pending-advertising"
    byoip.pass_time(29)
    assert byoip.ranges.originations() == frozenset()
    byoip.pass_time(1)
    assert byoip.state() == "advertised"
    assert byoip.ranges.originations() == ANNOUNCED


@pytest.mark.seed(55)
def test_a_withdrawn_range_is_announced_until_that_is_done() -> None:
    byoip = provisioned()
    byoip.advertise()
    byoip.pass_time(30)
    assert byoip.withdraw().state.value == "advertised"
    assert byoip.state() == "pending-withdrawal"
    byoip.pass_time(39)
    assert byoip.ranges.originations() == ANNOUNCED
    byoip.pass_time(1)
    assert byoip.state() == "provisioned"
    assert byoip.ranges.originations() == frozenset()
    byoip.advertise()


@pytest.mark.seed(50)
@pytest.mark.parametrize("text", ["198.51.100.0/25", "198.51.100.0/23", "198.51.100.7/32"])
@pytest.mark.parametrize("call", ["advertise", "withdraw"])
def test_only_the_exact_range_can_be_advertised_and_withdrawn(call: str, text: str) -> None:
    byoip = provisioned()
    error = refused(byoip, call, Prefix.parse(text))
    assert error.code == "InvalidParameterValue"
    assert "use exactly 198.51.100.0/24" in error.message


def test_a_range_is_advertised_by_its_account_in_its_region() -> None:
    byoip = provisioned()
    assert (
        "is in us-east-1, not in eu-west-1"
        in refused(byoip, "advertise", RANGE, Caller(ACCOUNT, OTHER_REGION)).message
    )
    error = refused(byoip, "advertise", RANGE, Caller(OTHER_ACCOUNT, REGION))
    assert "not provisioned in us-east-1 by account 210987654321" in error.message
    assert "not provisioned" in refused(byoip, "advertise", RANGE6).message


@pytest.mark.parametrize(
    ("call", "seconds"),
    [
        pytest.param("advertise", 30, marks=pytest.mark.seed(54)),
        pytest.param("withdraw", 40, marks=pytest.mark.seed(56)),
    ],
)
def test_one_may_ask_every_ten_seconds_whatever_the_range(call: str, seconds: float) -> None:
    byoip = provisioned(RANGE, RANGE6)
    if call == "withdraw":
        for prefix in (RANGE, RANGE6):
            byoip.advertise(prefix)
            byoip.pass_time(30)
    getattr(byoip, call)(RANGE)
    byoip.pass_time(9.9)
    error = refused(byoip, call, RANGE6)
    assert error.code == "RequestLimitExceeded"
    assert "once every 10 seconds" in error.message
    assert "9.9 seconds ago" in error.message
    byoip.pass_time(0.1)
    getattr(byoip, call)(RANGE6)
    byoip.pass_time(seconds)


@pytest.mark.seed(54, 56)
def test_the_ten_seconds_are_counted_by_call_account_and_region() -> None:
    byoip = provisioned(RANGE, RANGE6, delays=Delays(advertise=1))
    third = Prefix.parse("203.0.113.0/24")
    other = Caller(ACCOUNT, OTHER_REGION)
    byoip.world.registrations += ready_world(third).registrations
    byoip.world.comment(third, *byoip.world.registrations[0].remarks[0].lines)
    byoip.world.authorize(third)
    byoip.provisioned(third, other)
    byoip.advertise(RANGE)
    byoip.advertise(third, other)
    byoip.pass_time(1)
    byoip.withdraw(RANGE)


@pytest.mark.seed(54)
def test_a_refused_call_does_not_make_the_next_one_wait() -> None:
    byoip = provisioned()
    refused(byoip, "advertise", RANGE6)
    byoip.advertise()


@pytest.mark.seed(45, 48, 49)
def test_a_range_that_is_not_publicly_advertisable_is_never_advertised() -> None:
    byoip = Byoip(ready_world(RANGE6))
    byoip.world.payloads.clear()
    record = byoip.provisioned(RANGE6, advertisable=False)
    assert record.state.value == "provisioned-not-publicly-advertisable"
    error = refused(byoip, "advertise", RANGE6)
    assert error.code == "IncorrectState"
    assert "--no-publicly-advertisable, which cannot be changed" in error.message
    with pytest.raises(AwsError, match="already"):
        byoip.provision(RANGE6, advertisable=True)
    assert provisioned(RANGE6).record(RANGE6).state.value == "provisioned"


@pytest.mark.seed(53, 55)
def test_a_range_is_advertised_when_it_is_provisioned_and_withdrawn_when_it_is_advertised() -> None:
    byoip = Byoip(ready_world())
    byoip.provision()
    assert refused(byoip, "advertise").code == "IncorrectState"
    byoip.pass_time(3600)
    assert "state provisioned and cannot be withdrawn" in refused(byoip, "withdraw").message
    byoip.advertise()
    byoip.pass_time(10)
    assert "state pending-advertising" in refused(byoip, "advertise").message
    byoip.pass_time(20)
    assert "state advertised" in refused(byoip, "advertise").message


def test_a_range_that_failed_says_why_when_it_is_advertised() -> None:
    byoip = Byoip(ready_world())
    byoip.world.payloads.clear()
    byoip.provisioned()
    assert "roa: no ROA covers" in refused(byoip, "advertise").message


def test_an_asn_of_ones_own_is_refused() -> None:
    byoip = provisioned()
    assert "AS64500 is not associated" in refused(byoip, "advertise", asn="64500").message


def test_a_roa_that_goes_away_does_not_withdraw_the_range() -> None:
    byoip = provisioned()
    byoip.advertise()
    byoip.pass_time(30)
    byoip.world.payloads.clear()
    byoip.world.registrations.clear()
    byoip.pass_time(86400)
    assert byoip.ranges.originations() == ANNOUNCED


@pytest.mark.seed(51)
def test_the_timeline_tells_who_announces_the_range_elsewhere() -> None:
    byoip = provisioned()
    byoip.advertise()
    assert "too" not in byoip.changes()[-1].text
    byoip = provisioned()
    byoip.world.announce(RANGE, 64499, 64500)
    byoip.advertise()
    assert "AS64500 announces 198.51.100.0/24 too" in byoip.changes()[-1].text


@pytest.mark.seed(52, 61)
def test_addresses_can_be_taken_before_the_range_is_advertised() -> None:
    byoip = provisioned()
    pool_id = byoip.record().pool_id
    address = byoip.call(lambda: byoip.ipv4_pools.take(pool_id))
    assert RANGE.covers(address.host)
    assert byoip.ranges.originations() == frozenset()


def register(byoip: Byoip, prefix: Prefix = RANGE6, *, advertisable: bool = True) -> None:
    byoip.call(
        lambda: byoip.ranges.register(
            ACCOUNT, REGION, prefix, ipam_pool_id="ipam-pool-0", advertisable=advertisable
        )
    )


@pytest.mark.seed(107, 108)
def test_a_range_of_ipam_is_not_announced_until_it_is_advertised_in_its_region_and_then_at_once() -> None:
    byoip = provisioned()
    register(byoip)
    assert byoip.ranges.originations() == frozenset()
    elsewhere = Caller(ACCOUNT, OTHER_REGION)
    assert "is in us-east-1, not in eu-west-1" in refused(byoip, "advertise", RANGE6, elsewhere).message
    assert byoip.advertise(RANGE6).state.value == "advertised"
    assert byoip.ranges.originations() == {(REGION, RANGE6)}
    byoip.withdraw(RANGE6)
    byoip.pass_time(40)
    assert byoip.ranges.originations() == frozenset()


@pytest.mark.seed(107)
def test_each_range_is_advertised_by_itself() -> None:
    byoip = provisioned()
    register(byoip)
    register(byoip, Prefix.parse("2001:db8:43::/48"), advertisable=False)
    byoip.advertise(RANGE6)
    assert byoip.ranges.originations() == {(REGION, RANGE6)}
    byoip.pass_time(10)
    assert refused(byoip, "advertise", Prefix.parse("2001:db8:43::/48")).code == "IncorrectState"
