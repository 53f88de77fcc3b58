"""Validated payloads: all that a relying party has concluded, and which signed objects it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from lab.bgp.aspa import Aspa, merged_providers
from lab.bgp.rov import Vrp, VrpTable

NEVER: Final = 253402300799
"""The expiry of what does not expire: 9999-12-31T23:59:59Z, as RFC 5280 section 4.1.2.5 writes it."""

SLURM_SCHEME: Final = "slurm:"
"""What begins the URI of a payload that a local exception has added; the name of its file follows."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a payload comes from: the rsync URI of the signed object, the name of its TAL (`arin`), and the
    UNIX time until which it is valid, its whole chain of certificates, CRLs and manifests considered."""

    uri: str
    ta: str
    expires: int


@dataclass(frozen=True, slots=True)
class Payloads:
    """VRPs and validated ASPAs with their sources. Immutable; equal if the content is, sources included.

    Iteration is in ascending order of the payloads, and sources are ascending too: what is written from two
    equal sets is the same to the byte. The `ta` of a payload is the name of its TAL. Make one with `of`.
    """

    vrps: Mapping[Vrp, tuple[Source, ...]]
    aspas: Mapping[Aspa, tuple[Source, ...]]

    @classmethod
    def of(cls, found: Iterable[tuple[Vrp | Aspa, Source]]) -> Self:
        """The payloads of many objects, in any order; one found in several has all of them as its sources."""
        vrps: dict[Vrp, set[Source]] = {}
        aspas: dict[Aspa, set[Source]] = {}
        for payload, source in found:
            if isinstance(payload, Vrp):
                vrps.setdefault(payload, set()).add(source)
            else:
                aspas.setdefault(payload, set()).add(source)
        return cls(
            MappingProxyType({vrp: _ascending(vrps[vrp]) for vrp in sorted(vrps)}),
            MappingProxyType({aspa: _ascending(aspas[aspa]) for aspa in sorted(aspas)}),
        )

    @classmethod
    def empty(cls) -> Self:
        """No payloads."""
        return cls.of(())

    def __len__(self) -> int:
        return len(self.vrps) + len(self.aspas)

    def items(self) -> Iterable[tuple[Vrp | Aspa, Source]]:
        """Every payload with each of its sources, VRPs first: what `of` takes."""
        for vrp, sources in self.vrps.items():
            yield from ((vrp, source) for source in sources)
        for aspa, sources in self.aspas.items():
            yield from ((aspa, source) for source in sources)

    def vrp_table(self) -> VrpTable:
        """The VRPs, indexed for origin validation."""
        return VrpTable(self.vrps)

    def merged_aspas(self) -> tuple[Aspa, ...]:
        """One ASPA per customer, ascending: the union of all of its ASPAs' providers, as path validation uses
        them (draft-ietf-sidrops-aspa-verification section 3).

        AS 0 stays only where it is the only provider. `ta` is empty where several trust anchors have a say.
        """
        tas: dict[int, set[str]] = {}
        for aspa in self.aspas:
            tas.setdefault(aspa.customer, set()).add(aspa.ta)
        return tuple(
            Aspa(
                customer,
                tuple(sorted(providers)),
                next(iter(tas[customer])) if len(tas[customer]) == 1 else "",
            )
            for customer, providers in merged_providers(self.aspas).items()
        )


def _ascending(sources: set[Source]) -> tuple[Source, ...]:
    """Most payloads have one source: comparing is left out for them."""
    return tuple(sources) if len(sources) == 1 else tuple(sorted(sources))
