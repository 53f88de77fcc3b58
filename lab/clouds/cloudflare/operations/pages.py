"""Lists that the API gives as one page, which clients do not ask for more of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.clouds.cloudflare.operation import Paged


def single_page(items: Sequence[Any]) -> Paged:
    """All items on the first page, unless the caller asks for fewer."""
    return Paged(items, per_page=max(20, len(items)))
