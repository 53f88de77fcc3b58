"""`lab rpki`: the RPKI of a running lab, of a file, or of others."""

from __future__ import annotations

import typer

from lab.cli import rpki_acting, rpki_asking, rpki_inspecting, rpki_serving, rpki_validating


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    rpki = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="CAs, repositories and what is validated: of a running lab, of a file, or of others.",
    )
    for module in (rpki_asking, rpki_acting, rpki_serving, rpki_validating, rpki_inspecting):
        module.add_to(rpki)
    app.add_typer(rpki, name="rpki")
