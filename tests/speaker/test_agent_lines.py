"""How the agent cuts what it reads into lines."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.speaker import agent


@given(st.lists(st.binary(max_size=20).map(lambda data: data.replace(b"x", b"\n"))))
def test_lines_are_the_same_however_they_are_cut_into_chunks(chunks):
    lines = agent._Lines()
    found = [line for chunk in chunks for line in lines.split(chunk)]
    assert found == b"".join(chunks).split(b"\n")[:-1]


def test_a_chunk_of_a_long_line_does_not_copy_the_line():
    lines = agent._Lines()
    for _ in range(64):
        lines.split(b"." * (1 << 18))
    tracemalloc.start()
    try:
        lines.split(b"." * 1000)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_line_without_end_ends_the_agent(monkeypatch):
    monkeypatch.setattr(agent, "_LONGEST_LINE", 10)
    lines = agent._Lines()
    assert lines.split(b"1234567890") == []
    with pytest.raises(SystemExit, match="too long"):
        lines.split(b"1")
