"""A speaker's agent without its I/O: ExaBGP's lines and the lab's requests in, lines for both out."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lab.bgp.commands import Command
from lab.bgp.events import RouterEvent
from lab.bgp.jsonable import from_json, to_json
from lab.bgp.prefix import Prefix
from lab.bgp.router import Message, Router
from lab.rtr.client_events import ClientEvent
from lab.speaker import exabgp_api
from lab.speaker.cache_data import CacheData
from lab.speaker.gate import Gate
from lab.speaker.links import Links
from lab.speaker.setup import SpeakerSetup

ADMINISTRATIVE_SHUTDOWN: Final = 2
_SHOWN: Final = 200
"""Characters of a command that are enough to recognise it."""


@dataclass(slots=True)
class Session:
    """One direction each way. `epoch` counts how often it came up; `sent` (by echo) and `processed` count the
    changes to single prefixes since then."""

    up: bool = False
    epoch: int = 0
    sent: int = 0
    processed: int = 0


class SpeakerCore:
    """The agent's logic. Inputs leave their effects in `to_exabgp`, `to_lab` (one JSON object each, without
    line ends) and, before those may be sent, in calls of `write_configuration`.

    Where ExaBGP does not do what it is told, the lab is told of the fault, once: it is the lab's to start the
    speaker again. What waits for an answer then waits in vain, as it does when a speaker dies.
    """

    def __init__(
        self, setup: SpeakerSetup, write_configuration: Callable[[frozenset[str]], None], now: float
    ) -> None:
        self.to_exabgp: list[str] = []
        self.to_lab: list[str] = []
        self.awaits_cache = False
        """Whether the RTR cache is about to say something; for whoever owns that connection to set."""
        self._setup = setup
        self._addresses = {name: neighbor.address for name, neighbor in setup.neighbors.items()}
        self._names = {address: name for name, address in self._addresses.items()}
        self._router = Router(setup.router, emit=self._push_event)
        self._cache_data = CacheData(setup.router.name, setup.rtr.name, self._push_event)
        self._gate = Gate()
        self._links = Links(
            self._addresses,
            frozenset(setup.links_down),
            self._gate,
            write_configuration,
            self._send,
            self._push_fault,
        )
        self._sessions = {name: Session() for name in setup.neighbors}
        self._unacknowledged: deque[str] = deque()
        self._is_faulty = False
        self._waiting_for_links: list[int] = []
        for command in setup.commands:
            self._want(self._router.apply(command, now))

    # --- from ExaBGP --------------------------------------------------------------------------------------

    def exabgp_said(self, line: str, now: float) -> None:
        """One line from ExaBGP; junk is ignored."""
        match exabgp_api.parse_line(line):
            case exabgp_api.Acknowledgement(accepted) if self._unacknowledged:
                command = self._unacknowledged.popleft()
                if not accepted:
                    self._push_fault(f"ExaBGP refused: {command[:_SHOWN]}")
            case exabgp_api.Listed(peer) if peer in self._names:
                self._links.listed(self._names[peer])
            case exabgp_api.SessionChange(peer, up, reason) if peer in self._names:
                self._session_changed(self._names[peer], up, reason, now)
            case exabgp_api.Update(peer, echo, changes) if peer in self._names:
                name = self._names[peer]
                if echo:
                    self._sessions[name].sent += len(changes)
                    for prefix, attributes in changes:
                        self._gate.echo(name, prefix, attributes)
                else:
                    self._sessions[name].processed += len(changes)
                    for prefix, attributes in changes:
                        self._want(self._router.receive(name, prefix, attributes, now))

    def _session_changed(self, name: str, up: bool, reason: str, now: float) -> None:
        self._links.session_changed(name, up)
        if up and not self._links.is_down(name):
            session = self._sessions[name]
            self._sessions[name] = Session(up=True, epoch=session.epoch + 1)
            self._gate.up(name)
            self._want(self._router.session_up(name, now))
        elif not up:
            self._end(name, reason, now)

    def _end(self, name: str, reason: str, now: float) -> None:
        self._sessions[name].up = False
        self._gate.down(name)
        self._want(self._router.session_down(name, now, reason))

    # --- from the RTR cache -------------------------------------------------------------------------------

    def cache_said(self, events: list[ClientEvent], now: float) -> None:
        """What happened between the RTR cache and this speaker."""
        for command in self._cache_data.heard(events, now):
            self._want(self._router.apply(command, now))

    # --- from the lab -------------------------------------------------------------------------------------

    def lab_said(self, line: bytes, now: float) -> None:
        """One request from the lab; every request with an `id` is answered, if only with an `error`."""
        request: Any = None
        try:
            request = json.loads(line)
            answer = self._answer(request, now)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            answer = {"error": str(error) or type(error).__name__}
        if answer is not None:
            identifier = request.get("id") if isinstance(request, dict) else None
            self._push({"id": identifier, **answer})

    def _answer(self, request: Any, now: float) -> dict[str, Any] | None:
        match request["do"]:
            case "apply":
                command: Command = from_json(Command, request["command"])
                self._want(self._router.apply(command, now))
                return {}
            case "link":
                return self._set_link(request["neighbor"], request["up"], request["id"])
            case "counters":
                return {"counters": self.counters()}
            case "view":
                return {"view": to_json(self._router.view())}
            case "explain":
                return {"explanation": to_json(self._router.explain(Prefix.parse(request["prefix"])))}
        raise ValueError(f"unknown request {request['do']!r}")

    def _set_link(self, neighbor: str, up: bool, identifier: int) -> dict[str, Any] | None:
        if neighbor not in self._sessions:
            raise ValueError(f"no neighbour {neighbor!r}")
        self._links.set(neighbor, up, ADMINISTRATIVE_SHUTDOWN)
        if not self._links.busy:
            return {}
        self._waiting_for_links.append(identifier)
        return None

    def counters(self) -> dict[str, Any]:
        """What the lab counts to see whether anything is under way (Mattern's four-counter method), and the
        session ID and serial of the VRPs and ASPAs that are in use."""
        unwritten = bool(self.to_exabgp or self._unacknowledged)
        return {
            "busy": self._gate.busy or self._links.busy or self.awaits_cache or unwritten,
            "payloads": self._cache_data.held,
            "sessions": {
                name: [session.up, session.epoch, session.sent, session.processed]
                for name, session in self._sessions.items()
            },
        }

    # --- outputs ------------------------------------------------------------------------------------------

    def flush(self, now: float) -> None:
        """Turn what the inputs led to into lines; to be called when there is no more input at hand.

        `now` is in seconds of a clock that only goes on, to wait by.
        """
        for close in self._router.closing:
            self._links.set(close.neighbor, False, close.subcode)
            self._sessions[close.neighbor].up = False
            self._gate.down(close.neighbor)
            self._push({"closed": close.neighbor, "reason": close.reason})
        self._router.closing.clear()
        self._links.advance(len(self._unacknowledged), now)
        if self._waiting_for_links and not self._links.busy:
            for identifier in self._waiting_for_links:
                self._push({"id": identifier})
            self._waiting_for_links.clear()
        changes = [
            (self._addresses[name], prefix, attributes) for name, prefix, attributes in self._gate.take()
        ]
        for command in exabgp_api.commands(changes, self._setup.next_hops):
            self._send(command)

    def _want(self, messages: list[Message]) -> None:
        for name, prefix, attributes in messages:
            self._gate.want(name, prefix, attributes and exabgp_api.in_wire_order(attributes))

    def _send(self, command: str) -> None:
        self.to_exabgp.append(command)
        self._unacknowledged.append(command)

    def _push_event(self, event: RouterEvent) -> None:
        self._push({"event": to_json(event)})

    def _push_fault(self, text: str) -> None:
        if not self._is_faulty:
            self._push({"fault": text})
        self._is_faulty = True

    def _push(self, content: dict[str, Any]) -> None:
        self.to_lab.append(json.dumps(content, separators=(",", ":")))
