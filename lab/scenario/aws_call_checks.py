"""What only AWS's own models know of the `aws` steps of a file: operations and their members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lab.clouds.aws.operations import OPERATIONS
from lab.clouds.aws.wire.models import operation_model, service_model
from lab.topology.cloud_steps import AwsStep
from lab.topology.problems import Problem, suggestion
from lab.topology.steps import Step


def call_problems(steps: Iterable[Step]) -> list[Problem]:
    """Calls of operations that the lab does not serve, and members that they do not have, in file order."""
    return [
        Problem(step.file, message, step.line or None, hint=hint)
        for step in steps
        if isinstance(step.body, AwsStep)
        for message, hint in _of_call(step.body)
    ]


def _of_call(body: AwsStep) -> Iterator[tuple[str, str]]:
    model = operation_model(body.service, body.operation)
    served = [name for service, name in OPERATIONS if service == body.service]
    if model is None:
        known = service_model(body.service).operation_names
        yield (
            f"{body.service} has no operation {body.operation}",
            suggestion(body.operation, known, "operations"),
        )
        return
    if body.operation not in served:
        hint = suggestion(body.operation, served, "served")
        yield f"the lab does not serve {body.operation} of {body.service}", hint
    yield from _of_members(body.operation, model.input_shape, body.members)
    for name, path in (body.save or {}).items():
        if (missing := _missing(model.output_shape, path)) is not None:
            yield f"the answer to {body.operation} has no {path}, which is to be saved as {name}", missing


def _of_members(where: str, shape: Any, value: Any) -> Iterator[tuple[str, str]]:
    """Members that a request lacks a place for; values are checked when the call is made."""
    if shape is not None and shape.type_name == "list" and isinstance(value, list | tuple):
        for item in value:
            yield from _of_members(where, shape.member, item)
    if not isinstance(value, Mapping) or (shape is not None and shape.type_name != "structure"):
        return
    members = {} if shape is None else shape.members
    for name, item in value.items():
        if name in members:
            yield from _of_members(f"{where}.{name}", members[name], item)
        else:
            yield f"{where} has no member {name}", suggestion(name, members, "members")


def _missing(shape: Any, path: str) -> str | None:
    """The hint for the first part of a path that an answer does not have; None if it has all."""
    for part in path.split("."):
        if shape is not None and shape.type_name == "list" and part.isdigit():
            shape = shape.member
        elif shape is not None and shape.type_name == "structure" and part in shape.members:
            shape = shape.members[part]
        else:
            members = shape.members if shape is not None and shape.type_name == "structure" else ()
            return (
                suggestion(part, members, "members") if members else f"there is nothing in it called {part}"
            )
    return None
