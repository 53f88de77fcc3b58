"""What monitoring speaks of: resources with addresses, and what IPAM thinks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from lab.bgp.prefix import Prefix


class Kind(Enum):
    """IpamResourceType of the EC2 API, as far as the lab has such resources."""

    VPC = "vpc"
    SUBNET = "subnet"
    EIP = "eip"
    IPV4_POOL = "public-ipv4-pool"
    IPV6_POOL = "ipv6-pool"


MANAGEABLE: Final = frozenset({Kind.VPC, Kind.IPV4_POOL})
"""What IPAM can manage; the rest it only monitors (VPC IPAM User Guide, "Monitor CIDR usage by resource")."""


class Management(Enum):
    """IpamManagementState: managed is what has its CIDR from a pool."""

    MANAGED = "managed"
    UNMANAGED = "unmanaged"
    IGNORED = "ignored"


class Compliance(Enum):
    """IpamComplianceStatus: whether a managed CIDR keeps the allocation rules of its pool."""

    COMPLIANT = "compliant"
    NONCOMPLIANT = "noncompliant"
    UNMANAGED = "unmanaged"
    IGNORED = "ignored"


class Overlap(Enum):
    """IpamOverlapStatus, within a scope."""

    OVERLAPPING = "overlapping"
    NONOVERLAPPING = "nonoverlapping"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Resource:
    """One CIDR of a resource. `ip_source` is `amazon`, `byoip` or, for private space, `none`.

    `usage` is the part of its addresses in use, 0 to 1; None where AWS does not tell. `zone_id` is that of a
    subnet.
    """

    kind: Kind
    id: str
    owner: str
    region: str
    prefix: Prefix
    ip_source: str
    tags: Mapping[str, str]
    usage: float | None = None
    vpc_id: str | None = None
    zone_id: str | None = None

    @property
    def key(self) -> tuple[str, Prefix]:
        """What tells one CIDR of a resource from all others."""
        return self.id, self.prefix


@dataclass(frozen=True, slots=True)
class ResourceCidr:
    """A resource's CIDR as an IPAM sees it. States are None for what IPAM cannot manage.

    `violations` are the allocation rules of its pool that it breaks, as text for people.
    """

    resource: Resource
    ipam_id: str
    scope_id: str
    pool_id: str | None = None
    management: Management | None = None
    compliance: Compliance | None = None
    overlap: Overlap | None = None
    violations: tuple[str, ...] = ()
