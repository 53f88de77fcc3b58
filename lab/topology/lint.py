"""What is allowed but improbable in a lab, and so probably not meant."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Final

import networkx

from lab.bgp.aspa import AspaTable
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rov import RovState, VrpTable
from lab.topology.cloudflare_lint import cloudflare_lints
from lab.topology.irr_lint import irr_lints
from lab.topology.lint_warning import Lint
from lab.topology.loading import compile_document, open_document
from lab.topology.model import LinkKind, Topology
from lab.topology.problems import Path
from lab.topology.steps import Announce

_RESERVED: Final = {
    0: "RFC 7607",
    23456: "AS_TRANS, RFC 6793",
    65535: "RFC 7300",
    4294967295: "RFC 7300",
}


def lint_file(source: str | FilePath) -> tuple[Topology, list[Lint]]:
    """A topology (`source` as for `lab.topology.loading.load`) and its lints. Raises TopologyError."""
    document = open_document(source)
    topology = compile_document(document)
    places = ((found, document.position(found.path)) for found in lint(topology))
    return topology, [replace(found, file=place.file, line=place.line) for found, place in places]


def lint(topology: Topology) -> list[Lint]:
    """Everything improbable about a topology."""
    return [
        *_reserved_asns(topology),
        *_provider_cycles(topology),
        *_isolated(topology),
        *_out_of_reach(topology),
        *_shared_prefixes(topology),
        *_held_by_nobody(topology),
        *_invalid_announcements(topology),
        *_loose_roas(topology),
        *_missed_providers(topology),
        *irr_lints(topology),
        *cloudflare_lints(topology),
    ]


def _reserved_asns(topology: Topology) -> Iterator[Lint]:
    for speaker in topology.speakers.values():
        if speaker.asn in _RESERVED:
            message = (
                f"AS {speaker.asn} is reserved ({_RESERVED[speaker.asn]}) and cannot be used on the Internet"
            )
            yield Lint("reserved-asn", message, ("ases", speaker.name, "asn"))


def _provider_cycles(topology: Topology) -> Iterator[Lint]:
    """Cycles of customers and providers among ASNs; they break Gao-Rexford's condition for stability."""
    graph: networkx.DiGraph[int] = networkx.DiGraph()
    for link in topology.links:
        if link.kind is LinkKind.TRANSIT:
            graph.add_edge(topology.speakers[link.a].asn, topology.speakers[link.b].asn)
    for component in networkx.strongly_connected_components(graph):
        if len(component) < 2:
            continue
        members = [speaker for speaker in topology.speakers.values() if speaker.asn in component]
        start = members[0].asn
        cycle = [edge[0] for edge in networkx.find_cycle(graph.subgraph(component), start)]
        where: Path = ("ases", topology.names_of(cycle[0])[0])
        if len(cycle) == 2:
            names = " and ".join(_asn_text(topology, asn) for asn in cycle)
            yield Lint("mutual-providers", f"{names} are providers of each other", where)
        else:
            names = " -> ".join(_asn_text(topology, asn) for asn in (*cycle, cycle[0]))
            yield Lint("provider-cycle", f"each is a customer of the next: {names}", where)


def _asn_text(topology: Topology, asn: int) -> str:
    names = topology.names_of(asn)
    return names[0] if len(names) == 1 else f"AS {asn} ({', '.join(names)})"


def _isolated(topology: Topology) -> Iterator[Lint]:
    for speaker in topology.routers():
        if not _neighbors(topology, speaker.name):
            message = f"{speaker.name} has no link: it reaches nobody and nobody reaches it"
            yield Lint("isolated-as", message, ("ases", speaker.name))


def _out_of_reach(topology: Topology) -> Iterator[Lint]:
    """An AS whose routes get, without a leak, to less than half of the others: it lacks a provider."""
    connected = [speaker.name for speaker in topology.routers() if _neighbors(topology, speaker.name)]
    for name in connected:
        reached = _reached_from(topology, name)
        missed = [other for other in connected if other not in reached]
        if len(reached) - 1 < (len(connected) - 1) / 2:
            message = f"routes of {name} never reach {_some(missed)}: there is no transit between them"
            yield Lint("no-transit", message, ("ases", name))


def _reached_from(topology: Topology, start: str) -> set[str]:
    """The speakers that hear what `start` announces when nobody leaks (Gao-Rexford)."""
    seen = {(start, True)}
    queue = deque(seen)
    while queue:
        name, exports_everywhere = queue.popleft()
        for link in topology.links_of[name]:
            relationship = link.relationship_from(name)
            if relationship is Relationship.COLLECTOR or not (
                exports_everywhere or relationship.is_downstream
            ):
                continue
            heard = (link.other(name), relationship is Relationship.PROVIDER)
            if heard not in seen:
                seen.add(heard)
                queue.append(heard)
    return {name for name, _ in seen}


def _neighbors(topology: Topology, name: str) -> list[str]:
    links = topology.links_of[name]
    return [link.other(name) for link in links if link.kind is not LinkKind.COLLECTING]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _shared_prefixes(topology: Topology) -> Iterator[Lint]:
    first: dict[Prefix, str] = {}
    for name, index, prefix in _announced_at_start(topology):
        other = first.setdefault(prefix, name)
        if topology.speakers[other].asn != topology.speakers[name].asn:
            message = f"{prefix} is announced by {other} and by {name} (MOAS)"
            yield Lint("shared-prefix", message, ("ases", name, "prefixes", index))


def _held_by_nobody(topology: Topology) -> Iterator[Lint]:
    if not topology.registry:
        return

    def held(prefix: Prefix) -> bool:
        return any(holding.prefix.covers(prefix) for holding in topology.registry)

    for name, index, prefix in _announced_at_start(topology):
        if not held(prefix):
            message = f"{name} announces {prefix}, which nobody holds in the registry"
            yield Lint("unregistered-prefix", message, ("ases", name, "prefixes", index))
    for index, step in enumerate(topology.steps):
        if isinstance(step.body, Announce) and not held(step.body.prefix):
            message = f"{step.body.source} announces {step.body.prefix}, which nobody holds in the registry"
            path: Path = ("scenario", index, "announce", "prefix")
            yield Lint("unregistered-prefix", message, path, step.file, step.line)


def _invalid_announcements(topology: Topology) -> Iterator[Lint]:
    table = VrpTable(topology.vrps)
    for name, index, prefix in _announced_at_start(topology):
        asn = topology.speakers[name].asn
        if table.validate(prefix, asn) is RovState.INVALID:
            message = f"the ROAs make {name}'s {prefix} {table.explain(prefix, asn)}"
            yield Lint("invalid-announcement", message, ("ases", name, "prefixes", index))


def _loose_roas(topology: Topology) -> Iterator[Lint]:
    """RFC 9319 section 3: a maxLength beyond what is announced lets a forged origin hijack the rest."""
    announced: dict[int, list[Prefix]] = defaultdict(list)
    for name, _, prefix in _announced_at_start(topology):
        announced[topology.speakers[name].asn].append(prefix)
    for step in topology.steps:
        if isinstance(step.body, Announce):
            announced[topology.speakers[step.body.source].asn].append(step.body.prefix)
    for index, vrp in enumerate(topology.vrps):
        if vrp.asn == 0 or vrp.max_length == vrp.prefix.length:
            continue
        longest = max(_lengths_under(vrp.prefix, announced[vrp.asn]), default=None)
        if longest is None or longest < vrp.max_length:
            what = "nothing" if longest is None else f"nothing longer than /{longest}"
            message = (
                f"the ROA for {vrp.prefix} allows up to /{vrp.max_length} but AS {vrp.asn} announces {what}"
                " in it: a forged-origin hijack of the rest would be valid (RFC 9319)"
            )
            yield Lint("loose-max-length", message, ("roas", index, "max_length"))


def _lengths_under(covering: Prefix, prefixes: Iterable[Prefix]) -> Iterator[int]:
    return (prefix.length for prefix in prefixes if covering.covers(prefix))


def _missed_providers(topology: Topology) -> Iterator[Lint]:
    """An ASPA must name every provider: what the customer passes to another looks like a leak."""
    table = AspaTable(topology.aspas)
    for index, aspa in enumerate(topology.aspas):
        named = table.providers(aspa.customer) or frozenset()
        missed = [asn for asn in _provider_asns(topology, aspa.customer) if asn not in named]
        if missed:
            names = _some([_asn_text(topology, asn) for asn in missed])
            message = (
                f"the ASPA of {_asn_text(topology, aspa.customer)} does not name its provider {names}: "
                "routes it announces there are invalid to whoever verifies paths"
            )
            yield Lint("missed-provider", message, ("aspas", index, "providers"))


def _provider_asns(topology: Topology, customer: int) -> Iterable[int]:
    names = topology.names_of(customer)
    links = (link for link in topology.links if link.kind is LinkKind.TRANSIT and link.a in names)
    return dict.fromkeys(topology.speakers[link.b].asn for link in links)


def _announced_at_start(topology: Topology) -> Iterator[tuple[str, int, Prefix]]:
    for speaker in topology.routers():
        for index, prefix in enumerate(speaker.prefixes):
            yield speaker.name, index, prefix
