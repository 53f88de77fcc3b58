"""Import and export policy: relationships, loops, origin and path validation, OTC, well-known communities."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lab.bgp.aspa import AspaMode, AspaState, AspaTable, AspaVerdict, Direction
from lab.bgp.attributes import BLACKHOLE, GRACEFUL_SHUTDOWN, NO_ADVERTISE, NO_EXPORT, Attributes
from lab.bgp.config import NeighborConfig, Policy
from lab.bgp.decision import OWN, preference
from lab.bgp.events import Rejection
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route
from lab.bgp.rov import RovMode, RovState, VrpTable

LOCAL_PREF: Final = {
    Relationship.CUSTOMER: 200,
    Relationship.RS_CLIENT: 200,
    Relationship.PEER: 100,
    Relationship.ROUTE_SERVER: 100,
    Relationship.PROVIDER: 50,
    Relationship.COLLECTOR: 0,
    Relationship.VANTAGE_POINT: 100,
}
"""LOCAL_PREF by what the neighbour is: routes that earn money before free ones before those that cost.

GRACEFUL_SHUTDOWN (RFC 8326) sets 0, below all of them and below any `local_pref` a person sets.
"""

_UPSTREAM: Final = frozenset({Relationship.PROVIDER, Relationship.PEER, Relationship.ROUTE_SERVER})
_TRANSPARENT: Final = frozenset({Relationship.ROUTE_SERVER, Relationship.VANTAGE_POINT})
_DROP: Final = AspaMode.DROP
_UNEXPORTABLE: Final = frozenset({NO_EXPORT, NO_ADVERTISE})


def import_route(
    asn: int,
    neighbor: NeighborConfig,
    policy: Policy,
    vrps: VrpTable,
    prefix: Prefix,
    attributes: Attributes,
    may_blackhole: bool = False,
    aspas: AspaTable | None = None,
) -> Route:
    """Judge what `neighbor` announced: the route as it stands in the Adj-RIB-In, rejected or eligible.

    `may_blackhole`: the neighbour announces a prefix around this one here, so that its BLACKHOLE is its own
    business (RFC 7999 section 3.3). Without `aspas` no path is verified.

    The first check that fails is the one that is told. The customer's prefix list comes before origin
    validation: routers look at lists first, and what they say does not depend on a cache being there.
    """
    path = attributes.as_path
    relationship = neighbor.relationship
    rov = vrps.validate(prefix, path[-1] if path else None)
    local_pref = neighbor.local_pref if neighbor.local_pref is not None else LOCAL_PREF[relationship]
    discard = False
    if attributes.communities:
        discard = (
            may_blackhole
            and policy.blackhole
            and relationship is Relationship.CUSTOMER
            and BLACKHOLE in attributes.communities
        )
        if policy.graceful_shutdown and GRACEFUL_SHUTDOWN in attributes.communities:
            local_pref = 0
    rejection = None
    if asn in path:
        rejection = Rejection.AS_LOOP
    elif not path or (path[0] != neighbor.asn and relationship not in _TRANSPARENT):
        rejection = Rejection.FIRST_AS
    elif policy.otc and attributes.otc is not None and _is_otc_leak(neighbor, attributes.otc):
        rejection = Rejection.OTC_LEAK
    elif neighbor.irr_filter is not None and not discard and not neighbor.irr_filter.permits(prefix):
        # An honoured BLACKHOLE lies inside a route of the same neighbour that the list has let through.
        rejection = Rejection.IRR_FILTERED
    elif (
        rov is RovState.INVALID
        and policy.rov is RovMode.DROP
        and not (discard and vrps.authorises_origin(prefix, path[-1]))
    ):
        rejection = Rejection.ROV_INVALID
    elif policy.aspa is _DROP and aspas is not None and _is_aspa_invalid(relationship, path, aspas):
        rejection = Rejection.ASPA_INVALID
    return Route(
        neighbor.name,
        relationship,
        attributes,
        local_pref,
        rov,
        rejection,
        discard,
        preference(attributes, local_pref, rov, policy.rov, neighbor.router_id, neighbor.name),
    )


def own_route(asn: int, prefix: Prefix, attributes: Attributes, vrps: VrpTable) -> Route:
    """A route originated here."""
    origin = attributes.as_path[-1] if attributes.as_path else asn
    return Route("", None, attributes, 0, vrps.validate(prefix, origin), None, False, OWN)


def aspa_state(neighbor: NeighborConfig, path: tuple[int, ...], aspas: AspaTable) -> AspaState | None:
    """The path verification state of what `neighbor` announced; None where no path is judged."""
    direction = Direction.of(neighbor.relationship)
    if direction is None:
        return None
    if _is_from_another(neighbor, path):
        return AspaState.INVALID
    return aspas.verify(path, direction)


def aspa_verdict(neighbor: NeighborConfig, path: tuple[int, ...], aspas: AspaTable) -> AspaVerdict | None:
    """The state with its reason."""
    direction = Direction.of(neighbor.relationship)
    if direction is None:
        return None
    verdict = aspas.explain(path, direction)
    if _is_from_another(neighbor, path):
        wrong = f"the path starts with AS{path[0]}, not with the neighbour's AS{neighbor.asn}"
        return replace(verdict, state=AspaState.INVALID, reason=wrong)
    return verdict


def _is_from_another(neighbor: NeighborConfig, path: tuple[int, ...]) -> bool:
    return bool(path) and path[0] != neighbor.asn and neighbor.relationship not in _TRANSPARENT


def _is_aspa_invalid(relationship: Relationship, path: tuple[int, ...], aspas: AspaTable) -> bool:
    direction = Direction.of(relationship)
    return direction is not None and aspas.verify(path, direction) is AspaState.INVALID


def rejection_text(
    route: Route, prefix: Prefix, asn: int, neighbor: NeighborConfig, vrps: VrpTable, aspas: AspaTable
) -> str:
    """Why a rejected route was rejected, as text for people."""
    path = route.attributes.as_path
    match route.rejection:
        case Rejection.AS_LOOP:
            return f"AS loop: the path already holds the own AS{asn}"
        case Rejection.FIRST_AS:
            first = f"AS{path[0]}" if path else "nothing"
            return f"the path starts with {first}, not with the neighbour's AS{neighbor.asn} (RFC 4271 6.3)"
        case Rejection.ROV_INVALID:
            return f"origin validation: {vrps.explain(prefix, path[-1] if path else None)}"
        case Rejection.OTC_LEAK:
            return (
                f"route leak: Only-to-Customer AS{route.attributes.otc} came from a "
                f"{neighbor.relationship.value} (RFC 9234 section 5)"
            )
        case Rejection.IRR_FILTERED if neighbor.irr_filter is not None:
            return f"IRR filter: {neighbor.irr_filter.objection(prefix)}"
        case Rejection.ASPA_INVALID:
            return f"path verification: {aspa_verdict(neighbor, path, aspas)}"
    return ""


def _is_otc_leak(neighbor: NeighborConfig, otc: int) -> bool:
    """The ingress check of RFC 9234 section 5."""
    relationship = neighbor.relationship
    if relationship is Relationship.CUSTOMER or relationship is Relationship.RS_CLIENT:
        return True
    return relationship is Relationship.PEER and otc != neighbor.asn


def otc_after_import(route: Route, neighbor_asn: int) -> int | None:
    """The OTC a route carries inside this AS: an upstream's route without one is marked with that AS."""
    if route.attributes.otc is None and route.relationship in _UPSTREAM:
        return neighbor_asn
    return route.attributes.otc


def is_exportable(route: Route) -> bool:
    """Whether any eBGP neighbour may have it.

    RFC 1997 binds who receives NO_EXPORT or NO_ADVERTISE, not who attaches it to an own route. An honoured
    BLACKHOLE stays here (RFC 7999 section 3.2).
    """
    if not route.neighbor:
        return True
    return not route.discard and _UNEXPORTABLE.isdisjoint(route.attributes.communities)


def only_downstream(route: Route) -> bool:
    """Whether the route, by where it was learned, may go to customers only (Gao and Rexford, 2001)."""
    return route.relationship in _UPSTREAM


def otc_forbids(otc: int | None, neighbor: NeighborConfig) -> bool:
    """The egress check of RFC 9234 section 5: no route with OTC goes to a provider, peer or route server."""
    return otc is not None and neighbor.relationship in _UPSTREAM


def outgoing_otc(otc: int | None, asn: int, neighbor: NeighborConfig) -> int | None:
    """The OTC to send (RFC 9234 section 5): own AS towards customers, peers and RS clients where absent."""
    if otc is None and neighbor.relationship in _MARKED:
        return asn
    return otc


_MARKED: Final = frozenset({Relationship.CUSTOMER, Relationship.PEER, Relationship.RS_CLIENT})
