"""The scalars of files that are about registries and AWS: account IDs, regions, operations, dates."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from lab.topology.cloud_vocabulary import REGIONS, SigningMistake
from lab.topology.problems import shown
from lab.topology.scalar_forms import ScalarError, pattern_form, text_form, word_form
from lab.topology.scalars import NAME_PATTERN

REFERENCE: Final = re.compile(rf"\$({NAME_PATTERN})", re.ASCII)
"""A text that stands for what an earlier `aws` step has saved, such as `$pool`."""
ONE_LINE: Final = "one-line"

_ACCOUNT_ID: Final = "[0-9]{12}"
_ACCOUNT: Final = f"(?:{_ACCOUNT_ID}|{NAME_PATTERN})"
_ACCOUNT_RULE: Final = "an account ID of 12 digits in quotes"
_OPERATION: Final = r"(?:[A-Z][A-Za-z0-9]{2,80}|[a-z][a-z0-9]*(?:-[a-z0-9]+)+)"
_MEMBER: Final = "[A-Za-z][A-Za-z0-9]{0,80}"
_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_WIDTHS: Final = range(8, 1001)


def _account_id(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(_ACCOUNT_ID, value, re.ASCII):
        return value
    is_number = type(value) is int and 0 <= value < 10**12
    hint = f"write '{value:012d}'" if is_number else ""
    raise ScalarError(f"expected {_ACCOUNT_RULE}, got {shown(value)}", hint)


def _account(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(_ACCOUNT, value, re.ASCII):
        return value
    if type(value) is int:
        return _account_id(value)
    raise ScalarError(f"expected the name of an account or its ID in quotes, got {shown(value)}")


def _date(text: str) -> datetime.date:
    try:
        if re.fullmatch(_DATE, text, re.ASCII):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise ScalarError(f"{shown(text)} is not a date; expected for example 2027-01-31")


def _wrapping(value: Any) -> int | str:
    if value == ONE_LINE or (type(value) is int and value in _WIDTHS):
        return value  # type: ignore[no-any-return]
    rule = f"characters in a line, from {_WIDTHS.start} to {_WIDTHS.stop - 1}, or {ONE_LINE}"
    raise ScalarError(f"expected {rule}, got {shown(value)}")


AccountId = Annotated[
    str, BeforeValidator(_account_id), WithJsonSchema({"type": "string", "pattern": f"^{_ACCOUNT_ID}$"})
]
AccountWord = Annotated[
    str, BeforeValidator(_account), WithJsonSchema({"type": "string", "pattern": f"^{_ACCOUNT}$"})
]
RegionName = Annotated[str, *word_form("a region of AWS", REGIONS)]
SigningMistakeWord = Annotated[
    str, *word_form("a mistake that the lab can make", [mistake.value for mistake in SigningMistake])
]
OperationWord = Annotated[
    str, *pattern_form("an operation such as provision-byoip-cidr or ProvisionByoipCidr", _OPERATION)
]
ErrorCode = Annotated[str, *pattern_form("an error code such as IncorrectState", "[A-Z][A-Za-z0-9.]{2,80}")]
MemberName = Annotated[str, *pattern_form("a member of the request such as Cidr", _MEMBER)]
MemberPath = Annotated[
    str,
    *pattern_form(
        "members of the answer such as IpamPool.IpamPoolId or Vpcs.0.VpcId",
        rf"{_MEMBER}(?:\.(?:{_MEMBER}|[0-9]{{1,3}}))*",
    ),
]
SavedName = Annotated[str, *pattern_form("a name such as pool", NAME_PATTERN)]
KeyName = Annotated[str, *pattern_form("the name of a key such as customer", NAME_PATTERN)]
FieldName = Annotated[str, *pattern_form("a field of the registry such as descr", "[A-Za-z][A-Za-z ]{0,30}")]
Date = Annotated[
    datetime.date,
    text_form("a date such as 2027-01-31", _date, datetime.date),
    WithJsonSchema({"type": "string", "pattern": f"^{_DATE}$", "examples": ["2027-01-31"]}),
]
Wrapping = Annotated[
    int | str,
    BeforeValidator(_wrapping),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": ONE_LINE},
                {"type": "integer", "minimum": _WIDTHS.start, "maximum": _WIDTHS.stop - 1},
            ]
        }
    ),
]
