"""Internet gateways (Amazon VPC User Guide, "Enable internet access using internet gateways")."""

from __future__ import annotations

from dataclasses import replace

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.owned import owned_by
from lab.clouds.aws.pools.addresses import ElasticIps
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.records import InternetGateway
from lab.clouds.aws.vpc.tables import VpcTables


class InternetGateways:
    """The internet gateways of all accounts: one for a VPC, and one VPC for each."""

    def __init__(self, basics: Basics, tags: Tags, tables: VpcTables, addresses: ElasticIps) -> None:
        self._basics = basics
        self._tags = tags
        self._tables = tables
        self._addresses = addresses
        tags.of_kind("igw", "internet-gateway", self.find)

    def create(self, caller: Caller, tags: dict[str, str]) -> InternetGateway:
        """A new internet gateway, attached to nothing."""
        gateway_id = self._basics.ids.new("igw")
        self._tags.set(gateway_id, tags)
        gateway = InternetGateway(gateway_id, caller.account, caller.region, None)
        return self._tables.internet_gateways.put(gateway_id, gateway)

    def find(self, caller: Caller, gateway_id: str) -> InternetGateway:
        """The caller's internet gateway. Raises InvalidInternetGatewayID.NotFound."""
        return self._tables.internet_gateway(caller, gateway_id)

    def all_of(self, caller: Caller) -> list[InternetGateway]:
        """The caller's internet gateways in its region."""
        return owned_by(self._tables.internet_gateways, caller)

    def attach(self, caller: Caller, gateway_id: str, vpc_id: str) -> None:
        """Attach a gateway to a VPC. Raises Resource.AlreadyAssociated where the gateway is attached,
        InvalidParameterValue where the VPC has one."""
        gateway = self.find(caller, gateway_id)
        self._tables.vpc(caller, vpc_id)
        if gateway.vpc_id:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"resource {gateway_id} is already attached to network {gateway.vpc_id}",
            )
        if other := self._tables.internet_gateway_of(vpc_id):
            raise AwsError(
                "InvalidParameterValue",
                f"Network {vpc_id} already has an internet gateway attached: {other.id}",
            )
        self._tables.internet_gateways.put(gateway_id, replace(gateway, vpc_id=vpc_id))

    def detach(self, caller: Caller, gateway_id: str, vpc_id: str) -> None:
        """Detach a gateway from its VPC. Raises Gateway.NotAttached, and DependencyViolation while Elastic
        IPs are in use in the VPC."""
        gateway = self.find(caller, gateway_id)
        if gateway.vpc_id != vpc_id:
            raise AwsError(
                "Gateway.NotAttached", f"resource {gateway_id} is not attached to network {vpc_id}"
            )
        for subnet in self._tables.subnets_of(vpc_id):
            for interface in self._tables.interfaces_of(subnet.id):
                if elastic := self._addresses.of_interface(interface.id):
                    raise AwsError(
                        "DependencyViolation",
                        f"Network {vpc_id} has some mapped public address(es). Please unmap those before "
                        f"detaching the gateway: {elastic.address} ({elastic.id}) to {interface.id}",
                    )
        self._tables.internet_gateways.put(gateway_id, replace(gateway, vpc_id=None))

    def delete(self, caller: Caller, gateway_id: str) -> None:
        """Delete a gateway that is detached. Raises DependencyViolation."""
        gateway = self.find(caller, gateway_id)
        if gateway.vpc_id:
            raise AwsError(
                "DependencyViolation",
                f"The internetGateway '{gateway_id}' has dependencies and cannot be deleted: "
                f"it is attached to {gateway.vpc_id}",
            )
        self._tables.internet_gateways.remove(gateway_id)
        self._tags.forget(gateway_id)
