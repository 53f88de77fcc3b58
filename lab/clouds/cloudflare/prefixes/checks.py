"""Gathering what the three checks of a prefix need from the world outside."""

from __future__ import annotations

from lab.clouds.cloudflare.prefixes.ownership import LABEL, judge_ownership
from lab.clouds.cloudflare.prefixes.record import Findings, PrefixRecord
from lab.clouds.cloudflare.prefixes.validation import in_registry_of, judge_irr, judge_rpki
from lab.clouds.cloudflare.world import World
from lab.registry.reverse.zones import reverse_zones


def examine(world: World, record: PrefixRecord) -> Findings:
    """What IRR, RPKI and the ownership token say of a prefix now."""
    registration = world.registration(record.prefix)
    rir = registration.rir if registration else ""
    rpki = judge_rpki(record.prefix, record.asn, world.vrps())
    texts = {zone: world.txt(f"{LABEL}.{zone}") for zone in reverse_zones(record.prefix)}
    objects = in_registry_of(world.route_objects(record.prefix), rir)
    return Findings(
        judge_irr(record.prefix, record.asn, rir, world.covering_route_objects(record.prefix)),
        rpki,
        judge_ownership(record.token, objects, texts, rpki),
    )
