"""Commands that act on the RPKI of a running lab. Each is one step of a scenario, with the same checks."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lab.cli.acting import Prefix, asn_number, do_step
from lab.cli.options import AsJson, Run

Fault = Annotated[str, typer.Argument(help="What: `lab rpki faults` lists them.")]
AtCa = Annotated[str | None, typer.Option("--ca", help="At which CA, such as customer or arin/customer.")]
AtServer = Annotated[str | None, typer.Option("--server", help="Which publication server, such as arin.")]
FileOfCa = Annotated[
    str | None, typer.Option("--file", help="Which file of the CA; by default its first ROA.")
]
ForPrefix = Annotated[str | None, typer.Option("--prefix", help="The prefix claimed or signed for.")]
ForAsn = Annotated[str | None, typer.Option("--asn", help="The AS in a wrong ROA.")]
Ca = Annotated[str, typer.Argument(help="Such as customer or arin/customer.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("break")(break_something)
    app.command()(mend)
    app.command()(roll)
    app.command()(renew)
    app.command()(revoke)
    app.command()(transfer)


def break_something(
    fault: Fault,
    ca: AtCa = None,
    server: AtServer = None,
    file: FileOfCa = None,
    prefix: ForPrefix = None,
    asn: ForAsn = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Break something on purpose. What is left open is chosen."""
    members = _members(fault, ca, server, file, prefix, asn)
    do_step({"rpki": {"break": fault, **members}}, run, as_json)


def mend(
    fault: Fault,
    ca: AtCa = None,
    server: AtServer = None,
    file: FileOfCa = None,
    prefix: ForPrefix = None,
    asn: ForAsn = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Mend what was broken."""
    members = _members(fault, ca, server, file, prefix, asn)
    do_step({"rpki": {"mend": fault, **members}}, run, as_json)


def roll(ca: Ca, run: Run = None, as_json: AsJson = False) -> None:
    """A CA changes its key (RFC 6489). No VRP is lost on the way, unless the CA is broken."""
    do_step({"rpki": {"roll": ca}}, run, as_json)


def renew(ca: Ca, run: Run = None, as_json: AsJson = False) -> None:
    """A CA signs everything anew."""
    do_step({"rpki": {"renew": ca}}, run, as_json)


def revoke(
    file: Annotated[str, typer.Argument(help="A ROA, ASPA or certificate that the CA has signed.")],
    ca: Annotated[str, typer.Option("--ca", help="Which CA, such as customer or arin/customer.")],
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """A CA revokes a file it has signed."""
    do_step({"rpki": {"revoke": file, "ca": ca}}, run, as_json)


def transfer(
    prefix: Prefix,
    to: Annotated[str, typer.Option("--to", help="The speaker who holds it from now on.")],
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Move space to another holder. The old holder's ROAs and certificate for it go."""
    do_step({"rpki": {"transfer": prefix, "to": to}}, run, as_json)


def _members(
    fault: str, ca: str | None, server: str | None, file: str | None, prefix: str | None, asn: str | None
) -> dict[str, Any]:
    """The members of the step. Raises typer's error for options that do not go with the fault."""
    from lab.topology.rpki_checks import fault_members
    from lab.topology.vocabulary import RpkiFault

    members: dict[str, Any] = {"ca": ca, "server": server, "file": file, "prefix": prefix}
    members["asn"] = None if asn is None else asn_number(asn)
    given = {name: value for name, value in members.items() if value is not None}
    if fault in {known.value for known in RpkiFault}:  # the checks of the step know what else could be meant
        needed, allowed = fault_members(fault)
        for name in needed:
            if name not in given:
                raise typer.BadParameter(f"{fault} needs --{name}")
        for name in given:
            if name not in (*needed, *allowed):
                raise typer.BadParameter(f"--{name} has no meaning with {fault}")
    return given
