"""Times as the API writes them, and as people read them."""

from __future__ import annotations

import datetime


def timestamp(seconds: float) -> str:
    """UNIX seconds as `2025-02-25T00:34:11.423722Z`."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def to_the_second(seconds: float) -> str:
    """UNIX seconds for people, as `2025-02-25T00:34:11Z`."""
    return datetime.datetime.fromtimestamp(round(seconds), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
