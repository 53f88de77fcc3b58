"""Tables of records: all of a change happens or none of it, and what happened survives the process."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import Prefix
from lab.state.errors import StateError
from lab.state.state import State


@dataclass(frozen=True, slots=True)
class Range:
    prefix: Prefix
    state: str = "provisioned"
    tags: tuple[tuple[str, str], ...] = ()


LEFT, RIGHT = Range(Prefix.parse("192.0.2.0/25")), Range(Prefix.parse("192.0.2.128/25"), "advertised")


def contents(path: Path) -> dict[str, Range]:
    state = State(path)
    try:
        return dict(state.table("ranges", Range))
    finally:
        state.close()


def test_the_number_of_changes_stands_still_only_while_all_records_are_the_same() -> None:
    state = State()
    table = state.table("ranges", Range)
    numbers = [state.changes]
    with state.transaction():
        table.put("left", LEFT)
        numbers.append(state.changes)
    assert state.changes == numbers[-1]
    with state.transaction(commit=False):
        table.remove("left")
        numbers.append(state.changes)
    numbers.append(state.changes)
    assert numbers == sorted(set(numbers))
    with state.transaction():
        assert table["left"] == LEFT
    assert state.changes == numbers[-1]


def test_what_a_transaction_changed_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    ranges = state.table("ranges", Range)
    with state.transaction():
        ranges.put("b", RIGHT)
        ranges.put("a", LEFT)
    with state.transaction():
        ranges.put("b", LEFT)
    state.close()
    assert list(contents(tmp_path / "state").items()) == [("b", LEFT), ("a", LEFT)]


def test_an_exception_takes_everything_back(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    ranges, others = state.table("ranges", Range), state.table("others", Range)
    with state.transaction():
        ranges.put("kept", LEFT)

    def fail_in_the_middle() -> None:
        with state.transaction():
            ranges.remove("kept")
            others.put("new", RIGHT)
            ranges.put("kept", RIGHT)
            ranges.put("new", RIGHT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()
    assert (dict(ranges), dict(others)) == ({"kept": LEFT}, {})
    state.close()
    assert contents(tmp_path / "state") == {"kept": LEFT}


def test_a_rehearsal_is_taken_back_and_leaves_nothing_on_disk(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    ranges = state.table("ranges", Range)
    with state.transaction(commit=False):
        assert ranges.put("a", LEFT) == LEFT
        assert "a" in ranges
    assert not ranges
    state.close()
    assert contents(tmp_path / "state") == {}


def test_a_transaction_inside_of_another_belongs_to_it() -> None:
    state = State()
    ranges = state.table("ranges", Range)

    def fail_around_a_change() -> None:
        with state.transaction():
            with state.transaction():
                ranges.put("a", LEFT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_around_a_change()
    assert not ranges


def test_nothing_changes_outside_of_a_transaction() -> None:
    ranges = State().table("ranges", Range)
    with pytest.raises(RuntimeError, match="outside of a transaction"):
        ranges.put("a", LEFT)
    assert not ranges


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([LEFT, RIGHT, None]), st.booleans())))
def test_any_run_of_transactions_leaves_what_the_kept_ones_did(
    changes: list[tuple[str, Range | None, bool]],
) -> None:
    state = State()
    ranges = state.table("ranges", Range)
    expected: dict[str, Range] = {}
    for key, record, commit in changes:
        with state.transaction(commit=commit):
            if record is not None:
                ranges.put(key, record)
            elif key in ranges:
                ranges.remove(key)
        if commit:
            expected = dict(ranges)
        assert dict(ranges) == expected


def test_what_was_kept_survives_a_kill(tmp_path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from lab.state.state import State
from lab.bgp.rov import Vrp
from lab.bgp.prefix import Prefix
from dataclasses import dataclass
@dataclass(frozen=True)
class Range:
    prefix: Prefix
state = State(Path({str(tmp_path / "state")!r}))
ranges = state.table("ranges", Range)
for number in range(50):
    with state.transaction():
        ranges.put(str(number), Range(Prefix.parse("192.0.2.0/24")))
with state.transaction():
    ranges.put("unfinished", Range(Prefix.parse("192.0.2.0/24")))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program], env=os.environ, check=False).returncode == -9
    assert list(contents(tmp_path / "state")) == [str(number) for number in range(50)]


def test_two_labs_cannot_use_one_state(tmp_path: Path) -> None:
    first = State(tmp_path / "state")
    with pytest.raises(StateError, match="another lab uses it"):
        State(tmp_path / "state")
    first.close()
    State(tmp_path / "state").close()


def test_a_file_that_is_no_state_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be taken for one " * 40)
    before = text.read_bytes()
    with pytest.raises(StateError, match=r"notes\.txt"):
        State(text)
    assert text.read_bytes() == before
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    with pytest.raises(StateError, match="not the state of a lab"):
        State(other)


@dataclass(frozen=True, slots=True)
class Other:
    name: str


@dataclass(frozen=True, slots=True)
class Typed:
    type: str


def test_a_record_that_could_not_be_read_back_is_refused() -> None:
    with pytest.raises(ValueError, match="member 'type'"):
        State().table("typed", Typed)


def test_a_row_that_is_no_record_names_the_file_and_the_row(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    ranges = state.table("ranges", Range)
    with state.transaction():
        ranges.put("a", LEFT)
    state.close()
    again = State(tmp_path / "state")
    with pytest.raises(StateError, match=r"state: ranges 'a' cannot be read"):
        again.table("ranges", Other)


def test_a_damaged_file_is_read_as_it_was_or_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "state"
    state = State(path)
    ranges = state.table("ranges", Range)
    with state.transaction():
        kept = {f"{LEFT} {number}": ranges.put(f"{LEFT} {number}", LEFT) for number in range(80)}
    state.close()
    whole = path.read_bytes()
    assert len(whole) > 13_000
    refused = 0
    for seed in range(40):
        chance = random.Random(seed)
        at = 9000 if seed == 0 else chance.randrange(len(whole))
        path = tmp_path / f"state-{seed}"
        path.write_bytes(whole[:at] + chance.randbytes(4000) + whole[at + 4000 :])
        said, found = "", kept
        try:
            found = contents(path)
        except StateError as error:
            said = str(error)
        assert found == kept, seed
        assert not said or str(path) in said, seed
        if said:
            refused += 1
            with pytest.raises(StateError, match=r"(?s)^(?!.*another lab)"):  # it holds no lock of the file
                contents(path)
    assert refused > 30


def test_a_row_that_is_no_text_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "state"
    State(path).close()
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO record (kind, key, body) VALUES ('ranges', 'a', x'FF')")
    database.close()
    with pytest.raises(StateError, match=r"state: is damaged .* a row of ranges is no text"):
        contents(path)


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_what_is_taken_back_does_not_change_the_order(removed: list[str], put: list[str]) -> None:
    state = State()
    ranges = state.table("ranges", Range)
    with state.transaction():
        for key in "abc":
            ranges.put(key, LEFT)
    with state.transaction(commit=False):
        for key in removed:
            if key in ranges:
                ranges.remove(key)
        for key in put:
            ranges.put(key, RIGHT)
    assert list(ranges.items()) == [("a", LEFT), ("b", LEFT), ("c", LEFT)]


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    ranges = state.table("ranges", Range)
    with state.transaction():
        ranges.put("a", LEFT)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    state.close()


def test_what_is_to_be_done_before_anything_is_kept_is_kept_with_it(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    ranges = state.table("ranges", Range)
    state.before_keeping(lambda: ranges.put("last", RIGHT))
    with state.transaction():
        pass
    with state.transaction(commit=False):
        ranges.put("a", LEFT)
    assert "last" not in ranges
    with state.transaction():
        ranges.put("a", LEFT)
    state.close()
    assert contents(tmp_path / "state") == {"a": LEFT, "last": RIGHT}


def test_a_table_can_be_changed_while_its_records_are_gone_through() -> None:
    table = (state := State()).table("ranges", Range)
    with state.transaction():
        table.put("left", LEFT)
        table.put("right", RIGHT)
        for key, record in table.items():
            assert table.remove(key) == record
        assert not table
        table.put("left", LEFT)
        for _ in table.values():
            table.put("right", RIGHT)
    assert list(table.values()) == [LEFT, RIGHT]
