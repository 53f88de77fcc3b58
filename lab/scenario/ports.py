"""Where a lab that stays up is served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a lab is served on loopback; 0 takes a free one. `dns` is a port of UDP and of TCP."""

    http: int = 0
    whois: int = 0
    dns: int = 0


ANY_PORTS: Final = Ports()
"""Free ones."""
