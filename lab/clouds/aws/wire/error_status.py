"""The HTTP status that goes with an error code."""

from __future__ import annotations

from typing import Final

from lab.clouds.aws.wire.models import service_model

_USUAL: Final = 400
_STATUS: Final = {
    "AuthFailure": 401,
    "DryRunOperation": 412,
    "IncompleteSignatureException": 403,
    "InternalError": 500,
    "InternalFailure": 500,
    "InvalidClientTokenId": 403,
    "InvalidSignatureException": 403,
    "MissingAuthenticationToken": 403,
    "MissingAuthenticationTokenException": 403,
    "RequestEntityTooLarge": 413,
    "RequestEntityTooLargeException": 413,
    "RequestLimitExceeded": 503,
    "SignatureDoesNotMatch": 403,
    "UnauthorizedOperation": 403,
    "UnknownOperationException": 404,
    "UnrecognizedClientException": 403,
}
"""Codes that every operation may answer with: no model has them."""


def status_of(service: str, code: str) -> int:
    """The status of `code`: as the service's model has it, else as AWS's common errors have it, else 400."""
    for shape in service_model(service).error_shapes:
        if shape.error_code == code:
            return int(shape.metadata["error"].get("httpStatusCode", _USUAL))
    return _STATUS.get(code, _USUAL)
