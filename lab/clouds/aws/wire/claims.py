"""What a request claims of itself in its Authorization header, or in the query of a presigned URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from lab.clouds.aws.wire.refusals import Reason, RefusedError, shown
from lab.http.messages import HttpRequest

ALGORITHM: Final = "AWS4-HMAC-SHA256"
_DATE: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z", re.ASCII)
_PART: Final = re.compile(r"[A-Za-z0-9-]{1,128}", re.ASCII)
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HEADER_NAME: Final = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
_LONGEST: Final = 7 * 24 * 3600
_FRESH: Final = 15 * 60
_TOKEN: Final = "x-amz-security-token"  # noqa: S105  the name of a header


@dataclass(frozen=True, slots=True)
class Claim:
    """Nothing of it is proven. `date` is `20261231T235959Z`; `time` is the same in UNIX seconds.

    `lifetime` is how many seconds after `time` it may still be used; one in a header also that long before.
    """

    access_key: str
    date: str
    time: float
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    lifetime: float
    in_query: bool

    @property
    def scope(self) -> str:
        """`20261231/us-east-1/ec2/aws4_request`."""
        return f"{self.date[:8]}/{self.region}/{self.service}/aws4_request"


def read_claim(request: HttpRequest) -> Claim:
    """Raises RefusedError where there is no claim, or one that lacks what Signature Version 4 demands."""
    header = request.headers.get("authorization")
    query = dict(parse_qsl(request.query, True))
    if _TOKEN in request.headers or "X-Amz-Security-Token" in query:
        raise RefusedError(
            Reason.UNKNOWN_KEY,
            "The lab has no temporary credentials: sign with an account's own key, without a session token",
        )
    if header is not None:
        return _from_header(header, request.headers.get("x-amz-date", ""))
    if "X-Amz-Signature" in query:
        return _from_query(query)
    raise RefusedError(
        Reason.UNSIGNED,
        "Request is missing Authentication Token: it has no Authorization header; "
        "sign it with the key of one of the lab's accounts (Signature Version 4)",
    )


def _from_header(header: str, date: str) -> Claim:
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise _incomplete(f"Authorization starts with {shown(algorithm)}, expected {ALGORITHM}")
    fields = dict(_assignment(part) for part in rest.split(","))
    for name in ("Credential", "SignedHeaders", "Signature"):
        if name not in fields:
            raise _incomplete(f"Authorization header requires '{name}' parameter")
    return _claim(fields["Credential"], date, fields["SignedHeaders"], fields["Signature"], _FRESH, False)


def _from_query(query: dict[str, str]) -> Claim:
    for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders"):
        if f"X-Amz-{name}" not in query:
            raise _incomplete(f"the query has X-Amz-Signature and no X-Amz-{name}")
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise _incomplete(f"X-Amz-Algorithm is {shown(query['X-Amz-Algorithm'])}, expected {ALGORITHM}")
    expires = query["X-Amz-Expires"]
    if not re.fullmatch("[0-9]{1,6}", expires, re.ASCII) or not 0 < int(expires) <= _LONGEST:
        raise _incomplete(f"X-Amz-Expires is {shown(expires)}, expected 1 to {_LONGEST} seconds")
    return _claim(
        query["X-Amz-Credential"],
        query["X-Amz-Date"],
        query["X-Amz-SignedHeaders"],
        query["X-Amz-Signature"],
        int(expires),
        True,
    )


def _claim(
    credential: str, date: str, signed_headers: str, signature: str, lifetime: float, in_query: bool
) -> Claim:
    parts = credential.split("/")
    if len(parts) != 5 or not all(_PART.fullmatch(part) for part in parts[:4]):
        raise _incomplete(
            f"Credential is {shown(credential)}, expected KEY/20261231/us-east-1/ec2/aws4_request"
        )
    access_key, day, region, service, end = parts
    if end != "aws4_request":
        raise _incomplete(f"Credential ends with {shown(end)}, expected aws4_request")
    time = _time(date)
    if day != date[:8]:
        raise _incomplete(f"Credential is of day {shown(day)}, X-Amz-Date of {date[:8]}")
    names = tuple(signed_headers.split(";"))
    if not all(_HEADER_NAME.fullmatch(name) for name in names) or list(names) != sorted(set(names)):
        raise _incomplete("SignedHeaders are names in lower case, in order, separated by semicolons")
    for name in ("host",) if in_query else ("host", "x-amz-date"):
        if name not in names:
            raise _incomplete(f"SignedHeaders do not have {name!r}, which must be signed")
    if not _SIGNATURE.fullmatch(signature):
        raise _incomplete("Signature is not 64 hexadecimal digits in lower case")
    return Claim(access_key, date, time, region, service, names, signature, lifetime, in_query)


def _time(date: str) -> float:
    try:
        if not _DATE.fullmatch(date):
            raise ValueError
        return datetime.fromisoformat(date).timestamp()
    except (ValueError, OverflowError):
        raise _incomplete(f"X-Amz-Date is {shown(date)!r}, expected 20261231T235959Z") from None


def _assignment(part: str) -> tuple[str, str]:
    name, _, value = part.strip(" ").partition("=")
    return name, value


def _incomplete(why: str) -> RefusedError:
    return RefusedError(Reason.INCOMPLETE_SIGNATURE, f"The signature is incomplete: {why}")
