"""NAT gateways (Amazon VPC User Guide, "NAT gateways")."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lab.bgp.prefix import Address
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.owned import owned_by
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.elastic import ElasticAssociations
from lab.clouds.aws.vpc.interfaces import NetworkInterfaces
from lab.clouds.aws.vpc.records import NatGateway, NatState, NetworkInterface
from lab.clouds.aws.vpc.tables import VpcTables
from lab.clouds.due_times import earliest

REMEMBERED: Final = 3600.0
"""Seconds for which one that is deleted or failed stays visible ("about an hour")."""


class NatGateways:
    """The NAT gateways of all VPCs."""

    def __init__(
        self,
        basics: Basics,
        tags: Tags,
        tables: VpcTables,
        interfaces: NetworkInterfaces,
        elastic: ElasticAssociations,
    ) -> None:
        self._basics = basics
        self._tags = tags
        self._tables = tables
        self._interfaces = interfaces
        self._elastic = elastic
        tags.of_kind("nat", "natgateway", self.find)

    def create(
        self,
        caller: Caller,
        subnet_id: str,
        allocation_id: str | None,
        *,
        private_address: Address | None = None,
        tags: dict[str, str],
    ) -> NatGateway:
        """A new NAT gateway in a subnet: a public one with an Elastic IP, a private one without.

        One that cannot translate (its VPC has no internet gateway, its Elastic IP is in use) is made, and is
        `failed`, as AWS has it. Raises InvalidSubnetID.NotFound, InvalidAllocationID.NotFound and what
        `NetworkInterfaces.create` refuses the address with.
        """
        subnet = self._tables.subnet(caller, subnet_id)
        gateway = NatGateway(
            self._basics.ids.new("nat"),
            caller.account,
            caller.region,
            subnet.vpc_id,
            subnet_id,
            allocation_id is not None,
            self._basics.world.now(),
            NatState.AVAILABLE,
            allocation_id=allocation_id or "",
        )
        self._tags.set(gateway.id, tags)
        if allocation_id and (obstacle := self._obstacle(caller, subnet.vpc_id, allocation_id)):
            return self._put(_failed(gateway, obstacle))
        interface = self._interfaces.create(
            caller,
            subnet_id,
            private_address=private_address,
            description=f"Interface for NAT Gateway {gateway.id}",
            tags={},
            managed_by=gateway.id,
        )
        return self._put(self._connected(caller, gateway, interface))

    def find(self, caller: Caller, gateway_id: str) -> NatGateway:
        """The caller's NAT gateway, also one that is deleted or failed, for an hour. Raises
        NatGatewayNotFound."""
        return self._tables.nat_gateway(caller, gateway_id)

    def all_of(self, caller: Caller) -> list[NatGateway]:
        """The caller's NAT gateways in its region."""
        return owned_by(self._tables.nat_gateways, caller)

    def delete(self, caller: Caller, gateway_id: str) -> None:
        """Delete a NAT gateway; its Elastic IP stays allocated. Raises NatGatewayNotFound."""
        gateway = self.find(caller, gateway_id)
        if gateway.state is NatState.DELETED:
            return
        if gateway.interface_id:
            self._interfaces.delete(caller, gateway.interface_id, managed_by=gateway_id)
        self._put(replace(gateway, state=NatState.DELETED, deleted=self._basics.world.now()))

    def next_due(self) -> float | None:
        """When the next one that is deleted or failed is forgotten, in UNIX seconds."""
        return earliest(
            gateway.deleted + REMEMBERED
            for gateway in self._tables.nat_gateways.values()
            if gateway.deleted is not None
        )

    def work(self, now: float) -> None:
        """Forget those whose hour is over at `now`."""
        for gateway in list(self._tables.nat_gateways.values()):
            if gateway.deleted is not None and gateway.deleted + REMEMBERED <= now:
                self._tables.nat_gateways.remove(gateway.id)
                self._tags.forget(gateway.id)

    def _obstacle(self, caller: Caller, vpc_id: str, allocation_id: str) -> AwsError | None:
        elastic = self._elastic.addresses.find(caller, allocation_id)
        try:
            self._elastic.check_gateway(vpc_id)
        except AwsError as error:
            return error
        if elastic.association:
            return AwsError(
                "Resource.AlreadyAssociated",
                f"Elastic IP address [{allocation_id}] is already associated with "
                f"{elastic.association.interface_id}",
            )
        return None

    def _connected(self, caller: Caller, gateway: NatGateway, interface: NetworkInterface) -> NatGateway:
        inside = replace(gateway, interface_id=interface.id, private_address=interface.private_address)
        if not gateway.public:
            return inside
        association = self._elastic.associate(
            caller, gateway.allocation_id, interface.id, managed_by=gateway.id
        )
        elastic = self._elastic.addresses.find(caller, gateway.allocation_id)
        return replace(inside, public_address=elastic.address, association_id=association.id)

    def _put(self, gateway: NatGateway) -> NatGateway:
        return self._tables.nat_gateways.put(gateway.id, gateway)


def _failed(gateway: NatGateway, obstacle: AwsError) -> NatGateway:
    return replace(
        gateway,
        state=NatState.FAILED,
        deleted=gateway.created,
        failure_code=obstacle.code,
        failure=obstacle.message,
    )
