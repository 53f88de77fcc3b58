"""Ranges that were brought, and VPCs with something in them, made with the calls a customer would make."""

from __future__ import annotations

from dataclasses import dataclass

from support.aws_client import Ec2
from support.aws_world import aws_with

from lab.bgp.prefix import Prefix

RANGE = Prefix.parse("198.51.100.0/24")
RANGE6 = Prefix.parse("2001:db8:42::/48")
AMAZON = (Prefix.parse("192.0.2.0/28"), Prefix.parse("2001:db8:ff00::/55"))


def ec2_with_amazon(**changes: object) -> Ec2:
    """EC2 with addresses of Amazon's own."""
    return Ec2(aws_with(amazon_prefixes=AMAZON, **changes))


def ipv4_pool(ec2: Ec2, prefix: Prefix = RANGE) -> str:
    """The pool that a range becomes once it is provisioned."""
    pools, caller = ec2.aws.ipv4_pools, ec2.caller
    return ec2.aws.perform(lambda: pools.make(caller.account, caller.region, prefix))


def ipv6_pool(ec2: Ec2, prefix: Prefix = RANGE6, *, advertisable: bool = True) -> str:
    """The pool that an IPv6 range becomes once it is provisioned."""
    pools, caller = ec2.aws.ipv6_pools, ec2.caller
    return ec2.aws.perform(lambda: pools.make(caller.account, caller.region, prefix, advertisable))


@dataclass(frozen=True)
class Network:
    """A VPC (10.0.0.0/16) with a subnet (10.0.0.0/24) and, from a BYOIP pool, IPv6 in both."""

    ec2: Ec2
    vpc_id: str
    subnet_id: str
    pool_id: str

    def interface(self, **asked: object) -> str:
        """A new network interface in the subnet."""
        made = self.ec2("CreateNetworkInterface", SubnetId=self.subnet_id, **asked)
        return made["NetworkInterface"]["NetworkInterfaceId"]

    def internet_gateway(self) -> str:
        """A new internet gateway, attached."""
        gateway_id = self.ec2("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        self.ec2("AttachInternetGateway", InternetGatewayId=gateway_id, VpcId=self.vpc_id)
        return gateway_id

    def egress_only_gateway(self) -> str:
        """A new egress-only internet gateway."""
        made = self.ec2("CreateEgressOnlyInternetGateway", VpcId=self.vpc_id)
        return made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]


def network(ec2: Ec2 | None = None, *, advertisable: bool = True) -> Network:
    """A VPC with a subnet, nothing in it, and no gateway."""
    ec2 = ec2 or ec2_with_amazon()
    pool_id = ipv6_pool(ec2, advertisable=advertisable)
    vpc_id = ec2("CreateVpc", CidrBlock="10.0.0.0/16", Ipv6Pool=pool_id)["Vpc"]["VpcId"]
    subnet = ec2("CreateSubnet", VpcId=vpc_id, CidrBlock="10.0.0.0/24", Ipv6CidrBlock="2001:db8:42::/64")
    return Network(ec2, vpc_id, subnet["Subnet"]["SubnetId"], pool_id)
