"""VPCs and their address blocks (Amazon VPC User Guide, "VPC basics" and "VPC CIDR blocks")."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.client_tokens import ClientTokens
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.ipam import Ipam
from lab.clouds.aws.owned import owned_by
from lab.clouds.aws.pools.addresses import ElasticIps
from lab.clouds.aws.pools.ipv6 import Ipv6Pools
from lab.clouds.aws.pools.space import overlap
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.blocks import Blocks, Ipv4Wish, Ipv6Wish
from lab.clouds.aws.vpc.egress_only_gateways import EgressOnlyGateways
from lab.clouds.aws.vpc.elastic import ElasticAssociations
from lab.clouds.aws.vpc.interfaces import NetworkInterfaces
from lab.clouds.aws.vpc.internet_gateways import InternetGateways
from lab.clouds.aws.vpc.nat_gateways import NatGateways
from lab.clouds.aws.vpc.records import CidrAssociation, Vpc
from lab.clouds.aws.vpc.subnets import Subnets
from lab.clouds.aws.vpc.tables import VpcTables

MOST_BLOCKS: Final = 5
"""How many blocks of one IP version a VPC may have."""


class Vpcs:
    """The VPCs of all accounts. What is in them is in rooms of its own, which are attributes."""

    def __init__(
        self, basics: Basics, tags: Tags, ipv6_pools: Ipv6Pools, ipam: Ipam, addresses: ElasticIps
    ) -> None:
        self._basics = basics
        self._tags = tags
        self.tables = VpcTables(basics)
        self.tokens = ClientTokens(basics, "aws_vpc_client_tokens")
        self._blocks = Blocks(basics, self.tables, ipv6_pools, ipam)
        self.subnets = Subnets(basics, tags, self.tables)
        self.interfaces = NetworkInterfaces(basics, tags, self.tables, addresses)
        self.internet_gateways = InternetGateways(basics, tags, self.tables, addresses)
        self.egress_only_gateways = EgressOnlyGateways(basics, tags, self.tables)
        self.elastic = ElasticAssociations(self.tables, addresses)
        self.nat_gateways = NatGateways(basics, tags, self.tables, self.interfaces, self.elastic)
        tags.of_kind("vpc", "vpc", self.find)

    def create(
        self,
        caller: Caller,
        ipv4: Ipv4Wish,
        ipv6: Ipv6Wish | None = None,
        *,
        tags: dict[str, str],
        tenancy: str = "default",
    ) -> Vpc:
        """A new VPC with an IPv4 block and, if wished, an IPv6 block. Raises what `Blocks` refuses with."""
        vpc_id = self._basics.ids.new("vpc")
        self._tags.set(vpc_id, tags)
        blocks = [self._blocks.ipv4(caller, vpc_id, ipv4, tags)]
        if ipv6:
            blocks.append(self._blocks.ipv6(caller, vpc_id, ipv6, tags))
        return self.tables.vpcs.put(
            vpc_id, Vpc(vpc_id, caller.account, caller.region, tenancy, tuple(blocks))
        )

    def find(self, caller: Caller, vpc_id: str) -> Vpc:
        """The caller's VPC. Raises InvalidVpcID.NotFound."""
        return self.tables.vpc(caller, vpc_id)

    def all_of(self, caller: Caller) -> list[Vpc]:
        """The caller's VPCs in its region."""
        return owned_by(self.tables.vpcs, caller)

    def associated_from(self, pool_id: str) -> list[tuple[Prefix, str]]:
        """The blocks that come from an IPv6 pool, each with the ID of its VPC."""
        return [
            (block.prefix, vpc.id)
            for vpc in self.tables.vpcs.values()
            for block in vpc.associations
            if block.pool_id == pool_id
        ]

    def associate(self, caller: Caller, vpc_id: str, wish: Ipv4Wish | Ipv6Wish) -> CidrAssociation:
        """Give a VPC another block. Raises InvalidVpcID.NotFound, CidrLimitExceeded beyond five of an IP
        version, InvalidParameterValue where it overlaps another one, and what `Blocks` refuses with."""
        vpc = self.find(caller, vpc_id)
        tags = self._tags.of(vpc_id)
        if isinstance(wish, Ipv4Wish):
            block = self._blocks.ipv4(caller, vpc_id, wish, tags)
        else:
            block = self._blocks.ipv6(caller, vpc_id, wish, tags)
        version = block.prefix.version
        if len(vpc.blocks(version)) >= MOST_BLOCKS:
            raise AwsError(
                "CidrLimitExceeded",
                f"This network '{vpc_id}' has met its maximum number of allowed CIDRs: "
                f"{MOST_BLOCKS} of IPv{version}",
            )
        for other in vpc.associations:
            if overlap(other.prefix, block.prefix):
                raise AwsError(
                    "InvalidParameterValue", f"{block.prefix} overlaps {other.prefix}, which {vpc_id} has"
                )
        self.tables.vpcs.put(vpc_id, replace(vpc, associations=(*vpc.associations, block)))
        return block

    def disassociate(self, caller: Caller, association_id: str) -> tuple[Vpc, CidrAssociation]:
        """Take a block from its VPC; it returns to its pool. The VPC as it is then, and the block.

        Raises InvalidVpcCidrBlockAssociationID.NotFound, OperationNotPermitted for the primary IPv4 block,
        InvalidCidrBlock.InUse while a subnet uses it.
        """
        vpc, block = self._association(caller, association_id)
        if block == vpc.primary:
            raise AwsError(
                "OperationNotPermitted",
                f"The vpc CIDR block with association ID {association_id} may not be disassociated. "
                f"It is the primary IPv4 CIDR block of the VPC",
            )
        for subnet in self.tables.subnets_of(vpc.id):
            if any(
                block.prefix.covers(part)
                for part in (subnet.block, subnet.ipv6 and subnet.ipv6.prefix)
                if part
            ):
                raise AwsError(
                    "InvalidCidrBlock.InUse",
                    f"The vpc {vpc.id} currently has a subnet within CIDR block {block.prefix}: {subnet.id}",
                )
        left = replace(vpc, associations=tuple(each for each in vpc.associations if each != block))
        self.tables.vpcs.put(vpc.id, left)
        self._blocks.give_back(vpc.id, block)
        return left, block

    def delete(self, caller: Caller, vpc_id: str) -> None:
        """Delete an empty VPC; its blocks return to their pools. Raises DependencyViolation while anything
        is in it or attached to it."""
        vpc = self.find(caller, vpc_id)
        gateways = (self.tables.internet_gateway_of(vpc_id), self.tables.egress_only_gateway_of(vpc_id))
        for thing in (*self.tables.subnets_of(vpc_id), *gateways):
            if thing:
                raise AwsError(
                    "DependencyViolation",
                    f"The vpc '{vpc_id}' has dependencies and cannot be deleted: {thing.id}",
                )
        for block in vpc.associations:
            self._blocks.give_back(vpc_id, block)
        self.tables.vpcs.remove(vpc_id)
        self._tags.forget(vpc_id)

    def next_due(self) -> float | None:
        """When something happens next by itself: a deleted NAT gateway is forgotten."""
        return self.nat_gateways.next_due()

    def work(self, now: float) -> None:
        """Do all that is due at or before `now`."""
        self.nat_gateways.work(now)

    def _association(self, caller: Caller, association_id: str) -> tuple[Vpc, CidrAssociation]:
        for vpc in self.all_of(caller):
            for block in vpc.associations:
                if block.id == association_id:
                    return vpc, block
        raise AwsError(
            "InvalidVpcCidrBlockAssociationID.NotFound",
            f"The vpc CIDR block association ID '{association_id}' does not exist",
        )
