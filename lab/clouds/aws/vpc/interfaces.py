"""Network interfaces and the addresses in subnets (Amazon EC2 User Guide, "Elastic network interfaces")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lab.bgp.prefix import WIDTH, Address, Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.owned import owned_by
from lab.clouds.aws.pools.addresses import ElasticIp, ElasticIps
from lab.clouds.aws.pools.space import first_free
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.records import NetworkInterface, Subnet
from lab.clouds.aws.vpc.tables import VpcTables

RESERVED: Final = 5
"""AWS keeps the first four addresses and the last one of every block of a subnet."""


class NetworkInterfaces:
    """The network interfaces of all subnets."""

    def __init__(self, basics: Basics, tags: Tags, tables: VpcTables, addresses: ElasticIps) -> None:
        self._basics = basics
        self._tags = tags
        self._tables = tables
        self._addresses = addresses
        tags.of_kind("eni", "network-interface", self.find)

    def create(
        self,
        caller: Caller,
        subnet_id: str,
        *,
        private_address: Address | None = None,
        ipv6_addresses: Sequence[Address] = (),
        ipv6_count: int = 0,
        description: str = "",
        tags: dict[str, str],
        managed_by: str = "",
    ) -> NetworkInterface:
        """A new network interface; addresses that are not named are the lowest free ones.

        Raises InvalidSubnetID.NotFound, InvalidParameterValue for an address that the subnet does not have
        or AWS keeps, InvalidIPAddress.InUse, InsufficientFreeAddressesInSubnet.
        """
        subnet = self._tables.subnet(caller, subnet_id)
        private = self._choose(subnet, subnet.block, private_address)
        ipv6: list[Address] = []
        for wanted in [*ipv6_addresses, *[None] * ipv6_count]:
            ipv6.append(self._choose(subnet, _ipv6_block(subnet), wanted, ipv6))
        interface_id = self._basics.ids.new("eni")
        self._tags.set(interface_id, tags)
        interface = NetworkInterface(
            interface_id,
            caller.account,
            caller.region,
            subnet.vpc_id,
            subnet_id,
            str(private),
            tuple(str(address) for address in ipv6),
            self._mac(),
            description,
            managed_by,
        )
        return self._tables.interfaces.put(interface_id, interface)

    def find(self, caller: Caller, interface_id: str) -> NetworkInterface:
        """The caller's network interface. Raises InvalidNetworkInterfaceID.NotFound."""
        return self._tables.interface(caller, interface_id)

    def all_of(self, caller: Caller) -> list[NetworkInterface]:
        """The caller's network interfaces in its region."""
        return owned_by(self._tables.interfaces, caller)

    def elastic_of(self, interface: NetworkInterface) -> ElasticIp | None:
        """The Elastic IP that is associated with a network interface."""
        return self._addresses.of_interface(interface.id)

    def free_in(self, subnet: Subnet) -> int:
        """How many IPv4 addresses of a subnet are free."""
        return (1 << 32 - subnet.block.length) - RESERVED - len(self._tables.interfaces_of(subnet.id))

    def delete(self, caller: Caller, interface_id: str, *, managed_by: str = "") -> None:
        """Delete a network interface; an Elastic IP loses its association. Raises OperationNotPermitted for
        one of another resource than `managed_by`."""
        interface = self.find(caller, interface_id)
        if interface.managed_by != managed_by:
            raise AwsError(
                "OperationNotPermitted",
                f"You are not allowed to manage {interface_id}: it belongs to {interface.managed_by}",
            )
        if elastic := self.elastic_of(interface):
            self._addresses.disassociate(caller, elastic.id, managed_by=managed_by)
        self._tables.interfaces.remove(interface_id)
        self._tags.forget(interface_id)

    def _choose(
        self, subnet: Subnet, block: Prefix, wanted: Address | None, also_taken: Sequence[Address] = ()
    ) -> Address:
        taken = [address.host for address in also_taken]
        for interface in self._tables.interfaces_of(subnet.id):
            texts = (interface.private_address, *interface.ipv6_addresses)
            taken += [Address.parse(text).host for text in texts]
        if wanted is None:
            free = first_free((block,), WIDTH[block.version], [*taken, *_kept(block)])
            if free is None:
                raise AwsError(
                    "InsufficientFreeAddressesInSubnet",
                    f"The specified subnet does not have enough free addresses: none in {block}",
                )
            return Address(free.version, free.value)
        if not block.covers(wanted.host) or any(each.covers(wanted.host) for each in _kept(block)):
            raise AwsError(
                "InvalidParameterValue",
                f"Address {wanted} does not fall within the subnet's address range {block} "
                "(without the first four and the last one, which AWS keeps)",
            )
        if wanted.host in taken:
            raise AwsError("InvalidIPAddress.InUse", f"The specified address is already in use: {wanted}")
        return wanted

    def _mac(self) -> str:
        digits = self._basics.ids.hexadecimal(11)
        return ":".join(("02", *(digits[place : place + 2] for place in range(1, 11, 2))))


def _ipv6_block(subnet: Subnet) -> Prefix:
    if subnet.ipv6:
        return subnet.ipv6.prefix
    raise AwsError("InvalidParameterValue", f"{subnet.id} has no IPv6 block; associate one with it first")


def _kept(block: Prefix) -> tuple[Prefix, Prefix]:
    width = WIDTH[block.version]
    last = block.value + (1 << width - block.length) - 1
    return Prefix(block.version, block.value, width - 2), Prefix(block.version, last, width)
