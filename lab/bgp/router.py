"""One speaker's router core: messages, commands and time in; messages and events out. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from lab.bgp import policy
from lab.bgp.aspa import AspaMode, AspaState, AspaTable, AspaVerdict
from lab.bgp.attributes import BLACKHOLE, Attributes
from lab.bgp.commands import (
    Command,
    Leak,
    Originate,
    SetAspas,
    SetCustomerFilter,
    SetNeighbor,
    SetPolicy,
    SetVrps,
    StopOriginating,
)
from lab.bgp.config import NeighborConfig, RouterConfig
from lab.bgp.decision import best_of, why
from lab.bgp.events import (
    Announced,
    BestPathChanged,
    ExportBlocked,
    MaxPrefixReached,
    PolicyChanged,
    Rejection,
    RouteRejected,
    RouterEvent,
    SessionDown,
    SessionUp,
    ValidationChanged,
    Withdrawn,
)
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Explanation, Route, RouterView
from lab.bgp.rov import VrpTable

Message = tuple[str, Prefix, Attributes | None]
"""What to send: to which neighbour, about which prefix, and the attributes (None withdraws)."""


@dataclass(frozen=True, slots=True)
class Close:
    """A session to end with a Cease NOTIFICATION (RFC 4486) and to keep down until told otherwise."""

    neighbor: str
    subcode: int
    reason: str


class CommandError(ValueError):
    """A command that makes no sense for this speaker; the message says why."""


class _Session:
    """One neighbour: its configuration, whether it is up, and what it was sent (Adj-RIB-Out)."""

    __slots__ = ("adj_out", "config", "downstream", "name", "received", "up")

    def __init__(self, config: NeighborConfig) -> None:
        self.name = config.name
        self.config = config
        self.downstream = config.relationship.is_downstream
        self.up = False
        self.received = 0
        self.adj_out: dict[Prefix, Attributes] = {}


class Router:
    """The router core of one speaker.

    Every input returns the messages to send, in order. `emit` is called with each event as it happens.
    `closing` collects sessions the router wants ended; the engine empties it after every input.
    """

    def __init__(
        self,
        config: RouterConfig,
        vrps: VrpTable | None = None,
        emit: Callable[[RouterEvent], None] | None = None,
    ) -> None:
        self.config = config
        self.vrps = vrps if vrps is not None else VrpTable()
        self.aspas = AspaTable()
        self.closing: list[Close] = []
        self._emit = emit
        self._policy = config.policy
        self._sessions = {neighbor.name: _Session(neighbor) for neighbor in config.neighbors}
        self._up: list[_Session] = []
        self._adj_in: dict[Prefix, dict[str, Route]] = {}
        self._loc_rib: dict[Prefix, Route] = {}
        self._leaks: set[tuple[Prefix | None, str | None]] = set()
        self._blackholes: set[tuple[str, Prefix]] = set()
        roles = {neighbor.relationship for neighbor in config.neighbors}
        self._is_route_server = Relationship.RS_CLIENT in roles
        self._is_collector = Relationship.VANTAGE_POINT in roles

    # --- inputs -------------------------------------------------------------------------------------------

    def session_up(self, neighbor: str, now: float) -> list[Message]:
        """The session with `neighbor` is established: everything it may have is sent."""
        session = self._sessions[neighbor]
        if session.up:
            return []
        session.up = True
        session.received = 0
        session.adj_out.clear()
        self._up = [each for each in self._sessions.values() if each.up]
        if self._emit:
            self._emit(SessionUp(now, self.config.name, neighbor))
        messages: list[Message] = []
        for prefix in list(self._loc_rib):
            self._export(prefix, [session], messages, now)
        return messages

    def session_down(self, neighbor: str, now: float, reason: str) -> list[Message]:
        """The session with `neighbor` ended: its routes go."""
        session = self._sessions[neighbor]
        if not session.up:
            return []
        session.up = False
        session.adj_out.clear()
        self._up = [each for each in self._sessions.values() if each.up]
        if self._emit:
            self._emit(SessionDown(now, self.config.name, neighbor, reason))
        messages: list[Message] = []
        for prefix in [prefix for prefix, routes in self._adj_in.items() if neighbor in routes]:
            self._forget(prefix, neighbor)
            self._decide(prefix, neighbor, messages, now)
        return messages

    def receive(
        self, neighbor: str, prefix: Prefix, attributes: Attributes | None, now: float
    ) -> list[Message]:
        """`neighbor` announced `prefix`, or withdrew it (`attributes` None)."""
        session = self._sessions[neighbor]
        messages: list[Message] = []
        if not session.up:
            return messages
        if attributes is None:
            if neighbor not in self._adj_in.get(prefix, ()):
                return messages
            session.received -= 1
            self._forget(prefix, neighbor)
        else:
            routes = self._adj_in.get(prefix)
            held = routes.get(neighbor) if routes else None
            if held is None:
                limit = session.config.max_prefix
                if limit is not None and session.received >= limit:
                    return self._max_prefix_reached(session, limit, now)
                session.received += 1
            route = self._import(session, prefix, attributes)
            if routes is None:
                routes = self._adj_in[prefix] = {}
            routes[neighbor] = route
            if BLACKHOLE in attributes.communities:
                self._blackholes.add((neighbor, prefix))
            elif self._blackholes:
                self._blackholes.discard((neighbor, prefix))
            if route.rejection is not None:
                self._report_rejection(prefix, route, held, now)
        self._decide(prefix, neighbor, messages, now)
        if self._blackholes:
            self._judge_blackholes(session, prefix, messages, now)
        return messages

    def apply(self, command: Command, now: float) -> list[Message]:
        """Carry out a command. Raises CommandError where it makes no sense, with nothing changed."""
        match command:
            case Originate():
                return self._originate(command, now)
            case StopOriginating():
                return self._stop_originating(command, now)
            case SetPolicy():
                return self._set_policy(command, now)
            case SetNeighbor():
                return self._set_neighbor(command, now)
            case SetCustomerFilter():
                return self._set_customer_filter(command, now)
            case SetVrps():
                return self._set_vrps(command, now)
            case SetAspas():
                return self._set_aspas(command, now)
            case Leak():
                return self._leak(command, now)
            case _:
                assert_never(command)

    # --- what observers ask -------------------------------------------------------------------------------

    def view(self) -> RouterView:
        """A snapshot of the RIBs."""
        held = {prefix: self._ranked(prefix) for prefix, routes in self._adj_in.items() if routes}
        states = (
            {}
            if self._is_collector
            else {prefix: tuple(map(self._aspa_state, routes)) for prefix, routes in held.items()}
        )
        return RouterView(self.config.name, self.config.asn, dict(self._loc_rib), held, states)

    def explain(self, prefix: Prefix) -> Explanation:
        """Why this speaker uses the route it uses to exactly `prefix`."""
        best = self._loc_rib.get(prefix)
        ranked = self._ranked(prefix)
        candidates = tuple((route, self._reason(prefix, route, best)) for route in ranked)
        verdicts = tuple(map(self._aspa_verdict, ranked))
        return Explanation(self.config.name, prefix, candidates, best, verdicts)

    def established(self) -> tuple[str, ...]:
        """The neighbours whose session is up."""
        return tuple(session.name for session in self._up)

    # --- commands -----------------------------------------------------------------------------------------

    def _originate(self, command: Originate, now: float) -> list[Message]:
        if self._is_collector or self._is_route_server:
            raise CommandError(
                f"{self.config.name} only passes routes on; it cannot originate {command.prefix}"
            )
        if problem := command.problem():
            raise CommandError(f"{self.config.name} cannot announce {command.prefix}: {problem}")
        path = (self.config.asn,) * command.prepend + command.path
        attributes = Attributes(
            path,
            command.origin,
            command.med,
            tuple(sorted(set(command.communities))),
            tuple(sorted(set(command.large_communities))),
        )
        route = policy.own_route(self.config.asn, command.prefix, attributes, self.vrps)
        self._adj_in.setdefault(command.prefix, {})[""] = route
        if self._emit:
            self._emit(Announced(now, self.config.name, command.prefix, (self.config.asn, *path)))
        messages: list[Message] = []
        self._decide(command.prefix, "", messages, now)
        return messages

    def _stop_originating(self, command: StopOriginating, now: float) -> list[Message]:
        if "" not in self._adj_in.get(command.prefix, ()):
            raise CommandError(f"{self.config.name} does not announce {command.prefix}")
        self._forget(command.prefix, "")
        if self._emit:
            self._emit(Withdrawn(now, self.config.name, command.prefix))
        messages: list[Message] = []
        self._decide(command.prefix, "", messages, now)
        return messages

    def _set_policy(self, command: SetPolicy, now: float) -> list[Message]:
        changes = {
            name: value
            for name in ("rov", "otc", "blackhole", "graceful_shutdown", "aspa")
            if (value := getattr(command, name)) is not None
        }
        self._policy = replace(self._policy, **changes)
        self.config = replace(self.config, policy=self._policy)
        words = ", ".join(
            f"{name.replace('_', ' ')} {getattr(value, 'value', 'on' if value else 'off')}"
            for name, value in changes.items()
        )
        self._report_policy(f"sets {words or 'nothing'}", now)
        return self._judge_again(now)

    def _set_neighbor(self, command: SetNeighbor, now: float) -> list[Message]:
        session = self._session_with(command.neighbor)
        if command.prepend and self._is_route_server:
            raise CommandError(
                f"{self.config.name} is a route server; it leaves paths as they are (RFC 7947)"
            )
        changes: dict[str, int | None] = {
            name: value
            for name in ("local_pref", "prepend", "max_prefix")
            if (value := getattr(command, name)) is not None
        }
        if command.clear_local_pref:
            changes["local_pref"] = None
        session.config = replace(session.config, **changes)  # type: ignore[arg-type]
        words = ", ".join(
            f"{name.replace('_', ' ')} {'cleared' if value is None else value}"
            for name, value in changes.items()
        )
        self._report_policy(f"sets {words or 'nothing'} for {command.neighbor}", now)
        messages = self._judge_again(now)
        limit = session.config.max_prefix
        if session.up and limit is not None and session.received > limit:
            messages += self._max_prefix_reached(session, limit, now)
        return messages

    def _set_customer_filter(self, command: SetCustomerFilter, now: float) -> list[Message]:
        session = self._session_with(command.neighbor)
        if session.config.relationship is not Relationship.CUSTOMER:
            raise CommandError(
                f"{self.config.name} takes everything from {command.neighbor}, which is no customer of its: "
                "prefix lists from the IRR are for customers"
            )
        wanted = command.irr_filter
        session.config = replace(session.config, irr_filter=wanted)
        if wanted is None:
            self._report_policy(f"takes every prefix from {command.neighbor} again", now)
        else:
            count = len(wanted.allowed)
            prefixes = f"{count} prefix{'' if count == 1 else 'es'}"
            self._report_policy(
                f"takes {prefixes} from {command.neighbor}: what the IRR has for {wanted.made_from}", now
            )
        return self._judge_again(now)

    def _session_with(self, neighbor: str) -> _Session:
        session = self._sessions.get(neighbor)
        if session is None:
            raise CommandError(f"{self.config.name} has no neighbour {neighbor!r}")
        return session

    def _set_vrps(self, command: SetVrps, now: float) -> list[Message]:
        try:
            self.vrps = VrpTable(command.vrps)
        except ValueError as error:
            raise CommandError(str(error)) from None
        return self._judge_again(now)

    def _set_aspas(self, command: SetAspas, now: float) -> list[Message]:
        try:
            self.aspas = AspaTable(command.aspas)
        except ValueError as error:
            raise CommandError(str(error)) from None
        return [] if self._policy.aspa is AspaMode.OFF else self._judge_again(now)

    def _leak(self, command: Leak, now: float) -> list[Message]:
        if command.to is not None and command.to not in self._sessions:
            raise CommandError(f"{self.config.name} has no neighbour {command.to!r} to leak to")
        if self._is_collector or self._is_route_server:
            raise CommandError(f"{self.config.name} is no AS that buys or sells transit; it cannot leak")
        leak = (command.prefix, command.to)
        what = _leak_text(*leak)
        if command.active:
            self._leaks.add(leak)
        elif leak not in self._leaks:
            active = "; ".join(sorted(_leak_text(*each) for each in self._leaks)) or "nothing"
            raise CommandError(f"{self.config.name} does not leak {what}; it leaks {active}")
        else:
            self._leaks.remove(leak)
        self._report_policy(f"{'leaks' if command.active else 'stops leaking'} {what}", now)
        messages: list[Message] = []
        for prefix in list(self._loc_rib):
            self._export(prefix, self._up, messages, now)
        return messages

    # --- Adj-RIB-In and Loc-RIB ---------------------------------------------------------------------------

    def _report_policy(self, detail: str, now: float) -> None:
        if self._emit:
            self._emit(PolicyChanged(now, self.config.name, detail))

    def _judge_again(self, now: float) -> list[Message]:
        """Apply import and export policy anew to every route held (RFC 8481 section 5)."""
        messages: list[Message] = []
        # Less specific first: whether a BLACKHOLE is honoured depends on the routes around it.
        for prefix in sorted(self._adj_in):
            routes = self._adj_in[prefix]
            for neighbor, held in routes.items():
                if neighbor:
                    route = self._import(self._sessions[neighbor], prefix, held.attributes)
                    self._report_rejection(prefix, route, held, now)
                else:
                    route = policy.own_route(self.config.asn, prefix, held.attributes, self.vrps)
                routes[neighbor] = route
            if not self._decide(prefix, None, messages, now):
                self._export(prefix, self._up, messages, now)
        return messages

    def _import(self, session: _Session, prefix: Prefix, attributes: Attributes) -> Route:
        may_blackhole = (
            self._policy.blackhole
            and BLACKHOLE in attributes.communities
            and self._announces_around(session.name, prefix)
        )
        return policy.import_route(
            self.config.asn,
            session.config,
            self._policy,
            self.vrps,
            prefix,
            attributes,
            may_blackhole,
            self.aspas,
        )

    def _announces_around(self, neighbor: str, prefix: Prefix) -> bool:
        """Whether a neighbour has an eligible route here to a less specific of `prefix`."""
        for length in range(prefix.length):
            route = self._adj_in.get(prefix.supernet(length), {}).get(neighbor)
            if route is not None and route.rejection is None and not route.discard:
                return True
        return False

    def _judge_blackholes(
        self, session: _Session, around: Prefix, messages: list[Message], now: float
    ) -> None:
        """The neighbour's route to `around` changed: judge its BLACKHOLE routes inside it again."""
        for neighbor, prefix in sorted(self._blackholes):
            if neighbor != session.name or prefix == around or not around.covers(prefix):
                continue
            held = self._adj_in[prefix][neighbor]
            route = self._import(session, prefix, held.attributes)
            if route != held:
                self._adj_in[prefix][neighbor] = route
                self._report_rejection(prefix, route, held, now)
                self._decide(prefix, neighbor, messages, now)

    def _forget(self, prefix: Prefix, neighbor: str) -> None:
        self._blackholes.discard((neighbor, prefix))
        routes = self._adj_in[prefix]
        del routes[neighbor]
        if not routes:
            del self._adj_in[prefix]

    def _max_prefix_reached(self, session: _Session, limit: int, now: float) -> list[Message]:
        if self._emit:
            self._emit(MaxPrefixReached(now, self.config.name, session.name, limit))
        reason = f"more than {limit} prefixes (Cease/1, RFC 4486)"
        self.closing.append(Close(session.name, 1, reason))
        return self.session_down(session.name, now, reason)

    def _decide(self, prefix: Prefix, changed: str | None, messages: list[Message], now: float) -> bool:
        """Run the decision process after the route of neighbour `changed` (None: any) did, and export.

        Returns whether the export was done.
        """
        if self._is_collector:
            return True
        old = self._loc_rib.get(prefix)
        routes = self._adj_in.get(prefix, {})
        best: Route | None
        if old is not None and changed is not None and old.neighbor != changed and not self._is_route_server:
            best = routes.get(changed)  # the best of the others still stands: only the newcomer can beat it
            if best is None or best.rejection is not None or best.preference > old.preference:
                return False
        else:
            best = best_of(routes.values())
            if best == old and not self._is_route_server:
                return False
        if best is None:
            self._loc_rib.pop(prefix, None)
        else:
            self._loc_rib[prefix] = best
        if self._emit is not None and best != old:
            self._report_best(prefix, old, best, now)
        self._export(prefix, self._up, messages, now)
        return True

    # --- Adj-RIB-Out --------------------------------------------------------------------------------------

    def _export(
        self, prefix: Prefix, sessions: Iterable[_Session], messages: list[Message], now: float
    ) -> None:
        """Send each session what it should now have for `prefix`, where that differs from what it has."""
        best = self._loc_rib.get(prefix)
        exportable = best is not None and policy.is_exportable(best)
        narrow = best is not None and policy.only_downstream(best)
        leaking = bool(self._leaks)
        made: dict[tuple[int, int | None], Attributes] = {}
        for session in sessions:
            wanted = None
            if self._is_route_server:
                wanted = self._route_server_export(prefix, session, now)
            elif (
                best is not None
                and exportable
                and session.name != best.neighbor
                and (session.downstream or not narrow or (leaking and self._is_leaked(prefix, session)))
            ):
                wanted = self._outgoing(prefix, best, session, made, now)
            sent = session.adj_out.get(prefix)
            if wanted is None:
                if sent is not None:
                    del session.adj_out[prefix]
                    messages.append((session.name, prefix, None))
            elif wanted != sent:
                session.adj_out[prefix] = wanted
                messages.append((session.name, prefix, wanted))

    def _outgoing(
        self,
        prefix: Prefix,
        route: Route,
        session: _Session,
        made: dict[tuple[int, int | None], Attributes],
        now: float,
    ) -> Attributes | None:
        """The attributes to send, or None where OTC forbids it; `made` shares them between sessions."""
        otc = route.attributes.otc
        if self._policy.otc:
            if route.neighbor:
                otc = policy.otc_after_import(route, self._sessions[route.neighbor].config.asn)
            if policy.otc_forbids(otc, session.config):
                self._report_blocked(prefix, route, session, now)
                return None
            otc = policy.outgoing_otc(otc, self.config.asn, session.config)
        key = (session.config.prepend, otc)
        attributes = made.get(key)
        if attributes is None:
            received = route.attributes
            attributes = made[key] = Attributes(
                (self.config.asn,) * (1 + session.config.prepend) + received.as_path,
                received.origin,
                received.med if route.is_own else None,
                received.communities,
                received.large_communities,
                otc,
            )
        return attributes

    def _route_server_export(self, prefix: Prefix, session: _Session, now: float) -> Attributes | None:
        """The best route for one client: no AS added, MED kept, no path hidden (RFC 7947 2.2, 2.3)."""
        client = session.config
        best = best_of(
            route
            for route in self._adj_in.get(prefix, {}).values()
            if route.neighbor != session.name and client.asn not in route.attributes.as_path
        )
        if best is None or not session.downstream:
            return None
        if not self._policy.otc:
            return best.attributes
        return best.attributes._replace(otc=policy.outgoing_otc(best.attributes.otc, self.config.asn, client))

    def _is_leaked(self, prefix: Prefix, session: _Session) -> bool:
        name = session.name
        leaks = self._leaks
        return not leaks.isdisjoint(((prefix, name), (prefix, None), (None, name), (None, None)))

    # --- reports ------------------------------------------------------------------------------------------

    def _ranked(self, prefix: Prefix) -> tuple[Route, ...]:
        routes = self._adj_in.get(prefix, {}).values()
        return tuple(sorted(routes, key=lambda route: (not route.eligible, route.preference)))

    def _reason(self, prefix: Prefix, route: Route, best: Route | None) -> str:
        if not route.eligible:
            neighbor = self._sessions[route.neighbor].config
            return policy.rejection_text(route, prefix, self.config.asn, neighbor, self.vrps, self.aspas)
        if best is None:
            return "kept for observation: a collector chooses nothing"
        if route.neighbor != best.neighbor:
            return f"the best route wins: {why(best, route)}"
        second = best_of(self._adj_in[prefix].values(), without=route)
        return why(best, second) if second else "only eligible route"

    def _aspa_state(self, route: Route) -> AspaState | None:
        if route.is_own:
            return None
        neighbor = self._sessions[route.neighbor].config
        return policy.aspa_state(neighbor, route.attributes.as_path, self.aspas)

    def _aspa_verdict(self, route: Route) -> AspaVerdict | None:
        if route.is_own or not self.aspas:
            return None
        neighbor = self._sessions[route.neighbor].config
        return policy.aspa_verdict(neighbor, route.attributes.as_path, self.aspas)

    def _report_rejection(self, prefix: Prefix, route: Route, held: Route | None, now: float) -> None:
        if not self._emit or route.rejection is None or route.rejection is Rejection.AS_LOOP:
            return
        if held is not None and (held.rejection, held.attributes) == (route.rejection, route.attributes):
            return
        detail = policy.rejection_text(
            route, prefix, self.config.asn, self._sessions[route.neighbor].config, self.vrps, self.aspas
        )
        self._emit(
            RouteRejected(
                now,
                self.config.name,
                prefix,
                route.neighbor,
                route.attributes.as_path,
                route.rejection,
                detail,
            )
        )

    def _report_best(self, prefix: Prefix, old: Route | None, best: Route | None, now: float) -> None:
        if self._emit is None:
            return
        if old and best and (old.neighbor, old.attributes) == (best.neighbor, best.attributes):
            if old.rov is not best.rov:
                self._emit(ValidationChanged(now, self.config.name, prefix, best.neighbor, old.rov, best.rov))
            return
        if best is None:
            reason = "no eligible route is left"
        else:
            second = best_of(self._adj_in[prefix].values(), without=best)
            reason = "only eligible route" if second is None else why(best, second)
            if second is not None and old is not None and old != second and not best.is_own:
                reason = f"{self._what_befell(prefix, old, best)}; {reason}"
        self._emit(
            BestPathChanged(
                now,
                self.config.name,
                prefix,
                old.attributes.as_path if old else None,
                best.attributes.as_path if best else None,
                best.neighbor if best else None,
                best.rov if best else None,
                reason,
            )
        )

    def _what_befell(self, prefix: Prefix, old: Route, best: Route) -> str:
        """Why the decision process had to choose anew, the best route before having been `old`."""
        if old.neighbor == best.neighbor:
            return "changed by its neighbour"
        held = self._adj_in[prefix].get(old.neighbor)
        if held is None:
            return "the former best route went"
        if held.rejection is not None:
            return "the former best route was rejected"
        if held.attributes == old.attributes:
            return "the routes were judged again"
        return "the former best route got worse"

    def _report_blocked(self, prefix: Prefix, route: Route, session: _Session, now: float) -> None:
        if self._emit:
            path = (self.config.asn, *route.attributes.as_path)
            self._emit(ExportBlocked(now, self.config.name, prefix, session.name, path, "otc"))


def _leak_text(prefix: Prefix | None, to: str | None) -> str:
    return f"{prefix or 'every route'} to {to or 'every neighbour'}"
