"""Why a range brought to AWS is reachable or not: from the registry to who accepts the route."""

from __future__ import annotations

from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.explaining import chain
from lab.clouds.aws.ipam.explaining import in_pools
from lab.clouds.chain import Link
from lab.scenario.lab import Lab
from lab.scenario.reception import reception

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
    return [*links, *reception(lab, "aws", record.prefix)]
