"""What can go wrong between a cache and a router: the protocol's error codes, and exceptions."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class ErrorCode(IntEnum):
    """Section 12 of RFC 8210 and draft-ietf-sidrops-8210bis; the values are what goes over the wire."""

    CORRUPT_DATA = 0
    INTERNAL_ERROR = 1
    NO_DATA_AVAILABLE = 2
    INVALID_REQUEST = 3
    UNSUPPORTED_PROTOCOL_VERSION = 4
    UNSUPPORTED_PDU_TYPE = 5
    WITHDRAWAL_OF_UNKNOWN_RECORD = 6
    DUPLICATE_ANNOUNCEMENT_RECEIVED = 7
    UNEXPECTED_PROTOCOL_VERSION = 8
    ASPA_PROVIDER_LIST_ERROR = 9
    TRANSPORT_FAILURE = 10
    ORDERING_ERROR = 11
    CACHE_RESTART = 12
    CACHE_SHUTDOWN = 13

    @property
    def title(self) -> str:
        """The code as the RFCs write it: `Corrupt Data`."""
        return _TITLES.get(self, self.name.replace("_", " ").title())

    @property
    def keeps_data(self) -> bool:
        """Whether a router may keep what it learned from the cache (the code is not fatal)."""
        return self in _NOT_FATAL


_TITLES: Final = {
    ErrorCode.UNSUPPORTED_PDU_TYPE: "Unsupported PDU Type",
    ErrorCode.WITHDRAWAL_OF_UNKNOWN_RECORD: "Withdrawal of Unknown Record",
    ErrorCode.ASPA_PROVIDER_LIST_ERROR: "ASPA Provider List Error",
}
_NOT_FATAL: Final = frozenset(
    (ErrorCode.NO_DATA_AVAILABLE, ErrorCode.UNSUPPORTED_PROTOCOL_VERSION, ErrorCode.CACHE_RESTART)
)
_LAST_CODE: Final = (
    ErrorCode.DUPLICATE_ANNOUNCEMENT_RECEIVED,
    ErrorCode.UNEXPECTED_PROTOCOL_VERSION,
    ErrorCode.CACHE_SHUTDOWN,
)
"""The highest code that each protocol version defines."""


def code_in_version(code: ErrorCode, version: int) -> ErrorCode:
    """`code`, or what says it best in a protocol version that does not define it."""
    if code <= _LAST_CODE[version]:
        return code
    if code == ErrorCode.UNEXPECTED_PROTOCOL_VERSION:
        return ErrorCode.UNSUPPORTED_PROTOCOL_VERSION
    return ErrorCode.CORRUPT_DATA


class RtrError(Exception):
    """Anything that this package has to complain about; the message is for people."""


class PduError(RtrError):
    """Octets that are no acceptable PDU. `code` is what to report, `pdu` those octets, perhaps cut."""

    def __init__(self, code: ErrorCode, text: str, pdu: bytes = b"") -> None:
        super().__init__(f"{code.title}: {text}")
        self.code = code
        self.text = text
        self.pdu = pdu


class FetchError(RtrError):
    """A cache could not be asked, or did not answer with data."""


class ListenError(RtrError):
    """A server cannot listen where it was told to."""
