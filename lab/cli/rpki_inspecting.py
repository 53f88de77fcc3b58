"""Commands about single files of the RPKI: inspect and diff."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lab.cli.options import AsJson, ProfileName, profile_called


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(inspect)
    app.command()(diff)


def inspect(
    file: Annotated[Path, typer.Argument(help="A certificate, CRL, manifest, ROA, ASPA or TAL.")],
    profile: ProfileName = "current",
    as_json: AsJson = False,
) -> None:
    """What an object says, and everything wrong with it. Ends with 1 if anything is."""
    import time

    from lab.cli.rpki_report import print_inspection
    from lab.cli.terminal import print_json
    from lab.rpki.inspection.files import inspect_file
    from lab.rpki.inspection.inspector import inspection_data

    found = inspect_file(file, int(time.time()), profile_called(profile))
    if as_json:
        print_json({"file": str(file)} | inspection_data(found))
    else:
        print_inspection(str(file), inspection_data(found))
    raise typer.Exit(1 if found.problems else 0)


def diff(
    old: Annotated[
        Path, typer.Argument(help="Validated payloads as JSON, of this lab or another validator.")
    ],
    new: Annotated[Path, typer.Argument(help="The same from later, or from elsewhere.")],
    as_json: AsJson = False,
) -> None:
    """What changed between two files of VRPs: payloads that came and went, and routes that it turns."""
    from lab.cli.terminal import console, print_json
    from lab.rpki import diff as payload_diff
    from lab.rpki.payload_files import read_payloads

    found = payload_diff.diff(read_payloads(old), read_payloads(new))
    if as_json:
        print_json(payload_diff.diff_data(found))
    else:
        console().print(payload_diff.diff_text(found), markup=False)
