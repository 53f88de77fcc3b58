"""Whether what the detector saw is for Route Leak Detection to tell: a change not of Cloudflare's making."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from lab.observe.events import AlertRaised
from lab.topology.vocabulary import AlertKind

TOLD: Final = frozenset(
    {
        AlertKind.ORIGIN_HIJACK,
        AlertKind.SUBPREFIX_HIJACK,
        AlertKind.FORGED_ORIGIN,
        AlertKind.ROUTE_LEAK,
        AlertKind.MOAS,
    }
)
"""The kinds of alert that say that a prefix is advertised where it should not be."""

CORRELATED: Final = 900.0
"""How long after an action of Cloudflare's what has no culprit counts as its consequence, in seconds."""


def is_own_change(
    alert: AlertRaised, asn: int, sites: Collection[str], last_action: float | None, now: float
) -> bool:
    """Whether an alert of `now` is explained by what Cloudflare (`asn`, at the speakers `sites`) did itself.

    It is if Cloudflare announces what the alert is about. Where an alert names nobody, because two origins
    are as good as one another, it is if it came with Cloudflare's `last_action` on the prefix (UNIX seconds
    of the calendar, as `now` is).
    """
    if alert.asn is not None or alert.by:
        return alert.asn == asn or alert.by in sites
    return last_action is not None and 0 <= now - last_action <= CORRELATED


def key_of(alert: AlertRaised) -> str:
    """What tells one alert of a run from every other: the same trouble at another time is another alert."""
    return f"{alert.kind.value} {alert.prefix} {alert.asn or '-'} {alert.by or '-'} {alert.time}"
