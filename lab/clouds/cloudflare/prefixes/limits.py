"""How much of everything there can be: bounds of the lab, so that no account can fill its memory."""

from __future__ import annotations

from typing import Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes

MOST_PREFIXES: Final = 500
"""Of one account; the others are of one prefix."""
MOST_BGP_PREFIXES: Final = 500
MOST_BINDINGS: Final = 500
"""Those that are being deleted included."""
MOST_DELEGATIONS: Final = 500


def check_room(number: int, most: int, whose: str, what: str) -> None:
    """Raises CloudflareError where `whose` has as many of something as it can."""
    if number >= most:
        raise CloudflareError(
            400, codes.TOO_MANY, f"{whose} has {number} {what}; at most {most} are possible"
        )
