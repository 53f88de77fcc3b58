"""What a lab's file says of Cloudflare, as Cloudflare itself is told."""

from __future__ import annotations

from dataclasses import replace

from lab.clouds.cloudflare.settings import CloudflareSettings, Delays
from lab.topology.cloudflare_section import CloudflareSection
from lab.topology.model import Topology


def cloudflare_settings(topology: Topology) -> CloudflareSettings:
    """The accounts and delays; Cloudflare's own space is what its speakers announce from the start."""
    section = topology.cloudflare or CloudflareSection()
    speakers = topology.of_cloud("cloudflare")
    own = [prefix for each in speakers for prefix in each.prefixes]
    return CloudflareSettings(
        accounts=section.accounts,
        members=section.members,
        tokens=section.tokens,
        delays=replace(Delays(), **section.delays),
        sites=tuple(speaker.name for speaker in speakers),
        anycast=tuple(dict.fromkeys(own)),
        seed=topology.name,
    )
