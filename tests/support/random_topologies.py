"""Random labs of 10 to 25 ASes with hijacks, leaks, ROAs, ASPAs, IRRs and failing links, drawn from a seed.

Not all of them have one outcome: a leak or a preference for valid routes can leave two stable states, and the
order of messages decides between them. `labs_with_one_outcome` leaves those out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from support.agreement import run_to_the_end

from lab.bgp.aspa import Aspa, AspaMode
from lab.bgp.config import Policy
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovMode, Vrp
from lab.engines.base import ConvergenceError
from lab.scenario.engines import make_engine
from lab.topology.model import (
    ROUTER_ID_BASE,
    Holding,
    IrrAsSet,
    IrrRoute,
    Link,
    LinkKind,
    Speaker,
    Topology,
)
from lab.topology.steps import (
    STEP_KINDS,
    Announce,
    AspaCustomer,
    AspaStep,
    Hijack,
    Leak,
    LinkStep,
    Roa,
    RoaStep,
    SetStep,
    Step,
    StepModel,
    Withdraw,
)

FEWEST, MOST = 10, 25
SEEDS_TRIED = 6
"""How many orders of messages must end alike before an outcome counts as the only one."""

_KIND_OF = {form: kind for kind, form in STEP_KINDS.items()}
_ROV = (RovMode.OFF, RovMode.OFF, RovMode.OFF, RovMode.DROP, RovMode.DROP, RovMode.PREFER_VALID)


def labs_with_one_outcome(count: int) -> list[Topology]:
    """The first `count` labs, drawn from seed 0 on, that end alike for every order of messages tried."""
    found: list[Topology] = []
    for seed in range(count * 20):
        topology = random_lab(seed)
        if has_one_outcome(topology):
            found.append(topology)
        if len(found) == count:
            return found
    raise AssertionError(f"of {count * 20} random labs only {len(found)} have one outcome")


def has_one_outcome(topology: Topology) -> bool:
    """Whether the simulator ends alike for SEEDS_TRIED seeds."""
    try:
        first, *others = (run_to_the_end(topology, make_engine("sim", seed=n))[1] for n in range(SEEDS_TRIED))
    except ConvergenceError:
        return False
    return all(other == first for other in others)


def random_lab(seed: int) -> Topology:
    """The lab of a seed: a hierarchy with a full mesh on top, peerings, and often an exchange and anycast."""
    return _Draw(random.Random(seed)).topology(seed)


class _Draw:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.links: dict[frozenset[str], Link] = {}
        self.layers: list[list[str]] = []
        self.asns: dict[str, int] = {}
        self.prefixes: dict[str, list[Prefix]] = {}

    def topology(self, seed: int) -> Topology:
        chance = self.chance
        self.verifying = random.Random(f"paths {seed}")
        self.filtering = random.Random(f"irr {seed}")
        self._hierarchy(chance.randint(FEWEST, MOST - 1))
        self._peerings()
        if chance.random() < 0.5:
            self._exchange()
        self._address_space()
        if chance.random() < 0.5:
            self._anycast()
        speakers = {
            name: Speaker(
                name,
                asn,
                ROUTER_ID_BASE + number,
                tuple(self.prefixes.get(name, ())),
                Policy(
                    rov=chance.choice(_ROV),
                    otc=chance.random() < 0.2,
                    aspa=AspaMode.DROP if self.verifying.random() < 0.3 else AspaMode.OFF,
                ),
                irr=self.filtering.random() < 0.3,
                as_set=self._as_set_of(name),
            )
            for number, (name, asn) in enumerate(self.asns.items(), start=1)
        }
        speakers["collector"] = Speaker(
            "collector", 65551, ROUTER_ID_BASE + len(speakers) + 1, collector=True
        )
        links = (*self.links.values(), *(Link(name, "collector", LinkKind.COLLECTING) for name in self.asns))
        self.aspas = tuple(self._aspas())
        holdings = {
            prefix: Holding(prefix, name, "RIPE", "")
            for name, held in self.prefixes.items()
            for prefix in held
        }
        return Topology(
            f"random-{seed}",
            f"Random lab {seed}",
            speakers,
            links,
            "collector",
            tuple(holdings.values()),
            tuple(self._roas()),
            tuple(
                Step(kind=_KIND_OF[type(body)], body=body) for body in (*self._steps(), *self._retracted())
            ),
            self.aspas,
            irr=tuple(self._irr()),
            as_sets=tuple(self._as_sets()),
        )

    # --- who is connected to whom -------------------------------------------------------------------------

    def _hierarchy(self, count: int) -> None:
        top, middle = self.chance.randint(2, 3), max(3, count // 3)
        names = [f"as{number}" for number in range(count)]
        self.asns = {name: 64496 + number for number, name in enumerate(names[:16])}
        self.asns |= {name: 65536 + number for number, name in enumerate(names[16:])}
        self.layers = [names[:top], names[top : top + middle], names[top + middle :]]
        for index, name in enumerate(names[:top]):
            for other in names[:index]:
                self._connect(name, LinkKind.PEERING, other)
        for name in names[top:]:
            above = self.layers[0] if name in self.layers[1] else self.layers[0][:1] + self.layers[1]
            for provider in self.chance.sample(above, min(len(above), self.chance.choice((1, 1, 2, 2, 3)))):
                self._connect(name, LinkKind.TRANSIT, provider)

    def _peerings(self) -> None:
        for _ in range(self.chance.randint(1, 5)):
            a, b = self.chance.sample(self.chance.choice(self.layers[1:]), 2)
            if frozenset((a, b)) not in self.links:
                self._connect(a, LinkKind.PEERING, b)

    def _exchange(self) -> None:
        members = self.chance.sample(self.layers[1] + self.layers[2], self.chance.randint(3, 5))
        self.asns["rs"] = 65550
        for member in members:
            self._connect("rs", LinkKind.ROUTE_SERVER, member)

    def _connect(self, a: str, kind: LinkKind, b: str) -> None:
        self.links[frozenset((a, b))] = Link(a, b, kind)

    # --- who holds what -----------------------------------------------------------------------------------

    def _address_space(self) -> None:
        edges = self.layers[1] + self.layers[2]
        for number, name in enumerate(self.chance.sample(edges, min(len(edges), 5))):
            text = f"2001:db8:{number}::/48" if number == 4 else f"203.0.113.{number * 64}/26"
            self.prefixes[name] = [Prefix.parse(text)]

    def _anycast(self) -> None:
        """Two stubs become sites of one AS that announce the same prefix."""
        stubs = [name for name in self.layers[2] if name not in self.prefixes]
        stubs = [name for name in stubs if not self._peers(name)]
        if len(stubs) >= 2:
            first, second = stubs[:2]
            self.asns[second] = self.asns[first]
            for name in (first, second):
                self.prefixes[name] = [Prefix.parse("192.0.2.0/24")]

    def _peers(self, name: str) -> bool:
        return any(name in ends and link.kind is not LinkKind.TRANSIT for ends, link in self.links.items())

    def _roas(self) -> Iterator[Vrp]:
        """A ROA for most prefixes; some name the wrong AS, some allow too much."""
        for name, held in self.prefixes.items():
            for prefix in held:
                draw = self.chance.random()
                if draw < 0.8:
                    asn = self.asns[name] if draw > 0.1 else 65549
                    yield Vrp(prefix, prefix.length + (1 if draw > 0.65 else 0), asn)

    def _aspas(self) -> Iterator[Aspa]:
        """An ASPA of most ASes; a few leave a provider out."""
        above: dict[int, set[int]] = {asn: set() for asn in self.asns.values()}
        for link in self.links.values():
            if link.kind is LinkKind.TRANSIT:
                above[self.asns[link.a]].add(self.asns[link.b])
        for customer, providers in above.items():
            draw = self.verifying.random()
            if draw < 0.7:
                named = sorted(providers)[1 if draw < 0.05 else 0 :]
                yield Aspa(customer, tuple(named) or (0,))

    def _irr(self) -> Iterator[IrrRoute]:
        """A route object for most prefixes at each AS that announces them; a few are for half of it."""
        for name, held in self.prefixes.items():
            for prefix in held:
                draw = self.filtering.random()
                if draw < 0.85:
                    longer = prefix._replace(length=prefix.length + 1) if draw < 0.05 else prefix
                    yield IrrRoute(longer, self.asns[name])

    def _as_sets(self) -> Iterator[IrrAsSet]:
        """The set of each AS with customers: itself and their sets. A few leave a customer out."""
        for name in self.asns:
            if (as_set := self._as_set_of(name)) is not None:
                customers = self._customers(name)
                named = customers[1 if self.filtering.random() < 0.1 else 0 :]
                members = [self._as_set_of(each) or f"AS{self.asns[each]}" for each in named]
                yield IrrAsSet(as_set, (f"AS{self.asns[name]}", *members))

    def _as_set_of(self, name: str) -> str | None:
        return f"AS{self.asns[name]}:AS-CUSTOMERS" if self._customers(name) else None

    def _customers(self, name: str) -> list[str]:
        return [link.a for link in self.links.values() if link.kind is LinkKind.TRANSIT and link.b == name]

    # --- what happens -------------------------------------------------------------------------------------

    def _steps(self) -> Iterator[StepModel]:
        chance = self.chance
        routers = [name for name in self.asns if name != "rs"]
        holders = list(self.prefixes)
        victim, mover = chance.choice(holders), chance.choice(holders)
        (prefix,), (moved,) = self.prefixes[victim], self.prefixes[mover]
        attacker, cloud = (chance.choice([n for n in routers if n not in holders]) for _ in range(2))
        half = Prefix(prefix.version, prefix.value, prefix.length + 1)
        yield Hijack(by=attacker, prefix=chance.choice((prefix, half)), forge_origin=chance.random() < 0.3)
        leakers = [name for name in self.layers[1] + self.layers[2] if len(self._upstreams(name)) > 1]
        for leaker in chance.sample(leakers, min(len(leakers), chance.randint(0, 2))):
            yield Leak(by=leaker, to=chance.choice(self._upstreams(leaker)))
        yield SetStep(name=chance.choice(routers), rov=chance.choice(("off", "drop")))
        a, b = chance.choice(sorted(tuple(sorted(ends)) for ends in self.links))
        yield LinkStep(between=(a, b), state="down")
        yield RoaStep(add=Roa(prefix=moved, asn=self.asns[cloud]))
        yield Announce(source=cloud, prefix=moved, prepend=chance.randint(0, 2))
        yield Withdraw(source=mover, prefix=moved)
        if chance.random() < 0.5:
            yield LinkStep(between=(a, b), state="up")

    def _retracted(self) -> Iterator[StepModel]:
        """An ASPA goes, and what it made invalid comes back."""
        if self.aspas:
            yield AspaStep(remove=AspaCustomer(customer=self.verifying.choice(self.aspas).customer))

    def _upstreams(self, name: str) -> list[str]:
        ends = [link for link in self.links.values() if name in (link.a, link.b)]
        return [link.other(name) for link in ends if not link.relationship_from(name).is_downstream]
