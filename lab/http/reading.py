"""From an ASGI connection to a request, with a bound on what is kept of its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from lab.http.large_bodies import Place
from lab.http.messages import HttpRequest

_LONGEST_UNREAD: Final = 1024 * 1024
"""How much of too long a body is taken and dropped, in bytes: a client that still sends hears no answer."""

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class GoneError(Exception):
    """The client left before its request was whole."""


async def read_request(
    scope: Scope, receive: Receive, max_body: int, usual: int, place: Place
) -> tuple[HttpRequest, bool]:
    """The request, and whether all of it was read.

    Of a body longer than `max_body` bytes it has that much and one more, so that whoever answers can tell
    and refuse in its own way. A body over `usual` bytes takes `place` before more of it is kept.
    Header fields of one name are joined with commas (RFC 9110 section 5.3). Raises GoneError.
    """
    body, whole = await _body(receive, max_body + 1, usual, place)
    query = scope["query_string"].decode("latin-1")
    target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    return HttpRequest(scope["method"], target, _headers(scope["headers"]), body), whole


def _headers(fields: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def _body(receive: Receive, most: int, usual: int, place: Place) -> tuple[bytes, bool]:
    kept, dropped = bytearray(), 0
    while dropped <= _LONGEST_UNREAD:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        part = message.get("body", b"")
        if most > usual + 1 and len(kept) + len(part) > usual:
            await place.take()
        room = most - len(kept)
        kept += part[:room]
        dropped += len(part[room:])
        if not message.get("more_body", False):
            return bytes(kept), True
    return bytes(kept), False
