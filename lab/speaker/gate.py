"""At most one change in flight per neighbour and prefix.

ExaBGP keeps pending changes by attributes, so two changes to one prefix within a batch may leave in the wrong
order and the neighbour then stays wrong for good. Its acknowledgements come before the wire and do not help;
its echo of what was written does. So a change is handed over only after the echo of the one before, and only
the latest wanted state is ever sent. Every echo is also held against what is wanted: whatever ExaBGP sent on
its own account (a change left over from an earlier session) is answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.bgp.attributes import Attributes
from lab.bgp.prefix import Prefix
from lab.bgp.router import Message


@dataclass(slots=True)
class _Neighbor:
    """By prefix: what it shall have, what it has by the last echo, and what is on its way to it."""

    wanted: dict[Prefix, Attributes] = field(default_factory=dict)
    held: dict[Prefix, Attributes] = field(default_factory=dict)
    in_flight: dict[Prefix, Attributes | None] = field(default_factory=dict)
    resent: set[Prefix] = field(default_factory=set)


class Gate:
    """What is wanted goes in, what may be sent now comes out. While `closed`, nothing comes out."""

    def __init__(self) -> None:
        self.closed = False
        self._neighbors: dict[str, _Neighbor] = {}
        self._ready: dict[tuple[str, Prefix], None] = {}

    def up(self, neighbor: str) -> None:
        """A session began: the neighbour has nothing yet."""
        self.down(neighbor)
        self._neighbors[neighbor] = _Neighbor()

    def down(self, neighbor: str) -> None:
        """A session ended: nothing is wanted there any more, and no echo will come."""
        self._neighbors.pop(neighbor, None)
        self._ready = {key: None for key in self._ready if key[0] != neighbor}

    def want(self, neighbor: str, prefix: Prefix, attributes: Attributes | None) -> None:
        """`neighbor` shall have this for `prefix` (None: no route)."""
        state = self._neighbors.get(neighbor)
        if state is None:
            return
        if attributes is None:
            state.wanted.pop(prefix, None)
        else:
            state.wanted[prefix] = attributes
        if prefix not in state.in_flight:
            self._ready[neighbor, prefix] = None

    def echo(self, neighbor: str, prefix: Prefix, attributes: Attributes | None) -> None:
        """ExaBGP wrote this to `neighbor`."""
        state = self._neighbors.get(neighbor)
        if state is None:
            return
        expected = prefix in state.in_flight
        sent = state.in_flight.pop(prefix, None)
        wanted = state.wanted.get(prefix)
        if attributes != wanted and expected and sent == wanted:
            # Left over from an earlier session, with ours behind it: ours is sent once more, to come last.
            # A second difference means that ExaBGP writes these attributes in another way; so be it.
            if prefix in state.resent:
                attributes = wanted
            else:
                state.resent.add(prefix)
        if attributes is None:
            state.held.pop(prefix, None)
        else:
            state.held[prefix] = attributes
        if attributes == wanted:
            state.resent.discard(prefix)
        else:
            self._ready[neighbor, prefix] = None

    def take(self) -> list[Message]:
        """The changes to hand to ExaBGP now; they are in flight from here on."""
        if self.closed or not self._ready:
            return []
        messages: list[Message] = []
        for neighbor, prefix in self._ready:
            state = self._neighbors[neighbor]
            wanted = state.wanted.get(prefix)
            if wanted != state.held.get(prefix):
                state.in_flight[prefix] = wanted
                messages.append((neighbor, prefix, wanted))
        self._ready.clear()
        return messages

    @property
    def in_flight(self) -> int:
        """How many changes are on their way."""
        return sum(len(state.in_flight) for state in self._neighbors.values())

    @property
    def busy(self) -> bool:
        """Whether anything is on its way or waits to go."""
        return bool(self._ready) or any(state.in_flight for state in self._neighbors.values())
