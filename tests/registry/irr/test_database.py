"""What the IRR has: what the file says, what was edited since, and what survives a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.irr_lab import IrrLab

from lab.bgp.prefix import Prefix
from lab.registry.errors import RegistryError
from lab.topology.model import IrrAsSet, IrrRoute

PREFIX = Prefix.parse("203.0.113.0/24")
ROUTE = IrrRoute(PREFIX, 64496, descr="Example Network\n6 Cordelia St")
OTHER = IrrRoute(Prefix.parse("198.51.100.0/25"), 64497, remarks="one\ntwo")
SET = IrrAsSet("as-customer", ("as64496", "AS64497", "AS64496"))


def keys(lab: IrrLab) -> list[str]:
    return [route.key for route in lab.database.routes()]


def restarted(path: Path, lab: IrrLab, *routes: IrrRoute, as_sets: tuple[IrrAsSet, ...] = ()) -> IrrLab:
    """The next lab on the state that `lab` leaves."""
    lab.state.close()
    return IrrLab(routes, as_sets, path)


@pytest.mark.seed(238)
def test_an_object_of_the_file_is_at_the_rir_of_its_prefix_and_its_holders() -> None:
    lab = IrrLab([ROUTE, OTHER])
    first, second = lab.database.exact(PREFIX)[0], lab.database.exact(OTHER.prefix)[0]
    assert (first.source, first.maintainer, first.origin) == ("ARIN", "CUSTOMER-MNT", 64496)
    assert (second.source, second.maintainer) == ("RIPE", "PARIS-MNT")
    assert (first.descr, second.remarks) == (("Example Network", "6 Cordelia St"), ("one", "two"))
    assert first.created == first.changed == lab.clock.time


@pytest.mark.seed(127, 128)
def test_an_object_counts_for_its_own_prefix_and_origin_only() -> None:
    lab = IrrLab()
    lab.add("203.0.113.0/25", 13335)
    assert lab.database.exact(PREFIX) == ()
    lab.add("203.0.113.0/24", 64496)
    assert [route.origin for route in lab.database.exact(PREFIX)] == [64496]
    lab.add("203.0.113.0/24", 13335)
    assert [route.origin for route in lab.database.exact(PREFIX)] == [13335, 64496]
    assert lab.database.exact(Prefix.parse("203.0.113.128/25")) == ()
    assert [str(route.prefix) for route in lab.database.of_origin(13335)] == [
        "203.0.113.0/24",
        "203.0.113.0/25",
    ]


def test_the_file_may_name_a_registry_where_the_prefix_is_not_registered() -> None:
    lab = IrrLab([replace(ROUTE, source="RIPE")])
    assert keys(lab) == ["203.0.113.0/24 AS64496 RIPE"]


@pytest.mark.parametrize(
    ("route", "said"),
    [
        (IrrRoute(Prefix.parse("203.0.112.0/24"), 64496), "registered nowhere"),
        (replace(ROUTE, source="ARNI"), "did you mean 'ARIN'"),
        (replace(ROUTE, origin=0), "AS0 cannot be an origin"),
        (replace(ROUTE, descr="a\x00b"), r"U\+0000"),
    ],
)
def test_an_object_that_no_registry_can_hold_is_refused(route: IrrRoute, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        IrrLab([route])


def test_an_as_set_of_the_file_has_each_member_once_in_upper_case() -> None:
    lab = IrrLab(as_sets=[SET])
    found = lab.database.as_set("as-Customer")
    assert found is not None
    assert (found.members, found.source, found.maintainer) == (("AS64496", "AS64497"), "RIPE", "CUSTOMER-MNT")
    assert lab.database.expand("AS-CUSTOMER") == {64496, 64497}


def test_a_hierarchical_set_belongs_to_the_holder_of_its_as_number() -> None:
    lab = IrrLab()
    found = lab.editor.put_as_set("as64496:as-customers", ["AS64497"])
    assert (found.name, found.source, found.maintainer) == ("AS64496:AS-CUSTOMERS", "ARIN", "CUSTOMER-MNT")


def test_what_was_added_edited_and_removed_is_so_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state"
    lab = IrrLab([ROUTE, OTHER], [SET], path)
    lab.editor.remove_route(PREFIX, 64496)
    lab.editor.add_lines(OTHER.prefix, 64497, "descr", "edited")
    lab.editor.put_as_set("AS-CUSTOMER", ["AS64500"])
    lab.add("203.0.113.0/24", 13335)
    before = lab.database.routes(), lab.database.as_sets()
    for _ in range(2):
        lab = restarted(path, lab, ROUTE, OTHER, as_sets=(SET,))
        assert (lab.database.routes(), lab.database.as_sets()) == before


def test_an_object_of_the_file_that_was_removed_comes_back_when_the_file_says_something_else(
    tmp_path: Path,
) -> None:
    lab = IrrLab([ROUTE], path=tmp_path / "state")
    lab.editor.remove_route(PREFIX, 64496)
    lab = restarted(tmp_path / "state", lab, replace(ROUTE, descr="new"))
    assert [route.descr for route in lab.database.routes()] == [("new",)]


def test_what_nobody_has_edited_follows_the_file(tmp_path: Path) -> None:
    path = tmp_path / "state"
    lab = IrrLab([ROUTE, OTHER], [SET], path)
    lab = restarted(path, lab, replace(ROUTE, descr="new"), as_sets=(replace(SET, members=("AS64500",)),))
    assert [(route.prefix, route.descr) for route in lab.database.routes()] == [(PREFIX, ("new",))]
    assert lab.database.expand("AS-CUSTOMER") == {64500}


def test_what_somebody_has_edited_does_not_follow_the_file(tmp_path: Path) -> None:
    path = tmp_path / "state"
    lab = IrrLab([ROUTE, OTHER], path=path)
    lab.editor.add_lines(PREFIX, 64496, "remarks", "edited")
    lab.editor.add_lines(OTHER.prefix, 64497, "remarks", "edited")
    lab = restarted(path, lab, replace(ROUTE, descr="new"))
    assert [route.remarks[-1] for route in lab.database.routes()] == ["edited", "edited"]


def test_a_change_that_is_taken_back_changes_no_answer() -> None:
    lab = IrrLab([ROUTE])
    before = lab.database.routes()
    with lab.state.transaction(commit=False):
        lab.editor.add_route(PREFIX, 13335)
        assert len(lab.database.exact(PREFIX)) == 2
    assert lab.database.routes() == before


def test_every_change_moves_the_version() -> None:
    lab = IrrLab([ROUTE])
    versions = [lab.database.version]
    for edit in (
        lambda: lab.editor.add_route(PREFIX, 13335),
        lambda: lab.editor.add_lines(PREFIX, 13335, "descr", "text"),
        lambda: lab.editor.put_as_set("AS-X", ["AS64496"]),
        lambda: lab.editor.remove_as_set("AS-X"),
        lambda: lab.editor.remove_route(PREFIX, 13335),
    ):
        edit()
        versions.append(lab.database.version)
    assert versions == sorted(set(versions))
