"""Commands that ask about the RPKI of a running lab, or of a file: status, explain and advise."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lab.cli.acting import Prefix, asn_number
from lab.cli.options import AsJson, OfFile, Run


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(status)
    app.command()(faults)
    app.command()(explain)
    app.command()(advise)


def status(context: typer.Context, file: OfFile = None, run: Run = None, as_json: AsJson = False) -> None:
    """How every CA fares: fresh, last good or lost; the faults in force; what is rejected, and why."""
    from lab.cli.asking import ask_about
    from lab.cli.rpki_report import print_faults, print_report
    from lab.cli.terminal import print_json

    found = ask_about(context, "rpki-status", file, run)
    if as_json:
        print_json(found)
    else:
        print_report(found)
        print_faults(found["faults"])


def faults(context: typer.Context, file: OfFile = None, run: Run = None, as_json: AsJson = False) -> None:
    """What can be broken, and what is."""
    from lab.cli.asking import ask_about
    from lab.cli.terminal import print_json, print_table

    rows = ask_about(context, "rpki-faults", file, run)
    if as_json:
        print_json(rows)
        return
    cells = [(row["fault"], ", ".join(row["broken"]) or None, row["description"]) for row in rows]
    print_table("", ("fault", "broken now", "what is wrong then"), cells, "nothing can be broken")


def explain(
    context: typer.Context,
    prefix: Prefix,
    asn: Annotated[str, typer.Argument(help="The ASN that originates it.")],
    file: OfFile = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Why a route is valid, invalid or not-found: the ROAs that decide, and what would mend it."""
    _print(context, "rpki-explain", file, run, as_json, prefix=prefix, asn=str(asn_number(asn)))


def advise(context: typer.Context, file: OfFile = None, run: Run = None, as_json: AsJson = False) -> None:
    """Which ROAs are missing, too loose or superfluous for what is announced, and how to mend each."""
    _print(context, "rpki-advice", file, run, as_json)


def _print(
    context: typer.Context, view: str, file: str | None, run: str | None, as_json: bool, **arguments: Any
) -> None:
    from lab.cli.asking import ask_about
    from lab.cli.terminal import console, print_json

    found = ask_about(context, view, file, run, **arguments)
    if as_json:
        print_json(found)
    else:
        console().print(found["text"], markup=False)
