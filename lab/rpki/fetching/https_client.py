"""Fetching over HTTPS from servers that may be slow, large, wrong or hostile."""

from __future__ import annotations

import contextlib
import http
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError, IncompleteRead
from urllib3.response import BaseHTTPResponse

from lab.rpki.fetching.host_lookup import resolved
from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.uris import HttpsUri, UriError, parse_https, shown

_PIECE: Final = 64 * 1024
_ADDRESSES: Final = 4
_CONNECTIONS: Final = 16
_MAX_ETAG: Final = 256
_REDIRECTS: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent. `unchanged` when the ETag asked about is still right; `pieces` is read once.

    Reading `pieces` raises FetchError when the answer is too large, too slow or cut off.
    """

    unchanged: bool
    etag: str
    pieces: Iterator[bytes]


class HttpsClient:
    """Verifies certificates, follows redirects within an origin, and keeps one connection to each of the last
    few origins."""

    def __init__(self, limits: FetchLimits, ca_file: Path | None = None, proxy: str | None = None) -> None:
        """`ca_file` holds certificates in PEM to trust beside the system's; `proxy` is `http://host:port`.

        Raises FetchError if one cannot be used.
        """
        self._limits = limits
        self._connections: dict[tuple[str, int], HTTPSConnection] = {}
        self._context = ssl.create_default_context()
        try:
            if ca_file is not None:
                self._context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise FetchError(f"cannot read certificates from {ca_file}: {error.strerror or error}") from None
        self._proxy = _proxy_address(proxy) if proxy else None

    def close(self) -> None:
        """Close all connections. Idempotent."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    @contextlib.contextmanager
    def get(self, uri: HttpsUri, limit: int, deadline: Deadline, etag: str = "") -> Iterator[Answer]:
        """Ask for at most `limit` bytes, to be there by the deadline. Raises FetchError."""
        name, redirects = str(uri), 0
        while True:
            with self._exchange(uri, name, deadline, etag) as response:
                if response.status not in _REDIRECTS:
                    yield _answer(response, name, limit, deadline, etag)
                    return
                redirects += 1
                if redirects > self._limits.redirects:
                    raise FetchError(f"{name}: redirected more than {self._limits.redirects} times")
                uri = _redirected(uri, response, name)

    @contextlib.contextmanager
    def _exchange(
        self, uri: HttpsUri, name: str, deadline: Deadline, etag: str
    ) -> Iterator[BaseHTTPResponse]:
        """One request; the connection is kept when its answer was read to the end."""
        deadline.check(name)
        whole = False
        try:
            connection, response = self._asked(uri, deadline, etag)
            with _cut_off_at(deadline, connection):
                yield response
                whole = response.length_remaining == 0 and response.status == http.HTTPStatus.OK
        except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            deadline.check(name)
            raise FetchError(f"{name}: {_reason(error)}") from None
        finally:
            if not whole and (dropped := self._connections.pop(uri.origin, None)):
                dropped.close()

    def _asked(
        self, uri: HttpsUri, deadline: Deadline, etag: str
    ) -> tuple[HTTPSConnection, BaseHTTPResponse]:
        """The head of the answer. A kept connection that turns out to be closed is no answer: the request is
        made once more on a new one (RFC 9112 section 9.3.1)."""
        while True:
            kept = self._connections.get(uri.origin)
            connection = self._connection(uri, deadline)
            try:
                with _cut_off_at(deadline, connection):
                    connection.request("GET", uri.target, headers=_headers(uri, etag), preload_content=False)
                    return connection, connection.getresponse()
            except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                if connection is not kept:
                    raise
                self._connections.pop(uri.origin).close()

    def _connection(self, uri: HttpsUri, deadline: Deadline) -> HTTPSConnection:
        connection = self._connections.get(uri.origin)
        if connection is None or not connection.is_connected:
            while len(self._connections) >= _CONNECTIONS:
                self._connections.pop(next(iter(self._connections))).close()
            connection = self._connect(uri, deadline)
        self._connections.pop(uri.origin, None)
        self._connections[uri.origin] = connection
        return connection

    def _connect(self, uri: HttpsUri, deadline: Deadline) -> HTTPSConnection:
        """Try the first few addresses of the host: who answers with hundreds must not hold us up at each."""
        host, port = self._proxy or uri.origin
        seconds = min(self._limits.connect_seconds, deadline.remaining())
        addresses = resolved(host, port, seconds)[:_ADDRESSES]
        for number, address in enumerate(addresses, 1):
            connection = HTTPSConnection(
                address,
                port,
                timeout=max(0.001, min(self._limits.connect_seconds, deadline.remaining())),
                ssl_context=self._context,
                server_hostname=uri.host,
            )
            if self._proxy:
                connection.set_tunnel(uri.host, uri.port)
            try:
                connection.connect()
            except (HTTPError, OSError):
                connection.close()
                if number == len(addresses):
                    raise
            else:
                connection.timeout = self._limits.idle_seconds
                return connection
        raise FetchError(f"{uri}: {host} has no address")


def _headers(uri: HttpsUri, etag: str) -> dict[str, str]:
    headers = {"Host": str(uri).removeprefix("https://").removesuffix(uri.target), "User-Agent": "byoip-lab"}
    headers["Accept-Encoding"] = "identity"
    return headers | ({"If-None-Match": etag} if etag else {})


@contextlib.contextmanager
def _cut_off_at(deadline: Deadline, connection: HTTPSConnection) -> Iterator[None]:
    """Shut the connection down at the deadline: a timeout of the socket begins anew with every byte."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(deadline.remaining(), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _answer(response: BaseHTTPResponse, name: str, limit: int, deadline: Deadline, etag: str) -> Answer:
    status = response.status
    if status == http.HTTPStatus.NOT_MODIFIED and etag:
        return Answer(True, etag, iter(()))
    if status != http.HTTPStatus.OK:
        phrases = {code.value: f" {code.phrase}" for code in http.HTTPStatus}
        raise FetchError(f"{name}: the server answered {status}{phrases.get(status, '')}")
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise FetchError(f"{name}: sent with Content-Encoding {shown(encoding)}, which was not asked for")
    if response.length_remaining is not None and response.length_remaining > limit:
        raise FetchError(f"{name}: has {response.length_remaining} bytes; at most {limit} are accepted")
    new = response.headers.get("ETag", "")
    usable = len(new) <= _MAX_ETAG and new.isascii() and new.isprintable()
    return Answer(False, new if usable else "", _pieces(response, name, limit, deadline))


def _pieces(response: BaseHTTPResponse, name: str, limit: int, deadline: Deadline) -> Iterator[bytes]:
    left = limit
    while piece := response.read1(_PIECE):
        deadline.check(name)
        left -= len(piece)
        if left < 0:
            raise FetchError(f"{name}: has more than {limit} bytes")
        yield piece
    deadline.check(name)


def _redirected(uri: HttpsUri, response: BaseHTTPResponse, name: str) -> HttpsUri:
    """Where to look instead: within the same origin (RFC 9674 section 3)."""
    location = response.headers.get("Location", "")
    try:
        target = parse_https(urljoin(str(uri), location))
    except (UriError, ValueError):
        raise FetchError(f"{name}: redirected to {shown(location)}, which is no https URI") from None
    if target.origin != uri.origin:
        raise FetchError(f"{name}: redirected to {target}, which is another origin (RFC 9674)")
    return target


def _proxy_address(proxy: str) -> tuple[str, int]:
    try:
        parts = urlsplit(proxy)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if host is None or port is None or parts.scheme != "http":
        raise FetchError(f"proxy {shown(proxy)}: expected http://host:port")
    return host, port


def _reason(error: Exception) -> str:
    """What went wrong, without the libraries' names for things."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None and isinstance(
        inner, (OSError, HTTPError)
    ):
        cause = inner
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {cause.verify_message}"
    if isinstance(cause, IncompleteRead | http.client.RemoteDisconnected):
        return "the connection was closed before the answer was complete"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    text = "".join(c if c.isascii() and c.isprintable() else "?" for c in str(cause)[:200])
    return text or type(cause).__name__
