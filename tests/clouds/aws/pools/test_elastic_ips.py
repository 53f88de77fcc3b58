"""Elastic IPs: where they come from, who sees them, and giving them up."""

from __future__ import annotations

import pytest
from support.aws_client import Ec2
from support.aws_network import RANGE, ec2_with_amazon, ipv4_pool, network
from support.aws_world import aws_with, pass_time
from support.byoip_customer import ready_world, signed

from lab.bgp.prefix import Prefix
from lab.state.state import State


@pytest.mark.seed(61)
def test_addresses_can_be_allocated_before_the_range_is_advertised_but_not_before_it_is_provisioned() -> None:
    world = ready_world(RANGE)
    ec2 = Ec2(aws_with(world))
    paper = signed(RANGE)
    context = {"Message": paper.message, "Signature": paper.signature}
    ec2("ProvisionByoipCidr", Cidr=str(RANGE), CidrAuthorizationContext=context)
    assert ec2.refused("AllocateAddress", Address="198.51.100.1").code == "InvalidAddress.NotFound"
    pass_time(ec2.aws, 3600)
    (byoip,) = ec2("DescribeByoipCidrs", MaxResults=5)["ByoipCidrs"]
    assert byoip["State"] == "provisioned"
    assert ec2("AllocateAddress", Address="198.51.100.1")["PublicIp"] == "198.51.100.1"


@pytest.mark.seed(59)
def test_an_address_comes_from_the_pool_that_is_named() -> None:
    ec2 = ec2_with_amazon()
    ipv4_pool(ec2)
    pool_id = ipv4_pool(ec2, Prefix.parse("203.0.113.0/24"))
    made = ec2("AllocateAddress", Domain="vpc", PublicIpv4Pool=pool_id)
    assert made == {
        "AllocationId": made["AllocationId"],
        "PublicIp": "203.0.113.0",
        "PublicIpv4Pool": pool_id,
        "NetworkBorderGroup": "us-east-1",
        "Domain": "vpc",
    }
    assert made["AllocationId"].startswith("eipalloc-")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"Domain": "standard"}, "InvalidParameterValue"),
        ({"NetworkBorderGroup": "us-east-1-bos-1"}, "InvalidParameterValue"),
        ({"IpamPoolId": "ipam-pool-0"}, "UnsupportedOperation"),
        ({"PublicIpv4Pool": "ipv4pool-ec2-0"}, "InvalidPublicIpv4PoolID.NotFound"),
    ],
)
def test_an_address_of_a_kind_that_is_not_there_is_refused(asked: dict, code: str) -> None:
    ec2 = ec2_with_amazon()
    assert ec2.refused("AllocateAddress", **asked).code == code
    assert ec2("DescribeAddresses")["Addresses"] == []


@pytest.mark.seed(59)
def test_a_pool_that_is_not_the_callers_gives_no_address() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv4_pool(ec2)
    for other in ec2.elsewhere():
        error = other.refused("AllocateAddress", PublicIpv4Pool=pool_id)
        assert error.code == "InvalidPublicIpv4PoolID.NotFound"


@pytest.mark.seed(60)
def test_an_address_of_somebody_elses_range_cannot_be_named() -> None:
    ec2 = Ec2(aws_with())
    ipv4_pool(ec2)
    for other in ec2.elsewhere():
        error = other.refused("AllocateAddress", Address="198.51.100.1")
        assert error.code == "InvalidAddress.NotFound"
        assert "198.51.100.1 is not in a provisioned range" in error.message
    assert ec2("AllocateAddress", Address="198.51.100.1")["PublicIp"] == "198.51.100.1"


@pytest.mark.parametrize("text", ["198.51.100.256", "198.51.100.0/24", "address", "2001:db8::1"])
def test_what_is_no_ipv4_address_of_a_range_is_refused(text: str) -> None:
    ec2 = Ec2(aws_with())
    ipv4_pool(ec2)
    error = ec2.refused("AllocateAddress", Address=text)
    assert error.code in {"InvalidParameterValue", "InvalidAddress.NotFound"}
    assert text in error.message


def test_a_named_address_must_be_of_the_named_pool() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv4_pool(ec2)
    other_pool = ipv4_pool(ec2, Prefix.parse("203.0.113.0/24"))
    error = ec2.refused("AllocateAddress", Address="198.51.100.1", PublicIpv4Pool=other_pool)
    assert error.code == "InvalidParameterCombination"
    assert pool_id in error.message
    ec2("AllocateAddress", Address="198.51.100.1", PublicIpv4Pool=pool_id)


def test_of_amazons_own_addresses_five_are_given_and_of_ones_own_all() -> None:
    ec2 = ec2_with_amazon()
    pool_id = ipv4_pool(ec2)
    ours = [ec2("AllocateAddress") for _ in range(5)]
    assert {made["PublicIpv4Pool"] for made in ours} == {"amazon"}
    assert len({made["PublicIp"] for made in ours}) == 5
    error = ec2.refused("AllocateAddress")
    assert error.code == "AddressLimitExceeded"
    assert "5 of Amazon's own" in error.message
    for _ in range(6):
        ec2("AllocateAddress", PublicIpv4Pool=pool_id)
    ec2("ReleaseAddress", AllocationId=ours[0]["AllocationId"])
    assert ec2("AllocateAddress")["PublicIp"] == ours[0]["PublicIp"]


def test_two_accounts_never_get_the_same_address_of_amazons() -> None:
    ec2 = ec2_with_amazon()
    everybody = [ec2, *ec2.elsewhere()]
    given = [each("AllocateAddress")["PublicIp"] for each in everybody for _ in range(5)]
    assert len(set(given)) == 15
    ec2("ReleaseAddress", AllocationId=ec2("DescribeAddresses")["Addresses"][0]["AllocationId"])
    everybody[1](
        "ReleaseAddress", AllocationId=everybody[1]("DescribeAddresses")["Addresses"][0]["AllocationId"]
    )


def test_without_addresses_of_amazons_own_there_is_none_to_be_had() -> None:
    error = Ec2(aws_with()).refused("AllocateAddress")
    assert error.code == "InsufficientAddressCapacity"


@pytest.mark.seed(71)
def test_a_released_address_is_gone_and_can_be_had_again() -> None:
    ec2 = Ec2(aws_with())
    ipv4_pool(ec2)
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "a", "Value": "b"}]}]
    first = ec2("AllocateAddress", Address="198.51.100.9", TagSpecifications=tags)
    ec2("ReleaseAddress", AllocationId=first["AllocationId"])
    assert ec2("DescribeAddresses")["Addresses"] == []
    assert (
        ec2.refused("ReleaseAddress", AllocationId=first["AllocationId"]).code
        == "InvalidAllocationID.NotFound"
    )
    again = ec2("AllocateAddress", Address="198.51.100.9")
    assert again["AllocationId"] != first["AllocationId"]
    assert ec2("DescribeAddresses")["Addresses"][0]["Tags"] == []


@pytest.mark.seed(71)
def test_an_address_in_use_cannot_be_released() -> None:
    net = network()
    net.internet_gateway()
    allocation = net.ec2("AllocateAddress")["AllocationId"]
    interface = net.interface()
    association = net.ec2("AssociateAddress", AllocationId=allocation, NetworkInterfaceId=interface)
    error = net.ec2.refused("ReleaseAddress", AllocationId=allocation)
    assert error.code == "InvalidIPAddress.InUse"
    assert interface in error.message
    net.ec2("DisassociateAddress", AssociationId=association["AssociationId"])
    net.ec2("ReleaseAddress", AllocationId=allocation)


def test_nobody_else_releases_or_sees_an_address() -> None:
    ec2 = ec2_with_amazon()
    made = ec2("AllocateAddress")
    for other in ec2.elsewhere():
        assert other("DescribeAddresses")["Addresses"] == []
        error = other.refused("ReleaseAddress", AllocationId=made["AllocationId"])
        assert error.code == "InvalidAllocationID.NotFound"
        assert (
            other.refused("DescribeAddresses", PublicIps=[made["PublicIp"]]).code == "InvalidAddress.NotFound"
        )


def test_a_release_must_name_its_address() -> None:
    ec2 = ec2_with_amazon()
    assert ec2.refused("ReleaseAddress").code == "MissingParameter"
    ec2("ReleaseAddress", PublicIp=ec2("AllocateAddress")["PublicIp"])
    assert ec2("DescribeAddresses")["Addresses"] == []


@pytest.mark.parametrize(
    "name",
    [
        "allocation-id",
        "association-id",
        "network-border-group",
        "network-interface-id",
        "network-interface-owner-id",
        "private-ip-address",
        "public-ip",
        "tag:use",
    ],
)
def test_addresses_are_found_by_each_filter(name: str) -> None:
    net = network()
    net.internet_gateway()
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "use", "Value": "web"}]}]
    allocation = net.ec2("AllocateAddress", TagSpecifications=tags)["AllocationId"]
    net.ec2("AssociateAddress", AllocationId=allocation, NetworkInterfaceId=net.interface())
    (shown,) = net.ec2("DescribeAddresses")["Addresses"]
    values = {
        "allocation-id": shown["AllocationId"],
        "association-id": shown["AssociationId"],
        "network-border-group": "us-east-1",
        "network-interface-id": shown["NetworkInterfaceId"],
        "network-interface-owner-id": net.ec2.caller.account,
        "private-ip-address": "10.0.0.4",
        "public-ip": shown["PublicIp"],
        "tag:use": "web",
    }
    for value, count in ((values[name], 1), ("other", 0)):
        found = net.ec2("DescribeAddresses", Filters=[{"Name": name, "Values": [value]}])["Addresses"]
        assert len(found) == count


def test_elastic_ips_and_pools_survive_the_end_of_the_process(tmp_path) -> None:
    state = State(tmp_path / "state")
    ec2 = Ec2(aws_with(state=state))
    pool_id = ipv4_pool(ec2)
    made = ec2("AllocateAddress", PublicIpv4Pool=pool_id)
    state.close()
    again = Ec2(aws_with(state=State(tmp_path / "state")))
    assert again("DescribeAddresses")["Addresses"][0]["PublicIp"] == made["PublicIp"]
    assert again("AllocateAddress", PublicIpv4Pool=pool_id)["PublicIp"] != made["PublicIp"]
