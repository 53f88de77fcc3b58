"""The seed inventory is closed: every row has a test that proves it, or a reason why none can.

That the tests hold is what `pytest --seed-rows` tells; here it is only counted that they are there.
"""

from __future__ import annotations

import re
from pathlib import Path

from support.seed_rows import inventory, waivers

_MARK = re.compile(r"\bmark\.seed\(((?:[\d,\s]|\*range\(\d+, \d+\))+)\)")
_ROWS = re.compile(r"range\((\d+), (\d+)\)|(\d+)")


def marked() -> set[int]:
    """The rows that are named by the marks of any test."""
    sources = (path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    named = (found for source in sources for rows in _MARK.findall(source) for found in _ROWS.findall(rows))
    return {
        row for start, stop, one in named for row in ([int(one)] if one else range(int(start), int(stop)))
    }


def test_every_row_is_proven_by_a_test_or_waived():
    assert len(inventory()) == 275
    assert sorted(set(inventory()) - marked() - set(waivers())) == []


def test_a_row_is_waived_only_where_no_test_proves_it_and_with_a_reason():
    assert sorted(set(waivers()) & marked()) == []
    assert set(waivers()) <= set(inventory())
    assert all(len(reason) > 20 for reason in waivers().values())
