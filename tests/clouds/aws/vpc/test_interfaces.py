"""Network interfaces and their addresses."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.aws_network import network
from support.aws_world import ACCOUNT
from support.examples import examples

from lab.bgp.prefix import Address, Prefix


class Interfaces(RuleBasedStateMachine):
    """Interfaces come and go in a subnet that has room for eleven."""

    def __init__(self) -> None:
        super().__init__()
        self.net = network()
        self.ec2 = self.net.ec2
        made = self.ec2(
            "CreateSubnet", VpcId=self.net.vpc_id, CidrBlock="10.0.9.0/28", Ipv6CidrBlock="2001:db8:42:9::/64"
        )
        self.subnet_id = made["Subnet"]["SubnetId"]
        self.mine: dict[str, list[str]] = {}

    @rule(count=st.integers(0, 3))
    def create(self, count: int) -> None:
        asked = {"SubnetId": self.subnet_id, "Ipv6AddressCount": count}
        if len(self.mine) == 11:
            error = self.ec2.refused("CreateNetworkInterface", **asked)
            assert error.code == "InsufficientFreeAddressesInSubnet"
        else:
            self._keep(self.ec2("CreateNetworkInterface", **asked), count)

    @rule(last=st.integers(0, 16))
    def create_with_addresses(self, last: int) -> None:
        private, ipv6 = f"10.0.9.{last}", f"2001:db8:42:9::{last:x}"
        asked = {
            "SubnetId": self.subnet_id,
            "PrivateIpAddress": private,
            "Ipv6Addresses": [{"Ipv6Address": str(Address.parse(ipv6))}],
        }
        used = {text for texts in self.mine.values() for text in texts}
        if last < 4 or last > 14:
            assert self.ec2.refused("CreateNetworkInterface", **asked).code == "InvalidParameterValue"
        elif {private, str(Address.parse(ipv6))} & used:
            assert self.ec2.refused("CreateNetworkInterface", **asked).code == "InvalidIPAddress.InUse"
        else:
            self._keep(self.ec2("CreateNetworkInterface", **asked), 1)

    @rule(choice=st.randoms(use_true_random=False))
    def delete(self, choice) -> None:
        if self.mine:
            interface_id = choice.choice(sorted(self.mine))
            del self.mine[interface_id]
            self.ec2("DeleteNetworkInterface", NetworkInterfaceId=interface_id)

    @invariant()
    def every_address_is_used_once_and_counted(self) -> None:
        used = [text for texts in self.mine.values() for text in texts]
        assert len(used) == len(set(used))
        (subnet,) = self.ec2("DescribeSubnets", SubnetIds=[self.subnet_id])["Subnets"]
        assert subnet["AvailableIpAddressCount"] == 11 - len(self.mine)

    def _keep(self, answer: dict, count: int) -> None:
        made = answer["NetworkInterface"]
        ipv6 = [each["Ipv6Address"] for each in made["Ipv6Addresses"]]
        assert len(ipv6) == count
        assert Prefix.parse("10.0.9.0/28").covers(Address.parse(made["PrivateIpAddress"]).host)
        assert all(Prefix.parse("2001:db8:42:9::/64").covers(Address.parse(text).host) for text in ipv6)
        self.mine[made["NetworkInterfaceId"]] = [made["PrivateIpAddress"], *ipv6]


Interfaces.TestCase.settings = settings(max_examples=examples(25), stateful_step_count=30, deadline=None)
TestInterfaces = pytest.mark.seed(78)(Interfaces.TestCase)


def test_an_interface_shows_its_addresses_and_its_elastic_ip() -> None:
    net = network()
    net.internet_gateway()
    interface_id = net.interface(Description="web", Ipv6AddressCount=1)
    elastic = net.ec2("AllocateAddress")
    made = net.ec2("AssociateAddress", AllocationId=elastic["AllocationId"], NetworkInterfaceId=interface_id)
    (shown,) = net.ec2("DescribeNetworkInterfaces")["NetworkInterfaces"]
    association = {
        "AllocationId": elastic["AllocationId"],
        "AssociationId": made["AssociationId"],
        "IpOwnerId": ACCOUNT,
        "PublicIp": elastic["PublicIp"],
    }
    assert shown["Association"] == association
    assert shown["PrivateIpAddresses"] == [
        {"Primary": True, "PrivateIpAddress": "10.0.0.4", "Association": association}
    ]
    assert shown["Ipv6Addresses"] == [{"Ipv6Address": "2001:db8:42::4"}]
    assert shown["Description"] == "web"
    assert shown["Status"] == "available"
    octets = shown["MacAddress"].split(":")
    assert len(octets) == 6
    assert octets[0] == "02"
    for name, value in (("association.public-ip", elastic["PublicIp"]), ("private-ip-address", "10.0.0.4")):
        asked = [{"Name": name, "Values": [value]}]
        assert net.ec2("DescribeNetworkInterfaces", Filters=asked)["NetworkInterfaces"] == [shown]


def test_a_repeated_request_makes_one_interface() -> None:
    net = network()
    assert net.interface(ClientToken="t") == net.interface(ClientToken="t")
    error = net.ec2.refused(
        "CreateNetworkInterface", SubnetId=net.subnet_id, ClientToken="t", Description="x"
    )
    assert error.code == "IdempotentParameterMismatch"
    assert len(net.ec2("DescribeNetworkInterfaces")["NetworkInterfaces"]) == 1


@pytest.mark.parametrize("count", [-1, 51])
def test_an_interface_has_at_most_50_ipv6_addresses(count: int) -> None:
    net = network()
    error = net.ec2.refused("CreateNetworkInterface", SubnetId=net.subnet_id, Ipv6AddressCount=count)
    assert error.code == "InvalidParameterValue"
    assert str(count) in error.message


def test_what_the_lab_does_not_have_is_said_and_not_swallowed() -> None:
    net = network()
    error = net.ec2.refused("CreateNetworkInterface", SubnetId=net.subnet_id, Groups=["sg-1"])
    assert error.code == "UnsupportedOperation"
    assert "Groups" in error.message


def test_nobody_else_sees_an_interface() -> None:
    net = network()
    interface_id = net.interface()
    for other in net.ec2.elsewhere():
        assert other("DescribeNetworkInterfaces")["NetworkInterfaces"] == []
        error = other.refused("DeleteNetworkInterface", NetworkInterfaceId=interface_id)
        assert error.code == "InvalidNetworkInterfaceID.NotFound"
        assert (
            other.refused("CreateNetworkInterface", SubnetId=net.subnet_id).code == "InvalidSubnetID.NotFound"
        )


def test_an_elastic_ip_outlives_its_interface() -> None:
    net = network()
    net.internet_gateway()
    interface_id = net.interface()
    allocation = net.ec2("AllocateAddress")["AllocationId"]
    net.ec2("AssociateAddress", AllocationId=allocation, NetworkInterfaceId=interface_id)
    net.ec2("DeleteNetworkInterface", NetworkInterfaceId=interface_id)
    (shown,) = net.ec2("DescribeAddresses")["Addresses"]
    assert "AssociationId" not in shown
