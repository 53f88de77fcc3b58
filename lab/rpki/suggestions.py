"""A change of ROAs that would mend something, as the commands that make it, and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp

Holders = Callable[[Prefix], frozenset[int] | None]
"""The ASes whose holder holds a prefix, by the registry; None where nobody holds it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """ROAs to add and to remove. `caution` says when not to do it, empty if nothing speaks against it."""

    add: tuple[Vrp, ...]
    remove: tuple[Vrp, ...]
    reason: str
    caution: str = ""

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands, in an order in which no route is invalid in between."""
        return roa_commands(self.add, self.remove)


def roa_commands(add: tuple[Vrp, ...], remove: tuple[Vrp, ...]) -> tuple[str, ...]:
    """The commands for a change: additions first, more specific ones before those that cover them."""
    specific_first = sorted(add, key=lambda vrp: (-vrp.prefix.length, vrp))
    return (
        *(f"lab roa add {_arguments(vrp)}" for vrp in specific_first),
        *(f"lab roa remove {_arguments(vrp)}" for vrp in remove),
    )


def exact(prefix: Prefix, asn: int) -> Vrp:
    """The minimal ROA for an announcement: exactly its prefix and no maxLength (RFC 9319 section 5)."""
    return Vrp(prefix, prefix.length, asn)


def hijack_caution(prefix: Prefix, origin: int, holders: Holders | None) -> str:
    """Why it may be a mistake to let `origin` announce `prefix`; empty if the registry speaks for it."""
    if holders is None:
        return f"only if AS{origin} is meant to announce {prefix}: this would authorise a hijack as well"
    held_by = holders(prefix)
    if held_by is None:
        return f"nobody holds {prefix}, so nobody can publish this ROA"
    if origin not in held_by:
        return (
            f"AS{origin} does not hold {prefix}, {_listed(held_by)} does: this would authorise a hijack, "
            "unless the holder wants it"
        )
    return ""


def _listed(asns: frozenset[int]) -> str:
    return ", ".join(f"AS{asn}" for asn in sorted(asns)) or "nobody"


def _arguments(vrp: Vrp) -> str:
    loose = f" --max-length {vrp.max_length}" if vrp.max_length > vrp.prefix.length else ""
    return f"{vrp.prefix} {vrp.asn}{loose}"
