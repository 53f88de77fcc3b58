"""Commands that send packets through a running lab: one, or traffic that is watched from then on."""

from __future__ import annotations

from typing import Annotated

import typer

from lab.cli.acting import Speaker, do_step
from lab.cli.options import AsJson, Run

Destination = Annotated[str | None, typer.Argument(help="The destination address.")]
Host = Annotated[
    str | None, typer.Option("--host", help="A host name instead, whose address the DNS of the lab has.")
]
Port = Annotated[str | None, typer.Option("--port", help="For example tcp/22; by default tcp/443.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(probe)
    app.command()(flow)


def probe(
    source_speaker: Speaker,
    source: Annotated[str, typer.Option("--source", help="The packet's source address.")],
    destination: Destination = None,
    host: Host = None,
    port: Port = None,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Send a packet and follow it hop by hop."""
    body = {"from": source_speaker, "source": source, **_target(destination, host, port)}
    do_step({"probe": body}, run, as_json)


def flow(
    name: Annotated[str, typer.Argument(help="What to call the traffic.")],
    destination: Destination = None,
    source_speaker: Annotated[
        str | None, typer.Option("--from", help="The speaker that the packets come from.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="The packets' source address.")] = None,
    host: Host = None,
    port: Port = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the traffic of this name.")] = False,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Begin traffic that is watched from now on, or end it. See `lab show flows`."""
    others = (destination, source_speaker, source, host, port)
    if stop:
        if any(each is not None for each in others):
            raise typer.BadParameter("--stop takes the name of the traffic only")
        do_step({"flow": {"name": name, "stop": True}}, run, as_json)
        return
    if source_speaker is None or source is None:
        raise typer.BadParameter("give --from and --source, or --stop")
    body = {"name": name, "from": source_speaker, "source": source, **_target(destination, host, port)}
    do_step({"flow": body}, run, as_json)


def _target(destination: str | None, host: str | None, port: str | None) -> dict[str, str]:
    """Where packets go. Raises typer's error unless it is one place."""
    if (destination is None) == (host is None):
        raise typer.BadParameter("give either a destination address or --host")
    given = (("destination", destination), ("host", host), ("port", port))
    return {key: value for key, value in given if value is not None}
