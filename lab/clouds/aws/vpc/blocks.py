"""Where the address blocks of a VPC come from, and where they go back to.

Amazon VPC User Guide, "VPC CIDR blocks"; Amazon EC2 User Guide, BYOIP, "IPv6 address ranges".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.ipam import Ipam
from lab.clouds.aws.ipam.records import ResourceType
from lab.clouds.aws.pools.ipv6 import Ipv6Pools
from lab.clouds.aws.pools.space import first_free
from lab.clouds.aws.vpc.records import CidrAssociation, Source
from lab.clouds.aws.vpc.tables import VpcTables

SHORTEST_IPV4: Final = 16
LONGEST_IPV4: Final = 28
USUAL_IPV6: Final = 56
IPV6_LENGTHS: Final = (44, 48, 52, 56, 60)


@dataclass(frozen=True, slots=True)
class Ipv4Wish:
    """`block`, or a block from an IPAM pool: that one, one of `netmask` length, or of the pool's default."""

    block: Prefix | None = None
    ipam_pool_id: str | None = None
    netmask: int | None = None


@dataclass(frozen=True, slots=True)
class Ipv6Wish:
    """A block of Amazon's own (`amazon`), of an IPv6 pool or of an IPAM pool; None: chosen for the caller."""

    amazon: bool = False
    pool_id: str | None = None
    ipam_pool_id: str | None = None
    block: Prefix | None = None
    netmask: int | None = None


class Blocks:
    """Takes blocks for VPCs, and gives them back."""

    def __init__(self, basics: Basics, tables: VpcTables, ipv6_pools: Ipv6Pools, ipam: Ipam) -> None:
        self._basics = basics
        self._tables = tables
        self._ipv6_pools = ipv6_pools
        self._ipam = ipam

    def ipv4(self, caller: Caller, vpc_id: str, wish: Ipv4Wish, tags: dict[str, str]) -> CidrAssociation:
        """An IPv4 block for a VPC. Raises MissingParameter, InvalidParameterCombination, InvalidVpc.Range
        outside of /16 to /28, InvalidParameterValue for a public IPAM pool, and what IPAM refuses with."""
        _check_one_size(wish.block, wish.netmask, wish.ipam_pool_id)
        if wish.ipam_pool_id:
            block = self._from_ipam(caller, vpc_id, wish.ipam_pool_id, wish.block, wish.netmask, tags)
            _check_private(block, wish.ipam_pool_id)
        elif wish.block:
            block = self._association(wish.block, Source.GIVEN, "", "none", False)
        else:
            raise AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
        _check_ipv4(block.prefix)
        return block

    def ipv6(self, caller: Caller, vpc_id: str, wish: Ipv6Wish, tags: dict[str, str]) -> CidrAssociation:
        """An IPv6 block for a VPC. Raises InvalidParameterCombination unless exactly one source is named,
        InvalidParameterValue for a block of another size than a VPC's, and what the source refuses with."""
        _check_one_source(wish)
        _check_one_size(wish.block, wish.netmask, wish.ipam_pool_id)
        if wish.block:
            _check_ipv6(wish.block)
        if wish.pool_id:
            pool = self._ipv6_pools.find(caller, wish.pool_id)
            prefix = self._ipv6_pools.allocate(caller, pool.id, wish.block, USUAL_IPV6)
            return self._association(prefix, Source.BYOIP, pool.id, "byoip", pool.advertisable)
        if wish.ipam_pool_id:
            block = self._from_ipam(caller, vpc_id, wish.ipam_pool_id, wish.block, wish.netmask, tags)
            _check_ipv6(block.prefix)
            return block
        return self._association(self._of_amazon(), Source.AMAZON, "", "amazon", True)

    def give_back(self, vpc_id: str, block: CidrAssociation) -> None:
        """Return a block to the pool it came from, or to the one that has imported it."""
        if block.source is Source.BYOIP:
            self._ipv6_pools.release(block.pool_id, block.prefix)
        self._ipam.release(vpc_id, block.prefix)

    def _from_ipam(
        self,
        caller: Caller,
        vpc_id: str,
        pool_id: str,
        wanted: Prefix | None,
        netmask: int | None,
        tags: dict[str, str],
    ) -> CidrAssociation:
        allocation = self._ipam.allocate(
            caller,
            pool_id,
            cidr=wanted,
            netmask=netmask,
            resource_id=vpc_id,
            resource_type=ResourceType.VPC.value,
            resource_region=caller.region,
            tags=tags,
        )
        pool = self._ipam.tables.pools[pool_id]
        ip_source = "none" if not pool.is_public else "byoip" if pool.is_byoip else "amazon"
        public = pool.is_public and (pool.advertisable is not False)
        return self._association(allocation.prefix, Source.IPAM, pool_id, ip_source, public)

    def _of_amazon(self) -> Prefix:
        taken = [
            block.prefix
            for vpc in self._tables.vpcs.values()
            for block in vpc.associations
            if block.source is Source.AMAZON
        ]
        prefixes = [each for each in self._basics.settings.amazon_prefixes if each.version == 6]
        if block := first_free(prefixes, USUAL_IPV6, taken):
            return block
        raise AwsError(
            "InsufficientAddressCapacity",
            f"Amazon has no IPv6 /{USUAL_IPV6} left in this lab; take one from a pool of your own",
        )

    def _association(
        self, prefix: Prefix, source: Source, pool_id: str, ip_source: str, public: bool
    ) -> CidrAssociation:
        association_id = self._basics.ids.new("vpc-cidr-assoc")
        return CidrAssociation(association_id, prefix, source, pool_id, ip_source, public)


def _check_one_source(wish: Ipv6Wish) -> None:
    named = [
        name
        for name, value in (
            ("AmazonProvidedIpv6CidrBlock", wish.amazon),
            ("Ipv6Pool", wish.pool_id),
            ("Ipv6IpamPoolId", wish.ipam_pool_id),
        )
        if value
    ]
    if len(named) > 1:
        raise AwsError(
            "InvalidParameterCombination",
            f"An IPv6 block comes from one source; {' and '.join(named)} were given",
        )
    if not named or (wish.block and wish.amazon):
        raise AwsError(
            "InvalidParameterCombination",
            "Ipv6CidrBlock goes with Ipv6Pool or Ipv6IpamPoolId: say which pool the block is from",
        )


def _check_one_size(block: Prefix | None, netmask: int | None, ipam_pool_id: str | None) -> None:
    if netmask is None:
        return
    if block:
        raise AwsError(
            "InvalidParameterCombination", f"Give the block {block} or the netmask length {netmask}, not both"
        )
    if not ipam_pool_id:
        raise AwsError(
            "InvalidParameterCombination",
            f"The netmask length {netmask} goes with an IPAM pool, and none was given",
        )


def _check_private(block: CidrAssociation, pool_id: str) -> None:
    if block.ip_source != "none":
        raise AwsError(
            "InvalidParameterValue",
            f"{pool_id} is a pool of the public scope: its IPv4 addresses become Elastic IPs, by way of a "
            "public IPv4 pool. A VPC takes its IPv4 block from a pool in a private scope",
        )


def _check_ipv4(prefix: Prefix) -> None:
    if prefix.version != 4 or not SHORTEST_IPV4 <= prefix.length <= LONGEST_IPV4:
        raise AwsError(
            "InvalidVpc.Range",
            f"The CIDR '{prefix}' is invalid: a VPC takes an IPv4 /{SHORTEST_IPV4} to /{LONGEST_IPV4}",
        )


def _check_ipv6(prefix: Prefix) -> None:
    if prefix.version == 6 and prefix.length in IPV6_LENGTHS:
        return
    lengths = ", ".join(f"/{length}" for length in IPV6_LENGTHS)
    nearest = min(IPV6_LENGTHS, key=lambda length: abs(length - prefix.length))
    raise AwsError(
        "InvalidParameterValue",
        f"The IPv6 CIDR '{prefix}' is invalid: a VPC takes a /{USUAL_IPV6} (or one of {lengths}); "
        f"the nearest is a /{nearest}",
    )
