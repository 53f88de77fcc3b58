"""A cache on sockets: one thread that serves one `Cache` to many routers."""

from __future__ import annotations

import contextlib
import secrets
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import Final, NamedTuple, Self

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp
from lab.rtr.address import Address
from lab.rtr.cache import Cache
from lab.rtr.listening import Listener
from lab.rtr.pdu import MAX_VERSION, ErrorReport
from lab.rtr.server_connection import ServerConnection
from lab.rtr.server_session import NOTIFY_INTERVAL, ServerSession

MAX_ROUTERS: Final = 256
"""How many routers are served at each address at once; others are hung up on."""
_KEPT_COMPLAINTS: Final = 100
_PAUSE_SECONDS: Final = 1.0
"""How long no connection is taken after the machine could not give one."""


def random_session_id() -> int:
    """A session ID for a cache that starts."""
    return secrets.randbelow(1 << 16)


class Router(NamedTuple):
    """A connected router as its server sees it. `serial` is the last it was given or told of."""

    peer: str
    version: int | None
    serial: int | None


class RtrServer:
    """Serves `cache` on all of `addresses` from when it is made until `close`.

    Raises ListenError if one of the addresses cannot be had or is reached from other machines, unless
    `allow_remote`, and OSError where the machine has no sockets left; nothing is left behind then. Routers
    are told of updates at most every `notify_interval` seconds each.
    """

    def __init__(
        self,
        cache: Cache,
        addresses: Sequence[Address],
        *,
        max_version: int = MAX_VERSION,
        notify_interval: float = NOTIFY_INTERVAL,
        allow_remote: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.complaints: deque[tuple[str, ErrorReport]] = deque(maxlen=_KEPT_COMPLAINTS)
        """The errors that routers have reported, each with who did."""
        self._cache = cache
        self._max_version = max_version
        self._notify_interval = notify_interval
        self._clock = clock
        self._updating = threading.Lock()
        self._connections: dict[int, ServerConnection] = {}
        self._accepted_by: dict[int, Listener] = {}
        self._accepts_from = -inf
        self._listeners: list[Listener] = []
        self._is_closing = False
        self._resources = contextlib.ExitStack()
        try:
            self._open(addresses, allow_remote)
            self._thread = threading.Thread(target=self._run, name="rtr-server", daemon=True)
            self._thread.start()
        except BaseException:
            self._resources.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where it listens, with the ports that were chosen for it."""
        return tuple(listener.address for listener in self._listeners)

    def routers(self) -> tuple[Router, ...]:
        """Who is connected."""
        connections = tuple(self._connections.values())
        return tuple(Router(each.peer, each.session.version, each.session.serial) for each in connections)

    def update(self, vrps: Iterable[Vrp], aspas: Iterable[Aspa] = ()) -> bool:
        """Serve exactly these from now on; whether that changes anything. Raises ValueError as the cache."""
        with self._updating:
            changed = self._cache.update(vrps, aspas)
        if changed:
            self._wake()
        return changed

    def close(self) -> None:
        """Hang up on everybody and stop listening. To be called as often as one likes."""
        self._is_closing = True
        self._wake()
        self._thread.join()

    def _open(self, addresses: Sequence[Address], allow_remote: bool) -> None:
        """Get everything that `_resources` has to let go of."""
        for address in addresses:
            listener = Listener(address, allow_remote)
            self._resources.callback(listener.close)
            self._listeners.append(listener)
        self._wake_in, self._wake_out = map(self._resources.enter_context, socket.socketpair())
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector = self._resources.enter_context(selectors.DefaultSelector())
        self._selector.register(self._wake_in, selectors.EVENT_READ)

    # --- the thread -----------------------------------------------------------------------------------------

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_out.send(b"\0")

    def _run(self) -> None:
        try:
            while not self._is_closing:
                self._step()
        finally:
            for number in tuple(self._connections):
                self._hang_up(number)
            self._resources.close()

    def _step(self) -> None:
        now = self._clock()
        self._listen(now >= self._accepts_from)
        wake_at = min((each.wake_at() for each in self._connections.values()), default=inf)
        if now < self._accepts_from:
            wake_at = min(wake_at, self._accepts_from)
        ready = self._selector.select(None if wake_at == inf else max(0.0, wake_at - now))
        now = self._clock()
        for key, _ in ready:
            if isinstance(key.data, Listener):
                self._accept(key.data, now)
            elif key.fileobj is self._wake_in:
                with contextlib.suppress(BlockingIOError):
                    self._wake_in.recv(1024)
        readable = {key.fd for key, events in ready if events & selectors.EVENT_READ}
        for number in tuple(self._connections):
            self._attend(number, number in readable, now)

    def _listen(self, wanted: bool) -> None:
        for listener in self._listeners:
            registered = listener.sock in self._selector.get_map()
            if wanted and not registered:
                self._selector.register(listener.sock, selectors.EVENT_READ, listener)
            elif registered and not wanted:
                self._selector.unregister(listener.sock)

    def _accept(self, listener: Listener, now: float) -> None:
        try:
            sock, peer = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:
            self._accepts_from = now + _PAUSE_SECONDS
            return
        if sum(each is listener for each in self._accepted_by.values()) >= MAX_ROUTERS:
            sock.close()
            return
        session = ServerSession(self._cache, self._max_version, self._notify_interval)
        self._connections[sock.fileno()] = ServerConnection(sock, peer, session, now)
        self._accepted_by[sock.fileno()] = listener
        self._selector.register(sock, selectors.EVENT_READ)

    def _attend(self, number: int, is_readable: bool, now: float) -> None:
        """Let one connection do what it can."""
        connection = self._connections[number]
        try:
            if is_readable:
                connection.read()
            connection.proceed(now)
        except (EOFError, OSError):
            self._hang_up(number)
            return
        if self._selector.get_key(connection.sock).events != connection.interest:
            self._selector.modify(connection.sock, connection.interest)

    def _hang_up(self, number: int) -> None:
        connection = self._connections.pop(number)
        del self._accepted_by[number]
        if connection.session.complaint is not None:
            self.complaints.append((connection.peer, connection.session.complaint))
        self._selector.unregister(connection.sock)
        connection.sock.close()
