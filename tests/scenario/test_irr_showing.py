"""What a lab shows of its IRR."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lab.bgp.prefix import Prefix, PrefixError
from lab.bgp.rov import Vrp, VrpTable
from lab.observe.table import Table
from lab.registry.database import RegistryDatabase
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.objects import parse
from lab.scenario.irr_showing import irr, irr_check, irr_env, subject
from lab.scenario.lab import LabError
from lab.state.state import State
from lab.topology.model import Holding, IrrAsSet, IrrRoute, Topology

AROUND, HELD, HALF, OTHER = (
    Prefix.parse(text) for text in ("203.0.112.0/23", "203.0.113.0/24", "203.0.113.128/25", "198.51.100.0/24")
)


@pytest.fixture
def lab():
    """A lab with four route objects and two as-sets, as far as it is looked at here."""
    topology = Topology(
        "irr",
        "",
        {},
        (),
        "",
        registry=(Holding(AROUND, "customer", "ARIN", ""), Holding(OTHER, "other", "RIPE", "")),
        irr=(
            IrrRoute(HELD, 64496, descr="Customer\nof ours"),
            IrrRoute(AROUND, 64496),
            IrrRoute(HALF, 64497),
            IrrRoute(OTHER, 64498),
        ),
        as_sets=(IrrAsSet("AS-RESELLER", ("AS64497", "AS-CUSTOMER")), IrrAsSet("AS-CUSTOMER", ("AS64496",))),
    )
    state = State()
    database = IrrDatabase(
        topology, state, lambda: 1_800_000_000.0, RegistryDatabase(topology, state, lambda: 0.0)
    )
    table = Table(
        {HELD: {"transit": (64500, 64499)}, OTHER: {"transit": (64500, 64498)}}, frozenset({"transit"})
    )
    return SimpleNamespace(
        clouds=SimpleNamespace(irr=database, whois_address=None),
        table=lambda: table,
        vrps=VrpTable([Vrp(OTHER, 24, 64498)]),
    )


def routes(shown):
    return [(row["prefix"], row["origin"]) for row in shown["routes"]]


def test_everything_is_shown_if_nothing_is_asked_about(lab):
    shown = irr(lab)
    assert routes(shown) == [
        (str(OTHER), 64498), (str(AROUND), 64496), (str(HELD), 64496), (str(HALF), 64497),
    ]  # fmt: skip
    assert [row["name"] for row in shown["as_sets"]] == ["AS-CUSTOMER", "AS-RESELLER"]


def test_a_prefix_comes_with_what_is_around_and_inside_it(lab):
    assert routes(irr(lab, str(HELD))) == [(str(HELD), 64496), (str(AROUND), 64496), (str(HALF), 64497)]
    assert routes(irr(lab, "203.0.113.200")) == [(str(HALF), 64497), (str(HELD), 64496), (str(AROUND), 64496)]


@pytest.mark.parametrize("word", ["AS64496", "as64496", "64496"])
def test_an_as_comes_with_the_sets_that_stand_for_it(lab, word):
    shown = irr(lab, word)
    assert routes(shown) == [(str(AROUND), 64496), (str(HELD), 64496)]
    assert [row["name"] for row in shown["as_sets"]] == ["AS-CUSTOMER", "AS-RESELLER"]


def test_a_set_comes_with_what_its_ases_may_announce(lab):
    shown = irr(lab, "as-reseller")
    assert routes(shown) == [(str(AROUND), 64496), (str(HELD), 64496), (str(HALF), 64497)]
    (row,) = shown["as_sets"]
    assert (row["members"], row["asns"]) == (["AS64497", "AS-CUSTOMER"], [64496, 64497])


def test_the_text_of_an_object_is_the_object(lab):
    shown = irr(lab)
    text = "\n".join(row["rpsl"] for row in (*shown["routes"], *shown["as_sets"]))
    assert set(parse(text)) == {*lab.clouds.irr.routes(), *lab.clouds.irr.as_sets()}


@pytest.mark.parametrize(
    ("word", "error", "says"),
    [
        ("AS64511", LabError, "the IRR has nothing about AS64511"),
        ("192.0.2.0/24", LabError, "the IRR has nothing about"),
        ("AS-RESELER", LabError, "nobody has defined AS-RESELER; did you mean 'AS-RESELLER'"),
        ("customer", LabError, "'customer' is neither a prefix nor an AS number nor the name of an as-set"),
        ("AS4294967296", LabError, "is neither a prefix nor an AS number"),
        ("203.0.113.1/24", PrefixError, "did you mean 203.0.113.0/24"),
        ("203.0.113.0/33", PrefixError, "longer than an IPv4 address"),
        ("", LabError, "is neither"),
    ],
)
def test_what_is_not_there_is_said_with_the_nearest_that_is(lab, word, error, says):
    with pytest.raises(error, match=says):
        irr(lab, word)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("2001:db8::/32", Prefix.parse("2001:db8::/32")),
        ("203.0.113.9", Prefix.parse("203.0.113.9/32")),
        ("65551", 65551),
        ("AS65551", 65551),
        ("AS-CUSTOMER", "AS-CUSTOMER"),
        ("as64496:as-customers", "AS64496:AS-CUSTOMERS"),
    ],
)
def test_a_word_is_a_prefix_an_as_or_a_set(word, meant):
    assert subject(word) == meant


def test_a_check_holds_the_irr_against_the_table_and_the_rpki(lab):
    shown = irr_check(lab, str(HELD))
    flaws = {row["prefix"]: [each["flaw"] for each in row["findings"]] for row in shown["data"]["prefixes"]}
    assert flaws == {str(AROUND): [], str(HELD): ["origin-mismatch"], str(HALF): []}
    assert "AS64499 announces 203.0.113.0/24" in shown["text"]
    fine = irr_check(lab, "AS64498")
    assert fine["data"]["prefixes"][0]["roas"] == [{"asn": 64498, "max_length": 24}]
    assert fine["text"].endswith("nothing is wrong")


def test_a_check_of_an_as_set_is_one_of_all_its_ases(lab):
    shown = irr_check(lab, "as-reseller")
    assert [each["asn"] for each in shown["data"]] == [64496, 64497]
    assert shown["text"] == "\n\n".join(irr_check(lab, f"AS{asn}")["text"] for asn in (64496, 64497))
    with pytest.raises(LabError, match="nobody has defined AS-RESELER; did you mean 'AS-RESELLER'"):
        irr_check(lab, "AS-RESELER")


def test_where_whois_is_answered_is_shown_once_it_is(lab):
    with pytest.raises(LabError, match="this lab serves no whois; `lab up` does"):
        irr_env(lab)
    lab.clouds.whois_address = ("127.0.0.1", 4343)
    assert irr_env(lab) == {"host": "127.0.0.1", "port": 4343}
