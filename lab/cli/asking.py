"""Asking a lab for a view: the running one, or that of a file at the end of its scenario."""

from __future__ import annotations

from typing import Any

import typer


def ask_about(
    context: typer.Context, view: str, file: str | None, run: str | None, **arguments: str | None
) -> Any:
    """A view of `lab.scenario.showing`, of the lab made from `file` or else of the running one.

    Raises LabError or ServiceError for what makes no sense, and typer's error where both are named.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    if file is None:
        return _of_running_lab(view, run, given)
    source = context.get_parameter_source("run")
    if source is not None and source.name == "COMMANDLINE":  # not from the environment
        raise typer.BadParameter("--file and --lab exclude each other")
    return _of_file(view, file, given)


def ask_lab(view: str, run: str | None, **arguments: str | None) -> Any:
    """A view of the running lab; arguments that are None are left out. Raises LabError or ServiceError."""
    return _of_running_lab(view, run, {name: value for name, value in arguments.items() if value is not None})


def _of_running_lab(view: str, run: str | None, arguments: dict[str, str]) -> Any:
    from lab.cli.runs import find_run
    from lab.scenario.asking import ask

    return ask(find_run(run), {"show": view, **arguments})


def _of_file(view: str, file: str, arguments: dict[str, str]) -> Any:
    from lab.cli.labs import make_lab
    from lab.scenario.running import run_step
    from lab.scenario.showing import show

    with make_lab(file, "sim", "process") as lab:
        for step in lab.topology.steps:  # one that cannot be carried out is an error: its end is not seen
            run_step(lab, step)
        return show(lab, view, arguments)
