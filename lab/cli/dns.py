"""`lab dns`: the DNS of a running lab, its zones, and the delegation of reverse zones at the RIRs.

An edit is one `dns` step of a scenario. The lab is asked for the views `dns-zones`, `dns-lookup` (`name`,
`rtype`) and `dns-env` (`host`, `port`).
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lab.cli.acting import do_step, plain_text
from lab.cli.asking import ask_lab
from lab.cli.options import AsJson, Run

Zone = Annotated[str, typer.Argument(help="For example 113.0.203.in-addr.arpa or customer.example.")]
Name = Annotated[str, typer.Argument(help="Relative to the zone; @ is the zone itself.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    dns = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The DNS of a running lab.")
    for command in (zones, lookup, add, remove, delegate, env):
        dns.command()(command)
    app.add_typer(dns, name="dns")


def zones(run: Run = None, as_json: AsJson = False) -> None:
    """The zones, who hosts them, and whom the RIRs delegate the reverse ones to."""
    from lab.cli.terminal import print_json, print_table

    rows = ask_lab("dns-zones", run)
    if as_json:
        print_json(rows)
        return
    cells = [
        (row["zone"], _host_of(row), row["records"], ", ".join(row["delegated_to"]) or None) for row in rows
    ]
    print_table("", ("zone", "hosted by", "records", "delegated to"), cells, "there are no zones")


def lookup(
    name: Annotated[str, typer.Argument(help="The whole name.")],
    rtype: Annotated[str, typer.Argument(metavar="[TYPE]", help="A, AAAA, TXT, PTR, NS, SOA ...")] = "A",
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """What the DNS answers. The same as dig gets from the lab's server."""
    from lab.cli.terminal import console, print_json

    found = ask_lab("dns-lookup", run, name=name, rtype=rtype)
    if as_json:
        print_json(found)
        return
    lines = [f"{each['name']} {each['ttl']} {each['type']} {each['content']}" for each in found["records"]]
    console().print("\n".join(lines or [_without_answer(found)]), markup=False)


def add(
    zone: Zone,
    name: Name,
    rtype: Annotated[str, typer.Argument(metavar="TYPE", help="TXT, A, AAAA, CNAME, PTR, MX ...")],
    content: Annotated[
        str,
        typer.Argument(
            help="As a zone file has it. Names in it are whole (absolute); a TXT record has no quotes."
        ),
    ],
    ttl: Annotated[int | None, typer.Option("--ttl", help="Seconds; default 300.")] = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Add a record to a zone that is hosted elsewhere than at Cloudflare. Its first record makes a zone."""
    record: dict[str, Any] = {"name": name, "type": rtype.upper(), "content": plain_text(content)}
    record |= {} if ttl is None else {"ttl": ttl}
    do_step({"dns": {"zone": zone, "add": record}}, run, as_json)


def remove(
    zone: Zone,
    name: Name,
    rtype: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help="By default the records of every type.")
    ] = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Remove the records of a name from a zone that is hosted elsewhere than at Cloudflare."""
    records = {"name": name} if rtype is None else {"name": name, "type": rtype.upper()}
    do_step({"dns": {"zone": zone, "remove": records}}, run, as_json)


def delegate(
    space: Annotated[str, typer.Argument(metavar="PREFIX|ZONE", help="All zones of a prefix, or one zone.")],
    nameservers: Annotated[
        list[str] | None,
        typer.Argument(
            help="cloudflare[/ACCOUNT], elsewhere (who hosts what `lab dns add` adds), or name servers."
        ),
    ] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Take the delegation away.")] = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Have reverse zones delegated by the RIR, as the holder of the space does in its portal."""
    if nobody == bool(nameservers):
        raise typer.BadParameter("give either name servers or --nobody")
    do_step({"dns": {"delegate": space, "to": nameservers or []}}, run, as_json)


def env(run: Run = None, as_json: AsJson = False) -> None:
    """Where the lab answers DNS: eval "$(lab dns env)"; dig @$DNS_HOST -p $DNS_PORT NAME TYPE."""
    from lab.cli.shell import environment_lines
    from lab.cli.terminal import print_json

    found = ask_lab("dns-env", run)
    if as_json:
        print_json(found)
    else:
        print("\n".join(environment_lines({"DNS_HOST": found["host"], "DNS_PORT": str(found["port"])})))


def _host_of(row: dict[str, Any]) -> str:
    return f"{row['host']} ({row['account']})" if row["account"] else row["host"] or "nobody"


def _without_answer(found: dict[str, Any]) -> str:
    """Why there are no records, in one sentence."""
    name, rtype = found["name"], found["type"]
    return {
        "NOERROR": f"{name} exists, without {rtype} records",
        "NXDOMAIN": f"there is no name {name} (NXDOMAIN)",
        "SERVFAIL": f"{name} is delegated to servers that do not serve it, or is its own alias (SERVFAIL)",
        "REFUSED": f"nobody in the lab serves a zone around {name} (REFUSED)",
    }[found["status"]]
