"""What the lab writes into a speaker's directory, and how its ExaBGP is started from there."""

from __future__ import annotations

import os
import pwd
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import lab
from lab.bgp.commands import Command
from lab.engines.base import MachineError
from lab.engines.live.driver import BGP_PORT, Place
from lab.engines.live.run_directory import RunDirectory
from lab.speaker.setup import (
    CONFIGURATION_FILE,
    RTR_SOCKET,
    SETUP_FILE,
    CacheAddress,
    NeighborAddress,
    SpeakerSetup,
    exabgp_configuration,
)
from lab.topology.model import Topology

_SAFE_PATH: Final = re.compile(r"/[A-Za-z0-9_./+@%=,:-]*", re.ASCII)
_NO_SETTINGS_FILE: Final = "exabgp.env"
"""An empty file in place of the machine's own settings for ExaBGP."""
_BUSY_ABOVE: Final = 15
"""Speakers per lab above which ExaBGP looks around less often, to leave the CPU to the busy ones."""


def speakers_directory() -> Path:
    """The project's `speakers/` directory: in a checkout beside the package, else inside it."""
    package = Path(lab.__file__).resolve().parent
    checkout = package.parent / "speakers"
    return checkout if checkout.is_dir() else package / "_data" / "speakers"


def write_speaker_files(
    name: str,
    topology: Topology,
    places: Mapping[str, Place],
    run: RunDirectory,
    links_down: Collection[str],
    external: Collection[str],
    commands: Sequence[Command],
    shares_loopback: bool,
) -> None:
    """Write what ExaBGP and the agent of speaker `name` read when they start. Raises MachineError.

    `shares_loopback` as in Driver.
    """
    place = places[name]
    for path in (place.python, place.agent, place.directory):
        if not _SAFE_PATH.fullmatch(path):
            raise MachineError(
                f"ExaBGP cannot be told to use {path!r}: it has a space or a special character"
            )
    order = {each: number for number, each in enumerate(topology.speakers)}
    router = topology.router_config(name)
    setup = SpeakerSetup(
        router=router,
        address=place.address,
        port=BGP_PORT,
        neighbors={
            each.name: NeighborAddress(
                places[each.name].address,
                # Speakers start in file order, so the later one finds the earlier one listening.
                passive=order[name] < order[each.name] and each.name not in external,
            )
            for each in router.neighbors
        },
        links_down=tuple(sorted(links_down)),
        commands=tuple(commands),
        python=place.python,
        agent=place.agent,
        directory=place.directory,
        rtr=_cache_address(place, topology.speakers[name].rtr, shares_loopback),
    )
    directory = run.speaker(name)
    configuration = exabgp_configuration(setup, str(speakers_directory()), frozenset(links_down))
    _write(directory / SETUP_FILE, setup.to_text())
    _write(directory / CONFIGURATION_FILE, configuration)
    _write(directory / _NO_SETTINGS_FILE, "")


def _cache_address(place: Place, own: str | None, shares_loopback: bool) -> CacheAddress:
    """Where a speaker reaches its RTR cache: the lab's, unless it has one of its `own`."""
    if own is not None and shares_loopback:
        return CacheAddress(own, own)
    return CacheAddress(f"unix:{place.directory}/{RTR_SOCKET}", own or "")


def _write(path: Path, text: str) -> None:
    """Put a file in place of whatever has its name. The directory may belong to a container, and a link that
    was put there must not lead the lab, which may be root, to a file of the host."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(handle, "w", encoding="ascii") as file:
            file.write(text)
        new.replace(path)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}") from None


def exabgp_command(place: Place) -> list[str]:
    """What to execute inside a place."""
    settings = f"--env-file={place.directory}/{_NO_SETTINGS_FILE}"
    return [place.python, "-m", "exabgp", settings, "server", f"{place.directory}/{CONFIGURATION_FILE}"]


def exabgp_environment(place: Place, run: RunDirectory, speakers: int) -> dict[str, str]:
    """The environment of a speaker's ExaBGP in a lab of so many speakers."""
    return {
        **run.labels,
        "exabgp_daemon_user": _user(),
        "exabgp_daemon_drop": "false",
        "exabgp_daemon_umask": "022",
        "exabgp_tcp_port": str(BGP_PORT),
        "exabgp_tcp_bind": place.address,
        "exabgp_api_cli": "false",
        "exabgp_api_ack": "true",
        "exabgp_api_compact": "true",
        "exabgp_api_respawn": "false",
        "exabgp_api_terminate": "true",
        "exabgp_log_level": "ERROR",
        "exabgp_log_destination": "stderr",
        "exabgp_reactor_speed": "1.0" if speakers <= _BUSY_ABOVE else "5.0",
    }


def _user() -> str:
    """ExaBGP wants the name of a user that exists; it becomes that user only if it runs as root."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "nobody"
