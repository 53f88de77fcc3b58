"""Egress-only internet gateways (Amazon VPC User Guide, "Enable outbound IPv6 traffic")."""

from __future__ import annotations

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.owned import owned_by
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.vpc.records import EgressOnlyGateway
from lab.clouds.aws.vpc.tables import VpcTables


class EgressOnlyGateways:
    """The egress-only internet gateways of all VPCs, one for each."""

    def __init__(self, basics: Basics, tags: Tags, tables: VpcTables) -> None:
        self._basics = basics
        self._tags = tags
        self._tables = tables
        tags.of_kind("eigw", "egress-only-internet-gateway", self.find)

    def create(self, caller: Caller, vpc_id: str, tags: dict[str, str]) -> EgressOnlyGateway:
        """A new gateway for a VPC. Raises InvalidVpcID.NotFound, and InvalidParameterValue where the VPC has
        one."""
        self._tables.vpc(caller, vpc_id)
        if other := self._tables.egress_only_gateway_of(vpc_id):
            raise AwsError(
                "InvalidParameterValue",
                f"Network {vpc_id} already has an egress-only internet gateway: {other.id}",
            )
        gateway_id = self._basics.ids.new("eigw")
        self._tags.set(gateway_id, tags)
        gateway = EgressOnlyGateway(gateway_id, caller.account, caller.region, vpc_id)
        return self._tables.egress_only_gateways.put(gateway_id, gateway)

    def find(self, caller: Caller, gateway_id: str) -> EgressOnlyGateway:
        """The caller's gateway. Raises InvalidGatewayID.NotFound."""
        return self._tables.egress_only_gateway(caller, gateway_id)

    def all_of(self, caller: Caller) -> list[EgressOnlyGateway]:
        """The caller's gateways in its region."""
        return owned_by(self._tables.egress_only_gateways, caller)

    def delete(self, caller: Caller, gateway_id: str) -> None:
        """Delete a gateway."""
        self.find(caller, gateway_id)
        self._tables.egress_only_gateways.remove(gateway_id)
        self._tags.forget(gateway_id)
