"""What each RIR lets a holder write, and where."""

from __future__ import annotations

import pytest
from support.registry_lab import (
    AFRINIC_RANGE,
    APNIC_RANGE,
    ARIN_RANGE,
    LACNIC_RANGE,
    RIPE_RANGE,
    RegistryLab,
)

from lab.bgp.prefix import Prefix
from lab.registry.comments import MAX_LINES
from lab.registry.errors import RegistryError
from lab.registry.records import HolderKind
from lab.registry.rirs import RIRS

ALL = (ARIN_RANGE, RIPE_RANGE, APNIC_RANGE, LACNIC_RANGE, AFRINIC_RANGE)


@pytest.fixture
def lab() -> RegistryLab:
    return RegistryLab()


def lines(lab: RegistryLab, prefix: Prefix) -> dict[str, tuple[str, ...]]:
    return {remark.field: remark.lines for remark in lab.registration(prefix).remarks}


@pytest.mark.seed(30)
def test_arin_has_public_comments_on_a_range_and_no_other_field(lab: RegistryLab) -> None:
    lab.editor.add_comment(ARIN_RANGE, "a comment", "public comments")
    assert lines(lab, ARIN_RANGE) == {"Public Comments": ("a comment",)}
    with pytest.raises(RegistryError, match=r"ARIN has no field 'descr'.*Public Comments"):
        lab.editor.add_comment(ARIN_RANGE, "a comment", "descr")


@pytest.mark.seed(30, 31)
def test_a_comment_on_the_organization_is_none_on_its_range(lab: RegistryLab) -> None:
    for prefix in (ARIN_RANGE, RIPE_RANGE):
        lab.editor.add_holder_comment(prefix, "on the organization")
        assert lines(lab, prefix) == {}
        holder = lab.holder(lab.registration(prefix).holder)
        assert [remark.lines for remark in holder.remarks] == [("on the organization",)]


@pytest.mark.seed(31)
def test_ripe_takes_a_comment_as_descr_unless_remarks_are_asked_for(lab: RegistryLab) -> None:
    lab.editor.add_comment(RIPE_RANGE, "first", "remarks:")
    lab.editor.add_comment(RIPE_RANGE, "second")
    assert list(lines(lab, RIPE_RANGE).items()) == [("descr", ("second",)), ("remarks", ("first",))]


@pytest.mark.seed(32)
def test_only_the_helpdesk_writes_apnics_remarks(lab: RegistryLab) -> None:
    with pytest.raises(RegistryError, match=r"APNIC's helpdesk does.*or write 'descr' in MyAPNIC"):
        lab.editor.add_comment(APNIC_RANGE, "a certificate")
    assert lines(lab, APNIC_RANGE) == {}
    lab.editor.add_comment(APNIC_RANGE, "a certificate", by_helpdesk=True)
    lab.editor.add_comment(APNIC_RANGE, "a description", "descr")
    assert lines(lab, APNIC_RANGE) == {"descr": ("a description",), "remarks": ("a certificate",)}


@pytest.mark.seed(32)
def test_only_the_helpdesk_removes_apnics_remarks(lab: RegistryLab) -> None:
    lab.editor.add_comment(APNIC_RANGE, "a certificate", by_helpdesk=True)
    with pytest.raises(RegistryError, match="helpdesk"):
        lab.editor.clear_comments(APNIC_RANGE)
    lab.editor.clear_comments(APNIC_RANGE, by_helpdesk=True)
    assert lines(lab, APNIC_RANGE) == {}


def test_afrinic_and_lacnic_take_remarks(lab: RegistryLab) -> None:
    for prefix in (AFRINIC_RANGE, LACNIC_RANGE):
        lab.editor.add_comment(prefix, "a remark")
        assert lines(lab, prefix) == {"remarks": ("a remark",)}


def test_comments_are_added_at_the_end_and_removed_by_field(lab: RegistryLab) -> None:
    lab.editor.add_comment(RIPE_RANGE, "one")
    lab.editor.add_comment(RIPE_RANGE, "two\nthree")
    lab.editor.add_comment(RIPE_RANGE, "four", "remarks")
    assert lines(lab, RIPE_RANGE) == {"descr": ("one", "two", "three"), "remarks": ("four",)}
    lab.editor.clear_comments(RIPE_RANGE, "descr")
    assert lines(lab, RIPE_RANGE) == {"remarks": ("four",)}
    lab.editor.clear_comments(RIPE_RANGE)
    assert lines(lab, RIPE_RANGE) == {}


def test_a_holder_at_two_registries_has_comments_at_each(lab: RegistryLab) -> None:
    holdings = [each for each in lab.topology.registry if each.prefix != RIPE_RANGE]
    lab.database.sync([*holdings, type(holdings[0])(RIPE_RANGE, "customer", "RIPE", "LEGACY")])
    lab.editor.add_holder_comment(ARIN_RANGE, "at ARIN")
    lab.editor.add_holder_comment(RIPE_RANGE, "at RIPE")
    lab.editor.clear_holder_comments(ARIN_RANGE)
    remarks = lab.holder("customer").remarks
    assert [(remark.rir, remark.lines) for remark in remarks] == [("RIPE", ("at RIPE",))]


def test_an_edit_is_dated(lab: RegistryLab) -> None:
    before = lab.registration(ARIN_RANGE)
    lab.clock.time += 3600
    after = lab.editor.add_comment(ARIN_RANGE, "a comment")
    assert (after.registered, after.changed) == (before.registered, before.changed + 3600)


@pytest.mark.seed(14, 15, 16, 17)
@pytest.mark.parametrize("prefix", ALL)
def test_every_status_of_a_registry_can_be_set_in_its_own_words(lab: RegistryLab, prefix: Prefix) -> None:
    for status in RIRS[lab.registration(prefix).rir].statuses:
        assert lab.editor.set_status(prefix, status.swapcase()).status == status


@pytest.mark.seed(14, 15, 16)
@pytest.mark.parametrize(
    ("prefix", "status", "hint"),
    [
        (ARIN_RANGE, "Direct Alocation", "did you mean 'Direct Allocation'"),
        (ARIN_RANGE, "Realocated", "did you mean 'Reallocated'"),
        (ARIN_RANGE, "LEGACY", "network type"),
        (RIPE_RANGE, "ALLOCATED PORTABLE", "RIPE has no status"),
        (APNIC_RANGE, "ASSIGNED PORTABEL", "did you mean 'ASSIGNED PORTABLE'"),
        (APNIC_RANGE, "ALLOCATED PA", "APNIC has no status"),
    ],
)
def test_a_status_of_another_registry_is_refused_with_the_nearest(
    lab: RegistryLab, prefix: Prefix, status: str, hint: str
) -> None:
    before = lab.database.all()
    with pytest.raises(RegistryError, match=hint):
        lab.editor.set_status(prefix, status)
    assert lab.database.all() == before


@pytest.mark.seed(6)
def test_a_holder_can_be_made_an_individual(lab: RegistryLab) -> None:
    assert lab.editor.set_kind(ARIN_RANGE, HolderKind.INDIVIDUAL).kind is HolderKind.INDIVIDUAL
    assert lab.holder("customer").kind is HolderKind.INDIVIDUAL


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("203.0.113.128/25", "part of 203.0.113.0/24, which customer holds at ARIN"),
        ("203.0.112.0/23", "registered in it: 203.0.113.0/24, 203.0.113.0/25"),
        ("203.0.114.0/24", "the nearest that is registered is 203.0.113.0/2"),
    ],
)
def test_only_a_registered_prefix_can_be_edited(lab: RegistryLab, prefix: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        lab.editor.add_comment(Prefix.parse(prefix), "a comment")


def test_a_field_does_not_grow_beyond_its_bound(lab: RegistryLab) -> None:
    lab.editor.add_comment(ARIN_RANGE, ["x"] * MAX_LINES)
    before = lab.database.all()
    with pytest.raises(RegistryError, match=f"{MAX_LINES + 1} lines"):
        lab.editor.add_comment(ARIN_RANGE, "one more")
    assert lab.database.all() == before
