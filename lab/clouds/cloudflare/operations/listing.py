"""Which items of a list a query asks for, and in which order: parameters that several lists have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, TypeVar

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.wire.refusals import NOT_VALID
from lab.topology.problems import shown, suggestion

T = TypeVar("T")
Query = Mapping[str, str]

ORDERING: Final = ("order", "direction")
MATCHING: Final = ("match",)
DIRECTIONS: Final = ("asc", "desc")
MATCHES: Final = ("all", "any")

_COMPARE: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "equal": lambda seen, wanted: seen == wanted,
    "not_equal": lambda seen, wanted: seen != wanted,
    "starts_with": lambda seen, wanted: seen.startswith(wanted),
    "ends_with": lambda seen, wanted: seen.endswith(wanted),
    "contains": lambda seen, wanted: wanted in seen,
}
_SENSITIVE: Final = "_case_sensitive"


def one_of(query: Query, name: str, values: Collection[str], default: str) -> str:
    """The value of a parameter, the default where it is not there. Raises CloudflareError (400)."""
    value = query.get(name, default)
    if value not in values and name in query:
        message = f"{name}: {shown(value)} is none of its values; {suggestion(value, values)}"
        raise CloudflareError(400, NOT_VALID, message)
    return value


def in_order(items: Iterable[T], query: Query, keys: Mapping[str, Callable[[T], Any]]) -> list[T]:
    """The items by `order`, one of `keys`, and `direction`; as they are where the query has neither.

    Raises CloudflareError (400).
    """
    found = list(items)
    order = one_of(query, "order", keys, "")
    is_descending = one_of(query, "direction", DIRECTIONS, DIRECTIONS[0]) == "desc"
    if order:
        found.sort(key=keys[order])
    return found[::-1] if is_descending else found


def is_match(tests: Iterable[bool], query: Query, name: str = "match") -> bool:
    """Whether all filters of a query let an item through, or, with `match=any`, one of them does."""
    results = list(tests)
    return any(results) if results and one_of(query, name, MATCHES, MATCHES[0]) == "any" else all(results)


def compares(seen: str, wanted: str) -> bool:
    """Whether a text is as a filter with an operator wants it: `example.com`, `contains:example`.

    Capitals count with an operator such as `contains_case_sensitive` only.
    """
    operator, colon, value = wanted.partition(":")
    is_sensitive = operator.endswith(_SENSITIVE)
    compare = _COMPARE.get(operator.removesuffix(_SENSITIVE)) if colon else None
    if compare is None or operator in ("equal" + _SENSITIVE, "not_equal" + _SENSITIVE):
        return seen.lower() == wanted.lower()
    return compare(seen, value) if is_sensitive else compare(seen.lower(), value.lower())
