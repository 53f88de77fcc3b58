"""The shape of a topology file, entry by entry. What entries must be to each other: `lab.topology.checks`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    WithJsonSchema,
)

from lab.topology.aws_entries import AwsEntry
from lab.topology.cloud_scalars import RegionName
from lab.topology.cloudflare_entries import CloudflareEntry
from lab.topology.entry_model import EntryModel
from lab.topology.irr_entries import IrrAsSetEntry, IrrRouteEntry
from lab.topology.irr_scalars import AsSetName, RirWord
from lab.topology.model import LinkKind
from lab.topology.problems import shown
from lab.topology.scalar_forms import ScalarError
from lab.topology.scalars import (
    NAME_PATTERN,
    Asn,
    Duration,
    IpPrefix,
    PrintedText,
    RtrAddress,
    SpeakerName,
    parse_name,
)
from lab.topology.steps import Aspa, Roa

ARROWS: Final = {kind.value: kind for kind in LinkKind if kind is not LinkKind.COLLECTING}

_LINK_RULE: Final = "'a -> b' (customer to provider), 'a -- b' (peers) or 'a => b' (route server to client)"
_LINK_JSON: Final = {
    "type": "string",
    "pattern": rf"^\s*{NAME_PATTERN}\s+(->|--|=>)\s+{NAME_PATTERN}\s*$",
    "description": _LINK_RULE,
    "examples": ["customer -> transit-a", "transit-a -- transit-b", "rs1 => transit-a"],
}

RovWord = Literal["off", "prefer-valid", "drop"]
AspaWord = Literal["off", "drop"]
UrpfWord = Literal["off", "loose", "strict", "feasible", "efp-a", "efp-b"]


class LinkText(NamedTuple):
    """A link as written: `a`, the arrow, `b`."""

    a: str
    kind: LinkKind
    b: str


def parse_link(text: Any) -> LinkText:
    """A link from `a -> b`, `a -- b` or `a => b`. Raises ScalarError."""
    if not isinstance(text, str):
        raise ScalarError(f"expected a link {_LINK_RULE}, got {shown(text)}")
    words = text.split()
    if len(words) != 3 or words[1] not in ARROWS:
        raise ScalarError(f"{shown(text)} is not a link; expected {_LINK_RULE}", _arrow_hint(words))
    return LinkText(parse_name(words[0]), ARROWS[words[1]], parse_name(words[2]))


def _arrow_hint(words: list[str]) -> str:
    if len(words) != 3:
        return "write two names with an arrow and spaces between them"
    meant = {"<-": "->", "<=": "=>"}.get(words[1])
    if meant and all(word.isascii() for word in words):
        return f"write '{words[2][:40]} {meant} {words[0][:40]}'"
    return "the arrow must be ->, -- or =>"


def _form(value: Any) -> str:
    return "<each end>" if isinstance(value, dict) else "<both ends>"


LocalPref = Annotated[int, Field(strict=True, ge=0, le=0xFFFFFFFF)]
Prepend = Annotated[int, Field(strict=True, ge=0, le=50)]
Value = TypeVar("Value")
ByEnd = Annotated[
    Annotated[Value, Tag("<both ends>")] | Annotated[dict[SpeakerName, Value], Tag("<each end>")],
    Discriminator(_form),
]
"""One value for both ends of a link, or a mapping of the speakers to theirs."""


class AsEntry(EntryModel):
    """One speaker. `asn` is all it needs."""

    asn: Asn = Field(description="AS number; speakers may share one (anycast sites)")
    prefixes: tuple[IpPrefix, ...] = Field(default=(), description="what it announces from the start")
    rov: RovWord = Field(default="off", description="route origin validation (RFC 6811)")
    aspa: AspaWord = Field(default="off", description="path verification with ASPAs")
    rtr: RtrAddress | None = Field(
        default=None, description="an RTR cache on loopback that it follows instead of the lab's (live only)"
    )
    otc: StrictBool = Field(default=False, description="Only-to-Customer (RFC 9234) on import and export")
    max_prefix: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = Field(
        default=None, description="prefixes a neighbour may announce before its session is closed"
    )
    blackhole: StrictBool = Field(default=False, description="honour BLACKHOLE (RFC 7999) from customers")
    graceful_shutdown: StrictBool = Field(default=True, description="honour GRACEFUL_SHUTDOWN (RFC 8326)")
    urpf: UrpfWord = Field(default="off", description="unicast RPF (RFC 3704, RFC 8704) on all its links")
    cloud: Literal["aws", "cloudflare"] | None = Field(
        default=None, description="the cloud this AS belongs to"
    )
    region: RegionName | None = Field(
        default=None, description="the region of AWS it stands for; without one it serves every region"
    )
    collector: StrictBool = Field(
        default=False, description="this AS is the collector; it peers with everyone"
    )
    irr: StrictBool = Field(
        default=False, description="take from customers only what the IRR says they may announce"
    )
    as_set: AsSetName | None = Field(
        default=None,
        description="the as-set of its own routes and its customers'; default its AS number alone",
    )
    router: Literal["exabgp"] = Field(default="exabgp", description="the BGP implementation")


class LinkEntry(EntryModel):
    """A link with its attributes. One value is for both ends; a mapping of speakers is by end."""

    link: Annotated[LinkText, BeforeValidator(parse_link), WithJsonSchema(_LINK_JSON)]
    delay: Duration | None = Field(default=None, description="one way")
    urpf: ByEnd[UrpfWord] | None = Field(
        default=None, description="unicast RPF on this link, instead of the speaker's own"
    )
    local_pref: ByEnd[LocalPref] | None = Field(
        default=None, description="LOCAL_PREF of routes from the other end"
    )
    prepend: ByEnd[Prepend] | None = Field(
        default=None, description="extra copies of the own ASN towards the other end"
    )


class HoldingEntry(EntryModel):
    """Who holds a prefix, as the registry knows it."""

    prefix: IpPrefix
    rir: RirWord
    holder: SpeakerName
    status: PrintedText = ""
    name: PrintedText = ""
    kind: Literal["organization", "individual"] | None = None
    remarks: tuple[PrintedText, ...] = ()


class CloudsEntry(EntryModel):
    """The clouds behind speakers with `cloud`, as their customers see them."""

    aws: AwsEntry = AwsEntry()
    cloudflare: CloudflareEntry = Field(default_factory=CloudflareEntry)


class TopologyFile(EntryModel):
    """A lab: its speakers and links, and what happens in it. With `topology`, a scenario for another file."""

    name: SpeakerName | None = Field(default=None, description="the lab's name")
    title: PrintedText = Field(default="", description="one line for people")
    topology: PrintedText | None = Field(
        default=None,
        description="take ases and links from this topology: a name that ships, or a .yaml beside",
    )
    ases: dict[SpeakerName, AsEntry] = Field(default_factory=dict, description="speakers by name")
    links: tuple[LinkEntry, ...] = Field(default=(), description="who connects to whom, and who pays")
    registry: tuple[HoldingEntry, ...] = Field(default=(), description="who holds what, as the RIRs know it")
    roas: tuple[Roa, ...] = Field(default=(), description="the ROAs that are valid at the start")
    aspas: tuple[Aspa, ...] = Field(default=(), description="the ASPAs that are valid at the start")
    irr: tuple[IrrRouteEntry | IrrAsSetEntry, ...] = Field(
        default=(), description="the route objects and as-sets that the IRR has at the start"
    )
    clouds: CloudsEntry = Field(
        default_factory=CloudsEntry, description="the clouds, as their customers see them"
    )
    scenario: tuple[Any, ...] = Field(default=(), description="steps, one after the other")
