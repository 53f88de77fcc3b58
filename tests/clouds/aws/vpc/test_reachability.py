"""What becomes of packets for addresses that were brought to AWS."""

from __future__ import annotations

import pytest
from support.aws_network import RANGE, Network, ipv4_pool, network

from lab.bgp.prefix import Address
from lab.clouds.aws.vpc.reachability import Verdict, verdict

ELASTIC = Address.parse("198.51.100.7")
NATIVE = Address.parse("2001:db8:42::10")


def _verdict(net: Network, address: Address, *, advertised: bool = True) -> Verdict:
    return verdict(net.ec2.aws.vpcs, address, advertised=advertised)


def _with_elastic() -> tuple[Network, str, str]:
    net = network()
    net.internet_gateway()
    ipv4_pool(net.ec2, RANGE)
    allocation = net.ec2("AllocateAddress", Address=str(ELASTIC))["AllocationId"]
    interface = net.interface()
    net.ec2("AssociateAddress", AllocationId=allocation, NetworkInterfaceId=interface)
    return net, allocation, interface


def _with_native(*, advertisable: bool = True) -> tuple[Network, str]:
    net = network(advertisable=advertisable)
    return net, net.interface(Ipv6Addresses=[{"Ipv6Address": str(NATIVE)}])


@pytest.mark.seed(57, 75)
def test_an_ipv4_packet_is_translated_one_to_one_at_the_internet_gateway() -> None:
    net, allocation, interface = _with_elastic()
    found = _verdict(net, ELASTIC)
    assert (found.internet, found.resource, found.inside) == (True, interface, "10.0.0.4")
    assert f"translates {ELASTIC} ({allocation}) one to one to 10.0.0.4" in found.text
    # The network interface does not have the public address itself.
    (shown,) = net.ec2("DescribeNetworkInterfaces")["NetworkInterfaces"]
    assert [each["PrivateIpAddress"] for each in shown["PrivateIpAddresses"]] == ["10.0.0.4"]


@pytest.mark.seed(75)
def test_an_ipv6_packet_is_not_translated() -> None:
    net, interface = _with_native()
    net.internet_gateway()
    found = _verdict(net, NATIVE)
    assert (found.internet, found.resource, found.inside) == (True, interface, str(NATIVE))
    (shown,) = net.ec2("DescribeNetworkInterfaces")["NetworkInterfaces"]
    assert shown["Ipv6Addresses"] == [{"Ipv6Address": str(NATIVE)}]
    assert "Association" not in shown


@pytest.mark.seed(57)
def test_a_packet_for_an_address_that_nothing_uses_is_dropped() -> None:
    net, allocation, interface = _with_elastic()
    assert "not allocated" in _verdict(net, Address.parse("198.51.100.8")).text
    net.ec2("DeleteNetworkInterface", NetworkInterfaceId=interface)
    found = _verdict(net, ELASTIC)
    assert found == Verdict(False, False, allocation, "", found.text)
    assert "associated with nothing" in found.text
    assert "No network interface has" in _verdict(net, NATIVE).text


@pytest.mark.seed(57)
def test_a_nat_gateway_lets_only_answers_in() -> None:
    net = network()
    net.internet_gateway()
    ipv4_pool(net.ec2, RANGE)
    allocation = net.ec2("AllocateAddress", Address=str(ELASTIC))["AllocationId"]
    made = net.ec2("CreateNatGateway", SubnetId=net.subnet_id, AllocationId=allocation)["NatGateway"]
    found = _verdict(net, ELASTIC)
    assert found.resource == made["NatGatewayId"]
    assert found.text.endswith("which lets only answers in")


def test_what_aws_does_not_announce_the_internet_does_not_reach() -> None:
    net, _, _ = _with_elastic()
    assert not _verdict(net, ELASTIC, advertised=False).internet
    net, _ = _with_native()
    net.internet_gateway()
    found = _verdict(net, NATIVE, advertised=False)
    assert (found.internet, found.private) == (False, True)
    assert "AWS does not announce its range" in found.text


@pytest.mark.seed(76)
def test_whether_the_internet_reaches_ipv6_is_decided_by_the_gateways_of_the_vpc() -> None:
    net, interface = _with_native()
    found = _verdict(net, NATIVE)
    assert not found.internet
    assert found.text.endswith(f"{net.vpc_id} has no internet gateway")
    egress = net.egress_only_gateway()
    found = _verdict(net, NATIVE)
    assert not found.internet
    assert found.text.endswith(f"{egress} of {net.vpc_id} lets only answers in")
    gateway = net.internet_gateway()
    assert _verdict(net, NATIVE).internet
    net.ec2("DetachInternetGateway", InternetGatewayId=gateway, VpcId=net.vpc_id)
    assert not _verdict(net, NATIVE).internet
    assert _verdict(net, NATIVE).resource == interface


@pytest.mark.seed(46, 78)
def test_a_range_that_is_not_publicly_advertisable_is_reached_privately_only() -> None:
    net, interface = _with_native(advertisable=False)
    net.internet_gateway()
    found = _verdict(net, NATIVE)
    assert (found.internet, found.private, found.resource) == (False, True, interface)
    assert "Direct Connect" in found.text
    assert "not publicly advertisable" in found.text


@pytest.mark.seed(78)
def test_an_ipv6_address_is_reached_privately_whatever_the_internet_does_and_an_elastic_ip_is_not() -> None:
    net, _ = _with_native()
    assert _verdict(net, NATIVE).private
    net.internet_gateway()
    assert _verdict(net, NATIVE).private
    net, _, _ = _with_elastic()
    assert not _verdict(net, ELASTIC).private
