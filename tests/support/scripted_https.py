"""An HTTPS server that says exactly what a test tells it to, however wrong."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lab.rpki.publication.tls import server_tls

Script = Callable[[str], Iterable[bytes]]
"""From the path asked for to the bytes of the answer, head included, as they are sent."""


class ScriptedServer:
    """Answers every request with what `script` yields, then closes the connection."""

    def __init__(self, directory: Path) -> None:
        files = server_tls(directory, ["localhost"])
        self.ca = files.ca
        self.script: Script = lambda path: [answer(b"", "404 Not Found")]
        self.requests: list[str] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(files.server)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def base(self) -> str:
        return f"https://localhost:{self._listener.getsockname()[1]}/"

    def close(self) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def drip(self, start: bytes, more: bytes) -> Iterator[bytes]:
        """`start`, and then `more` for ever, a little at a time."""
        yield start
        while not self._ended.wait(0.02):
            yield more

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError), self._context.wrap_socket(connection, server_side=True) as secured:
            head = b""
            while b"\r\n\r\n" not in head:
                head += secured.recv(4096)
            path = head.split()[1].decode()
            self.requests.append(path)
            for piece in self.script(path):
                secured.sendall(piece)
            with contextlib.suppress(OSError):
                secured.unwrap()


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
