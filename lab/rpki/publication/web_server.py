"""An HTTPS server for the RRDP files of several publication servers, each below a path of its own."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from lab.http.background import BackgroundServer
from lab.rpki.publication.faults import Fault
from lab.rpki.publication.listening import PublicationError, listen

_DRIP_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class _Resource:
    content: bytes
    etag: str


class _CutError(Exception):
    """Ends an answer in the middle."""


class WebServer:
    """Serves files from memory. Their content is swapped as a whole, between two requests.

    Answers carry an ETag and no Last-Modified: that knows seconds only, and a lab publishes more often.
    """

    def __init__(
        self, tls: Path, address: str = "127.0.0.1", port: int = 0, allow_remote: bool = False
    ) -> None:
        """`tls` is a PEM file with certificate and key. Listens at once. Raises PublicationError."""
        self._trees: dict[str, dict[str, _Resource]] = {}
        self._faults: dict[str, Fault] = {}
        self._closing = threading.Event()
        self._socket = listen(address, port, allow_remote)
        self.port: int = self._socket.getsockname()[1]
        try:
            self._server = BackgroundServer(
                Starlette(routes=[Route("/{path:path}", self._answer)]),
                self._socket,
                "rpki-https",
                ssl_certfile=tls,
                ssl_keyfile=tls,
            )
        except (OSError, ValueError) as error:
            self._socket.close()
            raise PublicationError(f"cannot use the certificate and key in {tls}: {error}") from None
        self._server.start()

    def serve(self, path: str, files: Mapping[str, bytes]) -> None:
        """Serve exactly `files`, by relative path, below `path`, which starts and ends with a slash."""
        old = self._trees.get(path, {})
        self._trees = self._trees | {path: {name: _resource(old.get(name), files[name]) for name in files}}

    def fail(self, path: str, fault: Fault | None) -> None:
        """Answer every request below `path` with a fault, or properly again."""
        others = {name: kept for name, kept in self._faults.items() if name != path}
        self._faults = others if fault is None else others | {path: fault}

    def close(self) -> None:
        """Stop listening, end all connections and release the port. Idempotent."""
        self._closing.set()
        self._server.close()

    async def _answer(self, request: Request) -> Response:
        requested = request.url.path
        tree = next((path for path in self._trees if requested.startswith(path)), "")
        if (fault := self._faults.get(tree)) is not None:
            return self._failing(fault)
        resource = self._trees.get(tree, {}).get(requested[len(tree) :])
        if resource is None:
            return PlainTextResponse("no such file\n", 404)
        headers = {"ETag": resource.etag, "Cache-Control": "no-cache"}
        known = {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
        if resource.etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        return Response(resource.content, media_type="application/xml", headers=headers)

    def _failing(self, fault: Fault) -> Response:
        match fault:
            case Fault.NOT_FOUND:
                return PlainTextResponse("no such file\n", 404)
            case Fault.TOO_MANY_REQUESTS:
                return PlainTextResponse("too many requests\n", 429, {"Retry-After": "60"})
            case Fault.CUT:
                return StreamingResponse(_cut(), media_type="application/xml")
            case Fault.SLOW:
                return StreamingResponse(self._drip(), media_type="application/xml")

    async def _drip(self) -> AsyncIterator[bytes]:
        while not self._closing.is_set():
            yield b" "
            await asyncio.sleep(_DRIP_SECONDS)


async def _cut() -> AsyncIterator[bytes]:
    yield b"<"
    raise _CutError


def _resource(old: _Resource | None, content: bytes) -> _Resource:
    if old is not None and old.content == content:
        return old
    return _Resource(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
