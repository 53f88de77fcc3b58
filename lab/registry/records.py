"""What a registry knows: registrations of address space, the ASes and the holders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lab.bgp.prefix import Prefix


class HolderKind(Enum):
    """Whom space is registered to."""

    ORGANIZATION = "organization"
    INDIVIDUAL = "individual"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as RDAP shows it: a title, which depends on the RIR, and lines (RFC 9083 section 4.3).

    `rir` and `field` are where it is written, in that RIR's own word (`lab.registry.rirs`): "Public
    Comments", "descr". RIPE's RDAP gives no titles, so only `field` tells its `descr` from its `remarks`.
    """

    title: str
    lines: tuple[str, ...]
    field: str = ""
    rir: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """`holder` (a speaker's name) holds `prefix`. `status` is the RIR's own word for how: a network type at
    ARIN ("Direct Allocation"), a status elsewhere ("ALLOCATED PA"); "" where the file gives none.

    `remarks` are those of this network, one per field. Those of its holder are the `Holder`'s. `registered`
    and `changed` are UNIX seconds of the lab's calendar.
    """

    prefix: Prefix
    rir: str
    status: str
    holder: str
    name: str = ""
    remarks: tuple[Remark, ...] = ()
    registered: float = 0.0
    changed: float = 0.0


@dataclass(frozen=True, slots=True)
class Holder:
    """An organization or a person. `handle` is the speaker's name; `asn` is that speaker's.

    `remarks` are those on the organization, at any RIR: none of them tells of a range.
    """

    handle: str
    name: str
    kind: HolderKind = HolderKind.ORGANIZATION
    asn: int = 0
    remarks: tuple[Remark, ...] = ()
    registered: float = 0.0
    changed: float = 0.0


@dataclass(frozen=True, slots=True)
class Autnum:
    """An AS number as `rir` has registered it to `holder`."""

    asn: int
    rir: str
    holder: str
    registered: float = 0.0
