"""Who may originate a prefix: its holder by the registry, and whom a VRP authorises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, VrpTable
from lab.topology.model import LinkKind, Topology


@dataclass(frozen=True, slots=True)
class Ownership:
    """`held` is the most specific held prefix that covers the one asked about; `holders` are speakers."""

    held: Prefix
    holders: tuple[str, ...]


class Registry:
    """Who holds what in a topology.

    The registry decides. What it does not touch at all belongs to the speakers that declare it in `prefixes`;
    but who announces a default route does not hold the world.
    """

    def __init__(self, topology: Topology) -> None:
        self._asn = {name: speaker.asn for name, speaker in topology.speakers.items()}
        self._providers = {self._asn[link.b] for link in topology.links if link.kind is LinkKind.TRANSIT}
        registered: dict[Prefix, list[str]] = {}
        for holding in topology.registry:
            registered.setdefault(holding.prefix, []).append(holding.holder)
        declared: dict[Prefix, list[str]] = {}
        for speaker in topology.speakers.values():
            for prefix in speaker.prefixes:
                touched = any(prefix.covers(other) or other.covers(prefix) for other in registered)
                if prefix.length > 0 and not touched:
                    declared.setdefault(prefix, []).append(speaker.name)
        self._held = dict(sorted((registered | declared).items()))

    def ownership(self, prefix: Prefix) -> Ownership | None:
        """Who holds `prefix`, or None if nobody does."""
        return _most_specific(self._held, prefix)

    def within(self, prefix: Prefix) -> tuple[Ownership, ...]:
        """What is held inside of `prefix`, in order."""
        return tuple(
            Ownership(held, tuple(holders)) for held, holders in self._held.items() if prefix.covers(held)
        )

    def asns(self, ownership: Ownership) -> frozenset[int]:
        """The ASes that hold it."""
        return frozenset(self._asn[name] for name in ownership.holders)

    def may_originate(self, prefix: Prefix, origin: int, vrps: VrpTable) -> bool:
        """Whether AS `origin` may announce `prefix`: it holds it, or a VRP says so.

        A prefix that nobody holds may be announced by anyone if nothing in it is held either, and by the
        holders of what is in it: they may aggregate.
        """
        ownership = self.ownership(prefix)
        if vrps.validate(prefix, origin) is RovState.VALID:
            return True
        if ownership is not None:
            return origin in self.asns(ownership)
        parts = self.within(prefix)
        if parts and prefix.length == 0:
            # A default route is what a provider gives its customers, whatever they hold. Everything is in it,
            # so a part gives no right to it, and an AS without customers has nobody to give it to.
            return origin in self._providers
        return not parts or any(origin in self.asns(part) for part in parts)


def _most_specific(holdings: Mapping[Prefix, list[str]], prefix: Prefix) -> Ownership | None:
    for length in range(prefix.length, -1, -1):
        held = prefix.supernet(length)
        if held in holdings:
            return Ownership(held, tuple(holdings[held]))
    return None
