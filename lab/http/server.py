"""An HTTP server for what the lab answers: it reads in a thread of its own, and the lab's thread answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from lab.http.background import BackgroundServer
from lab.http.impatience import ImpatientProtocol
from lab.http.large_bodies import Budget, Place
from lab.http.messages import HttpRequest, HttpResponse
from lab.http.reading import GoneError, Receive, Scope, read_request
from lab.serving.listening import listen

MAX_BODY: Final = 64 * 1024
"""The longest body that reaches a handler whole, in bytes, unless its route says otherwise."""
_MAX_HEAD: Final = 16 * 1024

Handler = Callable[[HttpRequest], HttpResponse]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Submit = Callable[[Callable[[], HttpResponse]], "Future[HttpResponse]"]

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """A handler that takes bodies of another length: up to `max_body` bytes."""

    handler: Handler
    max_body: int = MAX_BODY


class HttpServer:
    """Serves handlers by path prefix, the longest that fits; a handler sees the whole target.

    `submit` carries a handler out where that may be done, such as `Mailbox.submit`. Requests have at most
    16 KiB of head and 10 seconds; of a body that is too long a handler gets the most that its route takes and
    one byte more. Only a few bodies over MAX_BODY are kept at one time; the next one has to wait.
    """

    def __init__(
        self,
        routes: Mapping[str, Handler | Route],
        submit: Submit,
        host: str = "127.0.0.1",
        port: int = 0,
        allow_remote: bool = False,
    ) -> None:
        """Listens at once; port 0 lets the system choose. Raises lab.serving.listening.ListenError."""
        self._routes = [
            (prefix, found if isinstance(found, Route) else Route(found))
            for prefix, found in sorted(routes.items(), key=lambda route: len(route[0]), reverse=True)
        ]
        self._submit = submit
        self._large_bodies = Budget()
        listener = listen(host, port, allow_remote)
        self.port: int = listener.getsockname()[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        """What clients are told, without a slash at the end."""
        self._server = BackgroundServer(
            self._serve,
            listener,
            "lab-http",
            http=ImpatientProtocol,
            h11_max_incomplete_event_size=_MAX_HEAD,
        )
        self._server.start()

    def close(self) -> None:
        """End all connections and release the port. Idempotent."""
        self._server.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._large_bodies.place() as place:
            await self._serve_with(place, scope, receive, send)

    async def _serve_with(self, place: Place, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1")
        route = next((found for prefix, found in self._routes if path.startswith(prefix)), None)
        most = MAX_BODY if route is None else route.max_body
        try:
            request, whole = await read_request(scope, receive, most, MAX_BODY, place)
        except GoneError:
            return
        response = await self._answer(route, request)
        headers = {**response.headers, "content-length": str(len(response.body))}
        if not whole:
            headers["connection"] = "close"
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": encoded})
        await send({"type": "http.response.body", "body": response.body})

    async def _answer(self, route: Route | None, request: HttpRequest) -> HttpResponse:
        if route is None:
            return _plain(404, "nothing is served at this path")
        handler = route.handler
        try:
            return await asyncio.wrap_future(self._submit(lambda: handler(request)))
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return _plain(503, "the lab is ending")
        except Exception:
            _log.exception("a fault of the lab while it answered %s %a", request.method, request.path)
            return _plain(500, "a fault of the lab itself; see its log")


def _plain(status: int, text: str) -> HttpResponse:
    return HttpResponse(status, {"content-type": "text/plain; charset=utf-8"}, f"{text}\n".encode())
