"""The scalars of files that are about Cloudflare: account IDs, API paths, words of the API."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from lab.topology.cloudflare_section import Entitlement, ServiceName, Window
from lab.topology.cloudflare_vocabulary import Approval, BindingState, Permission, Role, ValidationState
from lab.topology.problems import shown
from lab.topology.scalar_forms import FROM_FILE, ScalarError, pattern_form, text_form, word_form
from lab.topology.scalars import parse_duration

ACCOUNT_ID: Final = "[0-9a-f]{32}"
_ACCOUNT_RULE: Final = "an account ID of 32 hexadecimal digits"
_LONGEST_PATH: Final = 400
_SEGMENT: Final = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_$.:~-]+"
_API_PATH: Final = rf"/?{_SEGMENT}(?:/{_SEGMENT})*(?:\?[A-Za-z0-9_$.,:/%=&~+-]*)?"
_PATH_RULE: Final = "a path of the API such as addressing/prefixes or /zones"
_MEMBER: Final = "[a-z][a-z0-9_]{0,60}"
_PART: Final = rf"(?:{_MEMBER}(?:=[A-Za-z0-9 ._:/*-]{{1,80}})?|[0-9]{{1,3}})"
_RESULT_PATH: Final = rf"{_PART}(?:\.{_PART}){{0,9}}"
_EMAIL: Final = r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"


def _account_id(text: str) -> str:
    if re.fullmatch(ACCOUNT_ID, text, re.ASCII):
        return text
    meant = text.lower().replace("-", "")
    hint = f"write '{meant}'" if re.fullmatch(ACCOUNT_ID, meant, re.ASCII) else ""
    count = f" ({len(text)} characters)" if len(text) != 32 else ""
    raise ScalarError(f"expected {_ACCOUNT_RULE}, got {shown(text)}{count}", hint)


def parse_api_path(text: str) -> str:
    """The path of a call: below the caller's account or, with `/` first, below /client/v4.

    Raises ScalarError.
    """
    if re.fullmatch(_API_PATH, text, re.ASCII) and not text.startswith("/client/v4"):
        return text
    raise ScalarError(f"{shown(text)} is not {_PATH_RULE}", _path_hint(text))


def _path_hint(text: str) -> str:
    _, above, below = text.partition("/client/v4")
    if above:
        return f"leave out what comes before '{below[:60]}'" if below else "write what comes after it"
    if text.endswith("/"):
        return f"write '{text.rstrip('/')[:60]}'" if text.rstrip("/") else "write for example /zones"
    return ""


def _window(value: Any) -> Window:
    if isinstance(value, str):
        return parse_duration(value), parse_duration(value)
    if isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value):
        shortest, longest = map(parse_duration, value)
        if shortest > longest:
            message = f"from {value[0]} to {value[1]} there is no time"
            raise ScalarError(message, f"write [{value[1]}, {value[0]}]")
        return shortest, longest
    raise ScalarError(f"expected a duration such as 5h, or two such as [4h, 6h], got {shown(value)}")


def _window_form(value: Any, info: Any) -> Window:
    if isinstance(value, tuple) and info.context != FROM_FILE:
        return value
    return _window(value)


def _body(value: Any) -> Any:
    if isinstance(value, dict | list):
        return value
    raise ScalarError(f"expected a mapping or a list, as the body of the request, got {shown(value)}")


CloudflareAccountId = Annotated[
    str,
    text_form(_ACCOUNT_RULE, _account_id, str),
    WithJsonSchema({"type": "string", "pattern": f"^{ACCOUNT_ID}$"}),
]
EmailAddress = Annotated[str, *pattern_form("an e-mail address such as noc@customer.example", _EMAIL)]
EntitlementWord = Annotated[
    str, *word_form("something a contract covers", [each.value for each in Entitlement])
]
ServiceWord = Annotated[str, *word_form("a service of Cloudflare", [each.value for each in ServiceName])]
PermissionWord = Annotated[str, *word_form("a permission of a token", [each.value for each in Permission])]
RoleWord = Annotated[str, *word_form("a role of a member", [each.value for each in Role])]
ApprovalWord = Annotated[str, *word_form("a state of approval", [each.value for each in Approval])]
ValidationWord = Annotated[str, *word_form("a state of validation", [each.value for each in ValidationState])]
BindingWord = Annotated[str, *word_form("a state of a binding", [each.value for each in BindingState])]
ApiPath = Annotated[
    str,
    text_form(_PATH_RULE, parse_api_path, str, longest=_LONGEST_PATH),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": _LONGEST_PATH,
            "pattern": f"^{_API_PATH}$",
            "examples": ["addressing/prefixes", "addressing/prefixes/$prefix/bindings", "/zones"],
        }
    ),
]
ResultPath = Annotated[
    str,
    *pattern_form("members of the result such as id, 0.id or name=Magic Transit.id", _RESULT_PATH),
]
ErrorNumber = Annotated[int, Field(strict=True, ge=1000, le=999_999)]
RequestBody = Annotated[dict[str, Any] | list[Any], BeforeValidator(_body)]
DurationWindow = Annotated[
    Window,
    BeforeValidator(_window_form),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["5h"]},
                {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}},
            ]
        }
    ),
]
