"""A registration for people and for programs: what `lab registry show` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from lab.registry.records import Holder, HolderKind, Registration, Remark
from lab.registry.rirs import RIRS

_SHOWN: Final = 80
"""Characters of a line that are printed: a certificate without newlines is one of more than a thousand."""
_KINDS: Final = {HolderKind.ORGANIZATION: "an organization", HolderKind.INDIVIDUAL: "an individual"}


def describe(registration: Registration, holder: Holder | None) -> str:
    """A registration in lines of text, its comments and its holder's apart."""
    return "\n".join(_lines(registration, holder))


def as_json(registration: Registration, holder: Holder | None) -> dict[str, Any]:
    """A registration as a JSON value; remarks have all their lines whole."""
    return {
        "prefix": str(registration.prefix),
        "rir": registration.rir,
        "status": registration.status,
        "holder": registration.holder,
        "kind": holder.kind.value if holder else None,
        "name": registration.name,
        "remarks": _as_json(registration.remarks),
        "holder_remarks": _as_json(holder.remarks if holder else ()),
    }


def _lines(registration: Registration, holder: Holder | None) -> Iterator[str]:
    rir = RIRS[registration.rir]
    kind = _KINDS[holder.kind] if holder else "unknown"
    yield f"{registration.prefix}  {registration.name}"
    yield f"  registry: {rir.name}, {rir.status_word} {registration.status or 'unknown'}"
    yield f"  holder: {registration.holder}, {kind}"
    yield f"  comments and ROAs: {rir.portal} ({rir.roas})"
    yield from _comments("", registration.remarks)
    if holder:
        yield from _comments(f" of {holder.handle}, not of the range", rir.own(holder.remarks))


def _comments(whose: str, remarks: Iterable[Remark]) -> Iterator[str]:
    for remark in remarks:
        yield f"  {remark.field}{whose}:"
        yield from (f"    {_shortened(line)}" for line in remark.lines)


def _shortened(line: str) -> str:
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}... ({len(line)} characters)"


def _as_json(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    return [{"title": remark.title, "field": remark.field, "lines": list(remark.lines)} for remark in remarks]
