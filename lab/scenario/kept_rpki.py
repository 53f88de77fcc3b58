"""What has been asked of a lab's CAs, kept with the lab's state, so that a lab that comes up again has it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp
from lab.rpki.issuing.hierarchy import Rpki
from lab.state.state import State
from lab.topology.model import Holding, Topology

_KEY: Final = "as asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who holds what, and the ROAs and ASPAs that were asked for."""

    holdings: tuple[Holding, ...]
    roas: tuple[Vrp, ...]
    aspas: tuple[Aspa, ...]


class KeptRpki:
    """The requests to the CAs in a State. Faults are not kept: they end with the lab."""

    def __init__(self, state: State) -> None:
        """Raises lab.state.errors.StateError where `state` cannot be read."""
        self._state = state
        self._table = state.table("rpki", Asked)

    def restore(self, topology: Topology) -> Topology:
        """The topology with what was kept in place of what its file says."""
        kept = self._table.get(_KEY)
        if kept is None:
            return topology
        return replace(topology, registry=kept.holdings, vrps=kept.roas, aspas=kept.aspas)

    def keep(self, cas: Rpki) -> None:
        """Remember what the CAs have been asked for by now."""
        asked = Asked(cas.holdings, cas.roas, cas.aspas)
        if asked != self._table.get(_KEY):
            with self._state.transaction():
                self._table.put(_KEY, asked)
