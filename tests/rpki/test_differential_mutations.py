"""Every single fault, before our relying party and others: it decides as they do, or as a text says."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from support.rpki_differences import DIFFERENCES, difference
from support.rpki_differences_page import PAGE, differ, page
from support.rpki_mutations import ACCEPTED, mutated
from support.rpki_mutations_catalogue import catalogue
from support.rpki_verdicts import FORT, RPKI_CLIENT, kept, ours, outside

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def verdicts() -> Mapping[str, Mapping[str, str]]:
    """By relying party and mutation, ours first."""
    return {"ours": ours(), **kept()}


def test_every_mutation_has_been_judged_by_all(verdicts: Mapping[str, Mapping[str, str]]) -> None:
    names = [mutation.name for mutation in catalogue()]
    assert len(set(names)) == len(names) >= 150
    assert {who: set(judged) for who, judged in verdicts.items()} == {who: set(names) for who in verdicts}


def test_where_all_others_agree_so_do_we_unless_a_text_says_otherwise(
    verdicts: Mapping[str, Mapping[str, str]],
) -> None:
    unexplained = [name for name in verdicts["ours"] if differ(name, verdicts) and difference(name) is None]
    assert unexplained == []


def test_where_they_differ_we_do_what_the_text_says(verdicts: Mapping[str, Mapping[str, str]]) -> None:
    rows = {name: found[1].accepted for name in verdicts["ours"] if (found := difference(name))}
    assert {name: verdicts["ours"][name] == ACCEPTED for name in rows} == rows


def test_every_row_of_the_table_is_about_a_difference(verdicts: Mapping[str, Mapping[str, str]]) -> None:
    used = {found[0] for name in verdicts["ours"] if differ(name, verdicts) and (found := difference(name))}
    assert set(DIFFERENCES) - used == set()


def test_the_page_about_differences_is_up_to_date(verdicts: Mapping[str, Mapping[str, str]]) -> None:
    assert PAGE.read_text() == page(verdicts), "python -m support.rpki_differences_page writes it, in tests/"


@pytest.mark.rpki
@pytest.mark.parametrize("program", [RPKI_CLIENT, FORT])
def test_the_verdicts_on_file_are_those_of_the_validators_installed(program: str) -> None:
    version, found = outside(mutated(catalogue(), int(time.time())), program)
    on_file = kept()
    assert version in on_file, f"no verdicts of {version} are on file"
    assert found == on_file[version]
