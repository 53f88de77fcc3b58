"""The resources that have addresses, wherever they are."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from lab.bgp.prefix import WIDTH, Address, Prefix
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.monitoring.records import Kind, Resource
from lab.clouds.aws.pools.addresses import AMAZON, ElasticIps
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.pools.ipv6 import Ipv6Pools
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.records import Subnet
from lab.clouds.aws.vpc.vpcs import Vpcs
from lab.clouds.aws.vpc.zones import zones_of


class Discovery:
    """Looks through accounts and regions. What it finds is as of now: the lab takes no samples."""

    def __init__(
        self,
        tags: Tags,
        vpcs: Vpcs,
        addresses: ElasticIps,
        ipv4_pools: PublicIpv4Pools,
        ipv6_pools: Ipv6Pools,
    ) -> None:
        self._tags = tags
        self._vpcs = vpcs
        self._addresses = addresses
        self._ipv4_pools = ipv4_pools
        self._ipv6_pools = ipv6_pools

    def resources(self, accounts: Iterable[str], regions: Iterable[str]) -> Iterator[Resource]:
        """The CIDRs of all resources of these accounts in these regions; VPCs before their subnets."""
        for place in _places(accounts, regions):
            yield from self._vpcs_in(place)
            yield from self._subnets(place)
            yield from self._elastic_ips(place)
            yield from self._pools(place)

    def vpcs(self, accounts: Iterable[str], regions: Iterable[str]) -> Iterator[Resource]:
        """The blocks of the VPCs of these accounts in these regions."""
        for place in _places(accounts, regions):
            yield from self._vpcs_in(place)

    def _vpcs_in(self, place: Caller) -> Iterator[Resource]:
        subnets: dict[str, list[Prefix]] = {}
        for subnet in self._vpcs.subnets.all_of(place):
            blocks = [subnet.block, *([subnet.ipv6.prefix] if subnet.ipv6 else ())]
            subnets.setdefault(subnet.vpc_id, []).extend(blocks)
        for vpc in self._vpcs.all_of(place):
            used = subnets.get(vpc.id, [])
            for block in vpc.associations:
                yield self._found(
                    Kind.VPC,
                    vpc.id,
                    place,
                    block.prefix,
                    block.ip_source,
                    usage=_share(block.prefix, used),
                    vpc_id=vpc.id,
                )

    def _subnets(self, place: Caller) -> Iterator[Resource]:
        zones = zones_of(place.region)
        for subnet in self._vpcs.subnets.all_of(place):
            for prefix in (subnet.block, subnet.ipv6.prefix if subnet.ipv6 else None):
                if prefix:
                    yield self._found(
                        Kind.SUBNET,
                        subnet.id,
                        place,
                        prefix,
                        self._source_of(subnet, prefix, place),
                        # "The percentage of IPv6 address space in use cannot currently be calculated" (AWS)
                        usage=self._usage(subnet) if prefix.version == 4 else None,
                        vpc_id=subnet.vpc_id,
                        zone_id=zones[subnet.zone],
                    )

    def _elastic_ips(self, place: Caller) -> Iterator[Resource]:
        for elastic in self._addresses.all_of(place):
            source = "amazon" if elastic.pool_id == AMAZON else "byoip"
            host = Address.parse(elastic.address).host
            yield self._found(Kind.EIP, elastic.id, place, host, source)

    def _pools(self, place: Caller) -> Iterator[Resource]:
        for pool in self._ipv4_pools.all_of(place):
            for prefix in pool.ranges:
                taken = [address.host for address in self._ipv4_pools.in_use(pool.id, prefix)]
                usage = _share(prefix, taken)
                yield self._found(Kind.IPV4_POOL, pool.id, place, prefix, "byoip", usage=usage)
        for ipv6_pool in self._ipv6_pools.all_of(place):
            yield self._found(Kind.IPV6_POOL, ipv6_pool.id, place, ipv6_pool.prefix, "byoip")

    def _source_of(self, subnet: Subnet, prefix: Prefix, place: Caller) -> str:
        block = self._vpcs.find(place, subnet.vpc_id).block_of(prefix)
        return block.ip_source if block else "none"

    def _usage(self, subnet: Subnet) -> float:
        interfaces = self._vpcs.tables.interfaces_of(subnet.id)
        return _share(subnet.block, [Address.parse(each.private_address).host for each in interfaces])

    def _found(
        self,
        kind: Kind,
        resource_id: str,
        place: Caller,
        prefix: Prefix,
        ip_source: str,
        *,
        usage: float | None = None,
        vpc_id: str | None = None,
        zone_id: str | None = None,
    ) -> Resource:
        tags = self._tags.of(resource_id)
        return Resource(
            kind, resource_id, place.account, place.region, prefix, ip_source, tags, usage, vpc_id, zone_id
        )


def _places(accounts: Iterable[str], regions: Iterable[str]) -> list[Caller]:
    together = itertools.product(accounts, regions)
    return [Caller(account, region) for account, region in together]


def _share(whole: Prefix, parts: Iterable[Prefix]) -> float:
    width = WIDTH[whole.version]
    used = sum(1 << width - part.length for part in parts if whole.covers(part))
    return float(used / (1 << width - whole.length))
