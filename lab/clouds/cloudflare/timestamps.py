"""Times as the API writes them."""

from __future__ import annotations

import datetime


def timestamp(seconds: float) -> str:
    """UNIX seconds as `2025-02-25T00:34:11.423722Z`."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
