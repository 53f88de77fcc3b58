"""What the wire refuses by itself, and the code each service has for it."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Reason(Enum):
    """Why a request does not reach an operation."""

    UNSIGNED = "unsigned"
    INCOMPLETE_SIGNATURE = "incomplete signature"
    UNKNOWN_KEY = "unknown key"
    WRONG_SIGNATURE = "wrong signature"
    EXPIRED = "expired"
    TOO_LARGE = "too large"
    MALFORMED = "malformed"
    UNKNOWN_OPERATION = "unknown operation"
    NOT_SERVED = "not served"
    MISSING_PARAMETER = "missing parameter"
    UNKNOWN_PARAMETER = "unknown parameter"
    INVALID_VALUE = "invalid value"
    FAULT = "fault"


class RefusedError(Exception):
    """A request that is answered without any operation; the message is for people and shows no secret."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


_CODES: Final[dict[Reason, tuple[str, str, str]]] = {
    Reason.UNSIGNED: (
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "MissingAuthenticationToken",
    ),
    Reason.INCOMPLETE_SIGNATURE: (
        "IncompleteSignature",
        "IncompleteSignatureException",
        "IncompleteSignature",
    ),
    Reason.UNKNOWN_KEY: ("AuthFailure", "UnrecognizedClientException", "InvalidClientTokenId"),
    Reason.WRONG_SIGNATURE: ("AuthFailure", "InvalidSignatureException", "SignatureDoesNotMatch"),
    Reason.EXPIRED: ("RequestExpired", "InvalidSignatureException", "SignatureDoesNotMatch"),
    Reason.TOO_LARGE: ("RequestEntityTooLarge", "RequestEntityTooLargeException", "RequestEntityTooLarge"),
    Reason.MALFORMED: ("MalformedQueryString", "SerializationException", "MalformedQueryString"),
    Reason.UNKNOWN_OPERATION: ("InvalidAction", "UnknownOperationException", "InvalidAction"),
    Reason.NOT_SERVED: ("UnsupportedOperation", "OperationNotPermittedException", "UnsupportedOperation"),
    Reason.MISSING_PARAMETER: ("MissingParameter", "MissingRequiredParameterException", "ValidationError"),
    Reason.UNKNOWN_PARAMETER: ("UnknownParameter", "InvalidParameterException", "ValidationError"),
    Reason.INVALID_VALUE: ("InvalidParameterValue", "InvalidParameterException", "ValidationError"),
    Reason.FAULT: ("InternalError", "ServerInternalException", "InternalFailure"),
}
"""By reason: the codes of EC2, RAM and STS, from their references and, for signatures, as they are seen."""
_COLUMNS: Final = {"ec2": 0, "ram": 1, "sts": 2}


def code_of(reason: Reason, service: str) -> str:
    """The code `service` refuses with for `reason`."""
    return _CODES[reason][_COLUMNS[service]]


def shown(value: str) -> str:
    """A value seen, short and harmless enough for a message."""
    text = ascii(value)[1:-1]
    return text if len(text) <= 80 else f"{text[:77]}..."
