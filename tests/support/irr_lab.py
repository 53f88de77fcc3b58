"""An IRR of five registries, with a clock that tests move, VRPs that they set, and a server before it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import subprocess
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from support.registry_lab import RegistryLab, topology_with

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.editing import IrrEditor
from lab.registry.irr.queries import Queries
from lab.registry.irr.records import RouteObject
from lab.registry.irr.server import WhoisServer
from lab.registry.irr.whois import WhoisSession
from lab.serving.mailbox import Mailbox
from lab.topology.model import IrrAsSet, IrrRoute

SECONDS = 20.0
"""How long a test waits for anything."""


class IrrLab:
    """An IRR with its editor and queries. With `path` its state is kept there."""

    def __init__(
        self, routes: Iterable[IrrRoute] = (), as_sets: Iterable[IrrAsSet] = (), path: Path | None = None
    ) -> None:
        topology = replace(topology_with(), irr=tuple(routes), as_sets=tuple(as_sets))
        self.registries = RegistryLab(path, topology)
        self.state = self.registries.state
        self.clock = self.registries.clock
        self.database = IrrDatabase(topology, self.state, self.clock, self.registries.database)
        self.editor = IrrEditor(self.database)
        self.vrps: list[Vrp] = []
        self.queries = Queries(self.database, lambda: self.vrps, self.clock)

    def add(self, prefix: str, origin: int, descr: str = "", remarks: str = "") -> RouteObject:
        """Create a route object at the RIR of the prefix."""
        return self.editor.add_route(Prefix.parse(prefix), origin, descr=descr, remarks=remarks)

    def session(self) -> WhoisSession:
        """A new conversation."""
        return WhoisSession(self.queries)

    def whois(self, query: str) -> str:
        """What one query is answered with."""
        return converse(self.session(), f"{query}\r\n".encode()).decode()


def converse(session: WhoisSession, *packets: bytes) -> bytes:
    """All that a session answers when packets arrive one after the other."""
    answers = b""
    for packet in packets:
        session.feed(packet)
        while (command := session.next_command()) is not None:
            answers += session.answer(command)
    return answers


@contextlib.contextmanager
def served(lab: IrrLab) -> Iterator[WhoisServer]:
    """A server of the lab, whose queries a thread of its own answers."""
    mailbox, ended = Mailbox(), threading.Event()
    owner = threading.Thread(target=_answer_all, args=(mailbox, ended))
    owner.start()
    server = WhoisServer(lab.session, mailbox.submit)
    try:
        yield server
    finally:
        server.close()
        ended.set()
        mailbox.submit(lambda: None)
        owner.join()
        mailbox.close()


def _answer_all(mailbox: Mailbox, ended: threading.Event) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(mailbox, selectors.EVENT_READ)
        while not ended.is_set():
            selector.select()
            mailbox.run_all()


def connect(server: WhoisServer) -> socket.socket:
    """A connection to the server."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS)


def asked(server: WhoisServer, *packets: bytes) -> bytes:
    """What the server sends for these packets, until it or the end of them closes the connection."""
    with connect(server) as connection:
        with contextlib.suppress(ConnectionError):
            for packet in packets:
                connection.sendall(packet)
        with contextlib.suppress(OSError):  # there may be no connection any more
            connection.shutdown(socket.SHUT_WR)
        return received(connection)


def received(connection: socket.socket) -> bytes:
    """All that comes until the other end closes, or breaks the connection off."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            answer += piece
    return answer


def run(*words: str) -> str:
    """What a program prints. It has to succeed."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout
