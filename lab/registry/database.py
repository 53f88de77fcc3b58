"""What the five RIRs have registered, together: as the lab's file says, and edited from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from lab.bgp.prefix import Prefix
from lab.registry.comments import comment_lines
from lab.registry.records import Autnum, Holder, HolderKind, Registration, Remark
from lab.registry.rirs import RIRS
from lab.state.state import State
from lab.topology.model import Holding, Topology

UNREGISTERED_AT: Final = "RIPE"
"""Where the AS numbers of those are registered that hold no space; `lab.rpki.issuing` has it so, too."""


class RegistryDatabase:
    """Registrations, AS numbers and holders. One thread at a time.

    All of it lives in `state`. Of the topology it takes who holds what, each time; what has been edited in a
    registration stays edited as long as its holder has it. `now` gives UNIX seconds of the lab's calendar.
    """

    def __init__(self, topology: Topology, state: State, now: Callable[[], float]) -> None:
        """Raises lab.state.errors.StateError where `state` holds what cannot be read, and RegistryError for a
        remark of the topology that its RIR does not take."""
        self.state = state
        self._now = now
        self._topology = topology
        self._registrations = state.table("registry_registrations", Registration)
        self._holders = state.table("registry_holders", Holder)
        with state.transaction():
            self._take_holders()
            self.sync(topology.registry)

    # --- asking -----------------------------------------------------------------------------------------

    def all(self) -> tuple[Registration, ...]:
        """Every registration, in the order of their prefixes."""
        return tuple(sorted(self._registrations.values(), key=lambda registration: registration.prefix))

    def exact(self, prefix: Prefix) -> Registration | None:
        """The registration of just this prefix."""
        return self._registrations.get(str(prefix))

    def find(self, prefix: Prefix) -> Registration | None:
        """The most specific registration that covers `prefix`. None for what is IANA's or an RIR's own."""
        return next(self._around(prefix, prefix.length), None)

    def parent(self, registration: Registration) -> Registration | None:
        """The most specific registration around this one, at the same RIR."""
        around = self._around(registration.prefix, registration.prefix.length - 1)
        return next((each for each in around if each.rir == registration.rir), None)

    def holder(self, handle: str) -> Holder | None:
        """The organization or person of this handle. Upper and lower case are alike."""
        return self._holders.get(handle.lower())

    def held_by(self, handle: str) -> tuple[Registration, ...]:
        """What a holder has registered, in the order of the prefixes."""
        return tuple(registration for registration in self.all() if registration.holder == handle)

    def autnum(self, asn: int) -> Autnum | None:
        """The AS number, at the RIR where its holder has space first: of speakers that share it, the first
        that has some."""
        names = [speaker.name for speaker in self._topology.routers() if speaker.asn == asn]
        if not names:
            return None
        held = reversed(tuple(self._registrations.values()))
        homes = {registration.holder: registration.rir for registration in held}
        name = next((name for name in names if name in homes), names[0])
        return Autnum(asn, homes.get(name, UNREGISTERED_AT), name, self._holders[name].registered)

    # --- changing ---------------------------------------------------------------------------------------

    def put(self, registration: Registration) -> Registration:
        """Register it, or change what is registered. In a transaction of the state only."""
        return self._registrations.put(str(registration.prefix), replace(registration, changed=self._now()))

    def put_holder(self, holder: Holder) -> Holder:
        """Change what is known of a holder. In a transaction of the state only."""
        return self._holders.put(holder.handle, replace(holder, changed=self._now()))

    def sync(self, holdings: Iterable[Holding]) -> None:
        """Have `holdings`, and no others, registered, as after a transfer in the RPKI.

        What keeps its prefix, holder and RIR stays as it is. What is left of a split registration keeps
        its name and remarks. What goes to another holder keeps its status and no remarks: as at a real RIR,
        they go with the old registration.
        """
        before = {registration.prefix: registration for registration in self.all()}
        wanted = {holding.prefix: holding for holding in holdings}
        with self.state.transaction():
            for prefix in before.keys() - wanted.keys():
                self._registrations.remove(str(prefix))
            for prefix, holding in wanted.items():
                old = _most_specific(before, prefix)
                if old is None or old.prefix != prefix or not _is_theirs(old, holding):
                    self.put(self._registered(holding, old))

    def _registered(self, holding: Holding, old: Registration | None) -> Registration:
        if old is not None and _is_theirs(old, holding):
            return replace(old, prefix=holding.prefix)
        return Registration(
            prefix=holding.prefix,
            rir=holding.rir,
            status=old.status if old is not None and old.rir == holding.rir else holding.status,
            holder=holding.holder,
            name=holding.name or holding.holder.upper(),
            remarks=_remarks(holding),
            registered=self._now(),
        )

    def _take_holders(self) -> None:
        speakers = {speaker.name: speaker for speaker in self._topology.routers()}
        for name in self._holders.keys() - speakers.keys():
            self._holders.remove(name)
        kinds = {holding.holder: HolderKind(holding.kind) for holding in self._topology.registry}
        for name, speaker in speakers.items():
            known = self._holders.get(name)
            if known is None:
                kind = kinds.get(name, HolderKind.ORGANIZATION)
                known = Holder(name, name, kind, speaker.asn, registered=self._now(), changed=self._now())
            self._holders.put(name, replace(known, asn=speaker.asn))

    def _around(self, prefix: Prefix, length: int) -> Iterator[Registration]:
        for shorter in range(length, -1, -1):
            found = self.exact(prefix.supernet(shorter))
            if found is not None:
                yield found


def _most_specific(registrations: dict[Prefix, Registration], prefix: Prefix) -> Registration | None:
    covering = (prefix.supernet(length) for length in range(prefix.length, -1, -1))
    return next((registrations[each] for each in covering if each in registrations), None)


def _is_theirs(registration: Registration, holding: Holding) -> bool:
    return (registration.rir, registration.holder) == (holding.rir, holding.holder)


def _remarks(holding: Holding) -> tuple[Remark, ...]:
    rir = RIRS[holding.rir]
    remarks: tuple[Remark, ...] = ()
    for text in holding.remarks:
        remarks = rir.appended(remarks, rir.main, comment_lines(text, rir.charset))
    return remarks
