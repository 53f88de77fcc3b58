"""A cache's side of one connection without its I/O (RFC 8210 sections 7 and 8)."""

from __future__ import annotations

from collections import deque
from math import inf
from typing import Final

from lab.rtr.cache import Cache, CacheState
from lab.rtr.codec import HEADER, Header, decode, encode
from lab.rtr.errors import ErrorCode, PduError, code_in_version
from lab.rtr.framing import PduBuffer
from lab.rtr.pdu import (
    MAX_VERSION,
    CacheReset,
    CacheResponse,
    EndOfData,
    ErrorReport,
    Pdu,
    PduType,
    ResetQuery,
    SerialNotify,
    SerialQuery,
)

NOTIFY_INTERVAL: Final = 60.0
"""Seconds between Serial Notifies that the protocol asks a cache to keep (RFC 8210 section 8.2)."""
_TRIES: Final = 3
"""How many queries in versions that are not spoken here a router may send."""


class ServerSession:
    """Answers one router from `cache`, in the protocol version of the router's first query.

    Inputs leave octets in `outgoing`, one answer shared with other sessions, to be sent in order. What else
    the router asked meanwhile waits until they are taken and `proceed` is called. Once `closing` is set
    nothing more is read: send what is in `outgoing` and close. `complaint` is what the router reported.
    """

    def __init__(
        self, cache: Cache, max_version: int = MAX_VERSION, notify_interval: float = NOTIFY_INTERVAL
    ) -> None:
        self.outgoing: deque[bytes] = deque()
        self.closing = False
        self.is_waiting = False
        """Whether more may have been asked than what `outgoing` answers: call `proceed` after sending it."""
        self.complaint: ErrorReport | None = None
        self.version: int | None = None
        """The protocol version agreed upon."""
        self.serial: int | None = None
        """The last serial the router was given or told of; None before its first answer with data."""
        self._cache = cache
        self._max_version = max_version
        self._notify_interval = notify_interval
        self._notified_at: float | None = None
        self._buffer = PduBuffer()
        self._tries = 0

    def bytes_received(self, data: bytes) -> None:
        """Handle what the router sent."""
        self._buffer.append(data)
        self.proceed()

    def proceed(self) -> None:
        """Handle what the router sent before, up to the next answer; nothing while one is in `outgoing`."""
        self.is_waiting = False
        while not self.closing and (header := self._buffer.header()) is not None:
            if self.outgoing:
                self.is_waiting = True
                return
            try:
                self._check(header)
                if not self._buffer.has(header):
                    return
                self._handle(header, self._buffer.take(header))
            except PduError as error:
                self._refuse(error, header)

    def notify(self, now: float) -> None:
        """Tell the router that there is something new, if there is and it may be told already.

        To be called after updates of the cache and at `notify_at`; `now` is in seconds.
        """
        due = self.notify_at()
        if due is None or now < due:
            return
        state = self._cache.state
        assert state is not None
        assert self.version is not None
        self._send(SerialNotify(self._cache.session_id(self.version), state.serial), self.version)
        self.serial = state.serial
        self._notified_at = now

    def notify_at(self) -> float | None:
        """The time from which the router may be told of the latest serial; None if it knows of it."""
        state = self._cache.state
        if state is None or self.serial is None or self.serial == state.serial:
            return None
        return -inf if self._notified_at is None else self._notified_at + self._notify_interval

    # --- what arrives ---------------------------------------------------------------------------------------

    def _check(self, header: Header) -> None:
        """Raise PduError if the PDU that begins this way is not acceptable now."""
        header.check_length()
        if self._is_too_new(header):
            return
        if self.version not in (None, header.version) and header.type != PduType.ERROR_REPORT:
            text = f"the session has protocol version {self.version}, not {header.version}"
            raise PduError(ErrorCode.UNEXPECTED_PROTOCOL_VERSION, text, HEADER.pack(*header))
        header.check()

    def _is_too_new(self, header: Header) -> bool:
        """Whether it is in a version above those spoken here, before one is agreed on: to be negotiated."""
        too_new = header.version > self._max_version and header.type != PduType.ERROR_REPORT
        return self.version is None and too_new

    def _handle(self, header: Header, raw: bytes) -> None:
        if self._is_too_new(header):
            self._tries += 1
            self.closing = self._tries >= _TRIES
            text = f"protocol versions 0 to {self._max_version} are spoken here"
            self._report(ErrorCode.UNSUPPORTED_PROTOCOL_VERSION, raw, text, self._max_version)
            return
        match decode(raw)[1]:
            case ErrorReport() as complaint:
                self.complaint = complaint
                self.closing = True
            case ResetQuery():
                self.version = header.version
                self._answer_reset(header.version)
            case SerialQuery() as query:
                self.version = header.version
                self._answer_serial(query, header.version, raw)
            case other:
                text = f"a router does not send a {type(other).__name__}"
                raise PduError(ErrorCode.INVALID_REQUEST, text, raw)

    def _refuse(self, error: PduError, header: Header) -> None:
        """End the session, and say why unless it was an Error Report that was wrong."""
        self.closing = True
        if header.type != PduType.ERROR_REPORT:
            understood = min(header.version, self._max_version) if self.version is None else self.version
            self._report(error.code, error.pdu, error.text, understood)

    # --- what is answered -----------------------------------------------------------------------------------

    def _answer_reset(self, version: int) -> None:
        state = self._cache.state
        if state is None:
            text = "the cache has not got its first data yet"
            self._report(ErrorCode.NO_DATA_AVAILABLE, b"", text, version)
        else:
            self._answer(state, state.everything(version), version)

    def _answer_serial(self, query: SerialQuery, version: int, raw: bytes) -> None:
        state = self._cache.state
        is_ours = query.session_id == self._cache.session_id(version)
        if not is_ours and self.serial is not None:
            text = f"the session ID is {self._cache.session_id(version)}, not {query.session_id}"
            raise PduError(ErrorCode.CORRUPT_DATA, text, raw)
        if state is None:
            self._answer_reset(version)
        elif is_ours and (changes := state.changes(query.serial, version)) is not None:
            self._answer(state, changes, version)
        else:
            self._send(CacheReset(), version)

    def _answer(self, state: CacheState, payload: bytes, version: int) -> None:
        session_id = self._cache.session_id(version)
        self._send(CacheResponse(session_id), version)
        if payload:
            self.outgoing.append(payload)
        self._send(EndOfData(session_id, state.serial, self._cache.timers if version else None), version)
        self.serial = state.serial

    def _report(self, code: ErrorCode, pdu: bytes, text: str, version: int) -> None:
        self._send(ErrorReport.of(code_in_version(code, version), pdu, text), version)

    def _send(self, pdu: Pdu, version: int) -> None:
        self.outgoing.append(encode(pdu, version))
