"""What a lab shows, as plain JSON data: the same for `--json`, for tables and over the socket."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Callable
from typing import Any, Final

from lab.bgp.jsonable import to_json
from lab.bgp.prefix import Prefix
from lab.scenario import (
    aws_showing,
    cloudflare_showing,
    dns_showing,
    flow_showing,
    irr_showing,
    registry_showing,
    route_showing,
    rpki_showing,
)
from lab.scenario.lab import Lab, LabError
from lab.scenario.outcome_showing import event_data
from lab.topology.problems import suggestion

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


def _drop_type(data: Data) -> Data:
    return {key: value for key, value in data.items() if key != "type"}


_VIEWS: Final[dict[str, Callable[..., Any]]] = {
    "status": status,
    "table": route_showing.table,
    "routes": route_showing.routes,
    "rib": route_showing.rib,
    "vrps": vrps,
    "aspas": aspas,
    "sessions": sessions,
    "alerts": alerts,
    "timeline": timeline,
    "explain": route_showing.explain,
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
