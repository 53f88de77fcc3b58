"""Who holds what: the most specific registration, transfers, AS numbers, and what survives a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.registry_lab import ARIN_RANGE, RIPE_RANGE, START, RegistryLab, topology_with, transferred

from lab.bgp.prefix import Prefix
from lab.registry.errors import RegistryError
from lab.registry.records import HolderKind
from lab.topology.model import Holding


def lengths(prefix: Prefix) -> list[Prefix]:
    return [prefix.supernet(length) for length in range(prefix.length + 1)]


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_the_most_specific_registration_that_covers_a_prefix_is_found(value: int, length: int) -> None:
    database = RegistryLab().database
    prefix = Prefix(4, value, 32).supernet(length)
    covering = [each for each in database.all() if each.prefix.covers(prefix)]
    expected = max(covering, key=lambda each: each.prefix.length, default=None)
    assert database.find(prefix) == expected


@pytest.mark.seed(5)
def test_space_that_nobody_registered_is_in_no_registry() -> None:
    database = RegistryLab().database
    assert database.find(Prefix.parse("203.0.113.77/32")) is not None
    assert database.find(Prefix.parse("203.0.112.0/23")) is None
    assert database.find(Prefix.parse("2001:db8:200::/48")) is None


def test_only_the_registered_prefix_itself_is_an_exact_match() -> None:
    database = RegistryLab().database
    assert [database.exact(prefix) is not None for prefix in lengths(ARIN_RANGE)] == [False] * 24 + [True]


def test_a_parent_is_around_a_registration_and_at_the_same_registry() -> None:
    holdings = (
        Holding(Prefix.parse("203.0.113.0/24"), "customer", "ARIN", "Direct Allocation"),
        Holding(Prefix.parse("203.0.113.0/25"), "paris", "RIPE", "ALLOCATED PA"),
        Holding(Prefix.parse("203.0.113.0/26"), "site-a", "ARIN", "Reassigned"),
    )
    database = RegistryLab(topology=topology_with(*holdings)).database
    around, other, inside = database.all()
    assert database.parent(inside) == around
    assert database.parent(other) is None
    assert database.parent(around) is None


def test_an_as_number_is_registered_where_its_holder_has_space() -> None:
    database = RegistryLab().database
    found = {asn: database.autnum(asn) for asn in (64498, 64501, 64502)}
    assert {asn: autnum and (autnum.rir, autnum.holder) for asn, autnum in found.items()} == {
        64498: ("APNIC", "tokyo"),
        64501: ("ARIN", "site-b"),
        64502: ("RIPE", "nobody"),
    }
    assert database.autnum(64511) is None


@pytest.mark.seed(6)
def test_a_holder_is_an_organization_unless_the_file_says_individual() -> None:
    holding = Holding(ARIN_RANGE, "customer", "ARIN", "Direct Allocation", kind="individual")
    assert RegistryLab().holder("customer").kind is HolderKind.ORGANIZATION
    assert RegistryLab(topology=topology_with(holding)).holder("customer").kind is HolderKind.INDIVIDUAL


def test_remarks_of_the_file_stand_in_the_field_where_aws_looks() -> None:
    holding = Holding(RIPE_RANGE, "paris", "RIPE", "ALLOCATED PA", "PARIS-NET", remarks=("one\ntwo", "three"))
    (found,) = RegistryLab(topology=topology_with(holding)).database.all()
    (remark,) = found.remarks
    assert (found.name, remark.field, remark.lines) == ("PARIS-NET", "descr", ("one", "two", "three"))


def test_a_remark_of_the_file_that_its_registry_cannot_write_is_refused() -> None:
    holding = Holding(RIPE_RANGE, "paris", "RIPE", "ALLOCATED PA", remarks=("snow \N{SNOWMAN}",))
    with pytest.raises(RegistryError, match="latin-1 only"):
        RegistryLab(topology=topology_with(holding))


def test_a_transferred_range_keeps_its_status_and_loses_its_remarks() -> None:
    lab = RegistryLab()
    lab.editor.add_comment(ARIN_RANGE, "ours")
    lab.editor.set_status(ARIN_RANGE, "Direct Assignment")
    lab.clock.time += 86400
    lab.database.sync(transferred(lab.topology, "203.0.113.0/24", "paris"))
    found = lab.registration(ARIN_RANGE)
    assert (found.holder, found.status, found.remarks) == ("paris", "Direct Assignment", ())
    assert (found.registered, found.changed) == (START + 86400, START + 86400)


def test_what_is_left_of_a_split_range_keeps_its_remarks() -> None:
    lab = RegistryLab()
    lab.editor.add_comment(RIPE_RANGE, "ours")
    kept, gone = Prefix.parse("198.51.100.0/26"), Prefix.parse("198.51.100.64/26")
    others = tuple(holding for holding in lab.topology.registry if holding.prefix != RIPE_RANGE)
    halves = (Holding(kept, "paris", "RIPE", "ALLOCATED PA"), Holding(gone, "lima", "RIPE", "ALLOCATED PA"))
    lab.database.sync((*others, *halves))
    assert lab.database.exact(RIPE_RANGE) is None
    left, taken = lab.registration(kept), lab.registration(gone)
    assert (left.remarks[0].lines, left.registered) == (("ours",), START)
    assert taken.remarks == ()


def test_a_range_that_is_transferred_there_and_back_has_no_remarks() -> None:
    lab = RegistryLab()
    lab.editor.add_comment(ARIN_RANGE, "ours")
    lab.database.sync(transferred(lab.topology, "203.0.113.0/24", "paris"))
    lab.database.sync(lab.topology.registry)
    found = lab.registration(ARIN_RANGE)
    assert (found.holder, found.remarks) == ("customer", ())


def test_what_does_not_change_hands_stays_as_it_is() -> None:
    lab = RegistryLab()
    lab.editor.add_comment(ARIN_RANGE, "ours")
    before = lab.database.all()
    lab.clock.time += 60
    lab.database.sync(lab.topology.registry)
    assert lab.database.all() == before


def test_edits_survive_a_restart(tmp_path: Path) -> None:
    lab = RegistryLab(tmp_path / "state")
    lab.clock.time += 60
    lab.editor.add_comment(ARIN_RANGE, ["a", "b"])
    lab.editor.set_status(RIPE_RANGE, "legacy")
    lab.editor.set_kind(RIPE_RANGE, HolderKind.INDIVIDUAL)
    before, paris = lab.database.all(), lab.holder("paris")
    lab.state.close()
    again = RegistryLab(tmp_path / "state")
    assert again.database.all() == before
    assert again.holder("paris") == paris
    assert paris.kind is HolderKind.INDIVIDUAL


def test_a_transfer_survives_a_restart_with_the_holdings_of_after_it(tmp_path: Path) -> None:
    lab = RegistryLab(tmp_path / "state")
    after = transferred(lab.topology, "203.0.113.0/24", "paris")
    lab.database.sync(after)
    lab.editor.add_comment(ARIN_RANGE, "of paris")
    before = lab.database.all()
    lab.state.close()
    again = RegistryLab(tmp_path / "state", replace(lab.topology, registry=after))
    assert again.database.all() == before


def test_what_is_taken_back_was_never_registered() -> None:
    lab = RegistryLab()
    before = lab.database.all()
    with lab.state.transaction(commit=False):
        lab.editor.add_comment(ARIN_RANGE, "rehearsed")
        lab.database.sync(transferred(lab.topology, "203.0.113.0/24", "paris"))
    assert lab.database.all() == before
