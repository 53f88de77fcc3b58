"""Whatever is asked in whatever order: no space is used twice or lost, and all of it can be taken down."""

from __future__ import annotations

import netaddr
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.aws_ipam import IpamLab
from support.aws_world import REGION, basics_with
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import ResourceType
from lab.clouds.aws.ipam.tables import IpamTables
from lab.state.state import State

EXPECTED = {
    "DependencyViolation", "IncorrectState", "InvalidParameterCombination", "InvalidParameterValue",
    "InvalidIpamPoolId.NotFound", "IpamPoolDepthLimitExceeded",
}  # fmt: skip
MOST_POOLS = 6
PLACES = st.integers(0, 59)
LENGTHS = st.none() | st.integers(23, 29)
CIDRS = st.builds(
    lambda value, length: str(Prefix(4, (10 << 24) + value, 32).supernet(length)),
    st.integers(0, 1023),
    st.integers(22, 29),
)
PATIENCE = st.sampled_from([True, True, True, False])


class AnyOrder(RuleBasedStateMachine):
    """Pools of one scope, on as many levels as come about, by people who do not always wait."""

    def __init__(self) -> None:
        super().__init__()
        self.lab = IpamLab()
        self.tables = self.lab.aws.ipam.tables
        top = self.lab.pool(Locale=REGION)
        self.lab.provision(top, Cidr="10.0.0.0/22")
        self.lab.provision(self.lab.pool(SourceIpamPoolId=top), NetmaskLength=24)

    def attempt(self, patient: bool, operation: str, **asked: object) -> None:
        try:
            self.lab.ask(operation, **asked)
        except AwsError as error:
            if error.code not in EXPECTED:
                raise
        if patient:
            self.lab.settle()

    def pool(self, place: int) -> str:
        pools = list(self.tables.pools)
        return pools[place % len(pools)]

    @precondition(lambda self: len(self.tables.pools) < MOST_POOLS)
    @rule(place=st.none() | PLACES, patient=PATIENCE)
    def create(self, place: int | None, patient: bool) -> None:
        asked = {"IpamScopeId": self.lab.private, "AddressFamily": "ipv4", "Locale": REGION}
        if place is not None and self.tables.pools:
            asked["SourceIpamPoolId"] = self.pool(place)
        self.attempt(patient, "CreateIpamPool", **asked)

    @precondition(lambda self: self.tables.pools)
    @rule(place=PLACES, cidr=CIDRS, length=LENGTHS, patient=PATIENCE)
    def provision(self, place: int, cidr: str, length: int | None, patient: bool) -> None:
        wanted = {"Cidr": cidr} if length is None else {"NetmaskLength": length}
        self.attempt(patient, "ProvisionIpamPoolCidr", IpamPoolId=self.pool(place), **wanted)

    @precondition(lambda self: self.tables.pools)
    @rule(place=PLACES, cidr=CIDRS, length=LENGTHS)
    def allocate(self, place: int, cidr: str, length: int | None) -> None:
        wanted = {"Cidr": cidr} if length is None else {"NetmaskLength": length}
        self.attempt(False, "AllocateIpamPoolCidr", IpamPoolId=self.pool(place), **wanted)

    @precondition(lambda self: self.tables.allocations)
    @rule(place=PLACES)
    def release(self, place: int) -> None:
        found = list(self.tables.allocations.values())
        one = found[place % len(found)]
        known = {"IpamPoolId": one.pool_id, "IpamPoolAllocationId": one.id, "Cidr": str(one.prefix)}
        self.attempt(False, "ReleaseIpamPoolAllocation", **known)

    @precondition(lambda self: any(cidr.prefix for cidr in self.tables.cidrs.values()))
    @rule(place=PLACES, patient=PATIENCE)
    def deprovision(self, place: int, patient: bool) -> None:
        found = [cidr for cidr in self.tables.cidrs.values() if cidr.prefix]
        one = found[place % len(found)]
        asked = {"IpamPoolId": one.pool_id, "Cidr": str(one.prefix)}
        self.attempt(patient, "DeprovisionIpamPoolCidr", **asked)

    @precondition(lambda self: len(self.tables.pools) > 1)
    @rule(place=PLACES, cascade=st.booleans(), patient=PATIENCE)
    def delete(self, place: int, cascade: bool, patient: bool) -> None:
        self.attempt(patient, "DeleteIpamPool", IpamPoolId=self.pool(place), Cascade=cascade)

    @rule(seconds=st.sampled_from([1, 20]))
    def wait(self, seconds: float) -> None:
        self.lab.settle(seconds)

    @invariant()
    def what_is_allocated_lies_in_what_is_provisioned_and_never_overlaps(self) -> None:
        for pool in self.tables.pools.values():
            held = [cidr.prefix for cidr in self.tables.cidrs_of(pool.id) if cidr.is_held]
            allocated = [each.prefix for each in self.tables.allocations_of(pool.id)]
            provisioned, used = _set(held), _set(allocated)
            assert provisioned.size == _size(held)
            assert used.size == _size(allocated)
            assert used <= provisioned
            assert (provisioned - used).size + used.size == provisioned.size

    @invariant()
    def a_pool_has_what_its_source_has_allocated_to_it(self) -> None:
        for pool in self.tables.pools.values():
            if pool.source_pool_id is None:
                continue
            got = {
                each.prefix
                for each in self.tables.allocations_of(pool.source_pool_id)
                if (each.resource_type, each.resource_id) == (ResourceType.POOL, pool.id)
            }
            assert got == {cidr.prefix for cidr in self.tables.cidrs_of(pool.id) if cidr.is_held}

    @invariant()
    def no_address_is_at_the_top_twice(self) -> None:
        tops = [pool for pool in self.tables.pools.values() if pool.source_pool_id is None]
        held = [cidr.prefix for top in tops for cidr in self.tables.cidrs_of(top.id) if cidr.is_held]
        assert _set(held).size == _size(held)

    @invariant()
    def a_free_block_is_found_exactly_if_there_is_one(self) -> None:
        for pool in self.tables.pools.values():
            if pool.due is not None:
                continue
            free = _set(self.tables.usable(pool.id)) - _set(
                [each.prefix for each in self.tables.allocations_of(pool.id)]
            )
            # Neighbouring CIDRs of a pool are not merged: a block lies in one of them.
            shortest = min(
                (part.prefixlen for cidr in self.tables.usable(pool.id)
                 for part in (free & _set([cidr])).iter_cidrs()),
                default=33,
            )  # fmt: skip
            for length in (24, 28):
                asked = {"IpamPoolId": pool.id, "NetmaskLength": length, "PreviewNextCidr": True}
                if shortest <= length:
                    found = self.lab.ask("AllocateIpamPoolCidr", **asked)["IpamPoolAllocation"]["Cidr"]
                    assert netaddr.IPNetwork(found) in free
                else:
                    self.lab.refusal("AllocateIpamPoolCidr", **asked)

    def teardown(self) -> None:
        """From the leaves to the root, in the documented order."""
        self.lab.settle(20)
        for pool in sorted(self.tables.pools.values(), key=lambda each: -each.depth):
            for each in self.tables.allocations_of(pool.id):
                known = {"IpamPoolId": pool.id, "IpamPoolAllocationId": each.id, "Cidr": str(each.prefix)}
                self.lab.ask("ReleaseIpamPoolAllocation", **known)
            for cidr in self.tables.cidrs_of(pool.id):
                if cidr.is_held:
                    self.lab.ask("DeprovisionIpamPoolCidr", IpamPoolId=pool.id, Cidr=str(cidr.prefix))
            self.lab.settle()
            self.lab.ask("DeleteIpamPool", IpamPoolId=pool.id)
            self.lab.settle()
        assert not self.tables.pools
        assert not self.tables.cidrs
        assert not self.tables.allocations
        self.lab.ask("DeleteIpam", IpamId=self.lab.id)
        self.lab.settle()
        assert not self.tables.managers
        assert not self.tables.scopes


def _set(prefixes: list[Prefix | None]) -> netaddr.IPSet:
    return netaddr.IPSet([str(prefix) for prefix in prefixes])


def _size(prefixes: list[Prefix | None]) -> int:
    return sum(1 << (32 - prefix.length) for prefix in prefixes if prefix)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = hypothesis_settings(max_examples=examples(30), stateful_step_count=30)


def test_all_records_survive_a_restart(tmp_path) -> None:
    path = tmp_path / "state"
    lab = IpamLab(State(path), Description="ours")
    top = lab.top()
    pool = lab.regional(top, "2605:9cc0:1ff0::/48")
    lab.allocate(pool, NetmaskLength=56)
    lab.ask("ProvisionIpamPoolCidr", IpamPoolId=pool, NetmaskLength=48)
    before = lab.aws.ipam.tables
    lab.aws.basics.state.close()
    after = IpamTables(basics_with(state=State(path)).state)
    for name in ("managers", "scopes", "pools", "cidrs", "allocations"):
        assert dict(getattr(after, name)) == dict(getattr(before, name))
        assert len(getattr(after, name)) > 0
