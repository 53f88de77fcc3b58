"""Subnets (Amazon VPC User Guide, "Subnets for your VPC")."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.owned import owned_by
from lab.clouds.aws.pools.space import overlap
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.records import Subnet, SubnetIpv6, Vpc
from lab.clouds.aws.vpc.tables import VpcTables

_IPV4_LENGTHS: Final = range(16, 29)
_IPV6_LENGTHS: Final = range(44, 65, 4)


class Subnets:
    """The subnets of all VPCs."""

    def __init__(self, basics: Basics, tags: Tags, tables: VpcTables) -> None:
        self._basics = basics
        self._tags = tags
        self._tables = tables
        tags.of_kind("subnet", "subnet", self.find)

    def create(
        self,
        caller: Caller,
        vpc_id: str,
        block: Prefix,
        ipv6: Prefix | None,
        *,
        zone: str,
        tags: dict[str, str],
    ) -> Subnet:
        """A new subnet. Raises InvalidVpcID.NotFound, InvalidSubnet.Range for blocks of a wrong size or
        outside of the VPC's, InvalidSubnet.Conflict where another subnet has a part of them."""
        vpc = self._tables.vpc(caller, vpc_id)
        self._check(vpc, block, 4, _IPV4_LENGTHS)
        association = self._ipv6(vpc, ipv6) if ipv6 else None
        subnet_id = self._basics.ids.new("subnet")
        self._tags.set(subnet_id, tags)
        subnet = Subnet(subnet_id, caller.account, caller.region, vpc_id, zone, block, association)
        return self._tables.subnets.put(subnet_id, subnet)

    def find(self, caller: Caller, subnet_id: str) -> Subnet:
        """The caller's subnet. Raises InvalidSubnetID.NotFound."""
        return self._tables.subnet(caller, subnet_id)

    def all_of(self, caller: Caller) -> list[Subnet]:
        """The caller's subnets in its region."""
        return owned_by(self._tables.subnets, caller)

    def associate(self, caller: Caller, subnet_id: str, prefix: Prefix) -> SubnetIpv6:
        """Give a subnet its IPv6 block. Raises what `create` does for one, and InvalidParameterValue where
        it has one already."""
        subnet = self.find(caller, subnet_id)
        if subnet.ipv6:
            raise AwsError(
                "InvalidParameterValue", f"{subnet_id} has the IPv6 block {subnet.ipv6.prefix} already"
            )
        ipv6 = self._ipv6(self._tables.vpc(caller, subnet.vpc_id), prefix)
        self._tables.subnets.put(subnet_id, replace(subnet, ipv6=ipv6))
        return ipv6

    def disassociate(self, caller: Caller, association_id: str) -> tuple[Subnet, SubnetIpv6]:
        """Take the IPv6 block from a subnet. Raises InvalidSubnetCidrAssociationID.NotFound, and
        InvalidCidrBlock.InUse while a network interface has an address of it."""
        for subnet in self.all_of(caller):
            if subnet.ipv6 and subnet.ipv6.id == association_id:
                for interface in self._tables.interfaces_of(subnet.id):
                    if interface.ipv6_addresses:
                        raise AwsError(
                            "InvalidCidrBlock.InUse",
                            f"{interface.id} has {interface.ipv6_addresses[0]} of {subnet.ipv6.prefix}",
                        )
                return self._tables.subnets.put(subnet.id, replace(subnet, ipv6=None)), subnet.ipv6
        raise AwsError(
            "InvalidSubnetCidrAssociationID.NotFound",
            f"The subnet CIDR association ID '{association_id}' does not exist",
        )

    def delete(self, caller: Caller, subnet_id: str) -> None:
        """Delete an empty subnet. Raises DependencyViolation while network interfaces are in it."""
        self.find(caller, subnet_id)
        for interface in self._tables.interfaces_of(subnet_id):
            raise AwsError(
                "DependencyViolation",
                f"The subnet '{subnet_id}' has dependencies and cannot be deleted: {interface.id}",
            )
        self._tables.subnets.remove(subnet_id)
        self._tags.forget(subnet_id)

    def _ipv6(self, vpc: Vpc, prefix: Prefix) -> SubnetIpv6:
        self._check(vpc, prefix, 6, _IPV6_LENGTHS)
        return SubnetIpv6(self._basics.ids.new("subnet-cidr-assoc"), prefix)

    def _check(self, vpc: Vpc, block: Prefix, version: int, lengths: range) -> None:
        if block.version != version or block.length not in lengths:
            step = f" in steps of {lengths.step}" if lengths.step > 1 else ""
            raise AwsError(
                "InvalidSubnet.Range",
                f"The CIDR '{block}' is invalid: an IPv{version} block of a subnet is a /{lengths[0]} to "
                f"/{lengths[-1]}{step}",
            )
        if vpc.block_of(block) is None:
            blocks = ", ".join(str(each.prefix) for each in vpc.blocks(version)) or f"no IPv{version} block"
            raise AwsError("InvalidSubnet.Range", f"The CIDR '{block}' is invalid: {vpc.id} has {blocks}")
        for subnet in self._tables.subnets_of(vpc.id):
            for other in (subnet.block, subnet.ipv6.prefix if subnet.ipv6 else None):
                if other and overlap(other, block):
                    raise AwsError(
                        "InvalidSubnet.Conflict",
                        f"The CIDR '{block}' conflicts with another subnet: {subnet.id} has {other}",
                    )
