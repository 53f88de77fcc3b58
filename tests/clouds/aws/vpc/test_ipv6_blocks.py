"""IPv6 blocks of VPCs: from a pool of one's own or of Amazon's own, and back again."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.aws_client import Ec2
from support.aws_network import RANGE6, ec2_with_amazon, ipv6_pool
from support.aws_world import aws_with
from support.examples import examples

from lab.bgp.prefix import Prefix


def _create(ec2: Ec2, **asked: object) -> dict:
    return ec2("CreateVpc", CidrBlock="10.0.0.0/16", **asked)["Vpc"]


def _plain_vpc(ec2: Ec2) -> str:
    return _create(ec2)["VpcId"]


def _used(ec2: Ec2, pool_id: str) -> list[str]:
    found = ec2("GetAssociatedIpv6PoolCidrs", PoolId=pool_id)["Ipv6CidrAssociations"]
    return [each["Ipv6Cidr"] for each in found]


class Associations(RuleBasedStateMachine):
    """VPCs take blocks from a pool of four, named or not, and give them back."""

    def __init__(self) -> None:
        super().__init__()
        self.ec2 = Ec2(aws_with())
        self.pool_id = ipv6_pool(self.ec2, Prefix.parse("2001:db8:42::/54"), advertisable=True)
        self.vpcs = [_plain_vpc(self.ec2) for _ in range(2)]
        self.mine: dict[str, str] = {}

    @rule(vpc=st.integers(0, 1))
    def associate(self, vpc: int) -> None:
        asked = {"VpcId": self.vpcs[vpc], "Ipv6Pool": self.pool_id}
        if len(self.mine) == 4:
            assert self.ec2.refused("AssociateVpcCidrBlock", **asked).code == "InsufficientAddressCapacity"
        else:
            self._keep(self.ec2("AssociateVpcCidrBlock", **asked))

    @rule(vpc=st.integers(0, 1), number=st.integers(0, 3))
    def associate_by_name(self, vpc: int, number: int) -> None:
        block = f"2001:db8:42:{number}00::/56".replace(":000:", ":").replace("42:::", "42::")
        asked = {"VpcId": self.vpcs[vpc], "Ipv6Pool": self.pool_id, "Ipv6CidrBlock": block}
        if block in self.mine:
            assert self.ec2.refused("AssociateVpcCidrBlock", **asked).code == "InvalidParameterValue"
        else:
            assert self._keep(self.ec2("AssociateVpcCidrBlock", **asked)) == block

    @rule(choice=st.randoms(use_true_random=False))
    def disassociate(self, choice) -> None:
        if self.mine:
            association = self.mine.pop(choice.choice(sorted(self.mine)))
            self.ec2("DisassociateVpcCidrBlock", AssociationId=association)

    @invariant()
    def the_pool_and_the_vpcs_agree(self) -> None:
        assert sorted(_used(self.ec2, self.pool_id)) == sorted(self.mine)
        shown = [
            each["Ipv6CidrBlock"]
            for vpc in self.ec2("DescribeVpcs")["Vpcs"]
            for each in vpc["Ipv6CidrBlockAssociationSet"]
        ]
        assert sorted(shown) == sorted(self.mine)

    def _keep(self, answer: dict) -> str:
        association = answer["Ipv6CidrBlockAssociation"]
        block = association["Ipv6CidrBlock"]
        assert block not in self.mine
        self.mine[block] = association["AssociationId"]
        return block


Associations.TestCase.settings = settings(max_examples=examples(20), stateful_step_count=30, deadline=None)
TestAssociations = pytest.mark.seed(65, 67, 68, 72)(Associations.TestCase)


@pytest.mark.seed(63, 66)
def test_a_vpc_takes_the_block_that_is_named_from_the_pool_and_shows_it() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2)
    _create(ec2, Ipv6CidrBlock="2001:db8:42:1200::/56", Ipv6Pool=pool_id)
    (vpc,) = ec2("DescribeVpcs")["Vpcs"]
    (association,) = vpc["Ipv6CidrBlockAssociationSet"]
    assert association.pop("AssociationId").startswith("vpc-cidr-assoc-")
    assert association == {
        "Ipv6CidrBlock": "2001:db8:42:1200::/56",
        "Ipv6CidrBlockState": {"State": "associated"},
        "NetworkBorderGroup": "us-east-1",
        "Ipv6Pool": pool_id,
        "Ipv6AddressAttribute": "public",
        "IpSource": "byoip",
    }
    assert _used(ec2, pool_id) == ["2001:db8:42:1200::/56"]


@pytest.mark.seed(66)
def test_a_vpc_without_a_pool_shows_none() -> None:
    ec2 = ec2_with_amazon()
    assert _create(ec2)["Ipv6CidrBlockAssociationSet"] == []
    (association,) = _create(ec2, AmazonProvidedIpv6CidrBlock=True)["Ipv6CidrBlockAssociationSet"]
    assert association["Ipv6Pool"] == "Amazon"
    assert association["IpSource"] == "amazon"


@pytest.mark.seed(63)
@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        ({"Ipv6CidrBlock": "2001:db8:42::/56"}, "InvalidParameterCombination", "say which pool"),
        ({"Ipv6Pool": "mine", "Ipv6CidrBlock": "2001:db8:43::/56"}, "InvalidParameterValue", "is not within"),
        ({"Ipv6Pool": "mine", "Ipv6CidrBlock": "2001:db8:42::/57"}, "InvalidParameterValue", "a /56"),
        ({"Ipv6Pool": "mine", "Ipv6CidrBlock": "2001:db8:42::1/56"}, "InvalidParameterValue", "did you mean"),
        ({"Ipv6Pool": "mine", "Ipv6CidrBlock": "10.1.0.0/56"}, "InvalidParameterValue", "10.1.0.0/56"),
        ({"Ipv6Pool": "mine", "Ipv6CidrBlock": "2001:db8:42:f00::/56"}, "InvalidParameterValue", "in use"),
        ({"Ipv6Pool": "ipv6pool-ec2-0"}, "InvalidPoolID.NotFound", "ipv6pool-ec2-0"),
        (
            {"Ipv6Pool": "mine", "AmazonProvidedIpv6CidrBlock": True},
            "InvalidParameterCombination",
            "one source",
        ),
        ({"Ipv6Pool": "mine", "Ipv6NetmaskLength": 56}, "InvalidParameterCombination", "IPAM pool"),
    ],
)
def test_a_block_that_cannot_be_had_leaves_no_vpc(asked: dict, code: str, says: str) -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2)
    _create(ec2, Ipv6Pool=pool_id, Ipv6CidrBlock="2001:db8:42:f00::/56")
    if asked.get("Ipv6Pool") == "mine":
        asked = {**asked, "Ipv6Pool": pool_id}
    error = ec2.refused("CreateVpc", CidrBlock="10.0.0.0/16", **asked)
    assert error.code == code
    assert says in error.message
    assert len(ec2("DescribeVpcs")["Vpcs"]) == 1
    assert _used(ec2, pool_id) == ["2001:db8:42:f00::/56"]


@pytest.mark.seed(64)
def test_amazon_chooses_from_the_pool_where_no_block_is_named() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2, Prefix.parse("2001:db8:42::/55"))
    blocks = [
        _create(ec2, Ipv6Pool=pool_id)["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"] for _ in range(2)
    ]
    assert blocks == ["2001:db8:42::/56", "2001:db8:42:100::/56"]
    error = ec2.refused("CreateVpc", CidrBlock="10.0.0.0/16", Ipv6Pool=pool_id)
    assert error.code == "InsufficientAddressCapacity"


@pytest.mark.seed(63)
def test_another_accounts_pool_gives_no_block() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2)
    for other in ec2.elsewhere():
        error = other.refused("CreateVpc", CidrBlock="10.0.0.0/16", Ipv6Pool=pool_id)
        assert error.code == "InvalidPoolID.NotFound"


@pytest.mark.seed(77)
@pytest.mark.parametrize("length", [44, 48, 52, 56, 60])
def test_ipv6_is_enabled_by_associating_one_block(length: int) -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2, RANGE6.supernet(40))
    vpc_id = _plain_vpc(ec2)
    block = str(RANGE6.supernet(40))[:-3] + f"/{length}"
    answer = ec2("AssociateVpcCidrBlock", VpcId=vpc_id, Ipv6Pool=pool_id, Ipv6CidrBlock=block)
    assert answer["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"] == block
    subnet = f"{block.split('/')[0]}/64"
    made = ec2("CreateSubnet", VpcId=vpc_id, CidrBlock="10.0.0.0/24", Ipv6CidrBlock=subnet)["Subnet"]
    assert made["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"] == subnet


@pytest.mark.seed(77)
def test_without_an_ipv6_block_a_vpc_has_no_ipv6() -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _plain_vpc(ec2)
    asked = {"VpcId": vpc_id, "CidrBlock": "10.0.0.0/24", "Ipv6CidrBlock": "2001:db8:42::/64"}
    error = ec2.refused("CreateSubnet", **asked)
    assert error.code == "InvalidSubnet.Range"
    assert "no IPv6 block" in error.message
    subnet = ec2("CreateSubnet", VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    error = ec2.refused("CreateNetworkInterface", SubnetId=subnet, Ipv6AddressCount=1)
    assert "has no IPv6 block" in error.message


@pytest.mark.seed(77)
@pytest.mark.parametrize("length", [43, 45, 55, 57, 64])
def test_a_block_of_another_length_is_refused_with_the_nearest_one(length: int) -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2, Prefix.parse("2001:db8::/32"))
    error = ec2.refused(
        "AssociateVpcCidrBlock",
        VpcId=_plain_vpc(ec2),
        Ipv6Pool=pool_id,
        Ipv6CidrBlock=f"2001:db8::/{length}",
    )
    assert error.code == "InvalidParameterValue"
    nearest = {43: 44, 45: 44, 55: 56, 57: 56, 64: 60}[length]
    assert error.message.endswith(f"the nearest is a /{nearest}")


def test_a_pool_that_aws_may_not_announce_gives_private_addresses() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2, Prefix.parse("2001:db8:42::/56"), advertisable=False)
    (association,) = _create(ec2, Ipv6Pool=pool_id)["Ipv6CidrBlockAssociationSet"]
    assert association["Ipv6AddressAttribute"] == "private"
    assert association["Ipv6CidrBlock"] == "2001:db8:42::/56"


@pytest.mark.seed(68, 72)
def test_a_block_with_a_subnet_in_it_stays_and_goes_back_afterwards() -> None:
    ec2 = Ec2(aws_with())
    pool_id = ipv6_pool(ec2, Prefix.parse("2001:db8:42::/56"))
    vpc = _create(ec2, Ipv6Pool=pool_id)
    association = vpc["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]
    made = ec2(
        "CreateSubnet", VpcId=vpc["VpcId"], CidrBlock="10.0.0.0/24", Ipv6CidrBlock="2001:db8:42:1::/64"
    )["Subnet"]
    error = ec2.refused("DisassociateVpcCidrBlock", AssociationId=association)
    assert error.code == "InvalidCidrBlock.InUse"
    assert made["SubnetId"] in error.message
    assert (
        ec2.refused("CreateVpc", CidrBlock="10.0.0.0/16", Ipv6Pool=pool_id).code
        == "InsufficientAddressCapacity"
    )
    subnet_association = made["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]
    ec2("DisassociateSubnetCidrBlock", AssociationId=subnet_association)
    answer = ec2("DisassociateVpcCidrBlock", AssociationId=association)
    assert answer["Ipv6CidrBlockAssociation"]["Ipv6CidrBlockState"] == {"State": "disassociated"}
    _create(ec2, Ipv6Pool=pool_id)


@pytest.mark.seed(72)
def test_only_its_owner_ends_an_association_and_only_once() -> None:
    ec2 = Ec2(aws_with())
    vpc = _create(ec2, Ipv6Pool=ipv6_pool(ec2))
    association = vpc["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]
    not_found = "InvalidVpcCidrBlockAssociationID.NotFound"
    for other in ec2.elsewhere():
        assert other.refused("DisassociateVpcCidrBlock", AssociationId=association).code == not_found
    ec2("DisassociateVpcCidrBlock", AssociationId=association)
    assert ec2.refused("DisassociateVpcCidrBlock", AssociationId=association).code == not_found


def test_amazons_own_blocks_are_given_once() -> None:
    ec2 = ec2_with_amazon()
    blocks = [
        each("CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
        for each in (ec2, ec2.elsewhere()[0])
    ]
    assert [vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"] for vpc in blocks] == [
        "2001:db8:ff00::/56",
        "2001:db8:ff00:100::/56",
    ]
    error = ec2.refused("CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)
    assert error.code == "InsufficientAddressCapacity"
