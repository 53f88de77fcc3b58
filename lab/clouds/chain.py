"""The steps from the paperwork to the packet, as `lab explain` tells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the chain. `ok` is None where it does not matter, or has not come to it."""

    name: str
    ok: bool | None
    text: str
