"""A lab that stays up: one process holds it and answers on a UNIX socket, one JSON line per request.

Registries, clouds, whois and the DNS are served on loopback (`lab.scenario.fronts`).

A request is `{"do": STEP}`, `{"what_if": STEP}`, `{"show": WHAT, ...}` or `{"stop": true}`; the answer is
`{"ok": ...}` or `{"error": text}`. The socket is in the run's private directory: nobody but its
owner can speak to it.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from lab.bgp.events import Event
from lab.bgp.prefix import PrefixError
from lab.dataplane.probe import ProbeError
from lab.engines.base import EngineError, MachineError
from lab.observe.events import ScenarioStep
from lab.scenario import rpki_showing, showing
from lab.scenario.asking import SOCKET_NAME
from lab.scenario.lab import Lab, LabError
from lab.scenario.outcome_showing import step_result
from lab.scenario.ports import ANY_PORTS, Ports
from lab.scenario.running import run_step
from lab.scenario.waiting import MOST_EVENTS, Waiting
from lab.topology.loading import parse_step
from lab.topology.problems import Problem, TopologyError, printable
from lab.topology.reading import Document
from lab.topology.steps import Step, Wait

if TYPE_CHECKING:
    from lab.scenario.fronts import Fronts

MAX_REQUEST: Final = 64 * 1024
IDLE: Final = 0.2
"""Seconds between two looks at the speakers and at what time alone has changed."""


class Service:
    """Serves one running lab until it is told to stop. `document` is the file the lab was made from.

    As a context manager it can be reached from its beginning on; `serve` answers. All that is done to the lab
    is done by the thread that calls `serve`.
    """

    def __init__(self, lab: Lab, document: Document, directory: Path, ports: Ports = ANY_PORTS) -> None:
        # Imported here because who only asks a lab, or runs one for a scenario, needs no server.
        from lab.serving.mailbox import Mailbox

        self.lab = lab
        self._ports = ports
        self._mailbox = Mailbox()
        self._fronts: Fronts | None = None
        self._document = document
        self._path = directory / SOCKET_NAME
        self._listener = socket.socket(socket.AF_UNIX)
        self._stopping = False
        self._untold: deque[Event] = deque(maxlen=MOST_EVENTS)
        """What has happened since the last step. Who lets time pass is told of it, too: where the calendar
        runs fast, that is most of what they wait for."""
        self._waiting = Waiting(lab, _send)
        lab.timeline.subscribe(self._keep)
        self._fault = ""

    def __enter__(self) -> Self:
        """Raises MachineError where the socket cannot be made."""
        try:
            self._listener.bind(str(self._path))
            self._path.chmod(0o600)
            self._listener.listen()
        except OSError as error:
            self._listener.close()
            hint = "set XDG_RUNTIME_DIR or TMPDIR to a short path that can be written to"
            raise MachineError(
                f"cannot make the socket {self._path} ({error.strerror or error}); {hint}"
            ) from None
        try:
            from lab.scenario.fronts import Fronts

            self._fronts = Fronts(self.lab, self._mailbox, self._ports)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let nobody reach it any more. Idempotent."""
        self._mailbox.close()
        if self._fronts is not None:
            self._fronts.close()
        self._waiting.refuse({"error": "the lab is ending"})
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def serve(self) -> None:
        """Answer requests until one says stop. The speakers' events are taken in between."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._mailbox, selectors.EVENT_READ)
            looked = time.monotonic()
            while not self._stopping:
                ready = {key.fileobj for key, _ in selector.select(0 if self._waiting else IDLE)}
                if self._mailbox in ready:
                    self._mailbox.run_all()
                    self._bear(self.lab.follow_clouds)
                if self._listener in ready:
                    client, _ = self._listener.accept()
                    self._attend(client)
                if self._waiting:
                    self._pass_time()
                if time.monotonic() - looked >= IDLE:
                    self._bear(self.lab.look)
                    looked = time.monotonic()

    def _bear(self, action: Callable[[], None]) -> None:
        """A speaker that is lost is no reason to lose the others, nor is a fault of ours, told once."""
        try:
            action()
        except EngineError as error:
            self.lab.note(str(error))
        except Exception as error:
            fault = f"a fault of the lab itself ({type(error).__name__}: {error}); see its lab.log"
            if fault != self._fault:
                self._fault = fault
                traceback.print_exc(file=sys.stderr)
                self.lab.note(fault)

    def _attend(self, client: socket.socket) -> None:
        """Read a client's request and answer it, or let it wait if it wants time to pass."""
        client.settimeout(10)
        try:
            line = client.makefile("rb").readline(MAX_REQUEST + 1)
        except OSError:
            client.close()
            return
        if (step := self._wait_of(line)) is not None:
            self._waiting.add(client, step, self._untold)
            self._untold.clear()
            return
        with client:
            too_long = {"error": f"a request has at most {MAX_REQUEST} bytes"}
            _send(client, self.answer(line) if len(line) <= MAX_REQUEST else too_long)

    def _wait_of(self, line: bytes) -> Step | None:
        """The step of a request that only waits."""
        try:
            asked = json.loads(line)["do"]
            if "wait" not in asked:
                return None
            step = parse_step(asked, self._document)
        except (TopologyError, ValueError, TypeError, KeyError, RecursionError):
            return None  # whoever answers it says what is wrong
        return step if isinstance(step.body, Wait) else None

    def _pass_time(self) -> None:
        """Let a little time pass for those who wait."""
        try:
            self._waiting.turn()
        except (LabError, EngineError) as error:
            self._waiting.refuse({"error": str(error)})

    def answer(self, line: bytes) -> dict[str, Any]:
        """The answer to one request. Never raises: what is wrong is in the answer."""
        try:
            return self._answer_to(line)
        except TopologyError as error:
            return {"error": "\n".join(_problem_text(problem) for problem in error.problems)}
        except (LabError, EngineError, PrefixError, ProbeError, ValueError) as error:
            return {"error": str(error)}
        except RecursionError:
            return {"error": "a request is not nested that deep"}
        except Exception as error:  # a fault of ours must not take a running lab down
            traceback.print_exc(file=sys.stderr)
            return {"error": f"a fault of the lab itself ({type(error).__name__}: {error}); see its lab.log"}

    def _keep(self, event: Event) -> None:
        if not isinstance(event, ScenarioStep):
            self._untold.append(event)
            self._waiting.keep(event)

    def _answer_to(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
        except ValueError as error:
            return {"error": f"a request is one line of JSON: {error}"}
        if not isinstance(request, dict):
            return {"error": "a request is a JSON object"}
        if "do" in request:
            step = parse_step(request["do"], self._document)
            try:
                return {"ok": step_result(run_step(self.lab, step))}
            finally:
                self._untold.clear()
        if "what_if" in request:
            step = parse_step(request["what_if"], self._document)
            return {"ok": rpki_showing.what_if_step(self.lab, step)}
        if "show" in request:
            arguments = {key: value for key, value in request.items() if key != "show"}
            return {"ok": showing.show(self.lab, request["show"], arguments)}
        if "stop" in request:
            self._stopping = True
            return {"ok": {"stopping": self.lab.topology.name}}
        return {"error": 'a request has one of the keys "do", "what_if", "show" and "stop"'}


def _send(client: socket.socket, answer: dict[str, Any]) -> None:
    """Send a client its answer, unless it has gone meanwhile."""
    with contextlib.suppress(OSError):
        client.sendall(json.dumps(answer).encode() + b"\n")


def _problem_text(problem: Problem) -> str:
    """What is wrong with a step a person typed: there is no file and line to name."""
    return printable(f"{problem.message}; {problem.hint}" if problem.hint else problem.message)
