"""Why a prefix brought to Cloudflare is reachable or not: from the registry to who accepts the route."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.clouds.chain import Link
from lab.scenario.lab import Lab
from lab.scenario.reception import reception


def cloudflare_chain(lab: Lab, prefix: Prefix) -> list[Link]:
    """The steps in order; [] where nobody has `prefix` at Cloudflare."""
    cloudflare = lab.clouds.cloudflare
    if cloudflare is None:
        return []
    # Imported here because most labs have no Cloudflare.
    from lab.clouds.cloudflare.prefixes.explaining import chain

    rooms = (cloudflare.basics, cloudflare.prefixes, cloudflare.bindings, cloudflare.bgp_prefixes)
    links = chain(*rooms, prefix)
    for each in sorted(cloudflare.originations(), key=lambda found: found.prefix):
        if each.prefix.covers(prefix):
            links += reception(lab, "cloudflare", each.prefix)
    return links
