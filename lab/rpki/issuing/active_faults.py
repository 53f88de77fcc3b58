"""The faults that are in force, and what each CA does because of them."""

from __future__ import annotations

from functools import reduce

from lab.rpki.issuing.ca_tree import CaTree
from lab.rpki.issuing.deviations import NONE
from lab.rpki.issuing.errors import ConflictError, UnknownError
from lab.rpki.issuing.faults import CaFault, Fault, UnreachableRepository


class ActiveFaults:
    """Faults injected and not repaired, in the order in which they came."""

    def __init__(self, tree: CaTree) -> None:
        self._tree = tree
        self._faults: list[Fault] = []

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them."""
        return tuple(self._faults)

    @property
    def unreachable(self) -> frozenset[str]:
        """The servers that do not answer."""
        return frozenset(fault.server for fault in self._faults if isinstance(fault, UnreachableRepository))

    def inject(self, fault: Fault) -> Fault:
        """Add one; returns it with what it left open filled in.

        Raises UnknownError, ConflictError and RefusedError.
        """
        settled = fault.settled(self._tree)
        if settled in self._faults:
            raise ConflictError(f"there is this fault already: {settled}")
        self._faults.append(settled)
        self._tell_ca(settled)
        return settled

    def repair(self, fault: Fault) -> tuple[Fault, ...]:
        """Take away all that are like this one where it leaves something open; returns them.

        Raises UnknownError.
        """
        matching = tuple(other for other in self._faults if fault.stands_for(other))
        if not matching:
            raise UnknownError.among(
                f"there is no such fault: {fault}", str(fault), [str(other) for other in self._faults]
            )
        for other in matching:
            self._faults.remove(other)
        for other in matching:
            self._tell_ca(other)
        return matching

    def follow(self) -> None:
        """Keep faults in step with what they are faults of, and end those of which nothing is left."""
        for fault in self.faults:
            followed = fault.followed(self._tree)
            if followed != fault:
                position = self._faults.index(fault)
                self._faults[position : position + 1] = [] if followed is None else [followed]
                self._tell_ca(fault)

    def _tell_ca(self, fault: Fault) -> None:
        if not isinstance(fault, CaFault):
            return
        of_ca = [other for other in self._faults if isinstance(other, CaFault) and other.ca == fault.ca]
        deviations = reduce(lambda found, other: other.applied(found), of_ca, NONE)
        self._tree.cas[fault.ca].deviate(deviations)
