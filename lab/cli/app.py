"""The sub-commands of `lab`, put together."""

from __future__ import annotations

import importlib.metadata
from typing import Annotated

import typer

from lab.cli import (
    acting,
    aws,
    cloudflare,
    dns,
    exporting,
    files,
    irr,
    machine,
    registry,
    rpki,
    running,
    showing,
    traffic,
)

app = typer.Typer(
    name="lab",
    help="A BGP, RPKI and bring-your-own-IP lab: real ExaBGP speakers or an instant simulator.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    running,
    acting,
    traffic,
    showing,
    rpki,
    registry,
    irr,
    dns,
    aws,
    cloudflare,
    exporting,
    files,
    machine,
):
    module.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"lab {importlib.metadata.version('byoip-lab')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    pass
