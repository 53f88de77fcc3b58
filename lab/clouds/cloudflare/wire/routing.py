"""Which operation a method and a path mean."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from lab.clouds.cloudflare.operation import Operation
from lab.clouds.cloudflare.wire.refusals import (
    COULD_NOT_ROUTE,
    NO_METHOD,
    NO_ROUTE,
    RefusedError,
    Trouble,
    harmless,
)
from lab.topology.problems import shown

BASE: Final = "/client/v4"

_ID: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_PARAMETER: Final = 100
_LOOKED_AT: Final = 300
_PARAMETER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """An operation and what its path's parameters are in a request, by name."""

    operation: Operation
    path: Mapping[str, str]


class Routes:
    """Operations by path and method. A path that fits two patterns means the one with fewer parameters."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
        for operation in operations:
            by_path[operation.path][operation.method] = operation
        self._patterns = [
            (_Pattern(path), by_path[path]) for path in sorted(by_path, key=lambda path: path.count("{"))
        ]

    def find(self, method: str, path: str) -> Route:
        """What a request means; `path` is as it was sent, below BASE or not. A HEAD means the GET.

        Raises RefusedError: 400 for a path that is none, 405 with the methods there are.
        """
        below = path.removeprefix(BASE)
        segments = _segments(below) if path.startswith(f"{BASE}/") else None
        for pattern, methods in self._patterns:
            found = None if segments is None else pattern.match(segments)
            if found is None:
                continue
            if wrong := _wrong(found):
                raise _unroutable(path, wrong)
            wanted = "GET" if method == "HEAD" else method
            if wanted not in methods:
                raise _not_allowed(method, path, methods)
            return Route(methods[wanted], found)
        raise _unroutable(path, self._nearest(below))

    def _nearest(self, path: str) -> str:
        served = {_PARAMETER.sub("", pattern.path): pattern.path for pattern, _ in self._patterns}
        found = difflib.get_close_matches(_ID.sub("", path[:_LOOKED_AT]), served, 1, 0.7)
        return f"the nearest is {BASE}{served[found[0]]}" if found else f"paths begin with {BASE}/accounts"


class _Pattern:
    def __init__(self, path: str) -> None:
        self.path = path
        self._segments = path.split("/")[1:]

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The parameters by name, if the path has this form."""
        if len(segments) != len(self._segments):
            return None
        parameters: dict[str, str] = {}
        for pattern, segment in zip(self._segments, segments, strict=True):
            if (parameter := _PARAMETER.fullmatch(pattern)) is not None:
                parameters[parameter[1]] = segment
            elif pattern != segment:
                return None
        return parameters


def _segments(path: str) -> list[str] | None:
    """The decoded parts of a path; None where one is not UTF-8."""
    try:
        return [unquote(part, errors="strict") for part in path.split("/")[1:]]
    except UnicodeDecodeError:
        return None


def _wrong(parameters: Mapping[str, str]) -> str:
    for name, value in parameters.items():
        if name.endswith("_id") and not _ID.fullmatch(value):
            return f"{name} must be 32 hexadecimal digits, got {shown(value)}"
        if not 0 < len(value) <= _LONGEST_PARAMETER:
            return f"{name} must have 1 to {_LONGEST_PARAMETER} characters, got {len(value)}"
    return ""


def _unroutable(path: str, why: str) -> RefusedError:
    return RefusedError(
        400,
        Trouble(
            COULD_NOT_ROUTE,
            f"Could not route to {harmless(path)}, perhaps your object identifier is invalid?",
        ),
        Trouble(NO_ROUTE, "No route for that URI" + (f": {why}" if why else "")),
    )


def _not_allowed(method: str, path: str, methods: Iterable[str]) -> RefusedError:
    allowed = tuple(sorted(methods))
    message = f"Method {harmless(method)} not available for that URI; it has {', '.join(allowed)}"
    return RefusedError(405, Trouble(NO_METHOD, message), allow=allowed)
