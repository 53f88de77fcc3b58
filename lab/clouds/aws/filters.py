"""Filters of the Describe operations (Amazon EC2 User Guide, "Filter your resources")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

from lab.clouds.aws.errors import AwsError

T = TypeVar("T")

MOST_VALUES: Final = 200
"""How many values one filter may have."""

Values = Mapping[str, str | Iterable[str] | None]
"""What an item has, by the name of the filter; None or nothing matches no value."""


def matching(
    items: Iterable[T], filters: list[dict[str, Any]] | None, values: Callable[[T], Values]
) -> list[T]:
    """The items that match every filter; an item matches a filter if one of its values matches.

    Case matters; `*` is any text, `?` any character, and a backslash takes their meaning away. Raises
    InvalidParameterValue for a filter that `values` does not give (which only an item can tell: no items, no
    error) and for one without values, FilterLimitExceeded for one with too many.
    """
    wanted = [_read(each) for each in filters or ()]
    return [item for item in items if _matches(values(item), wanted)] if wanted else list(items)


def tag_filters(tags: Mapping[str, str]) -> dict[str, str | Iterable[str] | None]:
    """The filters `tag-key` and `tag:KEY` of an item with these tags."""
    return {"tag-key": tuple(tags), **{f"tag:{key}": value for key, value in tags.items()}}


def _read(asked: Mapping[str, Any]) -> tuple[str, list[str]]:
    name, values = asked.get("Name"), asked.get("Values")
    if not name:
        raise AwsError("InvalidParameterValue", "The filter 'null' is invalid: it has no Name")
    if not values:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid: it has no Values")
    if len(values) > MOST_VALUES:
        raise AwsError(
            "FilterLimitExceeded", f"The filter '{name}' has {len(values)} values; at most {MOST_VALUES}"
        )
    return name, values


def _matches(values: Values, wanted: list[tuple[str, list[str]]]) -> bool:
    # Each filter is looked at, so that a name that does not exist is refused whatever the others say.
    verdicts = [_matches_one(values, name, patterns) for name, patterns in wanted]
    return all(verdicts)


def _matches_one(values: Values, name: str, patterns: list[str]) -> bool:
    if name not in values and not name.startswith("tag:"):
        names = ", ".join(sorted(known for known in values if not known.startswith("tag:")))
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid. Expected one of: {names}")
    has = values.get(name) or ()
    present = (has,) if isinstance(has, str) else tuple(has)
    return any(_pattern(pattern).fullmatch(value) for pattern in patterns for value in present)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|.", text, re.DOTALL)
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)
