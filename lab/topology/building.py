"""From the checked entries of a file to the model."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from lab.bgp.aspa import Aspa, AspaMode
from lab.bgp.config import Policy
from lab.bgp.rov import RovMode, Vrp
from lab.topology.cloudflare_building import cloudflare_section
from lab.topology.draft import Draft
from lab.topology.filemodel import AsEntry, LinkEntry
from lab.topology.irr_entries import IrrAsSetEntry, IrrRouteEntry
from lab.topology.model import (
    ROUTER_ID_BASE,
    AwsSection,
    Holding,
    IrrAsSet,
    IrrRoute,
    Link,
    LinkKind,
    Speaker,
    Topology,
    UrpfMode,
)
from lab.topology.steps import Step


def build(found: Draft) -> Topology:
    """The topology of a draft without problems. A collector is added where the file has none."""
    speakers = {
        name: _speaker(name, entry, ROUTER_ID_BASE + number)
        for number, (name, entry) in enumerate(found.ases.items(), start=1)
    }
    collector = found.collector
    if collector is None:
        collector = next(name for name in _collector_names() if name not in speakers)
        asn = _unused_asn({speaker.asn for speaker in speakers.values()})
        speakers[collector] = Speaker(collector, asn, ROUTER_ID_BASE + len(speakers) + 1, collector=True)
    links = [_link(entry) for entry in found.links.values()]
    links += [Link(name, collector, LinkKind.COLLECTING) for name in speakers if name != collector]
    clouds = {speaker.cloud for speaker in speakers.values()}
    return Topology(
        name=found.name,
        title=found.title,
        speakers=speakers,
        links=tuple(links),
        collector=collector,
        registry=tuple(_holdings(found)),
        vrps=tuple(
            Vrp(roa.prefix, roa.prefix.length if roa.max_length is None else roa.max_length, roa.asn)
            for roa in found.roas.values()
        ),
        aspas=tuple(Aspa(aspa.customer, tuple(sorted(aspa.providers))) for aspa in found.aspas.values()),
        steps=tuple(_step(found, index) for index in found.steps),
        aws=_aws(found) if "aws" in clouds else None,
        cloudflare=cloudflare_section(found.clouds.cloudflare) if "cloudflare" in clouds else None,
        irr=tuple(_irr_route(entry) for entry in found.irr.values() if isinstance(entry, IrrRouteEntry)),
        as_sets=tuple(
            IrrAsSet(entry.as_set, entry.members, entry.source)
            for entry in found.irr.values()
            if isinstance(entry, IrrAsSetEntry)
        ),
    )


def _speaker(name: str, entry: AsEntry, router_id: int) -> Speaker:
    return Speaker(
        name=name,
        asn=entry.asn,
        router_id=router_id,
        prefixes=entry.prefixes,
        policy=Policy(
            RovMode(entry.rov),
            entry.otc,
            entry.blackhole,
            entry.graceful_shutdown,
            AspaMode(entry.aspa),
        ),
        urpf=UrpfMode(entry.urpf),
        irr=entry.irr,
        as_set=entry.as_set,
        max_prefix=entry.max_prefix,
        cloud=entry.cloud,
        collector=entry.collector,
        region=entry.region,
        rtr=entry.rtr,
    )


def _link(entry: LinkEntry) -> Link:
    a, kind, b = entry.link

    def by_end(value: Any) -> Mapping[str, Any]:
        if value is None:
            return {}
        return value if isinstance(value, dict) else {a: value, b: value}

    urpf = {name: UrpfMode(word) for name, word in by_end(entry.urpf).items()}
    return Link(a, b, kind, entry.delay, urpf, by_end(entry.local_pref), by_end(entry.prepend))


def _holdings(found: Draft) -> Iterator[Holding]:
    """The registrations; what one of them says of its holder goes for all of that holder."""
    kinds = {entry.holder: entry.kind for entry in found.registry.values() if entry.kind is not None}
    for entry in found.registry.values():
        yield Holding(
            entry.prefix,
            entry.holder,
            entry.rir,
            entry.status,
            entry.name,
            kinds.get(entry.holder, "organization"),
            entry.remarks,
        )


def _irr_route(entry: IrrRouteEntry) -> IrrRoute:
    return IrrRoute(entry.prefix, entry.origin, entry.source, entry.descr, entry.remarks)


def _aws(found: Draft) -> AwsSection:
    entry = found.clouds.aws
    delays = entry.delays.model_dump(exclude_none=True)
    return AwsSection(entry.accounts, entry.organization, delays, entry.poor_reputation)


def _step(found: Draft, index: int) -> Step:
    kind, body = found.steps[index]
    place = found.step_position(index)
    return Step(kind=kind, body=body, line=place.line, file=place.file)


def _collector_names() -> Iterator[str]:
    yield "collector"
    yield from (f"collector-{number}" for number in itertools.count(2))


def _unused_asn(used: set[int]) -> int:
    """The highest documentation ASN (RFC 5398) that is free, else the highest free private one (RFC 6996)."""
    candidates = (*range(65551, 65535, -1), *range(64511, 64495, -1))
    private = range(4294967294, 4199999999, -1)
    asns: Iterator[int] = itertools.chain(candidates, private)
    return next(asn for asn in asns if asn not in used)
