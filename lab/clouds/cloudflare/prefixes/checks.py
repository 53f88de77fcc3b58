"""Gathering what the three checks of a prefix need from the world outside."""

from __future__ import annotations

from collections.abc import Mapping

from lab.clouds.cloudflare.prefixes.ownership import LABEL, judge_ownership
from lab.clouds.cloudflare.prefixes.record import Finding, Findings, PrefixRecord
from lab.clouds.cloudflare.prefixes.validation import in_registry_of, judge_irr, judge_rpki
from lab.clouds.cloudflare.world import World
from lab.registry.reverse.zones import reverse_zones


def examine(world: World, record: PrefixRecord) -> Findings:
    """What IRR, RPKI and the ownership token say of a prefix now."""
    rir = _rir(world, record)
    irr, rpki = _of_routing(world, record, rir)
    texts = {zone: world.txt(f"{LABEL}.{zone}") for zone in reverse_zones(record.prefix)}
    objects = in_registry_of(world.route_objects(record.prefix), rir)
    return Findings(irr, rpki, judge_ownership(record.token, objects, texts, rpki))


def changed_since(world: World, record: PrefixRecord) -> Mapping[str, Finding]:
    """What IRR and RPKI say of an approved prefix now, by `irr` and `rpki`, where that is not what approved
    it. The token is needed no longer."""
    irr, rpki = _of_routing(world, record, _rir(world, record))
    pairs = {"irr": (record.findings.irr, irr), "rpki": (record.findings.rpki, rpki)}
    return {name: now for name, (then, now) in pairs.items() if now.state is not then.state}


def _rir(world: World, record: PrefixRecord) -> str:
    registration = world.registration(record.prefix)
    return registration.rir if registration else ""


def _of_routing(world: World, record: PrefixRecord, rir: str) -> tuple[Finding, Finding]:
    """What IRR and RPKI say."""
    objects = world.covering_route_objects(record.prefix)
    return (
        judge_irr(record.prefix, record.asn, rir, objects),
        judge_rpki(record.prefix, record.asn, world.vrps()),
    )
