"""Allocations: what people reserve, and the rules a pool has for it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.aws_ipam import IpamLab
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION

from lab.bgp.prefix import Prefix
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import Allocation, ResourceType

HERE = Caller(ACCOUNT, REGION)
REQUIRED = ({"Key": "Environment", "Value": "prod"}, {"Key": "BU", "Value": "web"})


def _lab(cidr: str = "10.0.0.0/16", **asked: Any) -> tuple[IpamLab, str]:
    lab = IpamLab()
    pool = lab.pool(**{"Locale": REGION, **asked})
    lab.provision(pool, Cidr=cidr)
    return lab, pool


def _for_vpc(lab: IpamLab, pool: str, vpc: str = "vpc-1", **asked: Any) -> Allocation:
    known = {"cidr": None, "netmask": None, "tags": {}, "resource_region": REGION, **asked}
    return lab.aws.perform(
        lambda: lab.aws.ipam.allocate(HERE, pool, resource_id=vpc, resource_type="vpc", **known)
    )


@pytest.mark.seed(113)
def test_an_allocation_is_made_shown_described_and_released() -> None:
    lab, pool = _lab()
    tags = [{"ResourceType": "ipam-pool-allocation", "Tags": [{"Key": "Name", "Value": "x"}]}]
    made = lab.ask(
        "AllocateIpamPoolCidr", IpamPoolId=pool, NetmaskLength=24, Description="d", TagSpecifications=tags
    )["IpamPoolAllocation"]
    assert (made["Cidr"], made["ResourceType"], made["ResourceOwner"]) == ("10.0.0.0/24", "custom", ACCOUNT)
    assert (made["Description"], made["Tags"]) == ("d", [{"Key": "Name", "Value": "x"}])
    allocation = made["IpamPoolAllocationId"]
    assert re.fullmatch(r"ipam-pool-alloc-[0-9a-f]{33}", allocation)
    assert lab.allocations(pool) == [made]
    assert lab.allocations(pool, IpamPoolAllocationId=allocation) == [made]
    changed = lab.ask("ModifyIpamPoolAllocation", IpamPoolAllocationId=allocation, Description="e")
    assert changed["IpamPoolAllocation"] == {**made, "Description": "e"}
    described = lab.ask("DescribeIpamPoolAllocations", IpamPoolAllocationIds=[allocation])
    assert described["IpamPoolAllocations"] == [changed["IpamPoolAllocation"]]
    known = {"IpamPoolId": pool, "IpamPoolAllocationId": allocation}
    assert "10.0.0.0/24" in lab.refusal("ReleaseIpamPoolAllocation", **known, Cidr="10.0.0.0/25").message
    assert lab.ask("ReleaseIpamPoolAllocation", **known, Cidr="10.0.0.0/24") == {"Success": True}
    assert lab.allocations(pool) == []
    for operation, asked in (
        ("ReleaseIpamPoolAllocation", {**known, "Cidr": "10.0.0.0/24"}),
        ("ModifyIpamPoolAllocation", {"IpamPoolAllocationId": allocation}),
        ("DescribeIpamPoolAllocations", {"IpamPoolAllocationIds": [allocation]}),
    ):
        assert lab.refusal(operation, **asked).code == "InvalidIpamPoolAllocationId.NotFound"


@pytest.mark.seed(113)
def test_allocations_of_a_pool_that_does_not_exist_cannot_be_shown() -> None:
    lab = IpamLab()
    error = lab.refusal("GetIpamPoolAllocations", IpamPoolId="ipam-pool-0123")
    assert error.code == "InvalidIpamPoolId.NotFound"
    assert error.message == "The ipam-pool ID 'ipam-pool-0123' does not exist"


def test_the_lowest_free_space_is_taken_and_that_of_a_released_one_again() -> None:
    lab, pool = _lab()
    assert [lab.allocate(pool, NetmaskLength=length) for length in (24, 22, 24)] == [
        "10.0.0.0/24", "10.0.4.0/22", "10.0.1.0/24",
    ]  # fmt: skip
    first = lab.allocations(pool)[0]["IpamPoolAllocationId"]
    asked = {"IpamPoolId": pool, "IpamPoolAllocationId": first, "Cidr": "10.0.0.0/24"}
    lab.ask("ReleaseIpamPoolAllocation", **asked)
    assert lab.allocate(pool, NetmaskLength=25) == "10.0.0.0/25"


def test_a_preview_takes_nothing() -> None:
    lab, pool = _lab()
    for _ in range(2):
        assert lab.allocate(pool, NetmaskLength=24, PreviewNextCidr=True) == "10.0.0.0/24"
    assert lab.allocations(pool) == []


def test_cidrs_can_be_allowed_and_disallowed_with_a_netmask_only() -> None:
    lab, pool = _lab()
    assert lab.allocate(pool, NetmaskLength=24, DisallowedCidrs=["10.0.0.0/23"]) == "10.0.2.0/24"
    assert lab.allocate(pool, NetmaskLength=24, AllowedCidrs=["10.0.8.0/21"]) == "10.0.8.0/24"
    both = {"AllowedCidrs": ["10.0.8.0/22", "10.9.0.0/16"], "DisallowedCidrs": ["10.0.9.0/24"]}
    assert lab.allocate(pool, NetmaskLength=24, **both) == "10.0.10.0/24"
    for asked in ({"AllowedCidrs": ["10.9.0.0/16"]}, {"AllowedCidrs": ["10.0.0.0/25"]}):
        error = lab.refusal("AllocateIpamPoolCidr", IpamPoolId=pool, NetmaskLength=24, **asked)
        assert error.message == "The allocation size is too big for the pool."
    error = lab.refusal(
        "AllocateIpamPoolCidr", IpamPoolId=pool, Cidr="10.0.5.0/24", DisallowedCidrs=["10.0.0.0/24"]
    )
    assert error.code == "InvalidParameterCombination"


def test_an_allocation_that_does_not_fit_is_refused_in_aws_words() -> None:
    lab, pool = _lab("10.0.0.0/24")
    for length in (23, 25, 25):
        asked = {"IpamPoolId": pool, "NetmaskLength": length}
        if length == 25:
            lab.ask("AllocateIpamPoolCidr", **asked)
            continue
        error = lab.refusal("AllocateIpamPoolCidr", **asked)
        assert (error.code, error.message) == (
            "InvalidParameterValue",
            "The allocation size is too big for the pool.",
        )
    error = lab.refusal("AllocateIpamPoolCidr", IpamPoolId=pool, NetmaskLength=32)
    assert error.message == "The allocation size is too big for the pool."


def test_a_cidr_is_in_the_pool_and_free() -> None:
    lab, pool = _lab()
    assert lab.allocate(pool, Cidr="10.0.7.0/24") == "10.0.7.0/24"
    for cidr, text in (
        ("10.1.0.0/24", "is not in"), ("10.0.0.0/15", "is not in"), ("10.0.7.0/25", "overlaps 10.0.7.0/24"),
        ("10.0.6.0/23", "overlaps 10.0.7.0/24"), ("2001:db8::/56", "address family"), ("10.0.0.1/24", "host"),
        ("10.0.9.0", "length"),
    ):  # fmt: skip
        error = lab.refusal("AllocateIpamPoolCidr", IpamPoolId=pool, Cidr=cidr)
        assert error.code == "InvalidParameterValue"
        assert text in error.message


@pytest.mark.seed(100)
def test_the_netmask_of_an_allocation_keeps_the_rules_of_its_pool() -> None:
    names = ("AllocationMinNetmaskLength", "AllocationDefaultNetmaskLength", "AllocationMaxNetmaskLength")
    lab, pool = _lab("fd80::/48", AddressFamily="ipv6", **dict.fromkeys(names, 56))
    assert lab.allocate(pool) == "fd80::/56"
    assert lab.allocate(pool, NetmaskLength=56) == "fd80:0:0:100::/56"
    for asked in ({"NetmaskLength": 55}, {"NetmaskLength": 57}, {"Cidr": "fd80:0:0:f000::/60"}):
        error = lab.refusal("AllocateIpamPoolCidr", IpamPoolId=pool, **asked)
        assert error.code == "InvalidParameterValue"
        assert error.message.endswith("expected 56.")


def test_without_a_default_something_must_be_said_and_not_both() -> None:
    lab, pool = _lab()
    for asked in ({}, {"Cidr": "10.0.0.0/24", "NetmaskLength": 24}):
        error = lab.refusal("AllocateIpamPoolCidr", IpamPoolId=pool, **asked)
        assert error.code == "InvalidParameterCombination"


@pytest.mark.seed(96, 97)
def test_space_is_allocated_in_the_locale_of_a_pool() -> None:
    lab = IpamLab()
    top = lab.pool()
    lab.provision(top, Cidr="10.0.0.0/8")
    pool = lab.pool(SourceIpamPoolId=top, Locale=OTHER_REGION)
    lab.provision(pool, NetmaskLength=16)
    error = lab.refusal("AllocateIpamPoolCidr", IpamPoolId=pool, NetmaskLength=24)
    assert error.code == "InvalidParameterValue"
    assert error.message == f"The pool {pool} is not in the current region {REGION}. Ask in {OTHER_REGION}."
    assert lab.allocate(pool, region=OTHER_REGION, NetmaskLength=24) == "10.0.0.0/24"
    assert lab.allocate(top, NetmaskLength=16) == "10.1.0.0/16", "people may reserve without a locale"
    with pytest.raises(AwsError, match="locale None"):
        _for_vpc(lab, top, netmask=16)


@pytest.mark.seed(101, 104)
def test_a_resource_has_all_the_tags_its_pool_requires() -> None:
    lab, pool = _lab(AllocationResourceTags=list(REQUIRED))
    for tags, text in (
        ({}, "no tag Environment"),
        ({"Environment": "prod"}, "no tag BU"),
        ({"Environment": "test", "BU": "web"}, "Environment=test"),
    ):
        with pytest.raises(AwsError, match=text) as caught:
            _for_vpc(lab, pool, netmask=24, tags=tags)
        assert caught.value.code == "InvalidParameterValue"
    made = _for_vpc(lab, pool, netmask=24, tags={"Environment": "prod", "BU": "web", "Name": "more"})
    assert str(made.prefix) == "10.0.0.0/24"
    assert lab.allocate(pool, NetmaskLength=24), "what people reserve has no tags of a resource"


def test_the_space_of_a_resource_is_its_own_to_give_back() -> None:
    lab, pool = _lab()
    made = _for_vpc(lab, pool, netmask=24)
    (shown,) = lab.allocations(pool)
    assert (shown["ResourceType"], shown["ResourceId"], shown["ResourceRegion"]) == ("vpc", "vpc-1", REGION)
    asked = {"IpamPoolId": pool, "IpamPoolAllocationId": made.id, "Cidr": str(made.prefix)}
    error = lab.refusal("ReleaseIpamPoolAllocation", **asked)
    assert error.code == "InvalidParameterValue"
    assert "manual" in error.message
    lab.aws.perform(lambda: lab.aws.ipam.release("vpc-1", made.prefix))
    assert lab.allocations(pool) == []
    lab.aws.perform(lambda: lab.aws.ipam.release("vpc-1", made.prefix))


def test_public_space_for_resources_comes_from_pools_of_the_service_ec2() -> None:
    lab = IpamLab()
    top = lab.top()
    pool = lab.regional(top, "2605:9cc0:1ff0::/48", AwsService=None)
    with pytest.raises(AwsError, match="AwsService ec2"):
        _for_vpc(lab, pool, netmask=56)
    serving = lab.regional(top, "2605:9cc0:1ff1::/48")
    assert str(_for_vpc(lab, serving, netmask=56).prefix) == "2605:9cc0:1ff1::/56"


@pytest.mark.seed(102)
def test_what_a_resource_has_already_is_adopted_whatever_the_rules_say() -> None:
    lab, pool_id = _lab(AutoImport=True, AllocationMinNetmaskLength=24, AllocationResourceTags=list(REQUIRED))
    pool = lab.aws.ipam.tables.pools[pool_id]

    def adopt(cidr: str) -> Allocation | None:
        return lab.aws.perform(
            lambda: lab.aws.ipam.allocations.adopt(
                pool,
                Prefix.parse(cidr),
                owner=ACCOUNT,
                resource_id="vpc-1",
                resource_type=ResourceType.VPC,
                resource_region=REGION,
            )
        )

    assert pool.auto_import
    assert adopt("10.0.0.0/20") is not None
    assert adopt("10.0.0.0/24") is None, "it is taken"
    assert adopt("10.9.0.0/24") is None, "it is not in the pool"
    assert [each["Cidr"] for each in lab.allocations(pool_id)] == ["10.0.0.0/20"]


def test_a_pool_that_is_not_there_yet_gives_nothing() -> None:
    lab = IpamLab()
    made = lab.ask("CreateIpamPool", IpamScopeId=lab.private, AddressFamily="ipv4")["IpamPool"]
    error = lab.refusal("AllocateIpamPoolCidr", IpamPoolId=made["IpamPoolId"], NetmaskLength=24)
    assert error.code == "IncorrectState"


def test_an_allocation_is_known_where_its_pool_is_and_nowhere_else() -> None:
    lab, pool = _lab()
    made = lab.ask("AllocateIpamPoolCidr", IpamPoolId=pool, NetmaskLength=24)["IpamPoolAllocation"]
    asked = {"IpamPoolAllocationIds": [made["IpamPoolAllocationId"]]}
    (shown,) = lab.ask("DescribeIpamPoolAllocations", **asked)["IpamPoolAllocations"]
    assert shown["Cidr"] == made["Cidr"]
    for place in ({"region": OTHER_REGION}, {"account": OTHER_ACCOUNT}):
        error = lab.refusal("DescribeIpamPoolAllocations", **place, **asked)
        assert error.code == "InvalidIpamPoolAllocationId.NotFound"


def test_the_same_request_sent_twice_allocates_once() -> None:
    lab, pool = _lab()
    for _ in range(2):
        assert lab.allocate(pool, NetmaskLength=24, ClientToken="t") == "10.0.0.0/24"
    assert len(lab.allocations(pool)) == 1
