"""Elastic IPs on network interfaces: one-to-one translation at the internet gateway of a VPC."""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.pools.addresses import Association, ElasticIps
from lab.clouds.aws.vpc.records import NetworkInterface
from lab.clouds.aws.vpc.tables import VpcTables


class ElasticAssociations:
    """Associates Elastic IPs with network interfaces."""

    def __init__(self, tables: VpcTables, addresses: ElasticIps) -> None:
        self._tables = tables
        self.addresses = addresses

    def associate(
        self,
        caller: Caller,
        allocation_id: str,
        interface_id: str,
        *,
        private_address: str | None = None,
        reassociate: bool = True,
        managed_by: str = "",
    ) -> Association:
        """Translate an Elastic IP to the address of a network interface (`private_address` can only be that).

        With `reassociate`, either loses what it was associated with before. Raises Gateway.NotAttached where
        the VPC has no internet gateway, Resource.AlreadyAssociated, InvalidParameterValue.
        """
        elastic = self.addresses.find(caller, allocation_id)
        interface = self._tables.interface(caller, interface_id)
        _check_usable(interface, private_address, managed_by)
        self.check_gateway(interface.vpc_id)
        if elastic.association and not reassociate:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"resource {allocation_id} is already associated with associate-id {elastic.association.id}",
            )
        self._free(caller, interface, reassociate)
        return self.addresses.associate(
            caller,
            allocation_id,
            interface_id=interface_id,
            subnet_id=interface.subnet_id,
            private_address=interface.private_address,
            managed_by=managed_by,
        )

    def check_gateway(self, vpc_id: str) -> None:
        """Raises Gateway.NotAttached where a VPC has no internet gateway, which would do the translating."""
        if self._tables.internet_gateway_of(vpc_id) is None:
            raise AwsError("Gateway.NotAttached", f"Network {vpc_id} is not attached to any internet gateway")

    def _free(self, caller: Caller, interface: NetworkInterface, reassociate: bool) -> None:
        other = self.addresses.of_interface(interface.id)
        if other is None:
            return
        if not reassociate:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"{interface.private_address} of {interface.id} is already associated with {other.id}",
            )
        self.addresses.disassociate(caller, other.id)


def _check_usable(interface: NetworkInterface, private_address: str | None, managed_by: str) -> None:
    if private_address not in (None, interface.private_address):
        raise AwsError(
            "InvalidParameterValue",
            f"{private_address} is not an address of {interface.id}; it has {interface.private_address}",
        )
    if interface.managed_by != managed_by:
        raise AwsError(
            "OperationNotPermitted",
            f"You are not allowed to manage {interface.id}: it belongs to {interface.managed_by}",
        )
