"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lab.rpki.objects.signed_object import Profile

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
File = Annotated[str, typer.Argument(help="A topology or scenario file, or the name of one that ships.")]
Engine = Annotated[str, typer.Option("--engine", help="sim (instant, in-process) or live (real ExaBGP).")]
Driver = Annotated[str, typer.Option("--driver", help="Where live speakers run: process or docker.")]
Seed = Annotated[int, typer.Option("--seed", help="Decides the link delays of the simulator.")]
Speed = Annotated[
    float, typer.Option("--speed", min=0.001, help="Live: how many times faster `wait` steps pass.")
]
VrpFile = Annotated[
    Path | None,
    typer.Option(
        "--vrps", help="VRPs as JSON of rpki-client, Routinator or StayRTR; replaces the file's ROAs."
    ),
]
BaseImage = Annotated[
    str | None,
    typer.Option(
        "--base-image", envvar="LAB_SPEAKER_BASE", help="Docker: the image with Python to build speakers on."
    ),
]
HttpPort = Annotated[
    int,
    typer.Option(
        "--http-port", min=0, max=65535, help="Serve registries and clouds on this port; 0 takes a free one."
    ),
]
WhoisPort = Annotated[
    int, typer.Option("--whois-port", min=0, max=65535, help="Serve whois on this port; 0 takes a free one.")
]
DnsPort = Annotated[
    int, typer.Option("--dns-port", min=0, max=65535, help="Serve the DNS on this port; 0 takes a free one.")
]
StateFile = Annotated[
    Path | None,
    typer.Option(
        "--state", help="Keep clouds, registries and ROAs in this file, for the next time the lab comes up."
    ),
]
Run = Annotated[
    str | None,
    typer.Option(
        "--lab", envvar="LAB", help="Which running lab: its name or run id (needed if several run)."
    ),
]
PrefixOption = Annotated[
    str | None, typer.Option("--prefix", help="Only this prefix and its more specifics.")
]
ProfileName = Annotated[
    str, typer.Option("--profile", help="current, or legacy for objects from before RFC 9582 and RFC 9589.")
]
OfFile = Annotated[
    str | None,
    typer.Option(
        "--file",
        help="Not the running lab but this file, or the one of this name that ships, as it is in the "
        "simulator at the end of its scenario.",
    ),
]


def profile_called(name: str) -> Profile:
    """The profile that `--profile` names. Raises typer's error for a name that is none."""
    from lab.rpki.objects.signed_object import Profile

    try:
        return Profile(name)
    except ValueError:
        names = ", ".join(profile.value for profile in Profile)
        raise typer.BadParameter(f"there is no profile {name!r}; profiles: {names}") from None
