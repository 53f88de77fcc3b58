"""Commands that hand the RPKI of a file to other people's software: serve and export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from lab.cli.options import AsJson, File

REFRESH_SECONDS: Final = 30
"""Between two looks at what is due; objects are made again hours before they run out."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(serve)
    app.command()(export)


def serve(
    file: File,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--directory", "-d", help="Where TALs, tree and VRPs go; without it they are gone at the end."
        ),
    ] = None,
    rsync_port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8873,
    https_port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8443,
    rtr_port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 3323,
    as_json: AsJson = False,
) -> None:
    """Publish the RPKI of a file by rsync and RRDP, validate it, serve routers. On loopback, until Ctrl-C."""
    import sys
    import time
    from contextlib import ExitStack

    from lab.cli.rpki_other_software import print_served, served_data
    from lab.cli.terminal import print_json
    from lab.engines.live.ending_signals import ignore_ending_signals, leaving_on_signals
    from lab.rpki.issuing.update_times import user_update_times
    from lab.rpki.serving import Ports, ServedRpki, readable_temporary_directory
    from lab.topology.loading import load

    topology = load(file)
    with leaving_on_signals(), ExitStack() as ending:
        place = directory.absolute() if directory else ending.enter_context(readable_temporary_directory())
        ports = Ports(rsync_port, https_port, rtr_port)
        now = int(time.time())
        served = ending.enter_context(ServedRpki(topology, place, ports, now, user_update_times()))
        ending.callback(ignore_ending_signals)
        if as_json:
            print_json(served_data(served))
        else:
            print_served(topology.name, served)
        sys.stdout.flush()
        while True:
            time.sleep(REFRESH_SECONDS)
            served.refresh(int(time.time()))


def export(
    file: File,
    to: Annotated[Path, typer.Option("--to", help="The directory for tree/ and tals/.")],
    as_json: AsJson = False,
) -> None:
    """Write the RPKI of a file as plain files: the tree that rsync would bring, and the TALs."""
    import time

    from lab.cli.terminal import console, print_json
    from lab.rpki.exporting import TALS, TREE, export_repository
    from lab.rpki.issuing.hierarchy import Rpki
    from lab.rpki.issuing.keys import user_key_pool
    from lab.rpki.issuing.update_times import user_update_times
    from lab.topology.loading import load

    rpki = Rpki.of(load(file), user_key_pool(), int(time.time()), times=user_update_times())
    objects = export_repository(rpki, to)
    if as_json:
        print_json({"tree": str(to / TREE), "tals": str(to / TALS), "objects": objects})
    else:
        console().print(f"{objects} objects in {to / TREE}, TALs in {to / TALS}")
        console().print(f"validate them: lab rpki validate --tal {to / TALS} --tree {to / TREE}")
