"""The text of a comment: lines, bounds and characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.registry.comments import MAX_LINE, MAX_LINES, comment_lines
from lab.registry.errors import RegistryError

_PRINTED = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)


@given(st.lists(_PRINTED, min_size=1), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_text_is_its_lines_however_they_end(lines: list[str], end: str) -> None:
    assert comment_lines(end.join(lines) + end, "utf-8") == tuple(lines)
    assert comment_lines(lines, "utf-8") == tuple(lines)


def test_empty_lines_stay_between_lines_only() -> None:
    assert comment_lines("\n\n  a \n\n\tb\n \n", "utf-8") == ("a", "", "b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the comment is empty"),
        (" \n\t\n", "the comment is empty"),
        ("x" * (MAX_LINE + 1), f"line 1 of the comment has {MAX_LINE + 1} characters"),
        ("x\n" * (MAX_LINES + 1), f"{MAX_LINES + 1} lines; a field takes at most {MAX_LINES}"),
        ("fine\nbell \a", r"line 2 of the comment has U\+0007"),
        ("a\x0bb", r"U\+000B"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b", r"U\+202E"),
        ("a\ud800b", r"U\+D800"),
    ],
)
def test_a_text_that_no_registry_takes_is_refused(text: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        comment_lines(text, "utf-8")


def test_a_registry_that_writes_latin_1_takes_nothing_else() -> None:
    assert comment_lines("Zürich", "latin-1") == ("Zürich",)
    with pytest.raises(RegistryError, match="'☃'; this registry writes latin-1 only"):
        comment_lines("Zürich ☃", "latin-1")
