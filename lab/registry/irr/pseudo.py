"""Route objects derived from the RPKI, as registries that show both print them: one for each VRP."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.registry.database import RegistryDatabase
from lab.registry.irr.records import RouteObject
from lab.registry.irr.rpsl import Attribute, write

RPKI: Final = "RPKI"
"""The source that these objects have."""
MAINTAINER: Final = "MAINT-LAB-RPKI"

Anchor = Callable[[Prefix], str]
"""The name of the trust anchor under which a prefix is certified."""


def derived_objects(vrps: Iterable[Vrp]) -> tuple[RouteObject, ...]:
    """A route object for each VRP. One for AS 0 is left out: it authorises nobody (RFC 7607)."""
    return tuple(_derived(vrp) for vrp in sorted(vrps) if vrp.asn)


def derived_text(route: RouteObject, anchor: str, now: float) -> str:
    """One of these objects as text; `now` is when it was derived, in UNIX seconds of the calendar."""
    day = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d")
    return write(
        (
            Attribute(route.kind, (str(route.prefix),)),
            Attribute("descr", route.descr),
            *(Attribute("remarks", (line,)) for line in route.remarks),
            Attribute("origin", (f"AS{route.origin}",)),
            Attribute("mnt-by", (route.maintainer,)),
            Attribute("changed", (f"rpki@lab.example {day}",)),
            Attribute("source", (f"{route.source}  # Trust Anchor: {anchor}",)),
        )
    )


def anchors_of(registry: RegistryDatabase) -> Anchor:
    """The trust anchor of the RIR where a prefix is registered; `unknown` where it is registered nowhere."""

    def anchor(prefix: Prefix) -> str:
        registration = registry.find(prefix)
        return registration.rir.lower() if registration else "unknown"

    return anchor


def _derived(vrp: Vrp) -> RouteObject:
    kind = "route" if vrp.prefix.version == 4 else "route6"
    return RouteObject(
        vrp.prefix,
        vrp.asn,
        RPKI,
        MAINTAINER,
        descr=(f"RPKI ROA for {vrp.prefix}",),
        remarks=(
            f"This {kind} object represents routing data retrieved from the RPKI",
            f"The original data is the lab's VRP {vrp}",
            "This route object is the result of an automated RPKI-to-IRR conversion process.",
            f"maxLength {vrp.max_length}",
        ),
    )
