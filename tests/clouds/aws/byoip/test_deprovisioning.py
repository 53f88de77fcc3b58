"""Taking a range away from AWS, in the right order; and IPAM's part in it."""

from __future__ import annotations

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION
from support.byoip_customer import CALLER, RANGE, RANGE6, Byoip, ready_world
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError


def provisioned(prefix: Prefix = RANGE, **options: object) -> Byoip:
    byoip = Byoip(ready_world(prefix))
    byoip.provisioned(prefix, **options)
    return byoip


def refused(byoip: Byoip, prefix: Prefix = RANGE) -> AwsError:
    with pytest.raises(AwsError) as caught:
        byoip.deprovision(prefix)
    return caught.value


@pytest.mark.seed(69, 73, 74)
@pytest.mark.parametrize("prefix", [RANGE, RANGE6])
def test_a_range_leaves_after_a_while_and_its_pool_with_it(prefix: Prefix) -> None:
    byoip = provisioned(prefix)
    pool_id = byoip.record(prefix).pool_id
    assert byoip.deprovision(prefix).state.value == "pending-deprovision"
    byoip.pass_time(599)
    assert byoip.state(prefix) == "pending-deprovision"
    byoip.pass_time(1)
    assert byoip.state(prefix) == "deprovisioned"
    pools = byoip.ipv4_pools if prefix.version == 4 else byoip.ipv6_pools
    with pytest.raises(AwsError, match="NotFound"):
        pools.find(CALLER, pool_id)


@pytest.mark.seed(69)
def test_a_range_must_be_withdrawn_first() -> None:
    byoip = provisioned()
    byoip.advertise()
    assert "pending-advertising and cannot be deprovisioned: wait" in refused(byoip).message
    byoip.pass_time(30)
    error = refused(byoip)
    assert error.code == "IncorrectState"
    assert "withdraw it first" in error.message
    byoip.withdraw()
    assert "pending-withdrawal and cannot be deprovisioned: wait" in refused(byoip).message
    byoip.pass_time(40)
    byoip.deprovision()


@pytest.mark.seed(69)
def test_addresses_in_use_let_it_fail_later_and_it_can_be_tried_again() -> None:
    byoip = provisioned()
    pool_id = byoip.record().pool_id
    address = byoip.call(lambda: byoip.ipv4_pools.take(pool_id))
    byoip.deprovision()
    byoip.pass_time(600)
    assert byoip.state() == "failed-deprovision"
    assert str(address) in byoip.record().status_message
    byoip.call(lambda: byoip.ipv4_pools.give_back(address))
    byoip.deprovision()
    byoip.pass_time(600)
    assert byoip.state() == "deprovisioned"


@pytest.mark.seed(69)
def test_ipv6_blocks_in_use_let_it_fail_too() -> None:
    byoip = provisioned(RANGE6)
    pool_id = byoip.record(RANGE6).pool_id
    blocks = [byoip.call(lambda: byoip.ipv6_pools.allocate(CALLER, pool_id, None)) for _ in range(7)]
    byoip.deprovision(RANGE6)
    byoip.pass_time(600)
    assert byoip.state(RANGE6) == "failed-deprovision"
    assert str(blocks[0]) in byoip.record(RANGE6).status_message
    assert "and 2 more" in byoip.record(RANGE6).status_message


@pytest.mark.seed(70)
@pytest.mark.parametrize("text", ["198.51.100.0/25", "198.51.100.0/23"])
def test_only_the_whole_range_can_be_deprovisioned(text: str) -> None:
    byoip = provisioned()
    error = refused(byoip, Prefix.parse(text))
    assert error.code == "InvalidParameterValue"
    assert "use exactly 198.51.100.0/24" in error.message


@pytest.mark.seed(70)
def test_a_more_specific_range_can_be_brought_once_the_whole_one_has_left() -> None:
    whole = Prefix.parse("198.51.0.0/16")
    world = ready_world(whole)
    world.authorize(whole, max_length=24)
    byoip = Byoip(world)
    byoip.provisioned(whole)
    with pytest.raises(AwsError, match=r"deprovision 198\.51\.0\.0/16 first"):
        byoip.provision()
    byoip.deprovision(whole)
    byoip.pass_time(600)
    assert byoip.provisioned().state.value == "provisioned"


def test_a_range_that_has_left_is_listed_for_a_day() -> None:
    byoip = provisioned()
    byoip.deprovision()
    byoip.pass_time(600 + 86399)
    assert [record.state.value for record in byoip.ranges.describe(CALLER)] == ["deprovisioned"]
    assert "nothing of it is left" in refused(byoip).message
    byoip.pass_time(1)
    assert byoip.ranges.describe(CALLER) == []
    assert "not provisioned" in refused(byoip).message


def test_a_failed_range_and_one_that_is_not_advertisable_can_leave() -> None:
    byoip = Byoip(ready_world(RANGE6))
    byoip.world.payloads.clear()
    byoip.provisioned(RANGE6)
    byoip.deprovision(RANGE6)
    byoip.pass_time(600)
    assert byoip.state(RANGE6) == "deprovisioned"
    byoip.provisioned(RANGE6, advertisable=False)
    byoip.deprovision(RANGE6)
    byoip.pass_time(600)
    assert byoip.state(RANGE6) == "deprovisioned"


def test_each_account_and_region_sees_its_own_ranges() -> None:
    byoip = provisioned()
    assert [record.prefix for record in byoip.ranges.describe(CALLER)] == [RANGE]
    assert byoip.ranges.describe(Caller(ACCOUNT, OTHER_REGION)) == []
    assert byoip.ranges.describe(Caller(OTHER_ACCOUNT, REGION)) == []


def test_a_range_handed_over_to_ipam_stays_announced_and_leaves_by_ipam() -> None:
    byoip = provisioned()
    byoip.advertise()
    byoip.pass_time(30)
    pool_id = byoip.record().pool_id
    before = byoip.ranges.originations()
    changes = byoip.changes()
    byoip.call(lambda: byoip.ranges.hand_over(ACCOUNT, RANGE, "ipam-pool-0"))
    assert byoip.ranges.originations() == before
    assert byoip.changes() == changes
    assert "deprovision it from ipam-pool-0" in refused(byoip).message
    with pytest.raises(AwsError, match="withdraw it first"):
        byoip.call(lambda: byoip.ranges.unregister(ACCOUNT, RANGE))
    byoip.withdraw()
    byoip.pass_time(40)
    byoip.call(lambda: byoip.ranges.unregister(ACCOUNT, RANGE))
    assert byoip.ranges.find(ACCOUNT, RANGE) is None
    assert byoip.ipv4_pools.find(CALLER, pool_id).ranges == (RANGE,)
    byoip.call(lambda: byoip.ranges.unregister(ACCOUNT, RANGE))


def test_only_a_range_at_rest_can_be_handed_over() -> None:
    byoip = Byoip(ready_world())
    with pytest.raises(AwsError, match="has not provisioned"):
        byoip.call(lambda: byoip.ranges.hand_over(ACCOUNT, RANGE, "ipam-pool-0"))
    byoip.provision()
    with pytest.raises(AwsError, match="pending-provision"):
        byoip.call(lambda: byoip.ranges.hand_over(ACCOUNT, RANGE, "ipam-pool-0"))


class Lifecycle(RuleBasedStateMachine):
    """Whatever is called in whatever order: the rules of the whole hold."""

    RANGES = (RANGE, RANGE6, Prefix.parse("203.0.113.0/24"))
    CALLERS = (CALLER, Caller(ACCOUNT, OTHER_REGION), Caller(OTHER_ACCOUNT, REGION))

    def __init__(self) -> None:
        super().__init__()
        self.byoip = Byoip(ready_world(*self.RANGES))
        self.seen = 0

    @rule(
        call=st.sampled_from(["provision", "advertise", "withdraw", "deprovision"]),
        prefix=st.sampled_from(RANGES),
        caller=st.sampled_from(CALLERS),
    )
    def ask(self, call: str, prefix: Prefix, caller: Caller) -> None:
        try:
            getattr(self.byoip, call)(prefix, caller)
        except AwsError as error:
            assert error.message  # noqa: PT017  a refusal is as good as an answer here

    @rule(seconds=st.sampled_from([5, 10, 40, 600, 3600]))
    def wait(self, seconds: float) -> None:
        self.byoip.pass_time(seconds)

    @rule()
    def lose_or_mend_the_roas(self) -> None:
        world = self.byoip.world
        if world.payloads:
            world.payloads.clear()
        else:
            for prefix in self.RANGES:
                world.authorize(prefix)

    @invariant()
    def a_range_is_at_aws_once(self) -> None:
        for prefix in self.RANGES:
            found = self.byoip.ranges.overlapping(prefix)
            assert len([record for record in found if record.is_proven]) <= 1
            assert len({record.account for record in found}) == len(found)

    @invariant()
    def a_pool_stands_for_every_range_that_has_been_provisioned_and_for_no_other(self) -> None:
        for caller in self.CALLERS:
            pools = {
                pool.id
                for pool in (*self.byoip.ipv4_pools.all_of(caller), *self.byoip.ipv6_pools.all_of(caller))
            }
            assert pools == {each.pool_id for each in self.byoip.ranges.describe(caller) if each.pool_id}

    @invariant()
    def what_is_announced_is_what_the_timeline_says(self) -> None:
        announced = set()
        for change in self.byoip.changes():
            announced.discard((change.region, change.prefix))
            if change.after in {"advertised", "pending-withdrawal"}:
                announced.add((change.region, change.prefix))
        assert self.byoip.ranges.originations() == announced


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = hypothesis_settings(max_examples=examples(80), stateful_step_count=25, deadline=None)
