"""What only Cloudflare's own operations know of the `cloudflare` steps of a file: paths, queries, bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from lab.clouds.cloudflare.operation import Operation
from lab.clouds.cloudflare.operations import OPERATIONS
from lab.clouds.cloudflare.wire.bodies import read_body, read_value
from lab.clouds.cloudflare.wire.queries import read_query
from lab.clouds.cloudflare.wire.refusals import (
    COULD_NOT_ROUTE,
    NOT_ALLOWED,
    RefusedError,
    Trouble,
    not_valid,
)
from lab.clouds.cloudflare.wire.routing import BASE, Routes
from lab.http.messages import HttpRequest
from lab.scenario import saved
from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.problems import Problem
from lab.topology.steps import Step

_SOME_ID: Final = "0" * 32
"""In a path stands for what steps before will have saved, and for the account."""
_WHATEVER_THE_VALUE: Final = frozenset({"extra_forbidden", "missing"})
"""What pydantic says of members by their names alone."""


class _AnythingSaved(dict[str, str]):
    """An ID under every name."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return _SOME_ID


def call_problems(steps: Iterable[Step]) -> list[Problem]:
    """Calls that Cloudflare's API has no place for, and what is wrong with their bodies, in file order.

    A refusal that the step expects is none of them. What hangs on values that steps before save shows when
    the call is made.
    """
    return [
        Problem(step.file, f"{step.body.method} {step.body.path}: {trouble.message}", step.line or None)
        for step in steps
        if isinstance(step.body, CloudflareStep)
        for trouble in _troubles(step.body)
    ]


def _troubles(body: CloudflareStep) -> list[Trouble]:
    try:
        _look_at(body)
    except RefusedError as refusal:
        if body.error not in [trouble.code for trouble in refusal.troubles]:
            return [trouble for trouble in refusal.troubles if trouble.code != COULD_NOT_ROUTE]
    return []


def _look_at(body: CloudflareStep) -> None:
    """Raises RefusedError for what the front would refuse, whoever calls and whatever the account has."""
    path, _, query = saved.in_text(_AnythingSaved(), body.path).partition("?")
    target = path if path.startswith("/") else f"/accounts/{_SOME_ID}/{path}"
    operation = _ROUTES.find(body.method, f"{BASE}{target}").operation
    if body.error == NOT_ALLOWED:  # which is said before the rest is looked at
        return
    read_query(query, operation.query, operation.repeated)
    _look_at_body(operation, body)


def _look_at_body(operation: Operation, body: CloudflareStep) -> None:
    if operation.takes_upload:
        raise not_valid(f"it takes a form with the file {operation.takes_upload}, which no step can send")
    if operation.body is None or body.members is None:
        content = b"" if not body.members else b"a body"
        read_body(operation, HttpRequest(body.method, body.path, {}, content))
        return
    read_value(operation, operation.body, body.members, _counts)


def _counts(detail: ErrorDetails) -> bool:
    return detail["type"] in _WHATEVER_THE_VALUE or not _refers(detail["input"])


def _refers(value: Any) -> bool:
    """Whether a text in a value of the file stands for something else. (`$$` is a dollar.)"""
    if isinstance(value, Mapping):
        return any(map(_refers, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_refers, value))
    return isinstance(value, str) and "$" in value


_ROUTES: Final = Routes(OPERATIONS.values())
