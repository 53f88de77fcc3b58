"""Which ASes an as-set stands for."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.irr_values import SETS, members

from lab.registry.errors import RegistryError
from lab.registry.irr.membership import expand, sets_with
from lab.registry.irr.names import as_number, member, set_name
from lab.registry.irr.records import AsSet


@settings(max_examples=examples(300))
@given(st.dictionaries(st.sampled_from(SETS), members))
def test_a_set_stands_for_the_ases_that_can_be_reached_from_it(sets: dict[str, tuple[str, ...]]) -> None:
    graph = nx.DiGraph((name, each) for name, found in sets.items() for each in found)
    graph.add_nodes_from(SETS)
    made = {name: AsSet(name, found, "RIPE", "X-MNT") for name, found in sets.items()}
    for name in SETS:
        reached = {as_number(each) for each in nx.descendants(graph, name)} - {None}
        assert expand(name.lower(), made.get) == reached
    for asn in {number for found in sets.values() for each in found if (number := as_number(each))}:
        holding = {name for name in made if asn in expand(name, made.get)}
        assert set(sets_with(asn, made.values(), made.get)) == holding


def test_ten_thousand_sets_in_each_other_are_expanded() -> None:
    chain = {
        f"AS-{n}": AsSet(f"AS-{n}", (f"AS-{n + 1}", f"AS{65536 + n % 16}"), "RIPE", "X")
        for n in range(10_000)
    }
    assert expand("AS-0", chain.get) == frozenset(range(65536, 65552))


def test_an_as_number_stands_for_itself() -> None:
    assert expand("as64496", {}.get) == {64496}
    assert expand("AS-NOBODYS", {}.get) == frozenset()
    assert as_number("AS4294967295") == 4294967295


@pytest.mark.parametrize("word", ["64496", "AS", "AS4294967296", "AS-1", "AS1.2", "AS٣", "AS-", "AS01"])
def test_what_is_no_as_number_is_none(word: str) -> None:
    assert as_number(word) is None


@pytest.mark.parametrize("word", ["AS-X", "as-customers", "AS64496:AS-X", "AS-X:AS64496", "AS-A_B:AS-C1"])
def test_names_of_sets_are_taken_in_either_case(word: str) -> None:
    assert set_name(word) == word.upper()
    assert member(word) == word.upper()


@pytest.mark.parametrize(
    "word",
    ["CUSTOMERS", "AS64496", "AS-", "AS-X:", ":AS-X", "AS-X:customers", "AS-X Y", "AS0:AS-X", "AS-ANY"],
)
def test_what_is_no_name_of_a_set_is_refused_with_an_example(word: str) -> None:
    with pytest.raises(RegistryError, match=r"AS-"):
        set_name(word)
