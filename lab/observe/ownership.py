"""Who may originate a prefix: its holder by the registry, and whom a VRP authorises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, VrpTable
from lab.topology.model import Topology


@dataclass(frozen=True, slots=True)
class Ownership:
    """`held` is the most specific held prefix that covers the one asked about; `holders` are speakers."""

    held: Prefix
    holders: tuple[str, ...]


class Registry:
    """Who holds what in a topology.

    The registry decides. What it does not cover at all belongs to the speakers that declare it in `prefixes`.
    """

    def __init__(self, topology: Topology) -> None:
        self._asn = {name: speaker.asn for name, speaker in topology.speakers.items()}
        registered: dict[Prefix, list[str]] = {}
        for holding in topology.registry:
            registered.setdefault(holding.prefix, []).append(holding.holder)
        declared: dict[Prefix, list[str]] = {}
        for speaker in topology.speakers.values():
            for prefix in speaker.prefixes:
                declared.setdefault(prefix, []).append(speaker.name)
        self._registered = registered
        self._declared = declared

    def ownership(self, prefix: Prefix) -> Ownership | None:
        """Who holds `prefix`, or None if nobody does."""
        return _most_specific(self._registered, prefix) or _most_specific(self._declared, prefix)

    def may_originate(self, prefix: Prefix, origin: int, vrps: VrpTable) -> bool:
        """Whether AS `origin` may announce `prefix`: it holds it, a VRP says so, or nobody holds it."""
        ownership = self.ownership(prefix)
        if ownership is None or vrps.validate(prefix, origin) is RovState.VALID:
            return True
        return origin in {self._asn[name] for name in ownership.holders}


def _most_specific(holdings: Mapping[Prefix, list[str]], prefix: Prefix) -> Ownership | None:
    for length in range(prefix.length, -1, -1):
        held = prefix.supernet(length)
        if held in holdings:
            return Ownership(held, tuple(holdings[held]))
    return None
