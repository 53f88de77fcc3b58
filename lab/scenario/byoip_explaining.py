"""Why a range brought to AWS is reachable or not: from the registry to who accepts the route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.bgp.prefix import Prefix
from lab.bgp.rib import RouterView
from lab.clouds.aws.byoip.explaining import Link, chain
from lab.clouds.aws.ipam.explaining import in_pools
from lab.scenario.lab import Lab

_NOT_REGIONAL: Final = Link("advertise", False, "a pool with a locale must have it first")


def byoip_chain(lab: Lab, speaker: str, prefix: Prefix) -> list[Link]:
    """The steps in order; [] where AWS has nothing to do with `prefix`, and `speaker` has a route to it."""
    aws = lab.clouds.aws
    if aws is None:
        return []
    record = aws.ranges.covering(prefix)
    pools = in_pools(aws.ipam.tables, prefix)
    if (
        record is None
        and not pools
        and (prefix in lab.view(speaker).best or lab.clouds.registry.find(prefix) is None)
    ):
        return []
    links = chain(aws.basics, aws.ranges, prefix)
    if pools and record is None:  # IPAM has asked for the message, and judged it
        links = [*(link for link in links[:-1] if link.name != "message"), *pools, _NOT_REGIONAL]
    elif pools:
        links[-1:] = [*pools, links[-1]]
    if record is None or not any(found == record.prefix for _, found in aws.originations()):
        return links
    return [*links, *_reception(lab, record.prefix)]


def _reception(lab: Lab, prefix: Prefix) -> Iterator[Link]:
    """What became of the announcement at every AS but AWS's own."""
    amazon = {speaker.asn for speaker in lab.topology.of_cloud("aws")}
    accepted, elsewhere, rejected, missing = [], [], [], []
    for name, view in lab.views().items():
        if view.asn in amazon:
            continue
        best = view.best.get(prefix)
        if best is not None and view.origin(best) in amazon:
            accepted.append(name)
        elif best is not None:
            elsewhere.append(f"{name} (origin AS{view.origin(best)})")
        elif refusals := _refusals(view, prefix):
            rejected.append(f"{name} ({refusals})")
        else:
            missing.append(name)
    yield Link("accepted", bool(accepted), f"by {', '.join(accepted)}" if accepted else "by nobody")
    if elsewhere:
        yield Link("elsewhere", False, f"another origin is preferred by {', '.join(elsewhere)}")
    if rejected:
        yield Link("rejected", False, f"by {', '.join(rejected)}")
    if missing:
        yield Link("not received", False, f"by {', '.join(missing)}: nobody passes it on to them")


def _refusals(view: RouterView, prefix: Prefix) -> str:
    return ", ".join(
        f"from {route.neighbor}: {route.rejection.value}"
        for route in view.adj_in.get(prefix, ())
        if route.rejection is not None
    )
