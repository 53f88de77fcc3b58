"""A change of ROAs that would mend something, as the commands that make it, and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp

Holders = Callable[[Prefix], frozenset[int] | None]
"""The ASes whose holder holds a prefix, by the registry; None where nobody holds it."""

_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """ROAs to add and to remove. `caution` says when not to do it, empty if nothing speaks against it.

    `repairs` are commands that bring a ROA back instead, which is there and not valid.
    """

    add: tuple[Vrp, ...]
    remove: tuple[Vrp, ...]
    reason: str
    caution: str = ""
    repairs: tuple[str, ...] = ()

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands: repairs, then those of `roa_commands` in their order."""
        return (*self.repairs, *roa_commands(self.add, self.remove))


def roa_commands(add: tuple[Vrp, ...], remove: tuple[Vrp, ...]) -> tuple[str, ...]:
    """The commands for a change: additions first, more specific ones before those that cover them.

    No route that gets its ROA is invalid in between, but where several ASes announce one prefix: the routes
    of the others are until they have theirs.
    """
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


def forgery_caution(prefix: Prefix, origin: int, holders: Holders | None, known: Iterable[Prefix]) -> str:
    """Why a route from the right origin may be a hijack all the same: it is more specific than what `origin`
    holds or than one of `known`, which it announces or may announce. Empty if it is not.

    Whoever forges the origin of a more specific gets all packets to it (RFC 9319 section 4).
    """
    around = prefix.supernet(prefix.length - 1) if prefix.length and holders else None
    held = holders(around) if holders and around else None
    wider = any(other.length < prefix.length and other.covers(prefix) for other in known)
    if wider or (held is not None and origin in held):
        return f"only if AS{origin} itself announces {prefix}: a forged origin looks the same (RFC 9319)"
    return ""


def harm_caution(harmed: Sequence[object]) -> str:
    """What ROAs would do to routes that are not to get their own; empty for no routes."""
    if not harmed:
        return ""
    more = f" and {len(harmed) - _MOST_NAMED} more" if len(harmed) > _MOST_NAMED else ""
    named = ", ".join(map(str, harmed[:_MOST_NAMED]))
    return f"only if this need not work: {named}{more}, which would be invalid"


def _listed(asns: frozenset[int]) -> str:
    return ", ".join(f"AS{asn}" for asn in sorted(asns)) or "nobody"


def _arguments(vrp: Vrp) -> str:
    loose = f" --max-length {vrp.max_length}" if vrp.max_length > vrp.prefix.length else ""
    return f"{vrp.prefix} {vrp.asn}{loose}"
