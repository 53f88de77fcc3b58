"""`lab irr`: the Internet Routing Registry of a running lab, and edits as a maintainer makes them.

An edit is one `irr` step of a scenario. The lab is asked for the views `irr` (`about` is optional: a prefix,
an AS number or an as-set; the answer has `routes` and `as_sets`), `irr-check` (`about`; the answer has `data`
and `text`) and `irr-env` (`host`, `port`).
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lab.cli.acting import Prefix, WhatIf, asn_number, do_step, plain_text
from lab.cli.asking import ask_lab
from lab.cli.irr_file import load
from lab.cli.options import AsJson, Run

Origin = Annotated[str, typer.Argument(metavar="ASN", help="The origin, for example AS64496.")]
Source = Annotated[
    str | None,
    typer.Option("--source", help="The registry; default: the RIR where the prefix is registered."),
]
Descr = Annotated[str | None, typer.Option("--descr", help="Lines for the field descr.")]
Remarks = Annotated[
    str | None, typer.Option("--remarks", help="Lines for the field remarks, such as 'cf-validation: TOKEN'.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    irr = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The IRR of a running lab.")
    for command in (show, add, edit, remove, load, check, env):
        irr.command()(command)
    irr.command("as-set")(put_as_set)
    irr.command("remove-as-set")(remove_as_set)
    app.add_typer(irr, name="irr")


def show(
    about: Annotated[
        str | None,
        typer.Argument(
            metavar="[PREFIX|ASN|AS-SET]", help="Only what has to do with this, with all its lines."
        ),
    ] = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """The route objects and as-sets. Of a prefix also those around and inside it."""
    from lab.cli.terminal import console, print_json

    found = ask_lab("irr", run, about=about)
    if as_json:
        print_json(found)
    elif about is None:
        _print_tables(found)
    else:
        console().print("\n\n".join(_texts(found)), markup=False)


def add(
    prefix: Prefix,
    origin: Origin,
    source: Source = None,
    descr: Descr = None,
    remarks: Remarks = None,
    what_if: WhatIf = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Create a route object."""
    body = _key(prefix, origin, source, descr=descr, remarks=remarks)
    do_step({"irr": {"add": body}}, run, as_json, what_if=what_if)


def edit(
    prefix: Prefix,
    origin: Origin,
    source: Source = None,
    descr: Descr = None,
    remarks: Remarks = None,
    clear: Annotated[
        str | None, typer.Option("--clear", help="descr or remarks: take its lines away first.")
    ] = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Add lines to a route object, or take those of a field away."""
    body = _key(prefix, origin, source, descr=descr, remarks=remarks, clear=clear)
    if not {"descr", "remarks", "clear"} & body.keys():
        raise typer.BadParameter("give one of --descr, --remarks and --clear at least")
    do_step({"irr": {"edit": body}}, run, as_json)


def remove(
    prefix: Prefix,
    origin: Origin,
    source: Source = None,
    what_if: WhatIf = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Delete a route object."""
    do_step({"irr": {"remove": _key(prefix, origin, source)}}, run, as_json, what_if=what_if)


def put_as_set(
    name: Annotated[str, typer.Argument(help="For example AS-CUSTOMER or AS64496:AS-CUSTOMERS.")],
    members: Annotated[list[str], typer.Argument(help="All its members: AS numbers and as-sets.")],
    source: Annotated[str | None, typer.Option("--source", help="The registry; by default RIPE.")] = None,
    what_if: WhatIf = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Write an as-set, in place of the former one of this name."""
    body: dict[str, Any] = {"name": name, "members": members}
    body |= {} if source is None else {"source": source}
    do_step({"irr": {"as_set": body}}, run, as_json, what_if=what_if)


def remove_as_set(
    name: Annotated[str, typer.Argument(help="For example AS-CUSTOMER.")],
    source: Annotated[
        str | None, typer.Option("--source", help="The registry, where several have one of this name.")
    ] = None,
    what_if: WhatIf = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Delete an as-set."""
    body = {"name": name} if source is None else {"name": name, "source": source}
    do_step({"irr": {"remove_as_set": body}}, run, as_json, what_if=what_if)


def check(
    about: Annotated[str, typer.Argument(metavar="PREFIX|ASN|AS-SET", help="What to compare.")],
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Hold the IRR against the RPKI and BGP. What is missing, and what contradicts what."""
    from lab.cli.terminal import console, print_json

    found = ask_lab("irr-check", run, about=about)
    if as_json:
        print_json(found["data"])
    else:
        console().print(found["text"], markup=False)


def env(run: Run = None, as_json: AsJson = False) -> None:
    """Where the lab answers whois: eval "$(lab irr env)"; whois -h $WHOIS_HOST -p $WHOIS_PORT PREFIX."""
    from lab.cli.shell import environment_lines
    from lab.cli.terminal import print_json

    found = ask_lab("irr-env", run)
    if as_json:
        print_json(found)
    else:
        print("\n".join(environment_lines({"WHOIS_HOST": found["host"], "WHOIS_PORT": str(found["port"])})))


def _key(prefix: str, origin: str, source: str | None, **more: str | None) -> dict[str, Any]:
    texts = {name: plain_text(value) for name, value in more.items() if value is not None}
    return {"prefix": prefix, "origin": asn_number(origin), **({"source": source} if source else {}), **texts}


def _print_tables(found: dict[str, Any]) -> None:
    from lab.cli.terminal import console, print_table

    routes = [
        (row["prefix"], f"AS{row['origin']}", row["source"], row["maintainer"], _first_line(row))
        for row in found["routes"]
    ]
    columns = ("prefix", "origin", "source", "maintainer", "lines")
    print_table("", columns, routes, "there are no route objects")
    if found["as_sets"]:
        sets = [(row["name"], row["source"], " ".join(row["members"]) or None) for row in found["as_sets"]]
        console().print()
        print_table("", ("as-set", "source", "members"), sets, "")


def _first_line(row: dict[str, Any]) -> str | None:
    lines = [*row["descr"], *row["remarks"]]
    return f"{lines[0]}{' ...' if lines[1:] else ''}" if lines else None


def _texts(found: dict[str, Any]) -> list[str]:
    """The objects as whois shows them."""
    return [row["rpsl"].rstrip() for row in (*found["as_sets"], *found["routes"])]
