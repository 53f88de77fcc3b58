"""The tables of VPCs and what is in them, and what is looked up in them again and again."""

from __future__ import annotations

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.owned import find_owned
from lab.clouds.aws.vpc.records import (
    EgressOnlyGateway,
    InternetGateway,
    NatGateway,
    NetworkInterface,
    Subnet,
    Vpc,
)


class VpcTables:
    """All records by their IDs. What belongs to another account or region is not found."""

    def __init__(self, basics: Basics) -> None:
        state = basics.state
        self.vpcs = state.table("aws_vpcs", Vpc)
        self.subnets = state.table("aws_subnets", Subnet)
        self.interfaces = state.table("aws_network_interfaces", NetworkInterface)
        self.internet_gateways = state.table("aws_internet_gateways", InternetGateway)
        self.egress_only_gateways = state.table("aws_egress_only_gateways", EgressOnlyGateway)
        self.nat_gateways = state.table("aws_nat_gateways", NatGateway)

    def vpc(self, caller: Caller, vpc_id: str) -> Vpc:
        """Raises InvalidVpcID.NotFound."""
        return find_owned(self.vpcs, caller, vpc_id, "InvalidVpcID.NotFound", "vpc ID")

    def subnet(self, caller: Caller, subnet_id: str) -> Subnet:
        """Raises InvalidSubnetID.NotFound."""
        return find_owned(self.subnets, caller, subnet_id, "InvalidSubnetID.NotFound", "subnet ID")

    def interface(self, caller: Caller, interface_id: str) -> NetworkInterface:
        """Raises InvalidNetworkInterfaceID.NotFound."""
        code = "InvalidNetworkInterfaceID.NotFound"
        return find_owned(self.interfaces, caller, interface_id, code, "networkInterface ID")

    def internet_gateway(self, caller: Caller, gateway_id: str) -> InternetGateway:
        """Raises InvalidInternetGatewayID.NotFound."""
        code = "InvalidInternetGatewayID.NotFound"
        return find_owned(self.internet_gateways, caller, gateway_id, code, "internetGateway ID")

    def egress_only_gateway(self, caller: Caller, gateway_id: str) -> EgressOnlyGateway:
        """Raises InvalidGatewayID.NotFound."""
        code = "InvalidGatewayID.NotFound"
        return find_owned(
            self.egress_only_gateways, caller, gateway_id, code, "egress-only internet gateway ID"
        )

    def nat_gateway(self, caller: Caller, gateway_id: str) -> NatGateway:
        """Raises NatGatewayNotFound."""
        return find_owned(self.nat_gateways, caller, gateway_id, "NatGatewayNotFound", "NAT gateway")

    def internet_gateway_of(self, vpc_id: str) -> InternetGateway | None:
        """The internet gateway that is attached to a VPC."""
        return next((each for each in self.internet_gateways.values() if each.vpc_id == vpc_id), None)

    def egress_only_gateway_of(self, vpc_id: str) -> EgressOnlyGateway | None:
        """The egress-only internet gateway of a VPC."""
        return next((each for each in self.egress_only_gateways.values() if each.vpc_id == vpc_id), None)

    def subnets_of(self, vpc_id: str) -> list[Subnet]:
        """The subnets of a VPC."""
        return [subnet for subnet in self.subnets.values() if subnet.vpc_id == vpc_id]

    def interfaces_of(self, subnet_id: str) -> list[NetworkInterface]:
        """The network interfaces in a subnet."""
        return [each for each in self.interfaces.values() if each.subnet_id == subnet_id]
