"""Whether routes have settled, by counting (Mattern's four-counter method). Pure.

Every agent reports whether it is busy and, per session, how many changes it has sent and processed since the
session came up. The lab has converged when two rounds of reports in a row are equal, nobody is busy, and on
every session all that was sent was processed, and every speaker that follows the lab's RTR cache holds what
that serves. An agent reports only after it has read everything ExaBGP had
written by then, so a round cannot miss a change that a later report of the same round depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class SessionCount(NamedTuple):
    """One end of a session: `sent` and `processed` count changes since it came up for the `epoch`th time."""

    up: bool
    epoch: int
    sent: int
    processed: int


class SpeakerCount(NamedTuple):
    """One agent's report. `payloads` is the session ID and serial of the VRPs and ASPAs in use, if any."""

    busy: bool
    sessions: Mapping[str, SessionCount]
    payloads: tuple[int, int] | None = None

    @classmethod
    def from_report(cls, report: Mapping[str, Any]) -> SpeakerCount:
        """From the JSON of a report."""
        sessions = {name: SessionCount(*values) for name, values in report["sessions"].items()}
        payloads = report["payloads"]
        return cls(report["busy"], sessions, None if payloads is None else tuple(payloads))


Round = Mapping[str, SpeakerCount]


def obstacles(counts: Round, sessions: Iterable[tuple[str, str, bool]]) -> list[str]:
    """Why this round does not show a settled lab, as text for people; empty if it does.

    `sessions` are those between counted speakers, each with whether it is meant to be up.
    """
    found = [f"{name} is busy" for name, count in counts.items() if count.busy]
    for a, b, up in sessions:
        at_a, at_b = counts[a].sessions[b], counts[b].sessions[a]
        if not up:
            if at_a.up or at_b.up:
                found.append(f"the session {a} - {b} is not down yet")
        elif not (at_a.up and at_b.up):
            found.append(f"the session {a} - {b} is not up")
        else:
            found += _under_way(a, b, at_a.sent, at_b.processed)
            found += _under_way(b, a, at_b.sent, at_a.processed)
    return found


def behind(counts: Round, followers: Iterable[str], position: tuple[int, int]) -> list[str]:
    """Which speakers that follow the lab's RTR cache do not hold what it serves at `position`, its session ID
    and serial, as text for people."""
    return [
        f"{name} has not got serial {position[1]} of the lab's VRPs and ASPAs yet"
        for name in followers
        if name in counts and counts[name].payloads != position
    ]


def _under_way(sender: str, receiver: str, sent: int, processed: int) -> list[str]:
    return [f"{sender} sent {sent}, {receiver} processed {processed}"] if sent != processed else []


def changed(now: Round, before: Round) -> list[str]:
    """Whose counts moved between two rounds, as text for people."""
    return [f"{name} still exchanges routes" for name in now if now[name] != before.get(name)]
