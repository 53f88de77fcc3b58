"""`lab registry`: what the registries of a running lab have, and edits as a holder makes them at its RIR.

An edit is one `registry` step of a scenario. The lab is asked for the view `registry` (`prefix` is optional),
a list of `prefix`, `rir`, `status`, `holder`, `kind`, `name`, `remarks` (the network's) and `holder_remarks`.
Remarks are lists of `title`, `lines`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from lab.cli.acting import Prefix, do_step
from lab.cli.options import AsJson, Run

_LONGEST: Final = 32 * 1024
"""Bytes of a file with a comment: more than any registry takes."""

Field = Annotated[
    str | None,
    typer.Option("--field", help="Another field than the RIR's usual one for comments, e.g. descr."),
]
On = Annotated[
    str, typer.Option("--on", help="range, or holder: a comment on the organization, where no cloud looks.")
]
Helpdesk = Annotated[
    bool,
    typer.Option("--helpdesk", help="Through the RIR's helpdesk, where holders may not write themselves."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    registry = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help="Who holds what in a running lab, by the five RIRs."
    )
    registry.command()(show)
    registry.command()(add)
    registry.command()(clear)
    registry.command("set")(set_registration)
    app.add_typer(registry, name="registry")


def show(
    prefix: Annotated[
        str | None, typer.Argument(help="The registration of this prefix, with its remarks.")
    ] = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """The registrations. For one prefix the most specific around it, as RDAP answers."""
    from lab.cli.runs import find_run
    from lab.cli.terminal import console, print_json, print_table
    from lab.scenario.asking import ask

    rows = ask(find_run(run), {"show": "registry"} | ({} if prefix is None else {"prefix": prefix}))
    if as_json:
        print_json(rows)
    elif prefix is not None:
        for row in rows:
            console().print("\n".join(_described(row)), markup=False)
    else:
        columns = ("prefix", "rir", "status", "holder", "kind", "remarks")
        cells = [
            (*(row[column] or None for column in columns[:-1]), len(row["remarks"]) or None) for row in rows
        ]
        print_table("", columns, cells, "nothing is registered")


def add(
    prefix: Prefix,
    text: Annotated[str | None, typer.Argument(help="The comment.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Take the comment from this file.")
    ] = None,
    field: Field = None,
    helpdesk: Helpdesk = False,
    on: On = "range",
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Add a comment to the registration of a prefix, such as a certificate for AWS."""
    comment = _comment(text, file)
    do_step({"registry": {"add": comment, **_place(prefix, field, helpdesk, on)}}, run, as_json)


def clear(
    prefix: Prefix,
    field: Field = None,
    helpdesk: Helpdesk = False,
    on: On = "range",
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Remove the comments from the registration of a prefix."""
    place = _place(prefix, field, helpdesk, on)
    do_step({"registry": {"remove_comments": True, **place}}, run, as_json)


def set_registration(
    prefix: Prefix,
    status: Annotated[
        str | None, typer.Option("--status", help="How it is registered, such as 'Reassigned' at ARIN.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Its holder: organization or individual.")
    ] = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Change how a prefix is registered, or what its holder is: one of the two at a time."""
    given = {name: value for name, value in (("status", status), ("kind", kind)) if value is not None}
    if len(given) != 1:
        raise typer.BadParameter("give either --status or --kind")
    do_step({"registry": {"prefix": prefix, **given}}, run, as_json)


def _comment(text: str | None, file: Path | None) -> str:
    """The comment from either place. Raises typer's error for none or both, and for a file that is none."""
    if (text is None) == (file is None):
        raise typer.BadParameter("give either a text or --file")
    if file is None:
        assert text is not None
        return text
    with file.open("rb") as opened:
        content = opened.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise typer.BadParameter(f"{file} has more than {_LONGEST} bytes, too much for a comment")
    try:
        return content.decode("utf-8").strip("\n")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is not text in UTF-8") from None


def _place(prefix: str, field: str | None, helpdesk: bool, on: str) -> dict[str, Any]:
    place: dict[str, Any] = {"prefix": prefix, "on": on, "helpdesk": helpdesk}
    return place if field is None else {**place, "field": field}


def _described(row: dict[str, Any]) -> Iterator[str]:
    """A registration as lines for people."""
    yield f"{row['prefix']}{' ' if row['name'] else ''}{row['name']}"
    yield f"  {row['rir']}, {row['status'] or 'no status'}"
    yield f"  held by {row['holder']}, {row['kind'] or 'of unknown kind'}"
    for of, remarks in (("", row["remarks"]), (f" on {row['holder']}", row["holder_remarks"])):
        for remark in remarks:
            yield f"  {remark['title'] or 'remarks'}{of}:"
            yield from (f"    {line}" for line in remark["lines"])
