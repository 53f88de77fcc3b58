"""The prefix lists that transits make from the IRR, kept as the IRR is (BCP 194, RFC 7454 section 6)."""

from __future__ import annotations

from lab.bgp.commands import SetCustomerFilter
from lab.bgp.prefix_filter import PrefixFilter
from lab.bgp.relationship import Relationship
from lab.engines.base import Engine
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.filters import allowed_prefixes
from lab.topology.model import Topology


class IrrFilters:
    """What every speaker with `irr: true` takes from its customers.

    A provider makes the list of a customer from the as-set that the customer names, or from its AS number, as
    bgpq4 does: each route object with an origin among these ASes allows just its own prefix. Real ones are
    made anew every few hours; here a change of the IRR is in them at once.
    """

    def __init__(self, topology: Topology, engine: Engine, database: IrrDatabase) -> None:
        self._engine = engine
        self._database = database
        self._customers = {
            speaker.name: customers
            for speaker in topology.routers()
            if speaker.irr and (customers := _customers(topology, speaker.name))
        }
        self._applied: int | None = None
        """The version of the IRR that the speakers' lists were made from."""

    def apply(self) -> bool:
        """Tell the speakers the lists that differ from those they have. Returns whether there was any.

        The routes are yet to settle then.
        """
        version = self._database.version
        if version == self._applied or not self._customers:
            return False
        made: dict[str, PrefixFilter] = {}
        changed = False
        for speaker, customers in self._customers.items():
            held = self._held_by(speaker)
            for customer, word in customers.items():
                if word not in made:
                    made[word] = PrefixFilter(word, allowed_prefixes(self._database, word))
                if held.get(customer) != made[word]:
                    self._engine.apply(speaker, SetCustomerFilter(customer, made[word]))
                    changed = True
        self._applied = version
        return changed

    def _held_by(self, speaker: str) -> dict[str, PrefixFilter | None]:
        return {
            command.neighbor: command.irr_filter
            for command in self._engine.commands(speaker)
            if isinstance(command, SetCustomerFilter)
        }


def _customers(topology: Topology, name: str) -> dict[str, str]:
    """The customers of a speaker, and what their lists are made from."""
    links = (
        link for link in topology.links_of[name] if link.relationship_from(name) is Relationship.CUSTOMER
    )
    return {link.other(name): topology.irr_name(topology.speakers[link.other(name)]) for link in links}
