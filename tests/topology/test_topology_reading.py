from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.topology.loading import compile_document, load, parse
from lab.topology.model import Topology
from lab.topology.problems import Problem, TopologyError, format_problems
from lab.topology.reading import MAX_BYTES, MAX_NODES, decode, read_yaml

EXAMPLE = """\
name: small
title: A small lab
ases:
  customer: {asn: 64496, prefixes: [203.0.113.0/24, "2001:db8:100::/48"]}
  transit: {asn: 64500, rov: drop}
links:
  - customer -> transit
registry:
  - {prefix: 203.0.113.0/24, rir: ARIN, status: Direct Allocation, holder: customer}
roas:
  - {prefix: 203.0.113.0/24, asn: 64496, max_length: 24}
scenario:
  - announce: {from: customer, prefix: 203.0.113.0/24}
  - expect: {at: transit, prefix: 203.0.113.0/24, path: [64496], rov: valid}
"""


def refusal(call: Any, *arguments: Any) -> str:
    with pytest.raises(TopologyError) as caught:
        call(*arguments)
    return str(caught.value)


def outcome(read: Callable[[], Topology]) -> Topology | TopologyError:
    """What reading a file ends in; anything but these two escapes and fails the test."""
    try:
        return read()
    except TopologyError as error:
        return error


def check_outcome(found: Topology | TopologyError) -> None:
    if isinstance(found, TopologyError):
        assert found.problems
        assert all(problem.line is None or problem.line >= 1 for problem in found.problems)
        assert all(character.isprintable() or character == "\n" for character in str(found))
    else:
        assert found.speakers[found.collector].collector


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-7", -7),
        ("0", 0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("0123", "0123"),
        ("0o17", "0o17"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("64500:100", "64500:100"),
        ("2024-01-01", "2024-01-01"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("9" * 40, "9" * 40),
        ('"12"', "12"),
        ("'true'", "true"),
    ],
)
def test_plain_scalars_follow_the_decimal_core_schema(text: str, value: Any) -> None:
    read = read_yaml(f"key: {text}\n", "x").data["key"]
    assert read == value
    assert type(read) is type(value)


def test_every_value_and_key_has_its_position() -> None:
    document = read_yaml(EXAMPLE, "x")
    assert document.position(("ases", "transit", "rov"))[1:] == (5, 30)
    assert document.position(("ases", "transit", "rov"), key=True)[1:] == (5, 25)
    assert document.position(("links", 0))[1:] == (7, 5)
    assert document.position(("scenario", 1, "expect", "nothing", "such")).line == 14


def test_ten_megabytes_of_brackets_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nested.yaml"
    path.write_bytes(b"[" * 10_000_000)
    assert "larger than 1 MiB" in refusal(load, path)


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? ", "[\n", "a:\n", "- \n"])
def test_a_megabyte_of_nesting_is_refused_without_recursion(unit: str) -> None:
    many = unit * (MAX_BYTES // len(unit))
    assert "problem" in refusal(parse, many)


def test_deep_block_nesting_is_refused_at_the_level_that_is_too_deep() -> None:
    text = "".join(" " * level + "a:\n" for level in range(900))
    assert "<text>:21:21: nested deeper than 20 levels" in refusal(parse, text)


@pytest.mark.slow
def test_too_many_values_are_refused() -> None:
    assert f"more than {MAX_NODES} values" in refusal(parse, "[" + "a," * (MAX_NODES + 10) + "]")


def test_a_directory_a_missing_and_an_unreadable_file_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "is a directory" in refusal(load, tmp_path)
    assert "no such file\n    did you mean 'byoip'?" in refusal(load, tmp_path / "byiop.yaml")
    assert "cannot be read" in refusal(load, Path("nul\0byte.yaml"))
    path = tmp_path / "secret.yaml"
    path.write_text(EXAMPLE)

    def deny(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert refusal(load, path).startswith(f"{path}: cannot be read: permission denied")


def test_a_name_that_ships_nowhere_names_the_nearest() -> None:
    assert "did you mean 'byoip'?" in refusal(load, "byopi")


def test_at_most_fifty_problems_are_printed() -> None:
    problems = [Problem("x.yaml", f"wrong {number}", number) for number in range(1, 62)]
    lines = format_problems(problems).splitlines()
    assert lines[49:] == ["x.yaml:50: wrong 50", "… and 11 more", "61 problems"]


@settings(deadline=None)
@given(st.text())
def test_nothing_in_a_problem_reaches_the_terminal_as_control(text: str) -> None:
    shown = format_problems([Problem(text, text, 1, 1, (text,), text)])
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert len(shown.splitlines()) <= 3


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_or_read(raw: bytes) -> None:
    check_outcome(outcome(lambda: parse(decode(raw, "x"))))


@settings(deadline=None)
@given(st.text(alphabet="[]{}:,-?&*!|>%@`'\"# \n\tab0\\<=u\ud800\x00", max_size=200))
def test_yaml_punctuation_is_refused_or_read(text: str) -> None:
    check_outcome(outcome(lambda: parse(text)))


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(EXAMPLE)), st.integers(0, 12), st.text(max_size=6)),
        min_size=1,
        max_size=4,
    )
)
def test_a_mutated_file_is_refused_or_loads(edits: list[tuple[int, int, str]]) -> None:
    text = EXAMPLE
    for start, length, new in edits:
        text = text[:start] + new + text[start + length :]
    check_outcome(outcome(lambda: parse(text)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.data())
def test_any_value_in_any_place_is_refused_or_loads(data: st.DataObject) -> None:
    document = read_yaml(EXAMPLE, "x")
    path = data.draw(st.sampled_from([path for path in document.values if path]))
    holder = document.data
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(json_values)
    text = yaml.safe_dump(document.data, allow_unicode=True)
    check_outcome(outcome(lambda: compile_document(document)))
    check_outcome(outcome(lambda: parse(text)))
