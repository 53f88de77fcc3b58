"""Tables on narrow and wide terminals."""

from __future__ import annotations

import sys

import pytest

from lab.cli import terminal

COLUMNS = ("prefix", "at", "why")
ROWS = [
    (
        "2001:db8:100::/48",
        "transit-a",
        "the provider prefers what its customer announces to all other routes",
    ),
    ("203.0.113.0/24", None, "short"),
]


@pytest.fixture
def columns(monkeypatch):
    """`columns(number)` makes the terminal that wide."""

    def narrow(number):
        monkeypatch.setattr(
            terminal, "console", lambda: terminal._Console(file=sys.stdout, width=number, soft_wrap=True)
        )

    return narrow


def test_in_a_pipe_every_row_is_one_line(capsys):
    terminal.print_table("", COLUMNS, ROWS, "nothing")
    assert capsys.readouterr().out.splitlines() == [
        "prefix             at         why",
        "2001:db8:100::/48  transit-a  the provider prefers what its customer announces to all other routes",
        "203.0.113.0/24     -          short",
    ]


@pytest.mark.parametrize("width", [10, 40, 60])
def test_on_a_narrow_terminal_only_the_last_column_is_wrapped_and_nothing_is_cut(capsys, columns, width):
    columns(width)
    terminal.print_table("Title", COLUMNS, ROWS, "nothing")
    title, _, *lines = capsys.readouterr().out.splitlines()
    assert title == "Title"
    assert [line.split()[:2] for line in lines if not line.startswith(" ")] == [
        ["2001:db8:100::/48", "transit-a"],
        ["203.0.113.0/24", "-"],
    ]
    assert " ".join(" ".join(line[30:].split()) for line in lines) == f"{ROWS[0][2]} short"
    assert max(map(len, lines)) <= max(width, 60)


def test_an_empty_table_is_a_sentence(capsys):
    terminal.print_table("Title", COLUMNS, [], "nobody [has] a route")
    assert capsys.readouterr().out == "nobody [has] a route\n"


def test_text_in_a_table_is_not_markup(capsys):
    terminal.print_table("[red]", ("what",), [("[bold]x[/bold]",)], "nothing")
    assert capsys.readouterr().out == "[red]\nwhat\n[bold]x[/bold]\n"


def test_json_is_ascii(capsys):
    terminal.print_json({"title": "Größe ✓ \ud800"})
    assert capsys.readouterr().out.isascii()
