"""Times as the API's models have them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(seconds: float) -> datetime:
    """UNIX seconds of the lab's calendar as a timestamp."""
    return datetime.fromtimestamp(seconds, UTC)
