"""Commands about this machine: doctor."""

from __future__ import annotations

import typer

from lab.cli.options import AsJson


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(doctor)


def doctor(as_json: AsJson = False) -> None:
    """What this machine can run. And what to install for the rest."""
    from lab.cli.preflight import checks
    from lab.cli.terminal import print_json, print_table

    found = checks()
    if as_json:
        print_json(
            [{"what": each.what, "ok": each.ok, "detail": each.detail, "for": each.use} for each in found]
        )
    else:
        rows = [("yes" if each.ok else "no", each.what, each.use, each.detail) for each in found]
        print_table("", ("here", "what", "for", "detail"), rows, "nothing was checked")
    raise typer.Exit(0 if all(each.ok for each in found if each.required) else 3)
