"""Internet gateways, egress-only ones, and NAT gateways."""

from __future__ import annotations

import pytest
from support.aws_network import Network, ipv4_pool, network
from support.aws_world import START, pass_time


def test_a_gateway_is_attached_to_one_vpc_and_a_vpc_to_one_gateway() -> None:
    net = network()
    gateway = net.internet_gateway()
    (shown,) = net.ec2("DescribeInternetGateways")["InternetGateways"]
    assert shown["Attachments"] == [{"VpcId": net.vpc_id, "State": "attached"}]
    other_vpc = net.ec2("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    error = net.ec2.refused("AttachInternetGateway", InternetGatewayId=gateway, VpcId=other_vpc)
    assert error.code == "Resource.AlreadyAssociated"
    second = net.ec2("CreateInternetGateway")["InternetGateway"]
    assert second["Attachments"] == []
    asked = {"InternetGatewayId": second["InternetGatewayId"], "VpcId": net.vpc_id}
    assert net.ec2.refused("AttachInternetGateway", **asked).code == "InvalidParameterValue"
    assert net.ec2.refused("DetachInternetGateway", **asked).code == "Gateway.NotAttached"
    for name, value in (("attachment.vpc-id", net.vpc_id), ("attachment.state", "available")):
        found = net.ec2("DescribeInternetGateways", Filters=[{"Name": name, "Values": [value]}])
        assert found["InternetGateways"] == [shown]


def test_nobody_else_sees_or_attaches_a_gateway() -> None:
    net = network()
    gateway, egress = net.internet_gateway(), net.egress_only_gateway()
    for other in net.ec2.elsewhere():
        assert other("DescribeInternetGateways")["InternetGateways"] == []
        assert other("DescribeEgressOnlyInternetGateways")["EgressOnlyInternetGateways"] == []
        error = other.refused("DeleteInternetGateway", InternetGatewayId=gateway)
        assert error.code == "InvalidInternetGatewayID.NotFound"
        error = other.refused("DeleteEgressOnlyInternetGateway", EgressOnlyInternetGatewayId=egress)
        assert error.code == "InvalidGatewayID.NotFound"


def test_a_vpc_has_one_egress_only_gateway() -> None:
    net = network()
    gateway = net.egress_only_gateway()
    (shown,) = net.ec2("DescribeEgressOnlyInternetGateways")["EgressOnlyInternetGateways"]
    assert shown["EgressOnlyInternetGatewayId"] == gateway
    assert shown["Attachments"] == [{"VpcId": net.vpc_id, "State": "attached"}]
    error = net.ec2.refused("CreateEgressOnlyInternetGateway", VpcId=net.vpc_id)
    assert error.code == "InvalidParameterValue"
    assert gateway in error.message


def _nat(net: Network, allocation: str, **asked: object) -> dict:
    return net.ec2("CreateNatGateway", SubnetId=net.subnet_id, AllocationId=allocation, **asked)["NatGateway"]


@pytest.mark.seed(57)
def test_a_nat_gateway_uses_an_address_of_ones_own() -> None:
    net = network()
    net.internet_gateway()
    ipv4_pool(net.ec2)
    elastic = net.ec2("AllocateAddress", Address="198.51.100.7")
    gateway = _nat(net, elastic["AllocationId"])
    assert gateway == net.ec2("DescribeNatGateways")["NatGateways"][0]
    assert gateway["State"] == "available"
    assert gateway["ConnectivityType"] == "public"
    assert gateway["CreateTime"].timestamp() == START
    (address,) = gateway["NatGatewayAddresses"]
    assert (address["PublicIp"], address["PrivateIp"]) == ("198.51.100.7", "10.0.0.4")
    (interface,) = net.ec2("DescribeNetworkInterfaces")["NetworkInterfaces"]
    assert interface["InterfaceType"] == "natGateway"
    assert interface["Association"]["PublicIp"] == "198.51.100.7"
    assert interface["NetworkInterfaceId"] == address["NetworkInterfaceId"]


def test_what_belongs_to_a_nat_gateway_is_left_to_it() -> None:
    net = network()
    net.internet_gateway()
    allocation = net.ec2("AllocateAddress")["AllocationId"]
    gateway = _nat(net, allocation)
    (address,) = gateway["NatGatewayAddresses"]
    other = net.ec2("AllocateAddress")["AllocationId"]
    refused = net.ec2.refused
    assert refused("DisassociateAddress", AssociationId=address["AssociationId"]).code == "AuthFailure"
    asked = {"AllocationId": allocation, "NetworkInterfaceId": net.interface()}
    assert refused("AssociateAddress", **asked).code == "AuthFailure"
    interface = address["NetworkInterfaceId"]
    asked = {"AllocationId": other, "NetworkInterfaceId": interface}
    assert refused("AssociateAddress", **asked).code == "OperationNotPermitted"
    assert refused("DeleteNetworkInterface", NetworkInterfaceId=interface).code == "OperationNotPermitted"
    error = refused("ReleaseAddress", AllocationId=allocation)
    assert error.code == "InvalidIPAddress.InUse"
    assert gateway["NatGatewayId"] in error.message


def test_a_deleted_nat_gateway_frees_its_address_and_is_seen_for_an_hour() -> None:
    net = network()
    net.internet_gateway()
    allocation = net.ec2("AllocateAddress")["AllocationId"]
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "a", "Value": "b"}]}]
    gateway_id = _nat(net, allocation, TagSpecifications=tags)["NatGatewayId"]
    assert net.ec2("DeleteNatGateway", NatGatewayId=gateway_id) == {"NatGatewayId": gateway_id}
    net.ec2("ReleaseAddress", AllocationId=allocation)
    net.ec2("DeleteNatGateway", NatGatewayId=gateway_id)
    pass_time(net.ec2.aws, 3599)
    (shown,) = net.ec2("DescribeNatGateways")["NatGateways"]
    assert shown["State"] == "deleted"
    assert shown["DeleteTime"].timestamp() == START
    net.ec2("DeleteSubnet", SubnetId=net.subnet_id)
    pass_time(net.ec2.aws, 1)
    assert net.ec2("DescribeNatGateways")["NatGateways"] == []
    assert net.ec2.aws.tags.of(gateway_id) == {}
    assert net.ec2.refused("DeleteNatGateway", NatGatewayId=gateway_id).code == "NatGatewayNotFound"
    assert net.ec2.aws.vpcs.next_due() is None


def test_a_nat_gateway_without_an_internet_gateway_fails_and_says_why() -> None:
    net = network()
    gateway = _nat(net, net.ec2("AllocateAddress")["AllocationId"])
    assert gateway["State"] == "failed"
    assert gateway["FailureCode"] == "Gateway.NotAttached"
    assert net.vpc_id in gateway["FailureMessage"]
    assert net.ec2("DescribeNetworkInterfaces")["NetworkInterfaces"] == []
    net.ec2("DeleteNatGateway", NatGatewayId=gateway["NatGatewayId"])


def test_a_nat_gateway_takes_no_address_that_is_in_use() -> None:
    net = network()
    net.internet_gateway()
    allocation, interface = net.ec2("AllocateAddress")["AllocationId"], net.interface()
    net.ec2("AssociateAddress", AllocationId=allocation, NetworkInterfaceId=interface)
    gateway = _nat(net, allocation)
    assert gateway["FailureCode"] == "Resource.AlreadyAssociated"
    assert interface in gateway["FailureMessage"]


def test_a_private_nat_gateway_has_no_elastic_ip() -> None:
    net = network()
    asked = {"SubnetId": net.subnet_id, "ConnectivityType": "private"}
    gateway = net.ec2("CreateNatGateway", PrivateIpAddress="10.0.0.9", **asked)["NatGateway"]
    (address,) = gateway["NatGatewayAddresses"]
    assert gateway["State"] == "available"
    assert address["PrivateIp"] == "10.0.0.9"
    assert "PublicIp" not in address
    error = net.ec2.refused("CreateNatGateway", AllocationId="eipalloc-0", **asked)
    assert error.code == "InvalidParameterCombination"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "MissingParameter"),
        ({"SubnetId": "subnet-0"}, "MissingParameter"),
        ({"SubnetId": "subnet-0", "AllocationId": "eipalloc-0"}, "InvalidSubnetID.NotFound"),
        ({"SubnetId": "mine", "AllocationId": "eipalloc-0"}, "InvalidAllocationID.NotFound"),
        ({"AvailabilityMode": "regional", "VpcId": "vpc-0"}, "UnsupportedOperation"),
        ({"AvailabilityMode": "regional"}, "UnsupportedOperation"),
    ],
)
def test_a_nat_gateway_that_cannot_be_is_refused(asked: dict, code: str) -> None:
    net = network()
    if asked.get("SubnetId") == "mine":
        asked = {**asked, "SubnetId": net.subnet_id}
    assert net.ec2.refused("CreateNatGateway", **asked).code == code
    assert net.ec2("DescribeNatGateways")["NatGateways"] == []


def test_a_repeated_request_makes_one_nat_gateway() -> None:
    net = network()
    asked = {"SubnetId": net.subnet_id, "ConnectivityType": "private", "ClientToken": "t"}
    first, second = (net.ec2("CreateNatGateway", **asked)["NatGateway"] for _ in range(2))
    assert first == second
    assert len(net.ec2("DescribeNatGateways")["NatGateways"]) == 1
