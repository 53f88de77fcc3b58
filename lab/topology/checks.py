"""What the entries of a file must be to each other, and which members of a step may stand together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from lab.bgp.prefix import Prefix
from lab.topology.cloud_checks import check_aws_step, check_clouds
from lab.topology.cloud_steps import AwsStep, RegistryStep
from lab.topology.draft import Draft
from lab.topology.expect_checks import check_expect
from lab.topology.filemodel import LinkEntry
from lab.topology.model import LinkKind
from lab.topology.payload_checks import check_aspa_step, check_aspas, check_roa_step, check_roas
from lab.topology.problems import Path, Problem, shown, suggestion
from lab.topology.registry_checks import check_registry, check_registry_step
from lab.topology.rpki_checks import check_rpki_step
from lab.topology.step_model import StepModel
from lab.topology.steps import (
    Announce,
    AspaStep,
    Expect,
    Hijack,
    Kill,
    Leak,
    LinkStep,
    Probe,
    RoaStep,
    RpkiStep,
    SetStep,
    Withdraw,
)

_MOST_PROBLEMS = 1000


def check(draft: Draft) -> list[Problem]:
    """What is wrong between well-formed entries: all of it, up to a number that nobody reads."""
    found = itertools.chain(
        _check_ases(draft),
        _check_links(draft),
        _check_route_servers(draft),
        check_clouds(draft),
        check_registry(draft),
        check_roas(draft),
        check_aspas(draft),
        _check_steps(draft),
    )
    return list(itertools.islice(found, _MOST_PROBLEMS))


# --- speakers and links -----------------------------------------------------------------------------------


def _check_ases(draft: Draft) -> Iterator[Problem]:
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


def _check_links(draft: Draft) -> Iterator[Problem]:
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
    servers = _route_servers(draft)
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


def _route_servers(draft: Draft) -> set[str]:
    return {entry.link.a for entry in draft.links.values() if entry.link.kind is LinkKind.ROUTE_SERVER}


# --- steps ------------------------------------------------------------------------------------------------


def _check_steps(draft: Draft) -> Iterator[Problem]:
    probed = False
    held = [prefix for entry in draft.ases.values() for prefix in entry.prefixes]
    servers = _route_servers(draft)
    for index, (kind, body) in draft.steps.items():
        path: Path = ("scenario", index, kind)
        if not isinstance(body, StepModel):
            continue
        yield from _check_names(draft, path, body)
        yield from _check_actor(draft, path, body, servers)
        match body:
            case Announce():
                held.append(body.prefix)
            case Hijack() if body.forge_origin and not any(known.covers(body.prefix) for known in held):
                message = f"nobody holds {body.prefix}, so there is no origin to forge"
                yield draft.document.problem((*path, "forge_origin"), message, _held_hint(held))
            case Leak():
                yield from _check_leak(draft, path, body)
            case LinkStep():
                yield from _check_link_step(draft, path, body)
            case RoaStep():
                yield from check_roa_step(draft, path, body)
            case AspaStep():
                yield from check_aspa_step(draft, path, body)
            case RpkiStep():
                yield from check_rpki_step(draft, path, body)
            case SetStep() if len(body.model_fields_set) < 2:
                yield draft.document.problem(
                    path, "nothing to set", "give rov, aspa, otc, blackhole, graceful_shutdown or urpf"
                )
            case Probe():
                probed = True
                if body.source.version != body.destination.version:
                    message = f"a packet cannot go from {body.source} to {body.destination}"
                    yield draft.document.problem(
                        path, message, "source and destination must both be IPv4 or both IPv6"
                    )
            case RegistryStep():
                yield from check_registry_step(draft, path, body)
            case AwsStep():
                yield from check_aws_step(draft, path, body)
            case Expect():
                yield from check_expect(draft, path, body, probed)
                if body.via is not None and body.name is not None:
                    yield from _no_link(draft, (*path, "via"), body.name, body.via)


def _held_hint(held: Iterable[Prefix]) -> str:
    return f"held here: {', '.join(dict.fromkeys(map(str, held)))}"[:200]


def _check_names(draft: Draft, path: Path, body: StepModel) -> Iterator[Problem]:
    for place, name in _names_in(body):
        if name not in draft.names:
            yield draft.unknown_speaker((*path, *place), name, key=place[0] == "share")


def _names_in(body: StepModel) -> Iterator[tuple[Path, str]]:
    match body:
        case Announce() | Withdraw():
            yield ("from",), body.source
        case Hijack():
            yield ("by",), body.by
        case Leak():
            yield ("by",), body.by
            if body.to is not None:
                yield ("to",), body.to
        case LinkStep():
            yield from ((("between", end), name) for end, name in enumerate(body.between))
        case SetStep() | Kill():
            yield ("as",), body.name
        case Probe():
            yield ("from",), body.name
        case Expect():
            members = (("at", body.name), ("via", body.via), ("by", body.by))
            yield from (((key,), name) for key, name in members if name is not None)
            yield from ((("share", name), name) for name in body.share or ())


def _check_actor(draft: Draft, path: Path, body: StepModel, servers: set[str]) -> Iterator[Problem]:
    """The collector does nothing but listen; a route server originates nothing."""
    match body:
        case Announce() | Withdraw():
            key, name, originates = "from", body.source, True
        case Hijack():
            key, name, originates = "by", body.by, True
        case Leak():
            key, name, originates = "by", body.by, False
        case SetStep():
            key, name, originates = "as", body.name, False
        case Probe():
            key, name, originates = "from", body.name, False
        case _:
            return
    if name == draft.collector or (draft.collector is None and name == "collector" and name in draft.names):
        yield draft.document.problem((*path, key), f"{name} is the collector; it only listens")
    elif originates and name in servers:
        yield draft.document.problem((*path, key), f"{name} is a route server; it only passes routes on")


def _neighbors(draft: Draft, name: str) -> list[str]:
    links = [entry.link for entry in draft.links.values() if name in (entry.link.a, entry.link.b)]
    return [link.b if link.a == name else link.a for link in links]


def _no_link(draft: Draft, path: Path, name: str, other: str) -> Iterator[Problem]:
    """Nothing is said while a link of the file is malformed: it may be the one that is missed."""
    incomplete = len(draft.links) != len(draft.document.data.get("links", ()))
    known = name in draft.names and other in draft.names
    if incomplete or not known or draft.collector in (name, other) or other in _neighbors(draft, name):
        return
    hint = suggestion(other, _neighbors(draft, name), f"neighbours of {name}")
    yield draft.document.problem(path, f"{name} and {other} have no link", hint)


def _check_leak(draft: Draft, path: Path, body: Leak) -> Iterator[Problem]:
    if body.to is not None:
        yield from _no_link(draft, (*path, "to"), body.by, body.to)


def _check_link_step(draft: Draft, path: Path, body: LinkStep) -> Iterator[Problem]:
    a, b = body.between
    if a == b:
        yield draft.document.problem((*path, "between"), f"a link from {a} to itself")
    else:
        yield from _no_link(draft, (*path, "between"), a, b)
