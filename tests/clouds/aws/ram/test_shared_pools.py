"""AWS's own walk: a regional pool is shared by RAM, and another account makes a VPC from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.aws_ipam import TOP
from support.aws_monitoring import MonitoringLab, tag_list
from support.aws_sharing import IMPORT, MEMBER, OWNER
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, REGION, aws_with

from lab.bgp.prefix import WIDTH, Prefix
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operations import OPERATIONS
from lab.state.state import State

REGIONAL = "2605:9cc0:1ff0::/48"
TAGS = {"Region": REGION}


class _Shared(MonitoringLab):
    """The US-EAST-1-POOL, not shared yet."""

    def __init__(self, state: State | None = None) -> None:
        super().__init__(state)
        self.source = self.regional(
            self.top(TOP),
            REGIONAL,
            AllocationMinNetmaskLength=56,
            AllocationDefaultNetmaskLength=56,
            AllocationMaxNetmaskLength=56,
            AllocationResourceTags=tag_list(TAGS),
        )

    def ram(self, operation: str, caller: Caller = OWNER, **asked: Any) -> dict[str, Any]:
        return self.aws.perform(lambda: OPERATIONS["ram", operation](self.aws, caller, asked))

    def share(self, **asked: Any) -> str:
        arn = self.ec2()("DescribeIpamPools", IpamPoolIds=[self.source])["IpamPools"][0]["IpamPoolArn"]
        shared = self.ram(
            "CreateResourceShare",
            name="US-EAST-1-POOL",
            resourceArns=[arn],
            principals=[OTHER_ACCOUNT],
            allowExternalPrincipals=False,
            **asked,
        )
        share_arn: str = shared["resourceShare"]["resourceShareArn"]
        return share_arn

    def their_vpc(self, **tags: str) -> str:
        return self.vpc("10.0.0.0/16", account=OTHER_ACCOUNT, Ipv6IpamPoolId=self.source, tags=tags)


@pytest.mark.seed(110, 111, 112, 113)
def test_the_other_account_makes_a_vpc_from_the_shared_pool_and_the_owner_sees_the_allocation() -> None:
    lab = _Shared()
    with pytest.raises(AwsError, match=r"InvalidIpamPoolId\.NotFound"):
        lab.their_vpc(**TAGS)
    lab.share()
    vpc_id = lab.their_vpc(**TAGS)
    (allocation,) = lab.allocations(lab.source)
    assert (allocation["ResourceId"], allocation["ResourceOwner"]) == (vpc_id, OTHER_ACCOUNT)
    assert allocation["Cidr"] == "2605:9cc0:1ff0::/56"
    with pytest.raises(AwsError, match="requires resources to have the tag Region=us-east-1"):
        lab.their_vpc()
    theirs = lab.ec2(OTHER_ACCOUNT)("GetIpamPoolAllocations", IpamPoolId=lab.source)
    assert [each["ResourceId"] for each in theirs["IpamPoolAllocations"]] == [vpc_id]


@pytest.mark.seed(111)
def test_another_permission_than_the_default_one_does_not_let_it_allocate() -> None:
    lab = _Shared()
    lab.share(permissionArns=[IMPORT])
    with pytest.raises(AwsError, match="UnauthorizedOperation"):
        lab.their_vpc(**TAGS)


@pytest.mark.seed(110)
def test_after_the_share_is_gone_the_pool_is_gone_for_the_other_account_and_its_vpc_stays() -> None:
    lab = _Shared()
    share = lab.share()
    vpc_id = lab.their_vpc(**TAGS)
    lab.ram("DeleteResourceShare", resourceShareArn=share)
    with pytest.raises(AwsError, match=r"InvalidIpamPoolId\.NotFound"):
        lab.their_vpc(**TAGS)
    assert [each["ResourceId"] for each in lab.allocations(lab.source)] == [vpc_id]
    lab.ec2(OTHER_ACCOUNT)("DeleteVpc", VpcId=vpc_id)
    assert lab.allocations(lab.source) == []


@pytest.mark.seed(110)
def test_a_shared_account_cannot_change_the_pool_or_share_it_on() -> None:
    lab = _Shared()
    lab.share()
    refusal = lab.ec2(OTHER_ACCOUNT).refused("ModifyIpamPool", IpamPoolId=lab.source, Description="mine")
    assert refusal.code == "UnauthorizedOperation"
    arn = lab.ec2(OTHER_ACCOUNT)("DescribeIpamPools")["IpamPools"][0]["IpamPoolArn"]
    with pytest.raises(AwsError, match="OperationNotPermittedException"):
        lab.ram("CreateResourceShare", MEMBER, name="mine", resourceArns=[arn])


def test_shares_and_what_ipam_was_told_survive_the_end_of_the_lab(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    lab = _Shared(state)
    share = lab.share()
    vpc_id = lab.their_vpc(**TAGS)
    lab.ec2()("EnableIpamOrganizationAdminAccount", DelegatedAdminAccountId=OTHER_ACCOUNT)
    own = lab.vpc("10.9.0.0/16")
    lab.ec2()(
        "ModifyIpamResourceCidr",
        ResourceId=own,
        ResourceCidr="10.9.0.0/16",
        ResourceRegion=REGION,
        CurrentIpamScopeId=lab.private,
        Monitored=False,
    )
    state.close()
    lab.aws = aws_with(lab.world, State(tmp_path / "state"))
    assert lab.status(own) == ("ignored", "ignored", "ignored")
    assert lab.aws.monitor.admin.account == OTHER_ACCOUNT
    assert [each["ResourceId"] for each in lab.allocations(lab.source)] == [vpc_id]
    assert lab.their_vpc(**TAGS) != vpc_id
    lab.ram("DeleteResourceShare", resourceShareArn=share)
    assert lab.aws.sharing.shared_with(OTHER_ACCOUNT) == frozenset()


@pytest.mark.seed(109)
def test_what_the_console_shows_of_a_pool_follows_from_the_api() -> None:
    lab = _Shared()
    vpc_id = lab.vpc("10.0.0.0/16", Ipv6IpamPoolId=lab.source, tags=TAGS)
    lab.ec2()("CreateSubnet", VpcId=vpc_id, CidrBlock="10.0.0.0/24", Ipv6CidrBlock="2605:9cc0:1ff0::/64")
    (pool,) = lab.ec2()("DescribeIpamPools", IpamPoolIds=[lab.source])["IpamPools"]
    assert pool["Locale"] == REGION
    size = sum(_addresses(each["Cidr"]) for each in lab.cidrs(lab.source))
    allocated = sum(_addresses(each["Cidr"]) for each in lab.allocations(lab.source))
    seen = lab.seen(lab.public, IpamPoolId=lab.source)
    assigned = sum(each["IpUsage"] * _addresses(each["ResourceCidr"]) for each in seen)
    assert size == 2**80
    assert (allocated / size, 1 - allocated / size) == (1 / 256, 255 / 256)
    assert assigned / size == 1 / 65536


def _addresses(cidr: str) -> int:
    prefix = Prefix.parse(cidr)
    return 1 << WIDTH[prefix.version] - prefix.length


@pytest.mark.seed(12, 110)
def test_a_range_brought_without_ipam_cannot_be_shared_and_one_of_an_ipam_pool_can() -> None:
    lab = _Shared()
    context = lab.prepare("198.51.100.0/24")
    lab.ec2()("ProvisionByoipCidr", Cidr="198.51.100.0/24", CidrAuthorizationContext=context)
    lab.settle(3600)
    (pool,) = lab.ec2()("DescribePublicIpv4Pools")["PublicIpv4Pools"]
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:ipv4pool-ec2/{pool['PoolId']}"
    with pytest.raises(AwsError, match=f"InvalidParameterException: {pool['PoolId']} cannot be shared"):
        lab.ram("CreateResourceShare", name="x", resourceArns=[arn], principals=[OTHER_ACCOUNT])
    assert lab.ram("GetResourceShares", resourceOwner="SELF")["resourceShares"] == []
    assert lab.ec2(OTHER_ACCOUNT)("DescribePublicIpv4Pools")["PublicIpv4Pools"] == []
    lab.share()
    assert len(lab.ec2(OTHER_ACCOUNT)("DescribeIpamPools")["IpamPools"]) == 1
