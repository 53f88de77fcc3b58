"""A prefix list for one customer, as providers make them from the IRR (BCP 194, RFC 7454 section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.bgp.prefix import Prefix


@dataclass(frozen=True, slots=True)
class PrefixFilter:
    """What a customer may announce: just the prefixes of `allowed`, whatever their origin AS.

    `made_from` is the as-set or AS number (`AS-CUSTOMER`, `AS64496`) whose route objects it was made from. A
    more specific prefix needs a route object of its own, as in a list that bgpq4 writes.
    """

    made_from: str
    allowed: frozenset[Prefix] = field(default=frozenset())

    def permits(self, prefix: Prefix) -> bool:
        """Whether the list has exactly this prefix."""
        return prefix in self.allowed

    def objection(self, prefix: Prefix) -> str:
        """What is missing for `prefix`, and the nearest that is allowed, as text for people."""
        missing = f"no route object of {prefix} has an origin in {self.made_from}"
        around = [prefix.supernet(length) for length in range(prefix.length)]
        nearest = [each for each in around if each in self.allowed]
        inside = sorted(each for each in self.allowed if prefix.covers(each))
        if nearest:
            return f"{missing}; {nearest[-1]} is allowed as a whole only"
        if inside:
            return f"{missing}; only its more specific {inside[0]} is allowed{_more(len(inside) - 1)}"
        if self.allowed:
            return f"{missing}; allowed: {min(self.allowed)}{_more(len(self.allowed) - 1)}"
        return f"{missing}, nor has any other"


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""
