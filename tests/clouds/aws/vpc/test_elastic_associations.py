"""Elastic IPs on network interfaces."""

from __future__ import annotations

import pytest
from support.aws_network import Network, ipv4_pool, network


def _allocated(net: Network) -> str:
    return net.ec2("AllocateAddress")["AllocationId"]


def _associate(net: Network, allocation: str, interface: str, **asked: object) -> str:
    made = net.ec2("AssociateAddress", AllocationId=allocation, NetworkInterfaceId=interface, **asked)
    return made["AssociationId"]


def _used_by(net: Network) -> dict[str, str | None]:
    shown = net.ec2("DescribeAddresses")["Addresses"]
    return {each["AllocationId"]: each.get("NetworkInterfaceId") for each in shown}


@pytest.mark.seed(57)
def test_an_address_of_ones_own_pool_is_used_by_an_interface() -> None:
    net = network()
    net.internet_gateway()
    ipv4_pool(net.ec2)
    allocation = net.ec2("AllocateAddress", Address="198.51.100.7")["AllocationId"]
    interface = net.interface()
    association = _associate(net, allocation, interface)
    assert association.startswith("eipassoc-")
    (shown,) = net.ec2("DescribeAddresses")["Addresses"]
    assert (shown["PublicIp"], shown["PrivateIpAddress"]) == ("198.51.100.7", "10.0.0.4")
    assert shown["NetworkInterfaceId"] == interface
    assert shown["SubnetId"] == net.subnet_id
    net.ec2("DisassociateAddress", AssociationId=association)
    assert _used_by(net) == {allocation: None}


@pytest.mark.seed(57)
def test_without_an_internet_gateway_an_address_cannot_be_used() -> None:
    net = network()
    asked = {"AllocationId": _allocated(net), "NetworkInterfaceId": net.interface()}
    assert net.ec2.refused("AssociateAddress", **asked).code == "Gateway.NotAttached"
    net.egress_only_gateway()
    assert net.ec2.refused("AssociateAddress", **asked).code == "Gateway.NotAttached"
    net.internet_gateway()
    net.ec2("AssociateAddress", **asked)


def test_an_address_moves_unless_that_is_forbidden() -> None:
    net = network()
    net.internet_gateway()
    allocation, first, second = _allocated(net), net.interface(), net.interface()
    _associate(net, allocation, first)
    asked = {"AllocationId": allocation, "NetworkInterfaceId": second, "AllowReassociation": False}
    assert net.ec2.refused("AssociateAddress", **asked).code == "Resource.AlreadyAssociated"
    _associate(net, allocation, second)
    assert _used_by(net) == {allocation: second}
    other = _allocated(net)
    assert (
        net.ec2.refused("AssociateAddress", **{**asked, "AllocationId": other}).code
        == "Resource.AlreadyAssociated"
    )
    _associate(net, other, second)
    assert _used_by(net) == {allocation: None, other: second}


def test_an_interface_has_one_private_address_to_translate_to() -> None:
    net = network()
    net.internet_gateway()
    allocation, interface = _allocated(net), net.interface()
    asked = {"AllocationId": allocation, "NetworkInterfaceId": interface}
    error = net.ec2.refused("AssociateAddress", PrivateIpAddress="10.0.0.5", **asked)
    assert error.code == "InvalidParameterValue"
    assert "it has 10.0.0.4" in error.message
    _associate(net, allocation, interface, PrivateIpAddress="10.0.0.4")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "MissingParameter"),
        ({"AllocationId": "mine"}, "MissingParameter"),
        ({"AllocationId": "mine", "InstanceId": "i-0"}, "InvalidInstanceID.NotFound"),
        ({"AllocationId": "mine", "NetworkInterfaceId": "eni-0"}, "InvalidNetworkInterfaceID.NotFound"),
        ({"AllocationId": "eipalloc-0", "NetworkInterfaceId": "eni-0"}, "InvalidAllocationID.NotFound"),
        ({"PublicIp": "192.0.2.200", "NetworkInterfaceId": "eni-0"}, "InvalidAddress.NotFound"),
    ],
)
def test_an_association_that_cannot_be_is_refused(asked: dict, code: str) -> None:
    net = network()
    allocation = _allocated(net)
    if asked.get("AllocationId") == "mine":
        asked = {**asked, "AllocationId": allocation}
    assert net.ec2.refused("AssociateAddress", **asked).code == code


def test_an_association_ends_once_and_by_its_owner_only() -> None:
    net = network()
    net.internet_gateway()
    association = _associate(net, _allocated(net), net.interface())
    for other in net.ec2.elsewhere():
        error = other.refused("DisassociateAddress", AssociationId=association)
        assert error.code == "InvalidAssociationID.NotFound"
    net.ec2("DisassociateAddress", AssociationId=association)
    error = net.ec2.refused("DisassociateAddress", AssociationId=association)
    assert error.code == "InvalidAssociationID.NotFound"


def test_an_address_names_itself_as_well_as_its_id_does() -> None:
    net = network()
    net.internet_gateway()
    first, second = (net.ec2("AllocateAddress") for _ in range(2))
    net.ec2("AssociateAddress", PublicIp=first["PublicIp"], NetworkInterfaceId=net.interface())
    (shown,) = net.ec2("DescribeAddresses", PublicIps=[first["PublicIp"]])["Addresses"]
    assert shown["AllocationId"] == first["AllocationId"]
    assert "AssociationId" in shown
    net.ec2("DisassociateAddress", PublicIp=first["PublicIp"])
    assert _used_by(net) == {first["AllocationId"]: None, second["AllocationId"]: None}


def test_a_gateway_stays_while_addresses_are_translated() -> None:
    net = network()
    gateway = net.internet_gateway()
    association = _associate(net, _allocated(net), net.interface())
    error = net.ec2.refused("DetachInternetGateway", InternetGatewayId=gateway, VpcId=net.vpc_id)
    assert error.code == "DependencyViolation"
    assert "mapped public address" in error.message
    net.ec2("DisassociateAddress", AssociationId=association)
    net.ec2("DetachInternetGateway", InternetGatewayId=gateway, VpcId=net.vpc_id)
