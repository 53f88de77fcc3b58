"""Commands that act on a running lab. Each is one step of a scenario, with the same words and checks."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from lab.cli.options import AsJson, Run

Prefix = Annotated[str, typer.Argument(help="For example 203.0.113.0/24.")]
Speaker = Annotated[str, typer.Option("--from", help="The speaker that does it.")]
By = Annotated[str, typer.Option("--by", help="The speaker that does it.")]

_PATIENCE: Final = 120.0
"""Seconds within which a lab has carried out a step and its routes have settled."""
_YEAR: Final = 365 * 86400.0


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (announce, withdraw, hijack, leak, link, kill, wait):
        app.command()(command)
    app.command("set")(set_policy)
    roa = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="ROAs of a running lab.")
    roa.command("add")(roa_add)
    roa.command("remove")(roa_remove)
    roa.command("list")(roa_list)
    app.add_typer(roa, name="roa")
    aspa = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="ASPAs of a running lab.")
    aspa.command("add")(aspa_add)
    aspa.command("remove")(aspa_remove)
    aspa.command("list")(aspa_list)
    app.add_typer(aspa, name="aspa")


def announce(
    prefix: Prefix,
    source: Speaker,
    prepend: Annotated[int, typer.Option(help="Extra copies of the own ASN.")] = 0,
    community: Annotated[
        list[str] | None, typer.Option(help="64500:100, 64500:1:2 or a well-known name.")
    ] = None,
    path: Annotated[str, typer.Option(help="Forged ASNs behind the own one, e.g. '64500 64496'.")] = "",
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Announce a prefix."""
    body: dict[str, Any] = {"from": source, "prefix": prefix, "prepend": prepend}
    if community:
        body["communities"] = community
    if path:
        body["path"] = [_asn(text) for text in path.split()]
    do_step({"announce": body}, run, as_json)


def withdraw(prefix: Prefix, source: Speaker, run: Run = None, as_json: AsJson = False) -> None:
    """Withdraw a prefix."""
    do_step({"withdraw": {"from": source, "prefix": prefix}}, run, as_json)


def hijack(
    prefix: Prefix,
    by: By,
    forge_origin: Annotated[bool, typer.Option(help="Put the holder's ASN at the end of the path.")] = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Announce somebody else's prefix."""
    do_step({"hijack": {"by": by, "prefix": prefix, "forge_origin": forge_origin}}, run, as_json)


def leak(
    by: By,
    prefix: Annotated[str | None, typer.Option(help="Only this prefix.")] = None,
    to: Annotated[str | None, typer.Option(help="Only to this neighbour.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the leak.")] = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Export routes whatever the relationship (RFC 7908)."""
    body: dict[str, Any] = {"by": by, "stop": stop}
    body |= {key: value for key, value in (("prefix", prefix), ("to", to)) if value is not None}
    do_step({"leak": body}, run, as_json)


def link(
    a: Annotated[str, typer.Argument(help="One end.")],
    b: Annotated[str, typer.Argument(help="The other end.")],
    state: Annotated[str, typer.Argument(help="down or up.")],
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Take a link down or up."""
    do_step({"link": {"between": [a, b], "state": state}}, run, as_json)


def set_policy(
    speaker: Annotated[str, typer.Argument(help="The speaker to change.")],
    rov: Annotated[str | None, typer.Option(help="off, prefer-valid or drop.")] = None,
    aspa: Annotated[str | None, typer.Option(help="Path verification: off or drop.")] = None,
    otc: Annotated[bool | None, typer.Option(help="Only-to-Customer (RFC 9234).")] = None,
    blackhole: Annotated[bool | None, typer.Option(help="Honour BLACKHOLE (RFC 7999).")] = None,
    graceful_shutdown: Annotated[bool | None, typer.Option(help="Honour GRACEFUL_SHUTDOWN.")] = None,
    urpf: Annotated[str | None, typer.Option(help="off, loose, strict, feasible, efp-a or efp-b.")] = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Change what a speaker enforces."""
    given = {
        "rov": rov,
        "aspa": aspa,
        "otc": otc,
        "blackhole": blackhole,
        "graceful_shutdown": graceful_shutdown,
        "urpf": urpf,
    }
    body = {key: value for key, value in given.items() if value is not None}
    do_step({"set": {"as": speaker, **body}}, run, as_json)


def kill(
    speaker: Annotated[str, typer.Argument(help="The speaker to kill.")],
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Kill a speaker as a fault; the lab restarts it."""
    do_step({"kill": {"as": speaker}}, run, as_json)


def wait(
    duration: Annotated[str, typer.Argument(help="For example 90s, 5h or 21d.")],
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Let time pass. At once in the simulator; a live lab takes as long, divided by --speed."""
    from lab.topology.scalar_forms import ScalarError
    from lab.topology.scalars import parse_duration

    try:
        seconds = parse_duration(duration)
    except ScalarError as error:
        raise typer.BadParameter(f"{error}{f'; {error.hint}' if error.hint else ''}") from None
    do_step({"wait": {"for": duration}}, run, as_json, takes=seconds)


MaxLength = Annotated[int | None, typer.Option("--max-length", help="Default: the prefix's own length.")]
Asn = Annotated[str, typer.Argument(help="The ASN that may originate it.")]
WhatIf = Annotated[
    bool, typer.Option("--what-if", help="Change nothing: say which routes and packets it would move.")
]


def roa_add(
    prefix: Prefix,
    asn: Asn,
    max_length: MaxLength = None,
    what_if: WhatIf = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Publish a ROA."""
    do_step({"roa": {"add": _roa(prefix, asn, max_length)}}, run, as_json, what_if=what_if)


def roa_remove(
    prefix: Prefix,
    asn: Asn,
    max_length: MaxLength = None,
    what_if: WhatIf = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a ROA."""
    do_step({"roa": {"remove": _roa(prefix, asn, max_length)}}, run, as_json, what_if=what_if)


def roa_list(run: Run = None, as_json: AsJson = False) -> None:
    """The VRPs in force, and the ROAs that they come from."""
    from lab.cli.showing import show_vrps

    show_vrps(run, as_json)


Customer = Annotated[str, typer.Argument(help="The customer's ASN.")]


def aspa_add(
    customer: Customer,
    providers: Annotated[list[str], typer.Argument(help="All its providers' ASNs; 0 for none.")],
    what_if: WhatIf = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Publish an ASPA, in place of the customer's former one."""
    body = {"customer": asn_number(customer), "providers": [asn_number(each) for each in providers]}
    do_step({"aspa": {"add": body}}, run, as_json, what_if=what_if)


def aspa_remove(
    customer: Customer, what_if: WhatIf = False, run: Run = None, as_json: AsJson = False
) -> None:
    """Revoke the ASPA of a customer."""
    do_step({"aspa": {"remove": {"customer": asn_number(customer)}}}, run, as_json, what_if=what_if)


def aspa_list(run: Run = None, as_json: AsJson = False) -> None:
    """The ASPAs in force."""
    from lab.cli.showing import show_aspas

    show_aspas(run, as_json)


def _roa(prefix: str, asn: str, max_length: int | None) -> dict[str, Any]:
    return {"prefix": prefix, "asn": asn_number(asn)} | (
        {} if max_length is None else {"max_length": max_length}
    )


def asn_number(asn: str) -> int | str:
    """The ASN in `64496` or `AS64496`; other text is left to the checks of the step, which explain it."""
    number = asn.removeprefix("AS")
    return int(number) if number.isascii() and number.isdigit() else asn


def plain_text(text: str) -> str:
    """A text for a step in which `$name` stands for something saved: what is typed is meant as it is."""
    return text.replace("$", "$$")


def _asn(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise typer.BadParameter(f"{text!r} is not an ASN; expected for example '64500 64496'")
    return int(text)


def do_step(
    step: dict[str, Any], run: str | None, as_json: bool, *, what_if: bool = False, takes: float = 0.0
) -> None:
    """Have the running lab carry out a step, or say what that would change, and print what came of it.

    `takes` is how many seconds the step itself may last, before the routes settle.
    """
    from lab.cli.narration import print_events
    from lab.cli.runs import find_run
    from lab.cli.terminal import busy, console, print_json
    from lab.scenario.asking import ask

    request = {"what_if": step} if what_if else {"do": step}
    with busy("waiting for the routes to settle"):
        result = ask(find_run(run), request, timeout=min(_PATIENCE + takes, _YEAR))
    if as_json:
        print_json(result)
    elif what_if:
        console().print(result["text"], markup=False)
    else:
        print_events(result["text"], result["events"])
