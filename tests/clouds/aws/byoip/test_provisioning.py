"""Bringing a range: what is refused at once, and what is decided later."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION
from support.byoip_customer import ANOTHER, CALLER, RANGE, RANGE6, Byoip, ready_world, signed

from lab.bgp.prefix import Prefix
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.settings import Delays
from lab.state.state import State

ELSEWHERE = Caller(ACCOUNT, OTHER_REGION)
SOMEBODY = Caller(OTHER_ACCOUNT, REGION)


def refused(byoip: Byoip, prefix: Prefix = RANGE, caller: Caller = CALLER, **options: object) -> AwsError:
    before = list(byoip.basics.events)
    with pytest.raises(AwsError) as caught:
        byoip.provision(prefix, caller, **options)
    assert byoip.basics.events == before
    return caught.value


def six_ranges() -> list[Prefix]:
    """IPv4 and IPv6."""
    texts = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]
    return [Prefix.parse(text) for text in [*texts, *(f"2001:db8:{number}::/48" for number in (1, 2, 3))]]


@pytest.mark.seed(2, 40, 41)
def test_the_call_returns_at_once_and_the_range_is_provisioned_later() -> None:
    byoip = Byoip(ready_world())
    assert byoip.provision().state.value == "pending-provision"
    byoip.pass_time(3599)
    assert byoip.state() == "pending-provision"
    assert byoip.record().pool_id == ""
    byoip.pass_time(1)
    assert byoip.state() == "provisioned"
    assert byoip.ranges.next_due() is None


@pytest.mark.seed(42)
def test_provisioning_may_take_three_weeks() -> None:
    weeks = 21 * 86400.0
    byoip = Byoip(ready_world(), delays=Delays(provision=weeks))
    byoip.provision()
    byoip.pass_time(weeks - 1)
    assert byoip.state() == "pending-provision"
    byoip.pass_time(1)
    assert byoip.state() == "provisioned"


@pytest.mark.seed(2, 43, 59)
@pytest.mark.parametrize(("prefix", "kind"), [(RANGE, "ipv4pool-ec2-"), (RANGE6, "ipv6pool-ec2-")])
def test_a_provisioned_range_is_a_pool_whose_id_is_its_status_message(prefix: Prefix, kind: str) -> None:
    byoip = Byoip(ready_world(prefix))
    record = byoip.provisioned(prefix, tags={"Team": "network"})
    assert record.pool_id.startswith(kind)
    assert record.status_message == record.pool_id
    assert byoip.tags.of(record.pool_id) == {"Team": "network"}
    pools = byoip.ipv4_pools if prefix.version == 4 else byoip.ipv6_pools
    assert pools.find(CALLER, record.pool_id).region == REGION


@pytest.mark.seed(44)
def test_a_range_fails_with_all_that_is_missing_and_can_be_tried_again() -> None:
    byoip = Byoip(ready_world())
    byoip.world.payloads.clear()
    record = byoip.provisioned(authorization=signed(customer=ANOTHER))
    assert record.state.value == "failed-provision"
    assert "signature: it was made by another key" in record.status_message
    assert "roa: no ROA covers 198.51.100.0/24" in record.status_message
    assert record.pool_id == ""

    assert byoip.provisioned().state.value == "failed-provision"
    assert "signature" not in byoip.record().status_message

    byoip.world.authorize(RANGE)
    assert byoip.provisioned().state.value == "provisioned"
    assert [event.after for event in byoip.changes()] == [
        *["pending-provision", "failed-provision"] * 2,
        "pending-provision",
        "provisioned",
    ]


@pytest.mark.seed(22)
def test_a_roa_counts_if_it_is_seen_by_the_time_of_the_decision() -> None:
    byoip = Byoip(ready_world())
    payloads = list(byoip.world.payloads)
    byoip.world.payloads.clear()
    byoip.provision()
    byoip.pass_time(3000)
    byoip.world.payloads += payloads
    byoip.pass_time(600)
    assert byoip.state() == "provisioned"

    late = Byoip(ready_world())
    late.world.payloads.clear()
    late.provision()
    late.pass_time(3600)
    late.world.payloads += payloads
    late.pass_time(86400)
    assert late.state() == "failed-provision"
    assert "up to 24 hours" in late.record().status_message


@pytest.mark.seed(10)
def test_a_range_is_in_one_region_at_a_time() -> None:
    byoip = Byoip(ready_world())
    byoip.provisioned()
    error = refused(byoip, caller=ELSEWHERE)
    assert error.code == "InvalidParameterValue"
    assert "one Region at a time" in error.message
    assert REGION in error.message
    byoip.deprovision()
    byoip.pass_time(600)
    assert byoip.provisioned(caller=ELSEWHERE).region == OTHER_REGION


@pytest.mark.seed(10)
def test_parts_of_a_registration_may_go_to_different_regions() -> None:
    whole = Prefix.parse("198.51.0.0/16")
    world = ready_world(whole)
    world.payloads.clear()
    world.authorize(whole, max_length=24)
    byoip = Byoip(world)
    assert byoip.provisioned().state.value == "provisioned"
    assert byoip.provisioned(Prefix.parse("198.51.101.0/24"), ELSEWHERE).state.value == "provisioned"
    assert "overlaps the range 198.51.100.0/24" in refused(byoip, Prefix.parse("198.51.100.0/23")).message


def test_a_range_that_is_there_cannot_be_brought_again() -> None:
    byoip = Byoip(ready_world())
    byoip.provision()
    assert refused(byoip).code == "IncorrectState"
    assert "pending-provision already" in refused(byoip).message
    byoip.pass_time(3600)
    assert "provisioned already" in refused(byoip).message
    assert "another AWS account" in refused(byoip, caller=SOMEBODY).message
    assert ACCOUNT not in refused(byoip, caller=SOMEBODY).message


def test_a_range_that_failed_may_be_brought_by_somebody_else() -> None:
    byoip = Byoip(ready_world())
    byoip.world.payloads.clear()
    assert byoip.provisioned(caller=SOMEBODY).state.value == "failed-provision"
    byoip.world.authorize(RANGE)
    assert byoip.provisioned().state.value == "provisioned"
    assert byoip.state(account=OTHER_ACCOUNT) == "failed-provision"


def test_what_somebody_else_has_reserved_cannot_be_brought() -> None:
    byoip = Byoip(ready_world(RANGE, RANGE6))
    byoip.ranges.reservations.append(lambda prefix: "an IPAM pool has it" if prefix == RANGE else None)
    assert "an IPAM pool has it" in refused(byoip).message
    byoip.provision(RANGE6)


@pytest.mark.seed(11)
def test_the_sixth_range_of_an_account_in_a_region_is_refused() -> None:
    *five, sixth = six_ranges()
    byoip = Byoip(ready_world(*five, sixth))
    for prefix in five:
        byoip.provision(prefix)
    error = refused(byoip, sixth)
    assert error.code == "ByoipCidrLimitExceeded"
    assert "has 5 ranges in us-east-1" in error.message
    byoip.provision(sixth, ELSEWHERE)


@pytest.mark.seed(11)
def test_neither_failed_nor_deprovisioned_ranges_nor_those_of_ipam_count_for_the_limit() -> None:
    *five, sixth = six_ranges()
    byoip = Byoip(ready_world(*five[:3], sixth))
    for prefix in five[:3]:
        byoip.provisioned(prefix)
    byoip.deprovision(five[0])
    byoip.pass_time(600)
    for prefix in five[3:]:
        assert byoip.provisioned(prefix).state.value == "failed-provision"
    for number in range(10, 15):
        cidr = Prefix.parse(f"2001:db8:{number}::/48")
        byoip.call(
            lambda cidr=cidr: byoip.ranges.register(
                ACCOUNT, REGION, cidr, ipam_pool_id="ipam-pool-0", advertisable=True
            )
        )
    assert byoip.provisioned(sixth).state.value == "provisioned"


@pytest.mark.seed(3)
def test_byoip_is_available_in_the_regions_of_the_lab_only() -> None:
    byoip = Byoip(ready_world())
    error = refused(byoip, caller=Caller(ACCOUNT, "ap-south-2"))
    assert error.code == "UnsupportedOperation"
    assert "us-east-1, eu-west-1" in error.message
    assert byoip.provision(caller=ELSEWHERE).region == OTHER_REGION


@pytest.mark.seed(7, 8, 9, 45)
def test_sizes_are_refused_at_once() -> None:
    byoip = Byoip(ready_world())
    assert "too specific" in refused(byoip, Prefix.parse("198.51.100.0/25")).message
    small = Prefix.parse("2001:db8:1:100::/56")
    assert "too specific" in refused(byoip, small).message
    assert byoip.provision(small, advertisable=False).state.value == "pending-provision"


@pytest.mark.seed(40, 87)
def test_the_authorization_context_cannot_be_left_out() -> None:
    byoip = Byoip(ready_world())
    with pytest.raises(AwsError, match="must contain a CIDR authorization context") as caught:
        byoip.call(lambda: byoip.ranges.provision(CALLER, RANGE, None))
    assert caught.value.code == "InvalidParameterCombination"
    assert byoip.provision(authorization=signed())


@pytest.mark.seed(13)
def test_a_range_of_poor_reputation_is_rejected() -> None:
    byoip = Byoip(ready_world(), poor_reputation=(Prefix.parse("198.51.100.66/32"),))
    record = byoip.provisioned()
    assert record.state.value == "failed-provision"
    assert record.status_message.startswith("reputation: ")


@pytest.mark.seed(20)
def test_the_timeline_tells_whom_the_roas_forget() -> None:
    byoip = Byoip(ready_world())
    byoip.world.announce(RANGE, 64499, 64500)
    record = byoip.provisioned()
    assert record.status_message == record.pool_id
    assert "AS64500 still announces 198.51.100.0/24" in byoip.changes()[-1].text


def test_what_was_brought_survives_a_restart(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    byoip = Byoip(ready_world(RANGE, RANGE6), state)
    byoip.provisioned(RANGE6)
    byoip.provision(RANGE, description="mine", tags={"Team": "network"})
    records = [byoip.record(prefix) for prefix in (RANGE, RANGE6)]
    state.close()

    again = Byoip(byoip.world, State(tmp_path / "state"))
    assert [again.record(prefix) for prefix in (RANGE, RANGE6)] == records
    again.pass_time(3600)
    assert again.state() == "provisioned"


def test_what_another_account_only_asks_for_can_be_asked_for_too() -> None:
    byoip = Byoip(ready_world())
    everything = Prefix.parse("0.0.0.0/0")
    byoip.provision(everything, SOMEBODY)
    assert byoip.provisioned().state.value == "provisioned"
    assert byoip.state(everything, OTHER_ACCOUNT) == "failed-provision"


def test_of_two_accounts_that_can_prove_it_the_first_has_the_range() -> None:
    byoip = Byoip(ready_world())
    byoip.provision(caller=SOMEBODY)
    byoip.pass_time(1)
    byoip.provision()
    byoip.pass_time(3600)
    assert byoip.state(account=OTHER_ACCOUNT) == "provisioned"
    assert byoip.state() == "failed-provision"
    assert "provisioned by another AWS account" in byoip.record().status_message
    byoip.deprovision(caller=SOMEBODY)
    byoip.pass_time(86400)
    assert byoip.provisioned().state.value == "provisioned"


def test_giving_up_what_was_never_proven_keeps_nobody_waiting() -> None:
    byoip = Byoip(ready_world())
    byoip.world.payloads.clear()
    byoip.provisioned(caller=SOMEBODY)
    byoip.deprovision(caller=SOMEBODY)
    assert byoip.state(account=OTHER_ACCOUNT) == "pending-deprovision"
    byoip.provision()
