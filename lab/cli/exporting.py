"""The command that hands a lab on to other programs: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lab.cli.options import AsJson, OfFile, Run


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(export)


def export(
    context: typer.Context,
    format: Annotated[str, typer.Argument(help="graphml, dot, svg, html or mrt.")],
    prefix: Annotated[
        str | None,
        typer.Option(
            "--prefix",
            help="graphml, dot, svg: how packets to this prefix are forwarded. mrt, html: only the routes "
            "to it and its more specifics.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of stdout.")
    ] = None,
    file: OfFile = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """The AS graph (graphml, dot), a drawing (svg), a page (html) or the collector's table (mrt)."""
    from lab.cli.asking import ask_about
    from lab.cli.terminal import print_json

    made: dict[str, str] = ask_about(context, "export", file, run, format=format, prefix=prefix)
    if as_json and output is None:
        print_json(made)
        return
    size = _write(made, output)
    if as_json:
        print_json({"format": format, "output": str(output), "bytes": size})


def _write(made: dict[str, str], output: Path | None) -> int:
    """Write what was made to the file, or to stdout; how many bytes that were. Raises LabError."""
    import base64
    import sys

    from lab.scenario.lab import LabError

    data = base64.b64decode(made["base64"]) if "base64" in made else made["text"].encode()
    if output is None:
        if "base64" in made and sys.stdout.isatty():
            raise LabError(f"{made['format']} is binary: give --output FILE, or pipe it to a program")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return len(data)
    try:
        output.write_bytes(data)
    except OSError as error:
        raise LabError(f"cannot write {output}: {error.strerror}") from None
    return len(data)
