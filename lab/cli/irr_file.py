"""`lab irr load`: objects as maintainers keep them in files, each by an `irr` step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lab.cli.acting import do_step, plain_text
from lab.cli.options import AsJson, Run

if TYPE_CHECKING:
    from lab.registry.irr.records import AsSet, RouteObject


def load(
    file: Annotated[
        Path, typer.Argument(help="Objects of the classes route, route6 and as-set, as whois shows them.")
    ],
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Create the objects of a file in RPSL. One after the other: the first that is refused ends it."""
    from lab.registry.errors import RegistryError
    from lab.registry.irr.objects import parse

    try:
        objects = parse(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} cannot be read: {error}") from None
    except RegistryError as error:
        raise typer.BadParameter(f"{file}: {error}") from None
    if not objects:
        raise typer.BadParameter(f"{file} has no objects")
    for each in objects:
        do_step({"irr": _creation(each)}, run, as_json)


def _creation(found: RouteObject | AsSet) -> dict[str, Any]:
    """The body of the step that makes an object. Its dates are the lab's, which dates it when it is made."""
    from lab.registry.irr.records import AsSet

    lines = {name: plain_text("\n".join(getattr(found, name))) for name in ("descr", "remarks")}
    texts = {"source": found.source, **{name: text for name, text in lines.items() if text}}
    if isinstance(found, AsSet):
        return {"as_set": {"name": found.name, "members": list(found.members), **texts}}
    key = {"prefix": str(found.prefix), "origin": found.origin, "mnt_by": found.maintainer}
    return {"add": {**key, **texts}}
