"""Checking what a scenario expects, and saying what was seen instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lab.bgp.events import Event
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Route, RouterView
from lab.dataplane.trace import PacketTrace, trace_text
from lab.observe.catchment import catchment
from lab.observe.durations import exact_duration_text
from lab.observe.events import AlertRaised, ExpectationChecked, PacketVerdict
from lab.scenario.byoip_expectation import check_byoip
from lab.scenario.dns_expectation import check_dns
from lab.scenario.flow_expectation import check_flow
from lab.scenario.lab import Lab
from lab.scenario.outcomes import Outcome
from lab.topology.steps import Expect

EVIDENCE: Final = 12
"""How many events, at the most, a failed expectation shows."""
POLLS: Final = 100
"""How often an expectation with `within` is looked at in its time."""


def check(lab: Lab, expect: Expect, line: int = 0) -> Outcome:
    """Whether the expectation holds now or, with `within`, at some moment of that time."""
    outcome = _check_now(lab, expect)
    if expect.within is not None:
        for _ in range(POLLS):
            if outcome.met:
                break
            lab.wait(expect.within / POLLS)
            outcome = _check_now(lab, expect)
        outcome = replace(
            outcome, expected=f"{outcome.expected}, within {exact_duration_text(expect.within)}"
        )
    lab.timeline.append(
        ExpectationChecked(lab.engine.now(), "", outcome.expected, outcome.met, outcome.seen, line)
    )
    return outcome


def _check_now(lab: Lab, expect: Expect) -> Outcome:
    for applies, checker in (
        (expect.share is not None, _check_share),
        (expect.alert is not None, _check_alert),
        (bool(expect.no_alert), _check_no_alert),
        (expect.probe is not None, _check_probe),
        (expect.byoip is not None, check_byoip),
        (expect.dns is not None, check_dns),
        (expect.flow is not None, check_flow),
    ):
        if applies:
            return checker(lab, expect)
    if expect.cloudflare is not None:
        # Imported here because most labs have no Cloudflare.
        from lab.scenario.cloudflare_expectation import check_cloudflare

        return check_cloudflare(lab, expect)
    return _check_route(lab, expect)


# --- routes -----------------------------------------------------------------------------------------------


def _check_route(lab: Lab, expect: Expect) -> Outcome:
    assert expect.name is not None
    assert expect.prefix is not None
    view = lab.view(expect.name)
    best = view.best.get(expect.prefix)
    wanted: list[str] = []
    met = True

    def demand(text: str, holds: bool) -> None:
        nonlocal met
        wanted.append(text)
        met = met and holds

    if expect.unreachable is not None:
        demand("no route" if expect.unreachable else "a route", (best is None) == expect.unreachable)
    if expect.path is not None:
        demand(f"path {_path_text(expect.path)}", best is not None and best.attributes.as_path == expect.path)
    if expect.via is not None:
        demand(f"via {expect.via}", best is not None and best.neighbor == expect.via)
    if expect.origin is not None:
        demand(f"origin AS{expect.origin}", best is not None and view.origin(best) == expect.origin)
    if expect.rov is not None:
        judged = _foremost(view, expect.prefix)
        demand(f"rov {expect.rov}", judged is not None and judged.rov.value == expect.rov)
    if expect.aspa is not None:
        demand(f"aspa {expect.aspa}", _aspa_text(view, expect.prefix) == expect.aspa)
    if not wanted:
        demand("a route", best is not None)
    expected = f"at {expect.name}, {expect.prefix}: {', '.join(wanted)}"
    seen = _route_seen(view, expect)
    if expect.aspa is not None:
        seen += f", aspa {_aspa_text(view, expect.prefix)}"
    return Outcome(met, expected, seen, () if met else _evidence(lab, expect))


def _aspa_text(view: RouterView, prefix: Prefix) -> str:
    """The path verification state of the best route, or of the foremost of those that were rejected."""
    judged = _foremost(view, prefix)
    state = None if judged is None else view.aspa_state(prefix, judged)
    return "not judged" if state is None else state.value


def _foremost(view: RouterView, prefix: Prefix) -> Route | None:
    return view.best.get(prefix) or next(iter(view.adj_in.get(prefix, ())), None)


def _route_seen(view: RouterView, expect: Expect) -> str:
    assert expect.prefix is not None
    best = view.best.get(expect.prefix)
    if best is not None:
        return _route_text(view, best)
    rejected = view.adj_in.get(expect.prefix, ())
    if rejected:
        marks = ", ".join(
            f"{route.neighbor} (path {_path_text(route.attributes.as_path)}): "
            f"{route.rejection.value if route.rejection else 'eligible'}"
            for route in rejected
        )
        return f"no route; rejected: {marks}"
    return "no route, and none was received"


def _route_text(view: RouterView, route: Route) -> str:
    if route.is_own:
        return f"its own route, rov {route.rov.value}"
    return (
        f"path {_path_text(route.attributes.as_path)}, via {route.neighbor}, "
        f"origin AS{view.origin(route)}, rov {route.rov.value}"
    )


def _path_text(path: tuple[int, ...]) -> str:
    return " ".join(map(str, path)) or "(empty)"


# --- shares, alerts, packets ------------------------------------------------------------------------------


def _check_share(lab: Lab, expect: Expect) -> Outcome:
    assert expect.share is not None
    assert expect.prefix is not None
    found = catchment(lab.topology, lab.views(), expect.prefix)
    met = all(bound.holds(found.share(name)) for name, bound in expect.share.items())
    expected = f"{expect.prefix}: " + ", ".join(f"{name} {bound}" for name, bound in expect.share.items())
    ends = [
        f"{name} {found.share(name):.4g}%"
        for name in sorted({*expect.share, *filter(None, found.ends.values())})
    ]
    seen = ", ".join([*ends, f"nowhere {found.lost:.4g}%"])
    return Outcome(
        met, expected, f"of the ASes, packets end at: {seen}", () if met else _evidence(lab, expect)
    )


def _check_alert(lab: Lab, expect: Expect) -> Outcome:
    met = any(
        alert.kind.value == expect.alert
        and (expect.prefix is None or alert.prefix == expect.prefix)
        and (expect.by is None or _is_about(lab, alert, expect.by))
        for alert in lab.alerts()
    )
    where = f" for {expect.prefix}" if expect.prefix else ""
    by = f" by {expect.by}" if expect.by else ""
    return Outcome(
        met,
        f"an alert {expect.alert}{where}{by}",
        _alerts_text(lab.alerts()),
        () if met else _evidence(lab, expect),
    )


def _is_about(lab: Lab, alert: AlertRaised, speaker: str) -> bool:
    """Whether the offender's ASN is this speaker's; from outside, speakers that share it look the same."""
    return alert.asn is not None and speaker in lab.topology.names_of(alert.asn)


def _check_no_alert(lab: Lab, expect: Expect) -> Outcome:
    standing = [
        alert
        for alert in lab.alerts()
        if (expect.no_alert is True or alert.kind.value == expect.no_alert)
        and (expect.prefix is None or alert.prefix == expect.prefix)
    ]
    kind = "" if expect.no_alert is True else f" {expect.no_alert}"
    where = f" for {expect.prefix}" if expect.prefix else ""
    evidence = () if not standing else _evidence(lab, expect)
    return Outcome(not standing, f"no alert{kind}{where}", _alerts_text(standing), evidence)


def _alerts_text(alerts: list[AlertRaised]) -> str:
    if not alerts:
        return "no alert"
    return "; ".join(f"{alert.kind.value} {alert.prefix}: {alert.text}" for alert in alerts)


def _check_probe(lab: Lab, expect: Expect) -> Outcome:
    trace = lab.last_trace
    assert trace is not None, "the file's checks ask for a probe step before this"
    met = (
        ("delivered" if trace.delivered else "dropped") == expect.probe
        and (expect.name is None or trace.at == expect.name)
        and (expect.reason is None or (trace.reason is not None and trace.reason.value == expect.reason))
    )
    at = f" at {expect.name}" if expect.name else ""
    reason = f", reason {expect.reason}" if expect.reason else ""
    return Outcome(
        met,
        f"the packet {expect.probe}{at}{reason}",
        trace_text(trace),
        () if met else _packet_evidence(lab, trace),
    )


# --- evidence ---------------------------------------------------------------------------------------------


def _evidence(lab: Lab, expect: Expect) -> tuple[Event, ...]:
    """The last events about what was expected: the same prefix, or one around or in it, and the place."""

    def concerns(event: Event) -> bool:
        prefix = getattr(event, "prefix", None)
        if isinstance(event, ExpectationChecked):
            return False
        if expect.prefix is None:
            return True
        return prefix is not None and (prefix.covers(expect.prefix) or expect.prefix.covers(prefix))

    events = [event for event in lab.timeline if concerns(event)]
    here = [event for event in events if expect.name is None or event.at in (expect.name, "")]
    return tuple((here if len(here) >= 2 else events)[-EVIDENCE:])


def _packet_evidence(lab: Lab, trace: PacketTrace) -> tuple[Event, ...]:
    """The last events where the packet was, about routes to its destination or source, and its verdict."""
    ends = (trace.source, trace.destination)

    def concerns(event: Event) -> bool:
        if isinstance(event, PacketVerdict):
            return (event.source, event.destination) == tuple(map(str, ends))
        prefix = getattr(event, "prefix", None)
        if prefix is None or event.at not in trace.path:
            return False
        return any(prefix.covers(end.host) for end in ends)

    return tuple([event for event in lab.timeline if concerns(event)][-EVIDENCE:])
