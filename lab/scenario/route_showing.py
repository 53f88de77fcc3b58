"""The routes of a lab as plain JSON data: at the collector, at every speaker, at one, and why."""

from __future__ import annotations

from typing import Any

from lab.bgp.attributes import community_text
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Explanation, Route, RouterView
from lab.clouds.chain import Link
from lab.dataplane.fib import longest_match
from lab.scenario.lab import Lab

Data = dict[str, Any]


def table(lab: Lab, prefix: str | None = None) -> list[Data]:
    """The collector's table: one row per prefix and vantage point."""
    wanted = None if prefix is None else Prefix.parse(prefix)
    return [
        {
            "prefix": str(found),
            "vantage_point": name,
            "path": list(path),
            "origin": path[-1],
            "rov": lab.vrps.validate(found, path[-1]).value,
        }
        for found, seen in lab.table().paths.items()
        if wanted is None or wanted.covers(found)
        for name, path in seen.items()
    ]


def routes(lab: Lab, prefix: str | None = None) -> list[Data]:
    """The best route of every speaker: one row per prefix and speaker, those without a route included."""
    views = lab.views()
    if prefix is None:
        wanted = sorted({found for view in views.values() for found in view.best})
    else:
        wanted = [Prefix.parse(prefix)]
    return [
        {"prefix": str(found), "at": name, "asn": view.asn, **_best(view, found)}
        for found in wanted
        for name, view in views.items()
    ]


def rib(lab: Lab, speaker: str, prefix: str | None = None) -> list[Data]:
    """One speaker's Adj-RIB-In, best first, rejected routes included."""
    view = lab.view(speaker)
    wanted = None if prefix is None else Prefix.parse(prefix)
    return [
        {
            "prefix": str(found),
            "best": route == view.best.get(found),
            **_route(view, found, route),
            "rejected": route.rejection.value if route.rejection else None,
        }
        for found in sorted(view.adj_in)
        if wanted is None or wanted.covers(found)
        for route in view.adj_in[found]
    ]


def explain(lab: Lab, speaker: str, prefix: str) -> Data:
    """Why a speaker uses the route it uses: every candidate with its reason, and the validation verdicts.

    `longest_match` is the prefix whose route packets take, which need not be the one asked about. `byoip` is
    the way of a range to AWS, step by step, and `cloudflare` that to Cloudflare, if they have to do with it.
    """
    # Imported here because the cloud's rules are needed for nothing else that is shown.
    from lab.scenario.byoip_explaining import byoip_chain
    from lab.scenario.cloudflare_explaining import cloudflare_chain

    wanted = Prefix.parse(prefix)
    found = lab.explain(speaker, wanted)
    view = lab.view(speaker)
    used = longest_match(view.best, wanted)
    return {
        "at": speaker,
        "asn": view.asn,
        "prefix": str(wanted),
        "longest_match": None if used is None else str(used.prefix),
        "candidates": [
            {
                "best": route == found.best,
                **_route(view, wanted, route),
                "eligible": route.eligible,
                "reason": reason,
            }
            for route, reason in found.candidates
        ],
        "validation": _origin_validation(lab, view, found),
        "path_verification": [
            {"via": route.neighbor, "verdict": str(verdict)}
            for (route, _), verdict in zip(found.candidates, found.aspa, strict=True)
            if verdict is not None
        ],
        "byoip": [_link(link) for link in byoip_chain(lab, speaker, wanted)],
        "cloudflare": [_link(link) for link in cloudflare_chain(lab, wanted)],
    }


def _best(view: RouterView, prefix: Prefix) -> Data:
    best = view.best.get(prefix)
    if best is None:
        nothing = dict.fromkeys(("via", "path", "origin", "rov", "aspa", "local_pref"))
        return {**nothing, "communities": []}
    return _route(view, prefix, best)


def _origin_validation(lab: Lab, view: RouterView, found: Explanation) -> list[str]:
    """By the VRPs of the lab for each origin, unless the speaker judges by others, which only it knows."""
    cache = lab.topology.speakers[found.at].rtr
    if cache is not None:
        return [f"{found.at} follows the cache at {cache}, whatever the lab's VRPs say"]
    origins = sorted({view.origin(route) for route, _ in found.candidates})
    return [str(lab.vrps.explain(found.prefix, origin)) for origin in origins]


def _route(view: RouterView, prefix: Prefix, route: Route) -> Data:
    state = view.aspa_state(prefix, route)
    return {
        "via": route.neighbor,
        "path": list(route.attributes.as_path),
        "origin": view.origin(route),
        "rov": route.rov.value,
        "aspa": None if state is None else state.value,
        "local_pref": route.local_pref,
        "communities": [
            *map(community_text, route.attributes.communities),
            *map(community_text, route.attributes.large_communities),
        ],
    }


def _link(link: Link) -> Data:
    return {"name": link.name, "ok": link.ok, "text": link.text}
