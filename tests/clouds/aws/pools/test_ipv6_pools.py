"""IPv6 pools, and the blocks that VPCs have of them."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.aws_client import Ec2
from support.aws_network import RANGE6, ipv6_pool
from support.aws_world import aws_with
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.pools.space import overlap

SMALL = Prefix.parse("2001:db8:42::/53")


class Blocks(RuleBasedStateMachine):
    """Blocks are taken, named or not, and given back, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.ec2 = Ec2(aws_with())
        self.pools = self.ec2.aws.ipv6_pools
        self.pool_id = ipv6_pool(self.ec2, SMALL)
        self.mine: set[Prefix] = set()

    @rule(length=st.sampled_from([56, 60]))
    def allocate(self, length: int) -> None:
        if all(any(overlap(part, block) for block in self.mine) for part in _parts(length)):
            with pytest.raises(AwsError, match="InsufficientAddressCapacity"):
                self._take(None, length)
        else:
            block = self._take(None, length)
            assert block.length == length
            self._keep(block)

    @rule(number=st.integers(0, 9), length=st.sampled_from([56, 60]))
    def allocate_by_name(self, number: int, length: int) -> None:
        wanted = Prefix(6, SMALL.value + (number << 128 - 56), length)
        free = SMALL.covers(wanted) and not any(overlap(wanted, block) for block in self.mine)
        if free:
            self._keep(self._take(wanted, 56))
        else:
            with pytest.raises(AwsError, match="InvalidParameterValue"):
                self._take(wanted, 56)

    @rule(choice=st.randoms(use_true_random=False))
    def release(self, choice) -> None:
        if self.mine:
            block = choice.choice(sorted(self.mine))
            self.ec2.aws.perform(lambda: self.pools.release(self.pool_id, block))
            self.mine.remove(block)

    @invariant()
    def what_is_in_use_is_what_was_taken(self) -> None:
        assert self.pools.in_use(self.pool_id) == sorted(self.mine)

    def _take(self, wanted: Prefix | None, length: int) -> Prefix:
        caller = self.ec2.caller
        return self.ec2.aws.perform(lambda: self.pools.allocate(caller, self.pool_id, wanted, length))

    def _keep(self, block: Prefix) -> None:
        assert SMALL.covers(block)
        assert not any(overlap(block, other) for other in self.mine)
        self.mine.add(block)


def _parts(length: int) -> list[Prefix]:
    size = 1 << 128 - length
    return [Prefix(6, SMALL.value + number * size, length) for number in range(1 << length - SMALL.length)]


Blocks.TestCase.settings = settings(max_examples=examples(40), stateful_step_count=30, deadline=None)
TestBlocks = Blocks.TestCase


@pytest.mark.seed(2, 62)
def test_the_pools_of_an_account_are_listed() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2)
    assert pool_id.startswith("ipv6pool-ec2-")
    assert ec2("DescribeIpv6Pools")["Ipv6Pools"] == [
        {"PoolId": pool_id, "Description": "", "PoolCidrBlocks": [{"Cidr": str(RANGE6)}], "Tags": []}
    ]


@pytest.mark.seed(62)
def test_pools_of_others_are_not_there() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2)
    for other in ec2.elsewhere():
        assert other("DescribeIpv6Pools")["Ipv6Pools"] == []
        assert other.refused("DescribeIpv6Pools", PoolIds=[pool_id]).code == "InvalidPoolID.NotFound"


@pytest.mark.seed(67)
def test_the_blocks_of_a_pool_are_listed_with_their_vpcs() -> None:
    ec2 = Ec2(aws_with())
    pool_id, other_pool = ipv6_pool(ec2), ipv6_pool(ec2, Prefix.parse("2001:db8:43::/48"))
    vpcs = [ec2("CreateVpc", CidrBlock="10.0.0.0/16", Ipv6Pool=pool_id)["Vpc"]["VpcId"] for _ in range(2)]
    assert ec2("GetAssociatedIpv6PoolCidrs", PoolId=pool_id)["Ipv6CidrAssociations"] == [
        {"Ipv6Cidr": "2001:db8:42::/56", "AssociatedResource": vpcs[0]},
        {"Ipv6Cidr": "2001:db8:42:100::/56", "AssociatedResource": vpcs[1]},
    ]
    assert ec2("GetAssociatedIpv6PoolCidrs", PoolId=other_pool)["Ipv6CidrAssociations"] == []
    assert ec2.refused("GetAssociatedIpv6PoolCidrs", PoolId="ipv6pool-ec2-0").code == "InvalidPoolID.NotFound"
    for other in ec2.elsewhere():
        assert other.refused("GetAssociatedIpv6PoolCidrs", PoolId=pool_id).code == "InvalidPoolID.NotFound"


def test_a_pool_in_use_cannot_be_removed() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2)
    vpc_id = ec2("CreateVpc", CidrBlock="10.0.0.0/16", Ipv6Pool=pool_id)["Vpc"]["VpcId"]
    with pytest.raises(AwsError, match=r"DependencyViolation: 1 blocks .* 2001:db8:42::/56"):
        ec2.aws.perform(lambda: ec2.aws.ipv6_pools.remove(pool_id))
    ec2("DeleteVpc", VpcId=vpc_id)
    ec2.aws.perform(lambda: ec2.aws.ipv6_pools.remove(pool_id))
    assert ec2("DescribeIpv6Pools")["Ipv6Pools"] == []


def test_a_block_goes_back_to_its_own_pool_only() -> None:
    ec2 = Ec2(aws_with())
    pool_id, other_pool = ipv6_pool(ec2), ipv6_pool(ec2, Prefix.parse("2001:db8:43::/48"))
    pools = ec2.aws.ipv6_pools
    block = ec2.aws.perform(lambda: pools.allocate(ec2.caller, pool_id, None))
    with pytest.raises(KeyError):
        ec2.aws.perform(lambda: pools.release(other_pool, block))
    assert pools.in_use(pool_id) == [block]
