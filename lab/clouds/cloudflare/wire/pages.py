"""Lists, a page at a time: the parameters `page` and `per_page`, and what is told of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lab.clouds.cloudflare.operation import Paged
from lab.clouds.cloudflare.wire.refusals import not_valid
from lab.topology.problems import shown

MOST_PAGES: Final = 10**9
MOST_PER_PAGE: Final = 5_000_000
"""As Cloudflare has it for DNS records."""


@dataclass(frozen=True, slots=True)
class Page:
    """`number` counts from 1. `size` is how many the caller wants on one, None for the list's own number."""

    number: int = 1
    size: int | None = None

    def of(self, paged: Paged) -> tuple[list[Any], dict[str, int]]:
        """The items on this page, none beyond the last one, and `result_info`."""
        size = self.size or paged.per_page
        items = list(paged.items[(self.number - 1) * size : self.number * size])
        total = len(paged.items)
        return items, {
            "page": self.number,
            "per_page": size,
            "count": len(items),
            "total_count": total,
            "total_pages": -(-total // size),
        }


def read_page(query: Mapping[str, str]) -> Page:
    """The page that a query asks for, the first if it does not say. Raises RefusedError."""
    number = _whole_number(query, "page", MOST_PAGES)
    return Page(1 if number is None else number, _whole_number(query, "per_page", MOST_PER_PAGE))


def _whole_number(query: Mapping[str, str], name: str, most: int) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and 1 <= int(text) <= most):
        raise not_valid(f"{name}: expected a whole number from 1 to {most}, got {shown(text)}")
    return int(text)
