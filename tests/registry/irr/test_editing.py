"""What a maintainer may do in the IRR, and what each RIR refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.irr_lab import IrrLab
from support.registry_lab import AFRINIC_RANGE, APNIC_RANGE, ARIN_RANGE, LACNIC_RANGE, RIPE_RANGE

from lab.bgp.prefix import Prefix
from lab.registry.comments import MAX_LINES
from lab.registry.errors import RegistryError
from lab.registry.irr.editing import IrrEditor
from lab.registry.irr.objects import text_of
from lab.topology.model import IrrRoute

TOKEN = "cf-validation: 9477b6c3-4344-4ceb-85c4-6463e7d2453f"
RANGES = {
    "AFRINIC": AFRINIC_RANGE,
    "APNIC": APNIC_RANGE,
    "ARIN": ARIN_RANGE,
    "LACNIC": LACNIC_RANGE,
    "RIPE": RIPE_RANGE,
}


@pytest.fixture
def lab() -> IrrLab:
    return IrrLab()


@pytest.mark.seed(240)
@pytest.mark.parametrize("rir", RANGES)
def test_each_rir_takes_route_objects_of_its_own_space_and_of_no_other(lab: IrrLab, rir: str) -> None:
    made = lab.editor.add_route(RANGES[rir], 13335, source=rir.lower())
    assert (made.source, lab.database.exact(RANGES[rir])) == (rir, (made,))
    other = "RIPE" if rir != "RIPE" else "ARIN"
    with pytest.raises(RegistryError, match=rf"{other} takes no route object.*create it at {rir}"):
        lab.editor.add_route(RANGES[rir], 64496, source=other)
    assert lab.database.routes() == (made,)


@pytest.mark.seed(240)
def test_a_registry_that_is_none_of_the_rirs_is_refused(lab: IrrLab) -> None:
    with pytest.raises(RegistryError, match=r"no registry 'RADB'.*AFRINIC, APNIC, ARIN, LACNIC, RIPE"):
        lab.editor.add_route(ARIN_RANGE, 13335, source="RADB")


@pytest.mark.seed(238)
def test_an_entry_has_its_prefix_its_origin_and_the_registry(lab: IrrLab) -> None:
    lab.editor.add_route(ARIN_RANGE, 13335, descr="Example Company, Inc.")
    assert text_of(lab.database.exact(ARIN_RANGE)[0]).splitlines() == [
        "route:          203.0.113.0/24",
        "origin:         AS13335",
        "descr:          Example Company, Inc.",
        "mnt-by:         CUSTOMER-MNT",
        "created:        2026-01-01T00:00:00Z",
        "last-modified:  2026-01-01T00:00:00Z",
        "source:         ARIN",
    ]


def test_an_ipv6_prefix_has_a_route6_object(lab: IrrLab) -> None:
    made = lab.add("2001:db8:100::/48", 13335)
    assert text_of(made).startswith("route6:         2001:db8:100::/48\norigin:         AS13335\n")


@pytest.mark.seed(239)
def test_objects_of_subnets_are_added_beside_that_of_the_supernet(lab: IrrLab) -> None:
    for prefix in ("203.0.113.0/24", "203.0.113.0/25", "203.0.113.128/25"):
        lab.add(prefix, 13335)
    assert len(lab.database.within(ARIN_RANGE)) == 3
    assert [str(each.prefix) for each in lab.database.covering(Prefix.parse("203.0.113.0/25"))] == [
        "203.0.113.0/25",
        "203.0.113.0/24",
    ]
    maintainers = {str(each.prefix): each.maintainer for each in lab.database.routes()}
    assert maintainers["203.0.113.0/25"] == "SITE-B-MNT"


@pytest.mark.seed(136, 268)
def test_a_token_is_written_into_remarks(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 65000, descr="Example Network")
    made = lab.editor.add_lines(ARIN_RANGE, 65000, "remarks", "Validation Token: abc123xyz")
    assert made.remarks == ("Validation Token: abc123xyz",)
    assert "origin:         AS65000\n" in text_of(made)
    assert "remarks:        Validation Token: abc123xyz\n" in text_of(made)


@pytest.mark.seed(136, 245, 269)
def test_a_token_is_written_as_a_further_line_of_the_description(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 13335, descr="Example Company, Inc.")
    made = lab.editor.add_lines(ARIN_RANGE, 13335, "descr:", TOKEN)
    assert f"descr:          Example Company, Inc.\n                {TOKEN}\n" in text_of(made)


def test_lines_are_cleared_by_field(lab: IrrLab) -> None:
    lab.add("203.0.113.0/24", 13335, descr="one\ntwo", remarks="three")
    assert lab.editor.clear_lines(ARIN_RANGE, 13335, "descr").descr == ()
    assert lab.database.exact(ARIN_RANGE)[0].remarks == ("three",)


def test_an_edit_is_dated(lab: IrrLab) -> None:
    made = lab.add("203.0.113.0/24", 13335)
    lab.clock.time += 3600
    after = lab.editor.add_lines(ARIN_RANGE, 13335, "descr", "text")
    assert (after.created, after.changed) == (made.created, made.changed + 3600)


Edit = Callable[[IrrEditor], object]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda at: at.add_route(ARIN_RANGE, 64496), "ARIN has a route object .* already"),
        (lambda at: at.add_route(Prefix.parse("203.0.112.0/24"), 64496), "registered nowhere"),
        (lambda at: at.add_route(ARIN_RANGE, 0), "AS0 cannot be an origin; expected AS1 to"),
        (lambda at: at.add_route(ARIN_RANGE, 2**32), "AS4294967296 cannot be an origin"),
        (lambda at: at.add_route(ARIN_RANGE, 13335, descr="a\x07b"), r"U\+0007"),
        (lambda at: at.add_route(ARIN_RANGE, 13335, descr="x" * 5000), "5000 characters"),
        (lambda at: at.add_route(RIPE_RANGE, 13335, descr="Škoda"), "latin-1 only"),
        (lambda at: at.add_route(ARIN_RANGE, 13335, maintainer="X-MNT\nsource: RIPE"), "name of a mntner"),
        (lambda at: at.remove_route(ARIN_RANGE, 64497), "those of this prefix: AS64496 at ARIN"),
        (lambda at: at.remove_route(ARIN_RANGE, 64496, "RIPE"), "no route object .* at RIPE"),
        (
            lambda at: at.remove_route(Prefix.parse("203.0.114.0/24"), 64496),
            "the nearest is that for 203.0.113.0/24 with origin AS64496",
        ),
        (lambda at: at.add_lines(ARIN_RANGE, 64497, "descr", "x"), "there is no route object"),
        (lambda at: at.add_lines(ARIN_RANGE, 64496, "description", "x"), "did you mean 'descr'"),
        (lambda at: at.add_lines(ARIN_RANGE, 64496, "origin", "AS1"), "its fields: descr, remarks"),
        (lambda at: at.add_lines(ARIN_RANGE, 64496, "descr", " \n"), "the text is empty"),
        (
            lambda at: at.add_lines(ARIN_RANGE, 64496, "descr", "x\n" * MAX_LINES),
            f"{MAX_LINES + 1} lines",
        ),
        (lambda at: at.clear_lines(ARIN_RANGE, 64496, "mnt-by"), "no field 'mnt-by'"),
        (lambda at: at.put_as_set("CUSTOMERS", []), "not the name of an as-set.*AS-CUSTOMERS"),
        (lambda at: at.put_as_set("AS-X", ["AS64496", "CUSTOMER"]), "'CUSTOMER' cannot be a member"),
        (lambda at: at.put_as_set("AS-X", [], "RIEP"), "did you mean 'RIPE'"),
        (lambda at: at.put_as_set("AS-X", [f"AS{n}" for n in range(1, 10_002)]), "at most 10000"),
        (lambda at: at.remove_as_set("AS-CUSTOMRS"), "did you mean 'AS-CUSTOMERS'"),
    ],
)
def test_a_refused_edit_says_why_and_changes_nothing(lab: IrrLab, edit: Edit, said: str) -> None:
    lab.add("203.0.113.0/24", 64496, descr="first line")
    lab.editor.put_as_set("AS-CUSTOMERS", ["AS64496"])
    before = lab.database.routes(), lab.database.as_sets()
    with pytest.raises(RegistryError, match=said):
        edit(lab.editor)
    assert (lab.database.routes(), lab.database.as_sets()) == before


def test_of_two_registries_with_the_same_object_one_has_to_be_named() -> None:
    lab = IrrLab([IrrRoute(ARIN_RANGE, 64496), IrrRoute(ARIN_RANGE, 64496, source="RIPE")])
    with pytest.raises(RegistryError, match="say which: ARIN, RIPE"):
        lab.editor.remove_route(ARIN_RANGE, 64496)
    assert lab.editor.remove_route(ARIN_RANGE, 64496, "ripe").source == "RIPE"
    assert [each.source for each in lab.database.routes()] == ["ARIN"]


def test_of_two_sets_of_one_name_one_has_to_be_named(lab: IrrLab) -> None:
    for source in ("APNIC", "RIPE"):
        lab.editor.put_as_set("AS-CUSTOMERS", ["AS64496"], source)
    with pytest.raises(RegistryError, match="say which: APNIC, RIPE"):
        lab.editor.remove_as_set("as-customers")
    with pytest.raises(RegistryError, match="no as-set 'AS-CUSTOMERS' at ARIN; there is one at APNIC"):
        lab.editor.remove_as_set("AS-CUSTOMERS", "arin")
    assert lab.editor.remove_as_set("AS-CUSTOMERS", "RIPE").source == "RIPE"
    assert [each.source for each in lab.database.as_sets()] == ["APNIC"]


def test_a_set_has_lines_and_loses_them_when_it_is_written_without(lab: IrrLab) -> None:
    made = lab.editor.put_as_set("AS-CUSTOMERS", ["AS64496"], descr="one\ntwo", remarks="three")
    assert (made.descr, made.remarks) == (("one", "two"), ("three",))
    assert lab.editor.put_as_set("AS-CUSTOMERS", ["AS64496"]).descr == ()


def test_a_set_stays_where_it_is_when_it_gets_other_members(lab: IrrLab) -> None:
    lab.editor.put_as_set("AS-CUSTOMERS", ["AS64496"], "APNIC")
    assert lab.editor.put_as_set("AS-CUSTOMERS", ["AS64497"]).source == "APNIC"
    assert [each.members for each in lab.database.as_sets()] == [("AS64497",)]
    lab.editor.remove_as_set("as-customers")
    assert lab.database.as_sets() == ()
