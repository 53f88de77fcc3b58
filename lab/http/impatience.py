"""HTTP/1.1 for clients that are slow, on purpose or not: each step of a connection has its time."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS: Final = 10.0
"""From the first byte of a request, or from connecting, to its last."""
ANSWER_SECONDS: Final = 10.0
"""As long as a client may leave what was written to it untaken."""


class ImpatientProtocol(H11Protocol):
    """uvicorn's protocol, which waits for ever once a first byte came, with a limit to each wait."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._asking = _Limit(REQUEST_SECONDS)
        self._taking = _Limit(ANSWER_SECONDS)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there: it has to ask something."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that any byte that is not taken pauses writing
        self._asking.start(self.loop, transport)

    def data_received(self, data: bytes) -> None:
        """The clock runs until the request is whole, and again from the next one's first byte."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._asking.start(self.loop, self.transport)
        else:
            self._asking.stop()

    def pause_writing(self) -> None:
        """The client does not take what was written."""
        super().pause_writing()
        self._taking.start(self.loop, self.transport)

    def resume_writing(self) -> None:
        """The client has taken all of it."""
        super().resume_writing()
        self._taking.stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        self._asking.stop()
        self._taking.stop()


class _Limit:
    """Aborts a connection some seconds after `start`, unless `stop` comes first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, transport.abort)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
