"""The protocol's PDUs (section 5 of RFC 6810, RFC 8210 and draft-ietf-sidrops-8210bis)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from lab.bgp.rov import Vrp
from lab.rtr.errors import ErrorCode
from lab.rtr.timers import Timers

MAX_VERSION: Final = 2
"""The highest protocol version spoken here."""
ASPA_VERSION: Final = 2
"""The first protocol version that carries ASPAs."""
HEADER_BYTES: Final = 8
MAX_PDU_BYTES: Final = 65535
MAX_PROVIDERS: Final = (MAX_PDU_BYTES - 12) // 4
"""How many providers fit into one ASPA PDU."""
SKI_BYTES: Final = 20
_REPORTED_BYTES: Final = 1024
"""How much of an erroneous PDU is sent back with an Error Report."""
_REPORTED_CHARACTERS: Final = 400


class PduType(IntEnum):
    """The values of the second octet."""

    SERIAL_NOTIFY = 0
    SERIAL_QUERY = 1
    RESET_QUERY = 2
    CACHE_RESPONSE = 3
    IPV4_PREFIX = 4
    IPV6_PREFIX = 6
    END_OF_DATA = 7
    CACHE_RESET = 8
    ROUTER_KEY = 9
    ERROR_REPORT = 10
    ASPA = 11


@dataclass(frozen=True, slots=True)
class SerialNotify:
    """The cache has new data."""

    session_id: int
    serial: int


@dataclass(frozen=True, slots=True)
class SerialQuery:
    """The router asks for what changed since `serial`."""

    session_id: int
    serial: int


@dataclass(frozen=True, slots=True)
class ResetQuery:
    """The router asks for everything."""


@dataclass(frozen=True, slots=True)
class CacheResponse:
    """The cache begins an answer with data."""

    session_id: int


@dataclass(frozen=True, slots=True)
class PrefixPdu:
    """An IPv4 or IPv6 Prefix: a VRP is announced, or withdrawn."""

    announce: bool
    vrp: Vrp


@dataclass(frozen=True, slots=True)
class EndOfData:
    """The cache ends an answer; the router now holds `serial`. Version 0 has no `timers`."""

    session_id: int
    serial: int
    timers: Timers | None


@dataclass(frozen=True, slots=True)
class CacheReset:
    """The cache has no record of the changes asked for."""


@dataclass(frozen=True, slots=True)
class RouterKey:
    """A BGPsec router key (versions 1 and 2), of which no use is made. `ski` has `SKI_BYTES` octets."""

    announce: bool
    ski: bytes
    asn: int
    public_key: bytes


@dataclass(frozen=True, slots=True)
class AspaPdu:
    """All providers of a customer AS, in place of any announced before, or their withdrawal (version 2)."""

    announce: bool
    customer: int
    providers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error with (part of) the PDU that caused it. `code` may be one that no version defines."""

    code: int
    pdu: bytes = b""
    text: str = ""

    @classmethod
    def of(cls, code: ErrorCode, pdu: bytes = b"", text: str = "") -> ErrorReport:
        """A report of bounded size."""
        return cls(code, pdu[:_REPORTED_BYTES], text[:_REPORTED_CHARACTERS])

    def __str__(self) -> str:
        known = self.code in list(ErrorCode)
        title = ErrorCode(self.code).title if known else f"error code {self.code}"
        return f"{title}: {self.text[:_REPORTED_CHARACTERS]!r}" if self.text else title


Pdu = (
    SerialNotify | SerialQuery | ResetQuery | CacheResponse | PrefixPdu | EndOfData
    | CacheReset | RouterKey | AspaPdu | ErrorReport
)  # fmt: skip
