"""A running lab's ROAs held against what its speakers announce, and why a route has the verdict it has."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from lab.bgp.prefix import Prefix
from lab.rpki.advice import Advice, Announcement, AnnouncementAdvice
from lab.rpki.explaining import RouteExplanation, explain_route
from lab.rpki.roa_analysis import advise
from lab.rpki.suggestions import Holders
from lab.scenario.lab import Lab
from lab.scenario.lost_roas import repair
from lab.topology.ownership import Registry


def advice(lab: Lab) -> Advice:
    """The advice for every ROA and every announcement of the lab.

    Where a ROA is missing that a CA has signed, the advice is to bring it back.
    """
    found = advise(announcements(lab), lab.vrps, holders(lab))
    return replace(found, announcements=tuple(_brought_back(lab, each) for each in found.announcements))


def _brought_back(lab: Lab, seen: AnnouncementAdvice) -> AnnouncementAdvice:
    wanted = seen.suggestion
    lost = wanted and repair(lab.rpki, seen.announcement.prefix, seen.announcement.origin)
    if not wanted or not lost:
        return seen
    caution = wanted.caution if seen.invalidates else ""
    return replace(seen, suggestion=replace(lost, caution=caution))


def explanation(lab: Lab, prefix: Prefix, origin: int) -> RouteExplanation:
    """Why a route to `prefix` from AS `origin` is valid or not, with what the relying party has rejected."""
    ownership = Registry(lab.topology).ownership(prefix)
    found = explain_route(
        prefix,
        origin,
        lab.payloads,
        holders=holders(lab),
        rejected=lab.rpki.validation.rejected,
        authorities=ownership.holders if ownership else (),
    )
    return replace(found, fix=found.fix and (repair(lab.rpki, prefix, origin) or found.fix))


def announcements(lab: Lab) -> tuple[Announcement, ...]:
    """What speakers hear from each other, each with the number of those that hear it.

    Routes they reject count: otherwise what a ROA makes invalid would soon be unseen.
    """
    heard = Counter(
        (prefix, origin)
        for view in lab.views().values()
        for prefix, routes in view.adj_in.items()
        for origin in {route.attributes.as_path[-1] for route in routes if not route.is_own}
    )
    return tuple(Announcement(prefix, origin, heard[prefix, origin]) for prefix, origin in sorted(heard))


def holders(lab: Lab) -> Holders:
    """The registry of a lab, transfers included, as advice asks it."""
    registry = Registry(lab.topology)

    def held_by(prefix: Prefix) -> frozenset[int] | None:
        ownership = registry.ownership(prefix)
        return None if ownership is None else registry.asns(ownership)

    return held_by
