"""What two runs of the relying party have between them, as events of the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lab.observe.events import LabEvent, ObjectRejected, PayloadsChanged, PublicationPointChanged
from lab.rpki.payloads import Payloads
from lab.rpki.validation.results import PointState, Validation


def validation_events(
    time: float, before: Validation, after: Validation, names: Mapping[str, str]
) -> Iterator[LabEvent]:
    """Points that fare otherwise than before, objects that are newly rejected, payloads gained and lost.

    `names` are those of the CAs by their repository's URI.
    """
    states = {point.ca: point.state for point in before.points}
    for point in after.points:
        if point.state is not states.get(point.ca, PointState.FRESH):
            ca = names.get(point.repository, point.repository)
            yield PublicationPointChanged(time, "", ca, point.state.value, point.reason)
    # Not by the message, which may tell the time.
    known = {(rejected.uri, rejected.check) for rejected in before.rejected}
    for rejected in after.rejected:
        if (rejected.uri, rejected.check) not in known:
            text = f"{rejected.message} ({rejected.rfc})"
            yield ObjectRejected(time, "", rejected.uri, rejected.check, text)
    old, new = _texts(before.payloads), _texts(after.payloads)
    if old != new:
        added = tuple(text for text in new if text not in old)
        yield PayloadsChanged(time, "", added, tuple(text for text in old if text not in new))


def _texts(payloads: Payloads) -> dict[str, None]:
    """The payloads as text, each with its TAL, in order."""
    vrps = (f"VRP {vrp} ({vrp.ta})" for vrp in payloads.vrps)
    aspas = (f"ASPA {aspa} ({aspa.ta})" for aspa in payloads.aspas)
    return dict.fromkeys((*vrps, *aspas))
