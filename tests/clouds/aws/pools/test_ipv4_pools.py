"""Public IPv4 pools, and the addresses that are allocated from them."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.aws_client import Ec2
from support.aws_network import RANGE, ipv4_pool
from support.aws_world import ACCOUNT, REGION, aws_with, pass_time
from support.byoip_customer import ready_world, signed
from support.examples import examples

from lab.bgp.prefix import Address, Prefix
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pool

SMALL = Prefix.parse("198.51.100.0/28")


class Addresses(RuleBasedStateMachine):
    """Addresses are allocated, named or not, and released, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.ec2 = Ec2(aws_with())
        self.pool_id = ipv4_pool(self.ec2, SMALL)
        self.mine: dict[str, str] = {}

    @rule()
    def allocate(self) -> None:
        if len(self.mine) == 16:
            error = self.ec2.refused("AllocateAddress", PublicIpv4Pool=self.pool_id)
            assert error.code == "InsufficientAddressCapacity"
            return
        self._keep(self.ec2("AllocateAddress", PublicIpv4Pool=self.pool_id))

    @rule(last=st.integers(0, 20))
    def allocate_by_address(self, last: int) -> None:
        address = f"198.51.100.{last}"
        if last > 15:
            assert self.ec2.refused("AllocateAddress", Address=address).code == "InvalidAddress.NotFound"
        elif address in self.mine:
            assert self.ec2.refused("AllocateAddress", Address=address).code == "InvalidParameterValue"
        else:
            assert self._keep(self.ec2("AllocateAddress", Address=address)) == address

    @rule(choice=st.randoms(use_true_random=False))
    def release(self, choice) -> None:
        if self.mine:
            address = choice.choice(sorted(self.mine))
            self.ec2("ReleaseAddress", AllocationId=self.mine.pop(address))

    @invariant()
    def the_pool_counts_what_is_allocated(self) -> None:
        (pool,) = self.ec2("DescribePublicIpv4Pools")["PublicIpv4Pools"]
        assert pool["TotalAddressCount"] == 16
        assert pool["TotalAvailableAddressCount"] == 16 - len(self.mine)
        used = self.ec2.aws.ipv4_pools.in_use(self.pool_id, SMALL)
        assert used == sorted(Address.parse(text) for text in self.mine)

    def _keep(self, made: dict) -> str:
        assert made["PublicIp"] not in self.mine
        assert SMALL.covers(Address.parse(made["PublicIp"]).host)
        self.mine[made["PublicIp"]] = made["AllocationId"]
        return made["PublicIp"]


Addresses.TestCase.settings = settings(max_examples=examples(25), stateful_step_count=40, deadline=None)
TestAddresses = pytest.mark.seed(59, 60, 71)(Addresses.TestCase)


@pytest.mark.seed(2)
def test_a_provisioned_range_appears_as_a_pool_and_one_that_fails_does_not() -> None:
    world = ready_world(RANGE)
    ec2 = Ec2(aws_with(world))
    paper = signed(RANGE)
    context = {"Message": paper.message, "Signature": paper.signature}
    ec2("ProvisionByoipCidr", Cidr=str(RANGE), CidrAuthorizationContext=context)
    assert ec2("DescribePublicIpv4Pools")["PublicIpv4Pools"] == []
    pass_time(ec2.aws, 3600)
    (pool,) = ec2("DescribePublicIpv4Pools")["PublicIpv4Pools"]
    assert pool["PoolId"].startswith("ipv4pool-ec2-")
    (byoip,) = ec2("DescribeByoipCidrs", MaxResults=5)["ByoipCidrs"]
    assert pool["PoolId"] in byoip["StatusMessage"]

    poor = Ec2(aws_with(ready_world(RANGE), poor_reputation=(RANGE,)))
    poor("ProvisionByoipCidr", Cidr=str(RANGE), CidrAuthorizationContext=context)
    pass_time(poor.aws, 3600)
    assert poor("DescribePublicIpv4Pools")["PublicIpv4Pools"] == []


@pytest.mark.seed(58)
def test_a_pool_shows_its_ranges_and_counts() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv4_pool(ec2)
    ec2.aws.perform(lambda: ec2.aws.ipv4_pools.add_range(pool_id, Prefix.parse("203.0.113.0/28")))
    ec2("AllocateAddress", Address="203.0.113.15")
    ec2("CreateTags", Resources=[pool_id], Tags=[{"Key": "a", "Value": "b"}])
    assert ec2("DescribePublicIpv4Pools", PoolIds=[pool_id])["PublicIpv4Pools"] == [
        {
            "PoolId": pool_id,
            "Description": "",
            "PoolAddressRanges": [
                {
                    "FirstAddress": "198.51.100.0",
                    "LastAddress": "198.51.100.255",
                    "AddressCount": 256,
                    "AvailableAddressCount": 256,
                },
                {
                    "FirstAddress": "203.0.113.0",
                    "LastAddress": "203.0.113.15",
                    "AddressCount": 16,
                    "AvailableAddressCount": 15,
                },
            ],
            "TotalAddressCount": 272,
            "TotalAvailableAddressCount": 271,
            "NetworkBorderGroup": REGION,
            "Tags": [{"Key": "a", "Value": "b"}],
        }
    ]


@pytest.mark.seed(58)
def test_pools_of_others_are_not_there() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv4_pool(ec2)
    for other in ec2.elsewhere():
        assert other("DescribePublicIpv4Pools")["PublicIpv4Pools"] == []
        error = other.refused("DescribePublicIpv4Pools", PoolIds=[pool_id])
        assert error.code == "InvalidPublicIpv4PoolID.NotFound"
        assert pool_id in error.message


def test_pools_are_found_by_tags_and_come_in_pages_of_10() -> None:
    ec2 = Ec2(aws_with())
    pools = [ipv4_pool(ec2, Prefix(4, RANGE.value + 4 * number, 30)) for number in range(12)]
    ec2("CreateTags", Resources=[pools[3]], Tags=[{"Key": "a", "Value": "b"}])
    found = ec2("DescribePublicIpv4Pools", Filters=[{"Name": "tag:a", "Values": ["b"]}])["PublicIpv4Pools"]
    assert [pool["PoolId"] for pool in found] == [pools[3]]
    first = ec2("DescribePublicIpv4Pools")
    rest = ec2("DescribePublicIpv4Pools", NextToken=first["NextToken"])
    assert [len(part["PublicIpv4Pools"]) for part in (first, rest)] == [10, 2]


def test_a_pool_in_use_can_be_neither_emptied_nor_removed() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv4_pool(ec2)
    pools = ec2.aws.ipv4_pools
    allocated = ec2("AllocateAddress", Address="198.51.100.7")
    for attempt in (lambda: pools.remove_range(pool_id, RANGE), lambda: pools.remove(pool_id)):
        with pytest.raises(AwsError, match=r"DependencyViolation: .*198\.51\.100\.7"):
            ec2.aws.perform(attempt)
    ec2("ReleaseAddress", AllocationId=allocated["AllocationId"])
    ec2.aws.perform(lambda: pools.remove_range(pool_id, RANGE))
    assert pools.find(ec2.caller, pool_id) == PublicIpv4Pool(pool_id, ACCOUNT, REGION, (), False)
    ec2.aws.perform(lambda: pools.remove(pool_id))
    assert ec2("DescribePublicIpv4Pools")["PublicIpv4Pools"] == []
