"""The export formats by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lab.bgp.prefix import Prefix
from lab.observe.exports.dot import dot
from lab.observe.exports.graphml import graphml
from lab.observe.exports.mrt import mrt
from lab.observe.exports.page import html
from lab.observe.exports.snapshot import Snapshot
from lab.observe.exports.svg import svg
from lab.topology.problems import nearest


class ExportError(ValueError):
    """There is no such format; the message names those there are."""


FORMATS: Final[dict[str, Callable[[Snapshot, Prefix | None], str | bytes]]] = {
    "dot": dot,
    "graphml": graphml,
    "html": html,
    "mrt": mrt,
    "svg": svg,
}
"""What makes each format: text, or bytes for a binary one; given a prefix, only what is about it."""


def export(snapshot: Snapshot, wanted: str, prefix: Prefix | None = None) -> str | bytes:
    """The snapshot in the format `wanted`. Raises ExportError if there is none of that name."""
    make = FORMATS.get(wanted)
    if make is None:
        near = nearest(wanted, FORMATS)
        hint = f"did you mean {near!r}? " if near else ""
        raise ExportError(f"there is no export format {wanted!r}; {hint}formats: {', '.join(FORMATS)}")
    return make(snapshot, prefix)
