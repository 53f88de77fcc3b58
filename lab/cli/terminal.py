"""Printing: tables and lines for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 10_000
"""Columns where there is no terminal: enough that every row is one line."""

NARROWEST = 30
"""Columns the last column of a table has at least, if it needs them."""

STATE_STYLES = {"valid": "green", "invalid": "red", "not-found": "yellow"}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # rich would end the program with 1, which is what a failed expectation means


def console(stderr: bool = False) -> Console:
    """A console on stdout or stderr; colour only on a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    return _Console(
        file=stream, highlight=False, soft_wrap=True, width=None if stream.isatty() else PIPE_WIDTH
    )


def symbol(wanted: str, plain: str) -> str:
    """`wanted`, or `plain` where stdout cannot show it."""
    try:
        wanted.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return plain
    return wanted


def print_json(data: Any) -> None:
    """The data as indented JSON on stdout, in ASCII so that every program can read it."""
    print(json.dumps(data, indent=2))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Rows under column heads, or the sentence `empty` where there are none.

    Only the last column is wrapped; where the others need more than the terminal has, lines are longer.
    """
    out = console()
    if not rows:
        out.print(empty, markup=False)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    cells = [[_cell(value) for value in row] for row in rows]
    for number, column in enumerate(columns):
        widest = max(cell_len(column), *(row[number].cell_len for row in cells))
        last = number == len(columns) - 1
        table.add_column(column, overflow="fold", min_width=min(widest, NARROWEST) if last else widest)
    for row in cells:
        table.add_row(*row)
    needed = Measurement.get(out, out.options.update(max_width=PIPE_WIDTH), table).minimum
    with out.capture() as captured:
        out.print(table, width=max(out.width, needed), soft_wrap=False, crop=False)
    if title:
        out.print(Text(title, style="bold"))
    out.out("\n".join(line.rstrip() for line in captured.get().splitlines()), highlight=False)


def path_text(path: Sequence[int] | None) -> str:
    """An AS path as people write it."""
    if path is None:
        return "-"
    return " ".join(map(str, path)) or "(own)"


def count(number: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def busy(text: str) -> AbstractContextManager[Any]:
    """A spinner with `text` while something takes its time, on a terminal only."""
    err = console(stderr=True)
    return err.status(text) if err.is_terminal else nullcontext()


def _cell(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    text = "-" if value is None else str(value)
    return Text(text, style=STATE_STYLES.get(text, ""))
