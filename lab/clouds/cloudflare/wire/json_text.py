"""JSON from outside, read so that it can mean one thing only."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, Final, NoReturn

from lab.clouds.cloudflare.wire.refusals import MALFORMED_JSON, RefusedError, Trouble

_DEEPEST: Final = 32
_LONGEST_NUMBER: Final = 40


def read_json(text: bytes) -> Any:
    """The value of a JSON text (RFC 8259) in UTF-8.

    Raises RefusedError where it is none, and for what readers understand differently: a name twice in one
    object, NaN, numbers beyond a double, half of a surrogate pair, more than 32 levels.
    """
    try:
        value = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_int=_integer,
            parse_float=_finite,
        )
        _refuse_deep(value, _DEEPEST)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            400, Trouble(MALFORMED_JSON, f"Malformed JSON in request body: {_why(error)}")
        ) from None
    return value


def _why(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"line {error.lineno} column {error.colno}: {error.msg}"
        case UnicodeDecodeError():
            return f"byte {error.start} is not UTF-8"
        case UnicodeEncodeError():
            return "a text has half of a surrogate pair"
        case RecursionError():
            return f"more than {_DEEPEST} levels"
        case _:
            return str(error)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"an object has the member {twice[:60]!a} twice")
    return members


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number has more than {_LONGEST_NUMBER} digits")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:_LONGEST_NUMBER]} is too large")
    return number


def _refuse_deep(value: Any, levels: int) -> None:
    if not isinstance(value, dict | list):
        return
    if levels == 0:
        raise ValueError(f"more than {_DEEPEST} levels")
    for below in value.values() if isinstance(value, dict) else value:
        _refuse_deep(below, levels - 1)
