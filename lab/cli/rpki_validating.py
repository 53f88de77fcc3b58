"""The command that validates: the RPKI of a file, a tree on disk, or what trust anchors lead to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lab.cli.options import ProfileName, profile_called

if TYPE_CHECKING:
    from lab.rpki.payloads import Payloads
    from lab.rpki.relying_party import Run

SHOWN_FLAWS: Final = 20
"""How many flaws are told on stderr beside an output that does not show them."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(validate)


def validate(
    file: Annotated[
        str | None,
        typer.Argument(help="The RPKI of this topology or scenario file, or of one that ships."),
    ] = None,
    tal: Annotated[
        Path | None,
        typer.Option("--tal", help="Not a file's RPKI: begin at this TAL, or these in a directory."),
    ] = None,
    tree: Annotated[
        Path | None, typer.Option("--tree", help="With --tal: offline, from this tree of HOST/MODULE/PATH.")
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", help="With --tal: fetch into this directory; only what is new is verified."),
    ] = None,
    no_rrdp: Annotated[bool, typer.Option("--no-rrdp", help="With --cache: fetch by rsync only.")] = False,
    ca_file: Annotated[
        Path | None, typer.Option("--ca-file", help="With --cache: HTTPS CAs in PEM, beside the system's.")
    ] = None,
    slurm: Annotated[
        Path | None, typer.Option("--slurm", help="Local exceptions (RFC 8416) to apply to the outcome.")
    ] = None,
    profile: ProfileName = "current",
    format: Annotated[
        str, typer.Option("--format", help="summary, json, jsonext, csv, routinator-csv or openmetrics.")
    ] = "summary",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Validate an RPKI. Ends with 1 if anything was rejected or is not fresh."""
    from lab.cli.rpki_report import print_report
    from lab.cli.terminal import print_json
    from lab.rpki.outputs.validation_report import flaws, report_data
    from lab.rpki.slurm import read_slurm

    _check_call(file, tal, tree, cache, no_rrdp, ca_file)
    _check_format(format, as_json)
    exceptions = None if slurm is None else read_slurm(slurm)
    run = _run(file, tal, tree, cache, no_rrdp, ca_file, profile)
    validation = run.validation
    payloads = validation.payloads if exceptions is None else exceptions.apply(validation.payloads)
    found = flaws(validation)
    if format == "summary":
        data = report_data(validation, run.names) | {"troubles": list(run.troubles)}
        in_force = {"vrps": len(payloads.vrps), "aspas": len(payloads.aspas)}
        data |= {"in_force": None if exceptions is None else in_force}
        print_json(data) if as_json else print_report(data)
    else:
        _write(format, payloads, run)
        _tell_flaws([*run.troubles, *found])
    raise typer.Exit(1 if found else 0)


def _check_call(
    file: str | None,
    tal: Path | None,
    tree: Path | None,
    cache: Path | None,
    no_rrdp: bool,
    ca_file: Path | None,
) -> None:
    if (file is None) == (tal is None):
        raise typer.BadParameter("expected either a FILE, such as byoip, or --tal")
    if tal is not None and (tree is None) == (cache is None):
        raise typer.BadParameter(
            "--tal needs either --tree, to read files, or --cache, to fetch them into it"
        )
    if tal is None and (tree or cache):
        raise typer.BadParameter("--tree and --cache go with --tal, not with a FILE")
    if cache is None and (no_rrdp or ca_file):
        raise typer.BadParameter("--no-rrdp and --ca-file go with --cache")


def _check_format(format: str, as_json: bool) -> None:
    from lab.rpki.outputs.formats import FORMATS
    from lab.topology.problems import suggestion

    formats = ("summary", *FORMATS, "openmetrics")
    if format not in formats:
        raise typer.BadParameter(f"there is no format {format!r}; {suggestion(format, formats, 'formats')}")
    if as_json and format != "summary":
        raise typer.BadParameter("--json is for the summary; the VRPs as JSON are --format json")


def _run(
    file: str | None,
    tal: Path | None,
    tree: Path | None,
    cache: Path | None,
    no_rrdp: bool,
    ca_file: Path | None,
    profile: str,
) -> Run:
    import time

    from lab.cli.terminal import busy
    from lab.rpki import relying_party
    from lab.topology.loading import load

    now, generation = int(time.time()), profile_called(profile)
    if file is not None:
        return relying_party.validate_topology(load(file), now)
    assert tal is not None, "one of the two is given"
    with busy("validating"):
        if tree is not None:
            return relying_party.validate_tree(tal, tree, generation, now)
        assert cache is not None, "one of the two is given"
        return relying_party.validate_network(tal, cache, generation, now, rrdp=not no_rrdp, ca_file=ca_file)


def _write(format: str, payloads: Payloads, run: Run) -> None:
    import sys

    from lab.rpki.outputs.formats import FORMATS
    from lab.rpki.outputs.openmetrics import openmetrics
    from lab.rpki.outputs.run_statistics import run_statistics

    if format == "openmetrics":
        sys.stdout.write(openmetrics(payloads, run_statistics(run.validation, run.fetches)))
    else:
        sys.stdout.writelines(FORMATS[format](payloads, run.validation.at))


def _tell_flaws(lines: list[str]) -> None:
    from lab.cli.terminal import console
    from lab.topology.problems import printable

    err = console(stderr=True)
    for line in lines[:SHOWN_FLAWS]:
        err.print(printable(line), markup=False)
    if len(lines) > SHOWN_FLAWS:
        err.print(f"… and {len(lines) - SHOWN_FLAWS} more; --format summary shows all")
