"""A uvicorn server in a thread of its own."""

from __future__ import annotations

import socket
import threading
from typing import Any, Final

import uvicorn

_MAX_CONNECTIONS: Final = 256
_CLOSE_SECONDS: Final = 1


class BackgroundServer:
    """Serves `app` on a socket that listens already, from `start` to `close`."""

    def __init__(self, app: Any, listener: socket.socket, name: str, **options: Any) -> None:
        """`name` is the thread's; `options` are uvicorn's. Raises OSError or ValueError for bad TLS files."""
        self._listener = listener
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="critical",  # an answer that is cut on purpose is an error to uvicorn
                access_log=False,
                interface="asgi3",
                lifespan="off",
                ws="none",
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_MAX_CONNECTIONS,
                timeout_graceful_shutdown=_CLOSE_SECONDS,
                **options,
            )
        )
        self._server.config.load()
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name=name, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """End all connections and release the port. Idempotent."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
