"""The model of a lab: speakers, links, who holds what, which VRPs and ASPAs exist.

Everything above floor 0 reads this. It is built from a checked file (`lab.topology.loading`) or in code, and
is immutable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from lab.bgp.aspa import Aspa
from lab.bgp.config import NeighborConfig, Policy, RouterConfig
from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rov import Vrp
from lab.topology.cloud_vocabulary import DEFAULT_REGION, REGIONS
from lab.topology.cloudflare_section import CloudflareSection
from lab.topology.steps import Step

DEFAULT_ACCOUNTS = {"lab": "123456789012"}
"""The accounts at AWS of a lab that names none: IDs by name."""

ROUTER_ID_BASE = 0xC6120000
"""198.18.0.0 (RFC 2544): speakers' BGP identifiers and next hops are drawn from it in file order."""


class UrpfMode(Enum):
    """Unicast reverse path forwarding: RFC 3704 and, for EFP, RFC 8704 algorithms A and B."""

    OFF = "off"
    LOOSE = "loose"
    STRICT = "strict"
    FEASIBLE = "feasible"
    EFP_A = "efp-a"
    EFP_B = "efp-b"


class LinkKind(Enum):
    """The arrow in a file: `a -> b` customer to provider, `a -- b` peers, `a => b` route server to client."""

    TRANSIT = "->"
    PEERING = "--"
    ROUTE_SERVER = "=>"
    COLLECTING = "collecting"
    """Speaker `a` is watched by collector `b`; made by the lab, never written in a file."""


_RELATIONSHIP_OF_B = {
    LinkKind.TRANSIT: Relationship.PROVIDER,
    LinkKind.PEERING: Relationship.PEER,
    LinkKind.ROUTE_SERVER: Relationship.RS_CLIENT,
    LinkKind.COLLECTING: Relationship.COLLECTOR,
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """One BGP speaker. Speakers may share an ASN (anycast sites); they are then not connected inside."""

    name: str
    asn: int
    router_id: int
    prefixes: tuple[Prefix, ...] = ()
    policy: Policy = field(default_factory=Policy)
    urpf: UrpfMode = UrpfMode.OFF
    max_prefix: int | None = None
    cloud: str | None = None
    collector: bool = False
    region: str | None = None
    """The region of AWS it stands for; None where it serves every region, or is none of AWS."""
    irr: bool = False
    """Whether it takes from its customers only what the IRR says they may announce."""
    as_set: str | None = None
    """The as-set of what it announces, its own routes and its customers'; None is its AS number alone."""
    rtr: str | None = None
    """The RTR cache it follows instead of the lab's, as `127.0.0.1:3323` or `[::1]:3323`."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link and its session. `delay` is one way, in seconds (None: drawn from the seed in `sim`).

    `urpf`, `local_pref` and `prepend` are by end: the speaker that applies them.
    """

    a: str
    b: str
    kind: LinkKind
    delay: float | None = None
    urpf: Mapping[str, UrpfMode] = field(default_factory=dict)
    local_pref: Mapping[str, int] = field(default_factory=dict)
    prepend: Mapping[str, int] = field(default_factory=dict)

    def relationship_from(self, name: str) -> Relationship:
        """What the other end is to speaker `name`."""
        of_b = _RELATIONSHIP_OF_B[self.kind]
        return of_b if name == self.a else of_b.inverse

    def other(self, name: str) -> str:
        """The speaker at the other end."""
        return self.b if name == self.a else self.a

    def __str__(self) -> str:
        return f"{self.a} {self.kind.value} {self.b}"


@dataclass(frozen=True, slots=True)
class Holding:
    """A registration: `holder` (a speaker's name) holds `prefix` according to registry `rir`.

    `status` is one of `lab.topology.vocabulary.STATUSES` of that registry, or "". `name` is the network's;
    `kind` is `organization` or `individual` and tells of the holder; `remarks` are the network's, one
    text each, whose line breaks are its lines.
    """

    prefix: Prefix
    holder: str
    rir: str
    status: str
    name: str = ""
    kind: str = "organization"
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IrrRoute:
    """A route object at the start. `source` is an RIR, None for that where `prefix` is registered; `descr`
    and `remarks` are texts whose line breaks are the lines."""

    prefix: Prefix
    origin: int
    source: str | None = None
    descr: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class IrrAsSet:
    """An as-set at the start: members as `AS64496` or `AS-CUSTOMER`."""

    name: str
    members: tuple[str, ...]
    source: str = "RIPE"


@dataclass(frozen=True, slots=True)
class AwsSection:
    """What the file says of AWS. `accounts` are IDs by name; who names none uses the first.

    `delays` are seconds of the calendar by what AWS does (`provision`, `deprovision`, `advertise`,
    `withdraw`, `ipam`), and only those that the file gives.
    """

    accounts: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_ACCOUNTS))
    organization: bool = True
    delays: Mapping[str, float] = field(default_factory=dict)
    poor_reputation: tuple[Prefix, ...] = ()

    def account(self, word: str | None) -> str:
        """The ID of the account with that name or ID; None is the first. Raises KeyError if there is none."""
        if word is None:
            return next(iter(self.accounts.values()))
        if word in self.accounts.values():
            return word
        return self.accounts[word]


@dataclass(frozen=True)
class Topology:
    """A whole lab. `links` includes the collecting links; `collector` names the one collector.

    `aws` and `cloudflare` are None where no speaker is theirs.
    """

    name: str
    title: str
    speakers: Mapping[str, Speaker]
    links: tuple[Link, ...]
    collector: str
    registry: tuple[Holding, ...] = ()
    vrps: tuple[Vrp, ...] = ()
    steps: tuple[Step, ...] = ()
    aspas: tuple[Aspa, ...] = ()
    aws: AwsSection | None = None
    cloudflare: CloudflareSection | None = None
    irr: tuple[IrrRoute, ...] = ()
    as_sets: tuple[IrrAsSet, ...] = ()

    @cached_property
    def links_of(self) -> Mapping[str, tuple[Link, ...]]:
        """The links at each speaker, in file order."""
        found: dict[str, list[Link]] = {name: [] for name in self.speakers}
        for link in self.links:
            found[link.a].append(link)
            found[link.b].append(link)
        return {name: tuple(links) for name, links in found.items()}

    @cached_property
    def aws_regions(self) -> tuple[str, ...]:
        """The regions that AWS's speakers serve, the one of who names none first; empty without AWS."""
        speakers = [speaker for speaker in self.speakers.values() if speaker.cloud == "aws"]
        named = [speaker.region for speaker in speakers if speaker.region is not None]
        every = (DEFAULT_REGION, *REGIONS) if len(named) < len(speakers) else ()
        return tuple(dict.fromkeys((*named, *every)))

    def link(self, a: str, b: str) -> Link:
        """The link between two speakers. Raises KeyError if there is none."""
        for link in self.links_of[a]:
            if link.other(a) == b:
                return link
        raise KeyError((a, b))

    def routers(self) -> Iterator[Speaker]:
        """The speakers that route: all but the collector."""
        return (speaker for speaker in self.speakers.values() if not speaker.collector)

    def of_cloud(self, cloud: str) -> tuple[Speaker, ...]:
        """The routers of a cloud (`aws`, `cloudflare`), in file order."""
        return tuple(speaker for speaker in self.routers() if speaker.cloud == cloud)

    def names_of(self, asn: int) -> tuple[str, ...]:
        """The speakers of an ASN, in file order."""
        return tuple(speaker.name for speaker in self.speakers.values() if speaker.asn == asn)

    def irr_name(self, speaker: Speaker) -> str:
        """What the IRR knows a speaker and its customers by: its as-set, or its AS number. An as-set is the
        AS's: one that another of its speakers names will do."""
        named = (self.speakers[name].as_set for name in self.names_of(speaker.asn))
        return speaker.as_set or next(filter(None, named), f"AS{speaker.asn}")

    def router_config(self, name: str) -> RouterConfig:
        """What speaker `name` is told about itself and its neighbours."""
        speaker = self.speakers[name]
        neighbors = []
        for link in self.links_of[name]:
            other = self.speakers[link.other(name)]
            relationship = link.relationship_from(name)
            neighbors.append(
                NeighborConfig(
                    name=other.name,
                    asn=other.asn,
                    router_id=other.router_id,
                    relationship=relationship,
                    local_pref=link.local_pref.get(name),
                    prepend=link.prepend.get(name, 0),
                    max_prefix=None if relationship is Relationship.VANTAGE_POINT else speaker.max_prefix,
                )
            )
        return RouterConfig(name, speaker.asn, speaker.router_id, tuple(neighbors), speaker.policy)

    def urpf_at(self, name: str, neighbor: str) -> UrpfMode:
        """The uRPF mode speaker `name` applies to packets that arrive from `neighbor`."""
        return self.link(name, neighbor).urpf.get(name, self.speakers[name].urpf)
