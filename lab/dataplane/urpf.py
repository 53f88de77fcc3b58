"""Unicast reverse path forwarding: RFC 3704 (strict, loose, feasible) and RFC 8704 (EFP-uRPF A and B).

A packet is judged by its source address and the neighbour it came from; there is one interface per neighbour.
The modes nest: on the same RIBs, whatever strict passes feasible passes, then EFP-A, EFP-B and loose.
Only routes the import policy accepted count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lab.bgp.prefix import Address, Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route, RouterView
from lab.dataplane.fib import Match, longest_match
from lab.topology.model import UrpfMode
from lab.topology.vocabulary import DropReason

REASON = {
    UrpfMode.LOOSE: DropReason.URPF_LOOSE,
    UrpfMode.STRICT: DropReason.URPF_STRICT,
    UrpfMode.FEASIBLE: DropReason.URPF_FEASIBLE,
    UrpfMode.EFP_A: DropReason.URPF_EFP_A,
    UrpfMode.EFP_B: DropReason.URPF_EFP_B,
}
"""The reason each mode gives for a drop."""


@dataclass(frozen=True, slots=True)
class UrpfVerdict:
    """Whether the packet passes; `reason` is None if it does; `evidence` is text for people."""

    passed: bool
    reason: DropReason | None
    evidence: str


def check(
    view: RouterView, neighbor: str, relationship: Relationship, source: Address, mode: UrpfMode
) -> UrpfVerdict:
    """Judge a packet from `source` that arrived from `neighbor`, which is `relationship` to this speaker.

    A source whose longest match is a discard route fails in every mode but off: that is source-based remote
    triggered black hole filtering (RFC 5635 section 4). A default route counts as a route, as in Linux.
    """
    if mode is UrpfMode.OFF:
        return UrpfVerdict(True, None, "uRPF is off here")
    match = longest_match(view.best, source)
    if match and match.route.discard:
        passed, evidence = False, f"{match.prefix}, the route to {source}, is a blackhole"
    elif mode is UrpfMode.STRICT:
        passed, evidence = _strict(match, neighbor, source)
    elif mode is UrpfMode.FEASIBLE:
        passed, evidence = _feasible(view, neighbor, source)
    elif mode is UrpfMode.LOOSE:
        passed, evidence = _loose(match, source)
    elif relationship is not Relationship.CUSTOMER:
        # RFC 8704 section 3: EFP-uRPF is for customer interfaces; towards peers and providers it is loose.
        passed, evidence = _loose(match, source)
        evidence += f" ({neighbor} is no customer, so loose applies)"
    else:
        allowed = efp_a(view, neighbor) if mode is UrpfMode.EFP_A else efp_b(view)
        passed, evidence = _efp(allowed, neighbor, source)
    return UrpfVerdict(passed, None if passed else REASON[mode], evidence)


def _strict(match: Match | None, neighbor: str, source: Address) -> tuple[bool, str]:
    if match is None:
        return False, f"there is no route to {source}"
    if match.route.is_own:
        return False, f"{match.prefix} is originated here, the packet came from {neighbor}"
    if match.route.neighbor != neighbor:
        return False, (
            f"the best route to {match.prefix} is via {match.route.neighbor}, the packet came from {neighbor}"
        )
    return True, f"the best route to {match.prefix} is via {neighbor}"


def _loose(match: Match | None, source: Address) -> tuple[bool, str]:
    if match is None:
        return False, f"there is no route to {source}"
    where = "originated here" if match.route.is_own else f"via {match.route.neighbor}"
    return True, f"there is a route to {match.prefix}, {where}"


def _feasible(view: RouterView, neighbor: str, source: Address) -> tuple[bool, str]:
    announced = {prefix for prefix, route in _accepted(view) if route.neighbor == neighbor}
    covering = _most_specific(announced, source)
    if covering is None:
        return False, f"{neighbor} announced no route to {source} that was accepted"
    return True, f"{neighbor} announced {covering}"


def _efp(allowed: set[Prefix], neighbor: str, source: Address) -> tuple[bool, str]:
    covering = _most_specific(allowed, source)
    if covering is None:
        return False, f"no prefix in the RPF list for customer {neighbor} covers {source}"
    return True, f"{covering} is in the RPF list for customer {neighbor}"


def efp_a(view: RouterView, neighbor: str) -> set[Prefix]:
    """The RPF list of customer interface `neighbor` by algorithm A (RFC 8704 section 3.1.1).

    For each origin AS seen on any customer interface: all its prefixes, from whichever interface, are allowed
    on every customer interface that carried at least one of those prefixes.
    """
    by_origin: dict[int, set[Prefix]] = {}
    carried: set[Prefix] = set()
    for prefix, route in _accepted(view):
        by_origin.setdefault(_origin(route), set()).add(prefix)
        if route.neighbor == neighbor:
            carried.add(prefix)
    lists = [by_origin[origin] for origin in _customer_origins(view)]
    return {prefix for prefixes in lists if prefixes & carried for prefix in prefixes}


def efp_b(view: RouterView) -> set[Prefix]:
    """The one RPF list of all customer interfaces by algorithm B (RFC 8704 section 3.4).

    Every prefix that any customer announced, and every other prefix with an origin AS seen from a customer.
    """
    origins = _customer_origins(view)
    return {
        prefix
        for prefix, route in _accepted(view)
        if route.relationship is Relationship.CUSTOMER or _origin(route) in origins
    }


def _customer_origins(view: RouterView) -> set[int]:
    return {_origin(route) for _, route in _accepted(view) if route.relationship is Relationship.CUSTOMER}


def _accepted(view: RouterView) -> Iterator[tuple[Prefix, Route]]:
    for prefix, routes in view.adj_in.items():
        for route in routes:
            if route.eligible and not route.is_own:
                yield prefix, route


def _origin(route: Route) -> int:
    return route.attributes.as_path[-1]


def _most_specific(prefixes: set[Prefix], source: Address) -> Prefix | None:
    covering = [prefix for prefix in prefixes if prefix.covers(source.host)]
    return max(covering, key=lambda prefix: prefix.length, default=None)
