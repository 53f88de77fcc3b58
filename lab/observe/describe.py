"""One line of text for each event, for people. The time is left to the reader, who knows the clock."""

from __future__ import annotations

import dataclasses
import re
from functools import singledispatch
from typing import Any

from lab.bgp.events import (
    Announced,
    BestPathChanged,
    CacheFailed,
    ExportBlocked,
    MaxPrefixReached,
    PayloadsReceived,
    PolicyChanged,
    Rejection,
    RouteRejected,
    SessionDown,
    SessionUp,
    ValidationChanged,
    Withdrawn,
)
from lab.observe.durations import duration_text
from lab.observe.events import (
    AlertRaised,
    AlertResolved,
    ExpectationChecked,
    FlowDown,
    FlowUp,
    Note,
    ObjectRejected,
    PacketVerdict,
    PayloadsChanged,
    PublicationPointChanged,
    ScenarioStep,
)

_REJECTED = {
    Rejection.AS_LOOP: "its own ASN is in the path",
    Rejection.FIRST_AS: "the path does not start with the neighbour's ASN",
    Rejection.ROV_INVALID: "origin validation says invalid",
    Rejection.OTC_LEAK: "Only-to-Customer shows a route leak",
    Rejection.IRR_FILTERED: "the IRR does not let the customer announce it",
    Rejection.ASPA_INVALID: "path verification says invalid",
}


@singledispatch
def describe(event: Any) -> str:
    """One line about `event`. An upper floor registers text for its own with `describe.register`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(event).__name__).lower()
    values = [
        str(getattr(event, field.name))
        for field in dataclasses.fields(event)
        if field.name not in ("time", "at") and getattr(event, field.name) not in ("", None)
    ]
    return f"{event.at or 'the lab'}: {words}" + (f": {', '.join(values)}" if values else "")


def describe_lines(event: Any) -> list[str]:
    """The same, with a further line for each packet that a packet has caused."""
    return [_packet_text(event), *event.legs] if isinstance(event, PacketVerdict) else [describe(event)]


def path_text(path: tuple[int, ...] | None) -> str:
    """An AS path as routers print it, neighbour first; `none` for no route, `empty` for an own route's."""
    if path is None:
        return "none"
    return " ".join(map(str, path)) if path else "empty"


@describe.register
def _(event: SessionUp) -> str:
    return f"{event.at} has a BGP session with {event.neighbor}"


@describe.register
def _(event: SessionDown) -> str:
    return f"{event.at} lost its BGP session with {event.neighbor}: {event.reason}"


@describe.register
def _(event: Announced) -> str:
    return f"{event.at} announces {event.prefix} with AS path {path_text(event.path)}"


@describe.register
def _(event: Withdrawn) -> str:
    return f"{event.at} withdraws {event.prefix}"


@describe.register
def _(event: RouteRejected) -> str:
    why = event.detail or _REJECTED[event.rejection]
    return f"{event.at} rejects {event.prefix} from {event.neighbor} (path {path_text(event.path)}): {why}"


@describe.register
def _(event: BestPathChanged) -> str:
    if event.path is None:
        return f"{event.at} has no route to {event.prefix} any more: {event.reason}"
    if not event.neighbor:
        return f"{event.at} uses its own route to {event.prefix}: {event.reason}"
    validity = f", {event.rov.value}" if event.rov else ""
    new = f"via {event.neighbor} (path {path_text(event.path)}{validity})"
    if event.old_path is None:
        return f"{event.at} prefers {event.prefix} {new}: {event.reason}"
    before = path_text(event.old_path)
    return f"{event.at} now prefers {event.prefix} {new}: {event.reason}; before: path {before}"


@describe.register
def _(event: ValidationChanged) -> str:
    route = f"its route to {event.prefix}" + (f" via {event.neighbor}" if event.neighbor else "")
    return f"{event.at} keeps {route}, which was {event.old.value} and is now {event.new.value}"


@describe.register
def _(event: ExportBlocked) -> str:
    why = "Only-to-Customer forbids it (RFC 9234)" if event.reason == "otc" else event.reason
    return (
        f"{event.at} does not send {event.prefix} (path {path_text(event.path)}) to {event.neighbor}: {why}"
    )


@describe.register
def _(event: PolicyChanged) -> str:
    return f"{event.at} {event.detail}"


@describe.register
def _(event: PayloadsReceived) -> str:
    held = f"{event.at} holds {_payloads_text(event.vrps, event.aspas)} of {_cache_text(event.cache)}"
    ignored = f"; it ignores {event.ignored}" if event.ignored else ""
    return f"{held}, serial {event.serial}{ignored}"


@describe.register
def _(event: CacheFailed) -> str:
    held = f"keeps {_payloads_text(event.vrps, event.aspas)} for now" if event.vrps or event.aspas else ""
    return f"{event.at} {held or 'has no VRPs'}: nothing from {_cache_text(event.cache)}: {event.reason}"


def _payloads_text(vrps: int, aspas: int) -> str:
    return f"{vrps} VRP{'s' if vrps != 1 else ''} and {aspas} ASPA{'s' if aspas != 1 else ''}"


def _cache_text(cache: str) -> str:
    return f"the RTR cache at {cache}" if cache else "the lab's RTR cache"


@describe.register
def _(event: MaxPrefixReached) -> str:
    too_many = f"it announced more than {event.limit} prefixes"
    return f"{event.at} closes its session with {event.neighbor}: {too_many}"


@describe.register
def _(event: Note) -> str:
    return event.text


@describe.register
def _(event: ScenarioStep) -> str:
    return f"line {event.line}: {event.text}" if event.line else event.text


@describe.register
def _(event: ExpectationChecked) -> str:
    place = f"line {event.line}: " if event.line else ""
    seen = f"; {event.detail}" if event.detail else ""
    return f"{place}{'met' if event.met else 'NOT met'}: {event.text}{seen}"


@describe.register
def _(event: AlertRaised) -> str:
    return f"ALERT {event.kind.value}: {event.text}"


@describe.register
def _(event: AlertResolved) -> str:
    return f"resolved {event.kind.value}: {event.text}"


@describe.register
def _(event: PacketVerdict) -> str:
    return "; ".join([_packet_text(event), *event.legs])


def _packet_text(event: PacketVerdict) -> str:
    """What became of the packet itself and, if that is not all, where the whole ended."""
    packet, way = f"packet {event.source} -> {event.destination}", " -> ".join(event.hops)
    if event.legs and not event.delivered:
        return f"{packet} got to {event.hops[-1]} after {way}, then dropped at {event.at}: {event.text}"
    fate = "delivered" if event.delivered else "dropped"
    return f"{packet} {fate} at {event.at} after {way}: {event.text}"


@describe.register
def _(event: FlowDown) -> str:
    return f"traffic {event.name} is lost ({event.reason}): {event.text}"


@describe.register
def _(event: FlowUp) -> str:
    return f"traffic {event.name} gets through again after {duration_text(event.lost)}: {event.text}"


_SHOWN_PAYLOADS = 4


@describe.register
def _(event: PayloadsChanged) -> str:
    changes = [
        f"{verb} {_some(payloads)}"
        for verb, payloads in (("gains", event.added), ("loses", event.removed))
        if payloads
    ]
    return f"the relying party {' and '.join(changes)}"


def _some(payloads: tuple[str, ...]) -> str:
    more = len(payloads) - _SHOWN_PAYLOADS
    return ", ".join(payloads[:_SHOWN_PAYLOADS]) + (f" and {more} more" if more > 0 else "")


@describe.register
def _(event: ObjectRejected) -> str:
    return f"the relying party rejects {event.uri}: {event.text}"


@describe.register
def _(event: PublicationPointChanged) -> str:
    return f"the publication point of {event.ca} is {event.state}{event.text and f': {event.text}'}"
