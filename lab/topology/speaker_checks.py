"""What the speakers of a file and the links between them must be."""

from __future__ import annotations

from collections.abc import Iterator

from lab.bgp.prefix import Prefix
from lab.topology.draft import Draft
from lab.topology.filemodel import LinkEntry
from lab.topology.model import LinkKind
from lab.topology.problems import Path, Problem, shown, suggestion


def check_speakers(draft: Draft) -> Iterator[Problem]:
    """A prefix that stands twice, and a collector that is more than one, or more than a collector."""
    problem = draft.document.problem
    for name, entry in draft.ases.items():
        seen: set[Prefix] = set()
        for index, prefix in enumerate(entry.prefixes):
            if prefix in seen:
                yield problem(("ases", name, "prefixes", index), f"{prefix} is here twice", "remove one")
            seen.add(prefix)
        if not entry.collector:
            continue
        if name != draft.collector:
            message = f"{draft.collector} is the collector already; there is at most one"
            yield problem(("ases", name, "collector"), message, f"remove 'collector: true' from {name}")
        if entry.prefixes:
            message = "the collector announces nothing"
            yield problem(
                ("ases", name, "prefixes"), message, "remove its prefixes or give them to another AS"
            )
        for other, its in draft.ases.items():
            if its.asn == entry.asn and other != name:
                message = f"AS {entry.asn} is {other}'s too; the collector needs an ASN of its own"
                yield problem(("ases", name, "asn"), message)


def check_links(draft: Draft) -> Iterator[Problem]:
    """Links between two speakers that exist, at most one each; a route server that is nothing else."""
    problem = draft.document.problem
    first: dict[frozenset[str], int] = {}
    for index, entry in draft.links.items():
        path: Path = ("links", index)
        a, _, b = entry.link
        unknown = [name for name in dict.fromkeys((a, b)) if name not in draft.names]
        for name in unknown:
            yield draft.unknown_speaker(path, name)
        if a == b:
            yield problem(path, f"a link from {a} to itself")
            continue
        pair = frozenset((a, b))
        if pair in first:
            line = draft.document.position(("links", first[pair])).line
            yield problem(
                path, f"{a} and {b} have a link already, on line {line}", "two speakers have at most one link"
            )
        first.setdefault(pair, index)
        if draft.collector in pair:
            yield problem(
                path,
                f"{draft.collector} is the collector; it peers with everyone by itself",
                "remove the link",
            )
        elif not unknown and a in draft.ases and b in draft.ases and draft.ases[a].asn == draft.ases[b].asn:
            message = f"{a} and {b} share AS {draft.ases[a].asn}; sites of one AS are not connected inside"
            yield problem(path, message, "give one of them another ASN or remove the link")
        yield from _check_ends(draft, path, entry)
    yield from _check_route_servers(draft)


def _check_ends(draft: Draft, path: Path, entry: LinkEntry) -> Iterator[Problem]:
    ends = (entry.link.a, entry.link.b)
    for key in ("urpf", "local_pref", "prepend"):
        by_end = getattr(entry, key)
        for name in by_end if isinstance(by_end, dict) else ():
            if name not in ends:
                message = f"{shown(name)} is not an end of this link"
                hint = suggestion(name, ends, "its ends are")
                yield draft.document.problem((*path, key, name), message, hint, key=True)


def _check_route_servers(draft: Draft) -> Iterator[Problem]:
    servers = route_servers(draft)
    for index, entry in draft.links.items():
        a, kind, b = entry.link
        for name in (a, b):
            if name in servers and not (kind is LinkKind.ROUTE_SERVER and name == a):
                message = f"{name} is a route server (it has clients with '=>') and nothing else"
                hint = f"write '{name} => {b if name == a else a}' or use another speaker"
                yield draft.document.problem(("links", index), message, hint)
    for name in draft.ases:
        if name in servers and draft.ases[name].prefixes:
            message = f"{name} is a route server; it only passes routes on"
            yield draft.document.problem(
                ("ases", name, "prefixes"), message, "give the prefixes to another AS"
            )


def route_servers(draft: Draft) -> set[str]:
    """The speakers that have clients."""
    return {entry.link.a for entry in draft.links.values() if entry.link.kind is LinkKind.ROUTE_SERVER}
