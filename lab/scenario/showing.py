"""What a lab shows, as plain JSON data: the same for `--json`, for tables and over the socket."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Callable
from typing import Any, Final

from lab.bgp.attributes import community_text
from lab.bgp.events import Event
from lab.bgp.jsonable import to_json
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Explanation, Route, RouterView
from lab.dataplane.fib import longest_match
from lab.observe.describe import describe
from lab.scenario import (
    aws_showing,
    cloudflare_showing,
    dns_showing,
    flow_showing,
    irr_showing,
    registry_showing,
    rpki_showing,
)
from lab.scenario.lab import Lab, LabError
from lab.scenario.outcomes import Report, StepResult
from lab.topology.problems import TopologyError, suggestion

Data = dict[str, Any]


def show(lab: Lab, what: str, arguments: Data) -> Any:
    """One of the views below, by name. Raises LabError for a name or an argument that is none."""
    shower = _VIEWS.get(what) if isinstance(what, str) else None
    if shower is None:
        raise LabError(f"there is no view {what!r}; {suggestion(str(what), _VIEWS, 'views')}")
    for name, value in arguments.items():
        if name == "last":
            if type(value) is not int or value < 0:
                raise LabError(f"last is a number of events, from 0; got {value!r}")
        elif value is not None and not isinstance(value, str):
            raise LabError(f"{name} is text; got {value!r}")
    signature = inspect.signature(shower)
    try:
        bound = signature.bind(lab, **{name: value for name, value in arguments.items() if value is not None})
    except TypeError:
        takes = ", ".join(list(signature.parameters)[1:]) or "nothing"
        given = ", ".join(arguments) or "nothing"
        raise LabError(f"wrong arguments for {what}: it takes {takes}; given: {given}") from None
    return shower(*bound.args, **bound.kwargs)


STATUS_KEYS: Final = ("name", "title", "speakers", "sessions", "established", "prefixes", "alerts")


def status(lab: Lab) -> Data:
    """The lab in one line each: name, engine, speakers, sessions, prefixes, alerts."""
    sessions = lab.sessions()
    return {
        "name": lab.topology.name,
        "title": lab.topology.title,
        "speakers": len(lab.topology.speakers),
        "sessions": len(sessions),
        "established": sum(session.established for session in sessions),
        "prefixes": len(lab.table().paths),
        "alerts": len(lab.alerts()),
    }


def table(lab: Lab, prefix: str | None = None) -> list[Data]:
    """The collector's table: one row per prefix and vantage point."""
    wanted = None if prefix is None else Prefix.parse(prefix)
    return [
        {
            "prefix": str(found),
            "vantage_point": name,
            "path": list(path),
            "origin": path[-1],
            "rov": lab.vrps.validate(found, path[-1]).value,
        }
        for found, seen in lab.table().paths.items()
        if wanted is None or wanted.covers(found)
        for name, path in seen.items()
    ]


def routes(lab: Lab, prefix: str | None = None) -> list[Data]:
    """The best route of every speaker: one row per prefix and speaker, those without a route included."""
    views = lab.views()
    if prefix is None:
        wanted = sorted({found for view in views.values() for found in view.best})
    else:
        wanted = [Prefix.parse(prefix)]
    return [
        {"prefix": str(found), "at": name, "asn": view.asn, **_best(view, found)}
        for found in wanted
        for name, view in views.items()
    ]


def rib(lab: Lab, speaker: str, prefix: str | None = None) -> list[Data]:
    """One speaker's Adj-RIB-In, best first, rejected routes included."""
    view = lab.view(speaker)
    wanted = None if prefix is None else Prefix.parse(prefix)
    return [
        {
            "prefix": str(found),
            "best": route == view.best.get(found),
            **_route(view, found, route),
            "rejected": route.rejection.value if route.rejection else None,
        }
        for found in sorted(view.adj_in)
        if wanted is None or wanted.covers(found)
        for route in view.adj_in[found]
    ]


def vrps(lab: Lab) -> list[Data]:
    """The VRPs in force."""
    return [
        {
            "prefix": str(vrp.prefix),
            "max_length": vrp.max_length,
            "asn": vrp.asn,
            "ta": vrp.ta,
            "files": [source.uri for source in lab.payloads.vrps.get(vrp, ())],
        }
        for vrp in lab.vrps
    ]


def aspas(lab: Lab) -> list[Data]:
    """The ASPAs in force."""
    return [
        {
            "customer": aspa.customer,
            "providers": list(aspa.providers),
            "ta": aspa.ta,
            "files": [source.uri for source in lab.payloads.aspas.get(aspa, ())],
        }
        for aspa in lab.aspas
    ]


def sessions(lab: Lab) -> list[Data]:
    """Every session with what the two ends are to each other."""
    return [
        {
            "a": session.a,
            "b": session.b,
            "b_is": lab.topology.link(session.a, session.b).relationship_from(session.a).value,
            "established": session.established,
            "detail": session.detail,
        }
        for session in lab.sessions()
    ]


def alerts(lab: Lab) -> list[Data]:
    """The alerts that stand now."""
    return [_drop_type(to_json(alert)) for alert in lab.alerts()]


def timeline(lab: Lab, prefix: str | None = None, speaker: str | None = None, last: int = 0) -> list[Data]:
    """What happened, oldest first; `last` limits it to the newest."""
    if speaker is not None:
        lab.view(speaker)  # raises LabError if there is none of that name
    events = lab.timeline.query(prefix=None if prefix is None else Prefix.parse(prefix), speaker=speaker)
    return [event_data(event) for event in events[-last:]]


def explain(lab: Lab, speaker: str, prefix: str) -> Data:
    """Why a speaker uses the route it uses: every candidate with its reason, and the validation verdicts.

    `longest_match` is the prefix whose route packets take, which need not be the one asked about. `byoip` is
    the way of a range to AWS, step by step, and `cloudflare` that to Cloudflare, if they have to do with it.
    """
    # Imported here because the cloud's rules are needed for nothing else that is shown.
    from lab.scenario.byoip_explaining import byoip_chain
    from lab.scenario.cloudflare_explaining import cloudflare_chain

    wanted = Prefix.parse(prefix)
    found = lab.explain(speaker, wanted)
    view = lab.view(speaker)
    used = longest_match(view.best, wanted)
    return {
        "at": speaker,
        "asn": view.asn,
        "prefix": str(wanted),
        "longest_match": None if used is None else str(used.prefix),
        "candidates": [
            {
                "best": route == found.best,
                **_route(view, wanted, route),
                "eligible": route.eligible,
                "reason": reason,
            }
            for route, reason in found.candidates
        ],
        "validation": _origin_validation(lab, view, found),
        "path_verification": [
            {"via": route.neighbor, "verdict": str(verdict)}
            for (route, _), verdict in zip(found.candidates, found.aspa, strict=True)
            if verdict is not None
        ],
        "byoip": [_drop_type(to_json(link)) for link in byoip_chain(lab, speaker, wanted)],
        "cloudflare": [_drop_type(to_json(link)) for link in cloudflare_chain(lab, wanted)],
    }


def export(lab: Lab, format: str, prefix: str | None = None) -> Data:
    """The lab in an export format: `text`, or for a binary format `base64`."""
    # Imported here because the drawings and ExaBGP's encoders are needed for nothing else.
    from lab.observe.exports.formats import ExportError
    from lab.observe.exports.formats import export as make

    wanted = None if prefix is None else Prefix.parse(prefix)
    try:
        made = make(lab.snapshot(), format, wanted)
    except ExportError as error:
        raise LabError(str(error)) from None
    if isinstance(made, str):
        return {"format": format, "text": made}
    return {"format": format, "base64": base64.b64encode(made).decode("ascii")}


def report_data(report: Report) -> Data:
    """A whole scenario: what was checked, what failed, and every step."""
    return {
        "name": report.name,
        "expectations": report.expectations,
        "failed": len(report.failures),
        "steps": [step_result(result) for result in report.results],
        "traffic": list(report.traffic),
    }


def problems_data(error: TopologyError) -> Data:
    """What is wrong with a file, as `lab check` gives it."""
    return {"errors": [to_json(problem) for problem in error.problems], "warnings": []}


def step_result(result: StepResult) -> Data:
    """A step with what it did."""
    outcome = result.outcome
    return {
        "kind": result.step.kind,
        "line": result.step.line,
        "text": result.text,
        "events": [event_data(event) for event in result.events],
        "outcome": None
        if outcome is None
        else {
            "met": outcome.met,
            "expected": outcome.expected,
            "seen": outcome.seen,
            "evidence": [event_data(event) for event in outcome.evidence],
        },
    }


def event_data(event: Event) -> Data:
    """An event with its line of text for people."""
    return {**to_json(event), "text_line": describe(event)}


def _best(view: RouterView, prefix: Prefix) -> Data:
    best = view.best.get(prefix)
    if best is None:
        nothing = dict.fromkeys(("via", "path", "origin", "rov", "aspa", "local_pref"))
        return {**nothing, "communities": []}
    return _route(view, prefix, best)


def _origin_validation(lab: Lab, view: RouterView, found: Explanation) -> list[str]:
    """By the VRPs of the lab for each origin, unless the speaker judges by others, which only it knows."""
    cache = lab.topology.speakers[found.at].rtr
    if cache is not None:
        return [f"{found.at} follows the cache at {cache}, whatever the lab's VRPs say"]
    origins = sorted({view.origin(route) for route, _ in found.candidates})
    return [str(lab.vrps.explain(found.prefix, origin)) for origin in origins]


def _route(view: RouterView, prefix: Prefix, route: Route) -> Data:
    state = view.aspa_state(prefix, route)
    return {
        "via": route.neighbor,
        "path": list(route.attributes.as_path),
        "origin": view.origin(route),
        "rov": route.rov.value,
        "aspa": None if state is None else state.value,
        "local_pref": route.local_pref,
        "communities": [
            *map(community_text, route.attributes.communities),
            *map(community_text, route.attributes.large_communities),
        ],
    }


def _drop_type(data: Data) -> Data:
    return {key: value for key, value in data.items() if key != "type"}


_VIEWS: Final[dict[str, Callable[..., Any]]] = {
    "status": status,
    "table": table,
    "routes": routes,
    "rib": rib,
    "vrps": vrps,
    "aspas": aspas,
    "sessions": sessions,
    "alerts": alerts,
    "timeline": timeline,
    "explain": explain,
    "export": export,
    "registry": registry_showing.registry,
    "irr": irr_showing.irr,
    "irr-check": irr_showing.irr_check,
    "irr-env": irr_showing.irr_env,
    "dns-zones": dns_showing.dns_zones,
    "dns-lookup": dns_showing.dns_lookup,
    "dns-env": dns_showing.dns_env,
    "flows": flow_showing.flows,
    "aws-env": aws_showing.aws_env,
    "aws-accounts": aws_showing.aws_accounts,
    "aws-ranges": aws_showing.aws_ranges,
    "cloudflare-env": cloudflare_showing.cloudflare_env,
    "cloudflare-accounts": cloudflare_showing.cloudflare_accounts,
    "cloudflare-prefixes": cloudflare_showing.cloudflare_prefixes,
    "rpki-status": rpki_showing.rpki_status,
    "rpki-faults": rpki_showing.rpki_faults,
    "rpki-explain": rpki_showing.rpki_explain,
    "rpki-advice": rpki_showing.rpki_advice,
}
