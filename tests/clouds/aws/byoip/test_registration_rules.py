"""Whom a range must be registered to, and how."""

from __future__ import annotations

import pytest
from support.aws_world import FakeWorld, basics_with
from support.byoip_customer import RANGE, ready_world

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.registration_rules import ACCEPTED_STATUSES, registration_shortfalls
from lab.clouds.aws.byoip.shortfall import Shortfall
from lab.registry.records import HolderKind


def missing(world: FakeWorld, prefix: Prefix = RANGE, **settings: object) -> list[Shortfall]:
    return list(registration_shortfalls(basics_with(world, **settings), prefix))


def registered(**how: object) -> FakeWorld:
    world = FakeWorld()
    world.register(RANGE, **how)
    return world


@pytest.mark.seed(5)
def test_a_range_must_be_registered() -> None:
    assert missing(ready_world()) == []
    (shortfall,) = missing(FakeWorld())
    assert shortfall.rule == "registration"
    assert "198.51.100.0/24 is not registered" in shortfall.text


@pytest.mark.seed(5)
@pytest.mark.parametrize("rir", ["lacnic", "afrinic"])
def test_a_range_of_another_registry_is_refused(rir: str) -> None:
    (shortfall,) = missing(registered(rir=rir, status="ALLOCATED PA"))
    assert shortfall.rule == "registration"
    assert f"with {rir.upper()}" in shortfall.text
    assert "APNIC, ARIN, RIPE" in shortfall.text


@pytest.mark.seed(1, 5)
def test_part_of_a_registration_can_be_brought_but_not_more_than_it() -> None:
    assert missing(ready_world(Prefix.parse("198.51.0.0/16"))) == []
    (shortfall,) = missing(ready_world(), Prefix.parse("198.51.100.0/23"))
    assert "larger than its registration: 198.51.100.0/24" in shortfall.text
    (shortfall,) = missing(ready_world(Prefix.parse("198.51.101.0/24")), Prefix.parse("198.51.100.0/23"))
    assert "larger than its registration: 198.51.101.0/24" in shortfall.text


@pytest.mark.seed(14, 15, 16)
@pytest.mark.parametrize(
    ("rir", "status"), [(rir, one) for rir, some in ACCEPTED_STATUSES.items() for one in some]
)
def test_the_statuses_of_an_owner_are_accepted(rir: str, status: str) -> None:
    assert missing(registered(rir=rir, status=status)) == []
    assert missing(registered(rir=rir.upper(), status=status.upper())) == []


@pytest.mark.parametrize(
    ("rir", "status"),
    [
        pytest.param("arin", "Reallocation", marks=pytest.mark.seed(14, 17)),
        pytest.param("arin", "Reassignment", marks=pytest.mark.seed(14, 17)),
        pytest.param("arin", "ALLOCATED PA", marks=pytest.mark.seed(14)),
        pytest.param("ripe", "ASSIGNED PA", marks=pytest.mark.seed(15, 17)),
        pytest.param("ripe", "SUB-ALLOCATED PA", marks=pytest.mark.seed(15, 17)),
        pytest.param("ripe", "ALLOCATED PORTABLE", marks=pytest.mark.seed(15)),
        pytest.param("apnic", "ALLOCATED NON-PORTABLE", marks=pytest.mark.seed(16, 17)),
        pytest.param("apnic", "ASSIGNED NON-PORTABLE", marks=pytest.mark.seed(16, 17)),
        pytest.param("apnic", "", marks=pytest.mark.seed(16, 17)),
    ],
)
def test_any_other_status_is_refused_with_the_accepted_ones(rir: str, status: str) -> None:
    (shortfall,) = missing(registered(rir=rir, status=status))
    assert shortfall.rule == "status"
    assert f'"{status}" at {rir.upper()}' in shortfall.text
    assert ACCEPTED_STATUSES[rir][0] in shortfall.text


@pytest.mark.seed(17)
def test_the_most_specific_registration_counts() -> None:
    world = ready_world(Prefix.parse("198.51.0.0/16"))
    world.register(RANGE, status="Reassignment", holder="tenant")
    (shortfall,) = missing(world)
    assert "tenant owns it" in shortfall.text


@pytest.mark.seed(6)
def test_a_range_of_an_individual_is_refused() -> None:
    assert missing(registered(kind=HolderKind.ORGANIZATION)) == []
    (shortfall,) = missing(registered(kind=HolderKind.INDIVIDUAL))
    assert shortfall.rule == "holder"
    assert "an individual person; it must be a business" in shortfall.text


def test_a_holder_of_whom_nothing_is_known_is_refused() -> None:
    world = registered()
    world.holders.clear()
    assert [shortfall.rule for shortfall in missing(world)] == ["holder"]


@pytest.mark.seed(13)
@pytest.mark.parametrize("bad", ["198.51.100.7/32", "198.51.100.0/24", "198.51.0.0/16"])
def test_a_range_with_an_address_of_poor_reputation_is_refused(bad: str) -> None:
    world = ready_world()
    assert missing(world, poor_reputation=(Prefix.parse("203.0.113.0/24"),)) == []
    (shortfall,) = missing(world, poor_reputation=(Prefix.parse(bad),))
    assert shortfall.rule == "reputation"
    assert bad in shortfall.text
