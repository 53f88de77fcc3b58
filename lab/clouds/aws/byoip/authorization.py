"""The signed message that authorizes an account to bring a range: what has to be in it.

EC2 User Guide, "Create a signed authorization message": `1|aws|account|cidr|YYYYMMDD|SHA256|RSAPSS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from lab.bgp.prefix import Prefix, PrefixError

FORMAT: Final = "1|aws|account|cidr|YYYYMMDD|SHA256|RSAPSS"
_FIELDS: Final = 7
_MOST_CHARACTERS: Final = 200
"""More than any message has, and few enough to be shown."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """A CIDR authorization context: the message in plain text and its signature, as they were sent."""

    message: str
    signature: str


def message_faults(message: str, account: str, prefix: Prefix, now: float) -> list[str]:
    """Everything that keeps `message` from authorizing `account` to bring `prefix` at `now` (UNIX seconds), a
    text each; nothing if it does. The date counts until the end of that day, in UTC."""
    if not message:
        return [f"it is empty; expected {FORMAT}"]
    if len(message) > _MOST_CHARACTERS:
        return [f"it has {len(message)} characters; expected {FORMAT}"]
    if message != message.strip() or any(letter.isspace() for letter in message):
        return [f"{message!r} contains white space or line breaks; expected {FORMAT} and nothing around it"]
    fields = message.split("|")
    if len(fields) != _FIELDS:
        return [f"{message!r} has {len(fields)} fields between |; expected the {_FIELDS} of {FORMAT}"]
    version, cloud, number, cidr, day, digest, scheme = fields
    return [
        *_constant("version", version, "1"),
        *_constant("second field", cloud, "aws"),
        *_account_faults(number, account),
        *_cidr_faults(cidr, prefix),
        *_date_faults(day, datetime.fromtimestamp(now, UTC).date()),
        *_constant("digest", digest, "SHA256"),
        *_constant("signature scheme", scheme, "RSAPSS"),
    ]


def _constant(what: str, seen: str, expected: str) -> Iterator[str]:
    if seen != expected:
        yield f"its {what} is {seen!r}, not {expected!r}"


def _account_faults(seen: str, account: str) -> Iterator[str]:
    if not re.fullmatch(r"[0-9]{12}", seen):
        yield f"its account is {seen!r}, not the twelve digits {account} without dashes"
    elif seen != account:
        yield f"it authorizes account {seen}, but account {account} asks"


def _cidr_faults(seen: str, prefix: Prefix) -> Iterator[str]:
    try:
        parsed = Prefix.parse(seen)
    except PrefixError as error:
        yield f"its range is not valid: {error}"
        return
    if parsed != prefix:
        yield f"it is for the range {seen}, but {prefix} is provisioned: they must be equal"
    elif str(parsed) != seen:
        yield f"its range is written {seen!r}; the canonical form is {prefix}"


def _date_faults(seen: str, today: date) -> Iterator[str]:
    try:
        if not re.fullmatch(r"[0-9]{8}", seen):
            raise ValueError
        expires = date(int(seen[:4]), int(seen[4:6]), int(seen[6:]))
    except ValueError:
        yield f"its expiry date is {seen!r}, which is no day written as YYYYMMDD, such as {today:%Y%m%d}"
        return
    if expires < today:
        yield f"it expired on {expires}; today is {today}"
