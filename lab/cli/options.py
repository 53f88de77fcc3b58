"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
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
Run = Annotated[
    str | None,
    typer.Option(
        "--lab", envvar="LAB", help="Which running lab: its name or run id (needed if several run)."
    ),
]
PrefixOption = Annotated[
    str | None, typer.Option("--prefix", help="Only this prefix and its more specifics.")
]
