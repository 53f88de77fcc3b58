"""What is wrong with the IRR entries of a prefix or an AS, held against the BGP table and the RPKI."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.index import RouteIndex
from lab.registry.irr.membership import sets_with
from lab.registry.irr.records import RouteObject


class Flaw(Enum):
    """What can be wrong."""

    ORIGIN_MISMATCH = "origin-mismatch"
    """The prefix is announced by an AS that is the origin in none of its route objects."""
    SUPERNET_ONLY = "supernet-only"
    """It is announced, and the announcing AS has a route object for a less specific prefix only."""
    ONLY_RPKI = "only-rpki"
    """There is a ROA for it and no route object: networks that filter by the IRR do not accept it."""
    NO_ROUTE_OBJECT = "no-route-object"
    """It is announced, and neither the IRR nor the RPKI has anything of it."""
    CONTRADICTED = "contradicted-by-roa"
    """A route object says what the RPKI says is invalid."""
    OTHER_REGISTRY = "other-registry"
    """Its route objects are all at registries that it is not registered with, as after a transfer to another
    RIR, which takes no route objects with it."""


@dataclass(frozen=True, slots=True)
class IrrFinding:
    """A flaw, in a sentence, and what mends it."""

    flaw: Flaw
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PrefixRow:
    """One prefix: the ASes that announce it, its route objects, its VRPs, and what is wrong."""

    prefix: Prefix
    announced: tuple[int, ...]
    objects: tuple[RouteObject, ...]
    vrps: tuple[Vrp, ...]
    findings: tuple[IrrFinding, ...]


@dataclass(frozen=True, slots=True)
class PrefixCheck:
    """What is known of `prefix`, of those around it and of those in it, in the order of the prefixes."""

    prefix: Prefix
    rows: tuple[PrefixRow, ...]


@dataclass(frozen=True, slots=True)
class AsnCheck:
    """The prefixes that an AS announces or may announce, and the as-sets that stand for it."""

    asn: int
    as_sets: tuple[str, ...]
    rows: tuple[PrefixRow, ...]


class Evidence:
    """What is held against each other. `announced` are the origins in the BGP table, by prefix; `rir_of` says
    where a prefix is registered, None for nowhere."""

    def __init__(
        self,
        index: RouteIndex,
        vrps: Iterable[Vrp],
        announced: Mapping[Prefix, Iterable[int]],
        rir_of: Callable[[Prefix], str | None],
    ) -> None:
        self.index = index
        self._rir_of = rir_of
        self.vrps = VrpTable(vrps)
        self.announced = {prefix: tuple(sorted(set(origins))) for prefix, origins in announced.items()}

    def prefixes(self) -> Iterator[Prefix]:
        """Every prefix that any of the three has; some more than once."""
        yield from self.announced
        yield from (route.prefix for route in self.index.all())
        yield from (vrp.prefix for vrp in self.vrps)

    def row(self, prefix: Prefix) -> PrefixRow:
        """All there is of one prefix."""
        objects = self.index.exact(prefix)
        vrps = tuple(vrp for vrp in self.vrps.covering(prefix) if vrp.prefix == prefix)
        announced = self.announced.get(prefix, ())
        findings = (
            *(found for asn in announced for found in self._of_announcement(prefix, asn)),
            *self._only_rpki(prefix, objects, vrps),
            *self._contradicted(objects),
            *self._at_other_registries(prefix, objects),
        )
        return PrefixRow(prefix, announced, objects, vrps, findings)

    def _of_announcement(self, prefix: Prefix, asn: int) -> Iterator[IrrFinding]:
        objects = self.index.exact(prefix)
        if any(route.origin == asn for route in objects):
            return
        remedy = f"add a route object for {prefix} with origin AS{asn}"
        supernets = self._of_origin_around(prefix, asn)
        if objects:
            said = ", ".join(f"AS{route.origin} ({route.source})" for route in objects)
            text = f"AS{asn} announces {prefix}, whose route objects have the origin {said}"
            yield IrrFinding(Flaw.ORIGIN_MISMATCH, text, remedy)
        elif supernets:
            text = f"AS{asn} announces {prefix}, and its route object is for {supernets[0].prefix}"
            yield IrrFinding(Flaw.SUPERNET_ONLY, text, remedy)
        elif self.vrps.validate(prefix, asn) is not RovState.VALID:
            text = f"AS{asn} announces {prefix}, which has no route object, and no valid ROA"
            yield IrrFinding(Flaw.NO_ROUTE_OBJECT, text, remedy)
        elif not any(vrp.prefix == prefix and vrp.asn == asn for vrp in self.vrps.covering(prefix)):
            yield _only_rpki(prefix, asn)

    def _only_rpki(
        self, prefix: Prefix, objects: tuple[RouteObject, ...], vrps: tuple[Vrp, ...]
    ) -> Iterator[IrrFinding]:
        if objects:
            return
        for asn in sorted({vrp.asn for vrp in vrps} - {0}):
            if asn not in self.announced.get(prefix, ()) or not self._of_origin_around(prefix, asn):
                yield _only_rpki(prefix, asn)

    def _of_origin_around(self, prefix: Prefix, asn: int) -> list[RouteObject]:
        return [route for route in self.index.covering(prefix) if route.origin == asn]

    def _contradicted(self, objects: tuple[RouteObject, ...]) -> Iterator[IrrFinding]:
        for route in objects:
            verdict = self.vrps.explain(route.prefix, route.origin)
            if verdict.state is RovState.INVALID:
                what = f"the route object for {route.prefix} with origin AS{route.origin} ({route.source})"
                yield IrrFinding(
                    Flaw.CONTRADICTED,
                    f"{what} is {verdict}",
                    f"remove it, or add a ROA for {route.prefix} and AS{route.origin}",
                )

    def _at_other_registries(self, prefix: Prefix, objects: tuple[RouteObject, ...]) -> Iterator[IrrFinding]:
        rir = self._rir_of(prefix)
        sources = sorted({route.source for route in objects})
        if rir is not None and sources and rir not in sources:
            text = (
                f"{prefix} is registered with {rir}, and its route objects are at {', '.join(sources)} only,"
                " where somebody else may be the one to edit them"
            )
            yield IrrFinding(Flaw.OTHER_REGISTRY, text, f"add a route object at {rir}, and remove those")


def check_prefix(prefix: Prefix, evidence: Evidence) -> PrefixCheck:
    """What is known of a prefix, of those that cover it and of those in it; of the prefix in any case."""
    near = {each for each in evidence.prefixes() if each.covers(prefix) or prefix.covers(each)}
    return PrefixCheck(prefix, tuple(evidence.row(each) for each in sorted({prefix, *near})))


def check_asn(asn: int, evidence: Evidence, database: IrrDatabase) -> AsnCheck:
    """The prefixes of which `asn` is an origin: announced, in the IRR or in the RPKI."""
    prefixes = {route.prefix for route in evidence.index.of_origin(asn)}
    prefixes |= {prefix for prefix, origins in evidence.announced.items() if asn in origins}
    prefixes |= {vrp.prefix for vrp in evidence.vrps if vrp.asn == asn}
    names = sets_with(asn, database.as_sets(), database.as_set)
    return AsnCheck(asn, names, tuple(evidence.row(prefix) for prefix in sorted(prefixes)))


def _only_rpki(prefix: Prefix, asn: int) -> IrrFinding:
    return IrrFinding(
        Flaw.ONLY_RPKI,
        f"the RPKI lets AS{asn} announce {prefix}, and the IRR has no route object for it",
        f"add the IRR entry: a route object for {prefix} with origin AS{asn}",
    )
