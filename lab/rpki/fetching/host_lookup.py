"""Looking up the addresses of a host within a time: the system's resolver knows no deadline."""

from __future__ import annotations

import socket
import threading
from queue import Empty, SimpleQueue
from typing import Final

_LOOPBACK: Final = ("::1", "127.0.0.1")


def resolved(host: str, port: int, seconds: float) -> list[str]:
    """The IP addresses of a host, each once. Raises OSError, a TimeoutError after `seconds`.

    What the resolver does then goes on in a thread of its own, until the resolver gives up. It is not asked
    for localhost, which is always this machine (RFC 6761 section 6.3).
    """
    if host == "localhost":
        return list(_LOOPBACK)
    found: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except Exception as error:
            found.put(error)
        else:
            found.put(list(dict.fromkeys(str(entry[4][0]) for entry in entries)))

    threading.Thread(target=look_up, name="rpki-lookup", daemon=True).start()
    try:
        result = found.get(timeout=max(seconds, 0.001))
    except Empty:
        raise TimeoutError(f"{host} could not be looked up in {seconds:g} seconds") from None
    if isinstance(result, Exception):
        raise result
    return result
