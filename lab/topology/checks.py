"""What the entries of a file must be to each other, and which members of a step may stand together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from lab.bgp.prefix import Prefix
from lab.topology.cloud_checks import check_aws_step, check_clouds
from lab.topology.cloud_steps import AwsStep, RegistryStep
from lab.topology.cloudflare_checks import check_cloudflare, check_cloudflare_step
from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.dns_checks import check_dns_step
from lab.topology.dns_steps import DnsStep
from lab.topology.draft import Draft
from lab.topology.expect_checks import check_expect
from lab.topology.irr_checks import check_irr, check_irr_step
from lab.topology.irr_steps import IrrStep
from lab.topology.payload_checks import check_aspa_step, check_aspas, check_roa_step, check_roas
from lab.topology.problems import Path, Problem, suggestion
from lab.topology.references import check_references
from lab.topology.registry_checks import check_registry, check_registry_step
from lab.topology.rpki_checks import check_rpki_step
from lab.topology.speaker_checks import check_links, check_speakers, route_servers
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
from lab.topology.traffic_checks import check_flow_step, check_target
from lab.topology.traffic_steps import FlowStep

_MOST_PROBLEMS = 1000


def check(draft: Draft) -> list[Problem]:
    """What is wrong between well-formed entries: all of it, up to a number that nobody reads."""
    found = itertools.chain(
        check_speakers(draft),
        check_links(draft),
        check_clouds(draft),
        check_cloudflare(draft),
        check_registry(draft),
        check_irr(draft),
        check_roas(draft),
        check_aspas(draft),
        _check_steps(draft),
    )
    return list(itertools.islice(found, _MOST_PROBLEMS))


def _check_steps(draft: Draft) -> Iterator[Problem]:
    probed = False
    held = [prefix for entry in draft.ases.values() for prefix in entry.prefixes]
    servers = route_servers(draft)
    for index, (kind, body) in draft.steps.items():
        path: Path = ("scenario", index, kind)
        if not isinstance(body, StepModel):
            continue
        yield from _check_names(draft, path, body)
        yield from _check_actor(draft, path, body, servers)
        yield from check_references(draft, path, body)
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
                yield from check_target(draft, path, body)
            case FlowStep():
                yield from check_flow_step(draft, path, body)
            case RegistryStep():
                yield from check_registry_step(draft, path, body)
            case IrrStep():
                yield from check_irr_step(draft, path, body)
            case DnsStep():
                yield from check_dns_step(draft, path, body)
            case CloudflareStep():
                yield from check_cloudflare_step(draft, path, body)
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
        case FlowStep() if body.source_speaker is not None:
            yield ("from",), body.source_speaker
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
        case FlowStep() if body.source_speaker is not None:
            key, name, originates = "from", body.source_speaker, False
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
    whole = draft.is_whole("links", draft.links)
    known = name in draft.names and other in draft.names
    if not whole or not known or draft.collector in (name, other) or other in _neighbors(draft, name):
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
