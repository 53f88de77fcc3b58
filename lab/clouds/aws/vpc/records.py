"""What a VPC is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lab.bgp.prefix import Prefix


class Source(Enum):
    """Where an address block of a VPC comes from."""

    GIVEN = "given"
    """Private IPv4 space that the caller named."""
    AMAZON = "amazon"
    BYOIP = "byoip"
    """An IPv6 pool of the account (`ipv6pool-ec2-…`)."""
    IPAM = "ipam"


@dataclass(frozen=True, slots=True)
class CidrAssociation:
    """An address block of a VPC. `pool_id` is the pool it goes back to, or "".

    `ip_source` is the API's IpSource (`amazon`, `byoip`, or `none` for private space); `public` tells whether
    AWS may announce the block to the Internet.
    """

    id: str
    prefix: Prefix
    source: Source
    pool_id: str
    ip_source: str
    public: bool


@dataclass(frozen=True, slots=True)
class Vpc:
    """`associations` are in the order in which they came: the first IPv4 block is the primary one."""

    id: str
    owner: str
    region: str
    tenancy: str
    associations: tuple[CidrAssociation, ...]

    def blocks(self, version: int) -> tuple[CidrAssociation, ...]:
        """The IPv4 or the IPv6 blocks."""
        return tuple(each for each in self.associations if each.prefix.version == version)

    @property
    def primary(self) -> CidrAssociation:
        """The IPv4 block that it was made with."""
        return self.blocks(4)[0]

    def block_of(self, prefix: Prefix) -> CidrAssociation | None:
        """The block that covers `prefix`."""
        return next((each for each in self.associations if each.prefix.covers(prefix)), None)


@dataclass(frozen=True, slots=True)
class SubnetIpv6:
    """The IPv6 block of a subnet, and the ID of its association."""

    id: str
    prefix: Prefix


@dataclass(frozen=True, slots=True)
class Subnet:
    """A part of a VPC's addresses in one availability zone (`zone`, such as `us-east-1a`)."""

    id: str
    owner: str
    region: str
    vpc_id: str
    zone: str
    block: Prefix
    ipv6: SubnetIpv6 | None


@dataclass(frozen=True, slots=True)
class NetworkInterface:
    """What has addresses in a subnet. `managed_by` is the NAT gateway it belongs to, or ""."""

    id: str
    owner: str
    region: str
    vpc_id: str
    subnet_id: str
    private_address: str
    ipv6_addresses: tuple[str, ...]
    mac: str
    description: str
    managed_by: str = ""


@dataclass(frozen=True, slots=True)
class InternetGateway:
    """What lets a VPC and the Internet reach each other, once it is attached to one (`vpc_id` not None)."""

    id: str
    owner: str
    region: str
    vpc_id: str | None


@dataclass(frozen=True, slots=True)
class EgressOnlyGateway:
    """What lets a VPC reach the IPv6 Internet, and not be reached from there."""

    id: str
    owner: str
    region: str
    vpc_id: str


class NatState(Enum):
    """NatGatewayState of the EC2 API. Here they become what they become at once."""

    AVAILABLE = "available"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class NatGateway:
    """It sends from its private address, and if it is `public` an Elastic IP translates that.

    Times are UNIX seconds. One that failed has no interface, and says why.
    """

    id: str
    owner: str
    region: str
    vpc_id: str
    subnet_id: str
    public: bool
    created: float
    state: NatState
    interface_id: str = ""
    private_address: str = ""
    allocation_id: str = ""
    public_address: str = ""
    association_id: str = ""
    failure_code: str = ""
    failure: str = ""
    deleted: float | None = None
