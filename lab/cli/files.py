"""Commands about files: check, schema, topologies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from lab.cli.options import AsJson, File

if TYPE_CHECKING:
    from lab.topology.model import Topology


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(check)
    app.command()(schema)
    app.command()(topologies)


def check(
    file: File,
    as_json: AsJson = False,
) -> None:
    """Check a file. Every error at once with its line; then what is improbable, as warnings."""
    from lab.bgp.jsonable import to_json
    from lab.cli.terminal import console, count, print_json
    from lab.scenario.outcome_showing import problems_data
    from lab.topology.lint import lint_file
    from lab.topology.problems import TopologyError

    try:
        topology, warnings = lint_file(file)
        _check_calls(topology)
    except TopologyError as error:
        if not as_json:
            raise
        print_json(problems_data(error))
        raise typer.Exit(2) from None
    if as_json:
        print_json({"errors": [], "warnings": [to_json(warning) for warning in warnings]})
        return
    out = console()
    for warning in warnings:
        out.print(f"warning: {warning}", markup=False)
    links = sum(link.b != topology.collector for link in topology.links)
    out.print(
        f"{file} is fine: {count(len(topology.speakers) - 1, 'speaker')} and a collector, "
        f"{count(links, 'link')}, {count(len(topology.steps), 'step')}, {count(len(warnings), 'warning')}"
    )


def _check_calls(topology: Topology) -> None:
    """Raises TopologyError for `aws` and `cloudflare` steps that the cloud's API has no place for."""
    from lab.topology.cloud_steps import AwsStep
    from lab.topology.cloudflare_steps import CloudflareStep
    from lab.topology.problems import TopologyError

    # What a cloud's API has is imported only for files that call it: AWS's brings botocore.
    problems = []
    if any(isinstance(step.body, AwsStep) for step in topology.steps):
        from lab.scenario import aws_call_checks

        problems += aws_call_checks.call_problems(topology.steps)
    if any(isinstance(step.body, CloudflareStep) for step in topology.steps):
        from lab.scenario import cloudflare_call_checks

        problems += cloudflare_call_checks.call_problems(topology.steps)
    if problems:
        raise TopologyError(problems)


def schema() -> None:
    """The JSON Schema of the files, for editors."""
    from lab.cli.terminal import print_json
    from lab.topology.schema import json_schema

    print_json(json_schema())


def topologies(as_json: AsJson = False) -> None:
    """The topologies and scenarios that ship. Each name can stand for its file."""
    from lab.cli.terminal import print_json, print_table
    from lab.topology.loading import load, shipped

    rows = [
        {
            "name": name,
            "title": topology.title,
            "speakers": len(topology.speakers),
            "steps": len(topology.steps),
        }
        for name in shipped()
        for topology in [load(name)]
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("name", "speakers", "steps", "title")
        print_table("", columns, [[row[column] for column in columns] for row in rows], "none ship")
