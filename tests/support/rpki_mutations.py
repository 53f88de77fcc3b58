"""A repository of many CAs, each with exactly one thing wrong: what a relying party makes of each is the
question.

Every CA has two ROAs, the subject and the control, for addresses of its own, and an ASPA where that is what
is wrong. What of them survives is the verdict on the CA's mutation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from support.rpki_mutations_authorities import Anchor, Ca
from support.rpki_mutations_drafts import (
    ASPA,
    CONTROL,
    FIRST_OF_A_CA,
    SUBJECT,
    Mutation,
)

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.objects.tal import TrustAnchorLocator

ACCEPTED, REFUSED, LOST = "accepted", "refused", "lost"
"""Verdicts: all payloads are there, all but those of the object that is wrong, or none."""


@dataclass(frozen=True, slots=True)
class Mutated:
    """Files and TALs, and which payloads belong to which mutation: VRPs (their `ta` empty) and ASPAs by
    role."""

    files: Mapping[str, bytes]
    tals: tuple[TrustAnchorLocator, ...]
    fatal: frozenset[str]
    """Names of trust anchors with a fault that kills a validator."""
    anchors: Mapping[str, str]
    """The trust anchor of each mutation."""
    places: Mapping[str, str]
    """The name in URIs of each mutation's CA."""
    payloads: Mapping[str, Mapping[str, frozenset[Vrp | Aspa]]]
    holders: Mapping[Prefix | int, str]
    """The mutation that a /24, a /48 or an AS number belongs to."""

    def verdicts(self, vrps: Iterable[Vrp], aspas: Iterable[Aspa]) -> dict[str, str]:
        """What a relying party that has found these payloads made of each mutation."""
        found: dict[str, set[Vrp | Aspa]] = {name: set() for name in self.payloads}
        for vrp in vrps:
            holder = vrp.prefix.supernet(24 if vrp.prefix.version == 4 else 48)
            found[self.holders[holder]].add(vrp._replace(ta=""))
        for aspa in aspas:
            found[self.holders[aspa.customer]].add(aspa._replace(ta=""))
        return {name: _verdict(self.payloads[name], payloads) for name, payloads in found.items()}


def _verdict(wanted: Mapping[str, frozenset[Vrp | Aspa]], found: set[Vrp | Aspa]) -> str:
    if not found:
        return LOST
    everything = frozenset[Vrp | Aspa]().union(*wanted.values())
    if found == everything:
        return ACCEPTED
    if found == everything - wanted[ASPA if ASPA in wanted else SUBJECT]:
        return REFUSED
    return "yields " + ", ".join(sorted(_text(payload) for payload in found - wanted[CONTROL]))


def _text(payload: Vrp | Aspa) -> str:
    """A payload without what it has of its CA's number, so that verdicts do not depend on that."""
    if isinstance(payload, Aspa):
        return f"ASPA {payload.providers}"
    prefix = payload.prefix
    width = 32 - 24 if prefix.version == 4 else 128 - 48
    offset = prefix.value & (1 << width) - 1
    return f"+{offset:x}/{prefix.length}-{payload.max_length} AS{payload.asn}"


def mutated(mutations: Iterable[Mutation], now: int) -> Mutated:
    """The repository with these faults, as of `now` (UNIX seconds)."""
    cas: dict[str, list[Ca]] = {}
    for number, mutation in enumerate(mutations, FIRST_OF_A_CA):
        anchor = f"ta{number}" if mutation.alone or mutation.fatal else "ta"
        cas.setdefault(anchor, []).append(Ca(number, anchor, mutation, now))
    anchors = [Anchor(name, 3 + place, below, now) for place, (name, below) in enumerate(cas.items())]
    everyone = [ca for below in cas.values() for ca in below]
    return Mutated(
        {uri: data for anchor in anchors for uri, data in anchor.files().items()},
        tuple(anchor.tal() for anchor in anchors),
        frozenset(name for name, below in cas.items() if below[0].mutation.fatal),
        {ca.mutation.name: name for name, below in cas.items() for ca in below},
        {ca.mutation.name: ca.name for ca in everyone},
        {ca.mutation.name: ca.payloads() for ca in everyone},
        {holding: ca.mutation.name for ca in everyone for holding in (ca.ipv4, ca.ipv6, ca.asn)},
    )
