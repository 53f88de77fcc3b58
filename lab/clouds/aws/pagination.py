"""Answers in pages: MaxResults and NextToken."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Final, TypeVar

from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Parameters

T = TypeVar("T")

_NOT_PART_OF_THE_QUESTION: Final = frozenset({"NextToken", "nextToken", "MaxResults", "maxResults"})
_DIGEST: Final = 12


def page(items: Sequence[T], asked: Parameters, default: int) -> tuple[list[T], str | None]:
    """The page of `items` that was asked for, and the token of the next one; None after the last.

    `default` is the size of a page where none is asked for. A token goes with its question: the same
    parameters must be sent with it. Raises InvalidPaginationToken for a token that this question did not get;
    for RAM, whose members begin in lower case, InvalidNextTokenException.
    """
    question = _digest(asked)
    token = asked.get("NextToken") or asked.get("nextToken")
    start = _start(token, question, "nextToken" in asked) if token else 0
    end = start + (asked.get("MaxResults") or asked.get("maxResults") or default)
    return list(items[start:end]), _token(end, question) if end < len(items) else None


def _digest(asked: Parameters) -> bytes:
    question = {name: value for name, value in asked.items() if name not in _NOT_PART_OF_THE_QUESTION}
    return hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).digest()[:_DIGEST]


def _token(start: int, question: bytes) -> str:
    return base64.urlsafe_b64encode(question + start.to_bytes(6, "big")).decode()


def _start(token: str, question: bytes, ram: bool) -> int:
    try:
        read = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        read = b""
    if len(read) != _DIGEST + 6 or read[:_DIGEST] != question:
        raise AwsError(
            "InvalidNextTokenException" if ram else "InvalidPaginationToken",
            "The pagination token is not one that this request was answered with: "
            "send the NextToken of the page before, with the same parameters",
        )
    return int.from_bytes(read[_DIGEST:], "big")
