"""A router's side of RTR without its I/O: octets from the cache in, queries and events out.

Whoever owns the transport tells it what happens and looks at the results after every call:

    connected(now), bytes_received(data, now), disconnected(reason, now), advance(now)
    outgoing       octets to send, to be taken from its front
    events         what happened, to be taken
    closing        send `outgoing`, close the transport and call disconnected()
    connect_at     when to connect, while there is no transport
    next_deadline()  when to call advance() at the latest

Times are seconds of a clock that only goes on. An answer is collected apart and takes the place of what the
router holds at its End of Data, or is dropped as a whole (draft-ietf-sidrops-8210bis section 11.3).
"""

from __future__ import annotations

from enum import Enum, auto
from math import inf
from typing import Final, NamedTuple

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp
from lab.rtr import pdu as pdus
from lab.rtr.answer import Answer
from lab.rtr.client_events import CacheError, ClientEvent, Flushed, Synchronised
from lab.rtr.codec import HEADER, Header, decode, encode
from lab.rtr.collector import collector_paused
from lab.rtr.errors import ErrorCode, PduError, code_in_version
from lab.rtr.framing import PduBuffer
from lab.rtr.pdu import MAX_VERSION, ErrorReport, Pdu, PduType
from lab.rtr.timers import Timers

ANSWER_SECONDS: Final = 120.0
"""How long a cache may take from a query to its End of Data."""
_PREFIXES: Final = (PduType.IPV4_PREFIX, PduType.IPV6_PREFIX)


class Phase(Enum):
    """Where the conversation stands."""

    DOWN = auto()
    IDLE = auto()
    ASKED = auto()
    RECEIVING = auto()


class Held(NamedTuple):
    """Which state of which cache the router holds."""

    version: int
    session_id: int
    serial: int


class ClientSession:
    """Keeps what it holds equal to what one cache holds.

    It begins with `max_version` on every connection and goes down as the cache demands. `retry` is how many
    seconds to wait after a failure until the cache says so itself; in version 0 it never does.
    """

    def __init__(self, max_version: int = MAX_VERSION, retry: float = Timers().retry) -> None:
        self.outgoing = bytearray()
        self.events: list[ClientEvent] = []
        self.closing = False
        self.connect_at = -inf
        self.held: Held | None = None
        self._max_version = max_version
        self._retry = self._own_retry = retry
        self._vrps: set[Vrp] = set()
        self._aspas: dict[int, tuple[int, ...]] = {}
        self._phase = Phase.DOWN
        self._buffer = PduBuffer()
        self._version = max_version
        self._is_agreed = False
        self._comes_back = False
        """Whether to connect again at once if the transport ends, in this version."""
        self._wants_all = False
        self._asked: Held | None = None
        self._answer: Answer | None = None
        self._session_id = 0
        self._notified: int | None = None
        self._query_at = inf
        self._answer_by = inf
        self._expire_at = inf

    @property
    def is_asking(self) -> bool:
        """Whether a query waits for the end of its answer."""
        return self._phase in (Phase.ASKED, Phase.RECEIVING)

    # --- the transport and the time -------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        """The transport is up: ask."""
        self._buffer = PduBuffer()
        self.outgoing.clear()
        self.closing = False
        if not self._comes_back:
            self._version = self._max_version
        self._is_agreed = self._comes_back = False
        self._query(now)

    def disconnected(self, reason: str, now: float) -> None:
        """There is no transport (any more). `reason` is for people; empty if there is nothing to say."""
        at_once = self._comes_back and self._phase is not Phase.DOWN
        self.connect_at = now if at_once else now + self._retry
        self._comes_back = at_once
        self._phase = Phase.DOWN
        self._answer = None
        if reason and not at_once:
            self.events.append(CacheError(reason))

    def next_deadline(self) -> float:
        """The time at which to call `advance`, infinity if there is nothing to wait for."""
        if self._phase is Phase.DOWN:
            return self._expire_at
        return min(self._expire_at, self._query_at if self._phase is Phase.IDLE else self._answer_by)

    def advance(self, now: float) -> None:
        """Do what is due: poll, give up waiting, let go of what has expired."""
        if now >= self._expire_at:
            self._flush("the data expired without a successful poll")
            if self.is_asking and self._asked is not None:
                self._start_over()
        if self.closing:
            return
        if self._phase is Phase.IDLE and now >= self._query_at:
            self._query(now)
        elif self.is_asking and now >= self._answer_by:
            self.closing = True
            text = f"the cache gave no full answer within {ANSWER_SECONDS:.0f} seconds"
            self.events.append(CacheError(text))

    def bytes_received(self, data: bytes, now: float) -> None:
        """Handle what the cache sent."""
        self._buffer.append(data)
        while not self.closing and (header := self._buffer.header()) is not None:
            try:
                self._check(header)
                if not self._buffer.has(header):
                    return
                if header.type in _PREFIXES:
                    with collector_paused():
                        self._collecting(header).take_prefixes(self._buffer.prefixes(header))
                else:
                    self._handle(header, self._buffer.take(header), now)
            except PduError as error:
                self._refuse(error, header)

    # --- what arrives ---------------------------------------------------------------------------------------

    def _check(self, header: Header) -> None:
        """Raise PduError if the PDU that begins this way is not acceptable now (RFC 8210 section 7)."""
        header.check_length()
        if header.type == PduType.ERROR_REPORT or self._is_too_early(header):
            return
        if self._is_agreed and header.version != self._version:
            text = f"the session has protocol version {self._version}, not {header.version}"
            raise PduError(ErrorCode.UNEXPECTED_PROTOCOL_VERSION, text, HEADER.pack(*header))
        if header.version > self._version:
            text = f"a query in protocol version {self._version} was answered in version {header.version}"
            raise PduError(ErrorCode.UNSUPPORTED_PROTOCOL_VERSION, text, HEADER.pack(*header))
        header.check()

    def _is_too_early(self, header: Header) -> bool:
        """Whether it is a Serial Notify before the version is agreed, which is to be ignored."""
        return header.type == PduType.SERIAL_NOTIFY and not self._is_agreed

    def _handle(self, header: Header, raw: bytes, now: float) -> None:
        if self._is_too_early(header):
            return
        match decode(raw)[1]:
            case ErrorReport() as report:
                self._reported(report, header.version, now)
            case pdus.SerialNotify(session_id, serial):
                self._notify(session_id, serial, raw, now)
            case pdus.CacheResponse(session_id):
                self._begin(session_id, header, raw)
            case pdus.AspaPdu(announce, customer, providers):
                self._collecting(header).take_aspa(announce, customer, providers)
            case pdus.RouterKey():
                self._collecting(header)
            case pdus.EndOfData() as end:
                self._commit(end, raw, now)
            case pdus.CacheReset() if self._phase is Phase.ASKED and self._asked is not None:
                self._is_agreed = self._wants_all = True
                self._version = header.version
                self._query(now)
            case other:
                raise PduError(ErrorCode.CORRUPT_DATA, f"a {type(other).__name__} has no place here", raw)

    def _begin(self, session_id: int, header: Header, raw: bytes) -> None:
        """A Cache Response: its version is the session's from now on."""
        if self._phase is not Phase.ASKED:
            raise PduError(ErrorCode.CORRUPT_DATA, "a Cache Response that nothing was asked for", raw)
        asked = self._asked
        if asked is not None and header.version < asked.version:
            self._version = header.version
            self._start_over()
            return
        if asked is not None and session_id != asked.session_id:
            text = f"the session ID was {asked.session_id} and is {session_id}"
            raise PduError(ErrorCode.CORRUPT_DATA, text, raw)
        self._version = header.version
        self._is_agreed = True
        self._comes_back = False
        self._session_id = session_id
        self._answer = Answer() if asked is None else Answer(self._vrps, self._aspas)
        self._phase = Phase.RECEIVING

    def _collecting(self, header: Header) -> Answer:
        if self._answer is None:
            text = "data outside of an answer"
            raise PduError(ErrorCode.CORRUPT_DATA, text, HEADER.pack(*header))
        return self._answer

    def _commit(self, end: pdus.EndOfData, raw: bytes, now: float) -> None:
        """The answer is complete and takes effect."""
        if self._answer is None or end.session_id != self._session_id:
            text = f"End of Data of session {end.session_id} ends nothing here"
            raise PduError(ErrorCode.CORRUPT_DATA, text, raw)
        timers = end.timers or Timers()
        self._vrps, self._aspas, self._answer = self._answer.vrps, self._answer.aspas, None
        self.held = Held(self._version, self._session_id, end.serial)
        self._retry = end.timers.retry if end.timers else self._own_retry
        self._query_at = now + timers.refresh
        self._expire_at = now + timers.expire
        self._wants_all = False
        self._phase = Phase.IDLE
        aspas = frozenset(Aspa(customer, providers) for customer, providers in self._aspas.items())
        self.events.append(Synchronised(*self.held, frozenset(self._vrps), aspas))
        if self._notified not in (None, end.serial):
            self._query(now)

    def _notify(self, session_id: int, serial: int, raw: bytes, now: float) -> None:
        """The cache has something new; in the middle of an answer it is asked for afterwards."""
        if self._phase is Phase.ASKED:
            # The answer to come is as new, and may begin another session.
            return
        if session_id != self._session_id:
            text = f"the session ID is {self._session_id}, not {session_id}"
            raise PduError(ErrorCode.CORRUPT_DATA, text, raw)
        if self._phase is Phase.RECEIVING:
            self._notified = serial
        elif self.held is None or serial != self.held.serial:
            self._query(now)

    def _reported(self, report: ErrorReport, version: int, now: float) -> None:
        """An Error Report from the cache (RFC 8210 section 12)."""
        too_new = report.code == ErrorCode.UNSUPPORTED_PROTOCOL_VERSION and not self._is_agreed
        if too_new and self._version > 0:
            self._version = min(version, self._version - 1)
            self._comes_back = True
            self._query(now)
            return
        self.events.append(CacheError(f"the cache reports {report}"))
        if report.code == ErrorCode.NO_DATA_AVAILABLE and self.is_asking:
            self._answer = None
            self._wants_all = True
            self._phase = Phase.IDLE
            self._query_at = now + self._retry
            return
        self.closing = True
        self._comes_back = False
        if report.code not in list(ErrorCode) or not ErrorCode(report.code).keeps_data:
            self._flush(f"the cache reports {report}")

    def _refuse(self, error: PduError, header: Header) -> None:
        """End the session, and say why unless it was an Error Report that was wrong."""
        self.closing = True
        self._comes_back = False
        self._answer = None
        self.events.append(CacheError(f"the cache sent what cannot be: {error}"))
        if header.type != PduType.ERROR_REPORT:
            code = code_in_version(error.code, self._version)
            self._send(ErrorReport.of(code, error.pdu or self._buffer.last(), error.text))
        if not error.code.keeps_data:
            self._flush(str(error))

    # --- what is done ---------------------------------------------------------------------------------------

    def _query(self, now: float) -> None:
        """Ask for the changes, or for everything where the router holds nothing that they would fit."""
        held = self.held
        usable = held is not None and held.version == self._version and not self._wants_all
        self._asked = held if usable else None
        self._send(pdus.SerialQuery(held.session_id, held.serial) if held and usable else pdus.ResetQuery())
        self._phase = Phase.ASKED
        self._answer = None
        self._notified = None
        self._answer_by = now + ANSWER_SECONDS

    def _start_over(self) -> None:
        """Hang up on an answer with changes to what is not held (any more); ask for everything at once."""
        self._answer = None
        self.outgoing.clear()
        self.closing = self._comes_back = self._wants_all = True

    def _flush(self, reason: str) -> None:
        if self.held is not None:
            self.events.append(Flushed(reason))
        self.held = None
        self._vrps = set()
        self._aspas = {}
        self._expire_at = inf

    def _send(self, pdu: Pdu) -> None:
        self.outgoing += encode(pdu, self._version)
