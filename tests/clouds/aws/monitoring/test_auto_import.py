"""Pools that import the VPCs they find."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.aws_monitoring import MonitoringLab, tag_list
from support.aws_world import OTHER_REGION, REGION
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.clouds.aws.monitoring.auto_import import INTERVAL
from lab.clouds.aws.monitoring.resource_cidrs import ResourceCidrs
from lab.clouds.aws.pools.space import overlap


def _pool(lab: MonitoringLab, **asked: object) -> str:
    pool_id = lab.pool(**{"Locale": REGION, "AutoImport": True, **asked})
    assert lab.provision(pool_id, Cidr="10.0.0.0/8")["State"] == "provisioned"
    return pool_id


def _allocated(lab: MonitoringLab, pool_id: str) -> list[tuple[str | None, str]]:
    return [(each["ResourceId"], each["Cidr"]) for each in lab.allocations(pool_id)]


@pytest.mark.seed(102)
def test_a_pool_imports_a_vpc_within_its_cidrs_after_some_time() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    inside, outside = lab.vpc("10.1.0.0/16"), lab.vpc("192.168.0.0/16")
    lab.settle(INTERVAL - 1)
    assert _allocated(lab, pool_id) == []
    lab.settle(1)
    assert _allocated(lab, pool_id) == [(inside, "10.1.0.0/16")]
    assert lab.status(inside) == ("managed", "compliant", "nonoverlapping")
    assert lab.status(outside) == ("unmanaged", "unmanaged", "nonoverlapping")
    assert lab.aws.monitor.next_due() is None


@pytest.mark.seed(102)
def test_a_pool_without_auto_import_imports_nothing_until_it_is_told_to() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab, AutoImport=False)
    vpc_id = lab.vpc("10.1.0.0/16")
    lab.settle(10 * INTERVAL)
    assert _allocated(lab, pool_id) == []
    lab.ec2()("ModifyIpamPool", IpamPoolId=pool_id, AutoImport=True)
    lab.settle(2 * INTERVAL)
    assert _allocated(lab, pool_id) == [(vpc_id, "10.1.0.0/16")]


@pytest.mark.seed(102, 103)
def test_what_is_imported_need_not_keep_the_rules_and_is_noncompliant_then() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab, AllocationMinNetmaskLength=20, AllocationResourceTags=tag_list({"Region": REGION}))
    vpc_id = lab.vpc("10.1.0.0/16")
    lab.settle(INTERVAL)
    assert _allocated(lab, pool_id) == [(vpc_id, "10.1.0.0/16")]
    assert lab.status(vpc_id) == ("managed", "noncompliant", "nonoverlapping")


@pytest.mark.seed(105)
def test_an_imported_vpc_of_another_region_than_the_locale_is_noncompliant() -> None:
    lab = MonitoringLab()
    _pool(lab)
    there, here = lab.vpc("10.1.0.0/16", region=OTHER_REGION), lab.vpc("10.2.0.0/16")
    lab.settle(INTERVAL)
    assert lab.status(there) == ("managed", "noncompliant", "nonoverlapping")
    assert lab.status(here) == ("managed", "compliant", "nonoverlapping")


def test_of_vpcs_that_overlap_only_the_largest_is_imported() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    lab.vpc("10.1.0.0/18")
    large = lab.vpc("10.1.0.0/16")
    lab.vpc("10.1.0.0/16")
    lab.settle(5 * INTERVAL)
    assert _allocated(lab, pool_id) == [(large, "10.1.0.0/16")]
    assert lab.status(large)[2] == "overlapping"


def test_what_is_taken_already_is_not_imported() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    lab.allocate(pool_id, Cidr="10.1.0.0/26")
    lab.vpc("10.1.0.0/16")
    lab.settle(5 * INTERVAL)
    assert _allocated(lab, pool_id) == [(None, "10.1.0.0/26")]


def test_an_ignored_vpc_is_not_imported() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    vpc_id = lab.vpc("10.1.0.0/16")
    lab.ec2()(
        "ModifyIpamResourceCidr",
        ResourceId=vpc_id,
        ResourceCidr="10.1.0.0/16",
        ResourceRegion=REGION,
        CurrentIpamScopeId=lab.private,
        Monitored=False,
    )
    lab.settle(5 * INTERVAL)
    assert _allocated(lab, pool_id) == []


def test_what_no_call_has_changed_is_not_looked_through_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = MonitoringLab()
    _pool(lab)
    lab.vpc("10.1.0.0/16")
    due = lab.aws.monitor.next_due()
    looked: list[object] = []
    unmanaged_vpcs = ResourceCidrs.unmanaged_vpcs
    monkeypatch.setattr(
        ResourceCidrs,
        "unmanaged_vpcs",
        lambda self, manager: looked.append(manager) or unmanaged_vpcs(self, manager),
    )
    for _ in range(3):
        lab.ec2()("DescribeVpcs")
        assert lab.aws.monitor.next_due() == due
    assert not looked
    lab.vpc("192.168.0.0/16")
    assert lab.aws.monitor.next_due() == due
    assert looked


def test_the_deepest_pool_imports() -> None:
    lab = MonitoringLab()
    top = _pool(lab)
    sub = lab.pool(SourceIpamPoolId=top, Locale=REGION, AutoImport=True)
    lab.provision(sub, Cidr="10.1.0.0/16")
    vpc_id = lab.vpc("10.1.0.0/20")
    lab.settle(INTERVAL)
    assert _allocated(lab, sub) == [(vpc_id, "10.1.0.0/20")]


def test_an_imported_vpc_that_is_deleted_gives_its_space_back() -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    vpc_id = lab.vpc("10.1.0.0/16")
    lab.settle(INTERVAL)
    assert _allocated(lab, pool_id) == [(vpc_id, "10.1.0.0/16")]
    lab.ec2()("DeleteVpc", VpcId=vpc_id)
    assert _allocated(lab, pool_id) == []


changes = st.lists(
    st.tuples(st.sampled_from(["make", "make", "delete"]), st.integers(0, 7), st.integers(16, 19)), max_size=8
)


@given(changes)
@hypothesis_settings(max_examples=examples(20))
def test_in_the_end_every_vpc_in_the_pool_has_an_allocation_or_overlaps_one(
    asked: list[tuple[str, int, int]],
) -> None:
    lab = MonitoringLab()
    pool_id = _pool(lab)
    vpcs: dict[str, Prefix] = {}
    for what, place, length in asked:
        if what == "make":
            block = Prefix(4, 0x0A000000 + (place << 14), length).supernet(length)
            vpcs[lab.vpc(str(block))] = block
        elif vpcs:
            gone = list(vpcs)[place % len(vpcs)]
            lab.ec2()("DeleteVpc", VpcId=gone)
            del vpcs[gone]
        lab.settle(INTERVAL / 2)
    lab.settle(3 * INTERVAL)
    assert lab.aws.monitor.next_due() is None
    imported = {vpc_id: Prefix.parse(cidr) for vpc_id, cidr in _allocated(lab, pool_id) if vpc_id}
    assert imported.items() <= vpcs.items()
    blocks = list(imported.values())
    assert not any(overlap(one, other) for one, other in combinations(blocks, 2))
    assert all(any(overlap(block, taken) for taken in blocks) for block in vpcs.values())
