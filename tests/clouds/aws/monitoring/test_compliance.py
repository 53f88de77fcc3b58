"""Whether a resource keeps the allocation rules of its pool."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.aws_world import ACCOUNT, OTHER_REGION, REGION

from lab.bgp.prefix import Prefix
from lab.clouds.aws.ipam.records import AllocationRules, Pool, ScopeType, Stage
from lab.clouds.aws.monitoring.compliance import violations
from lab.clouds.aws.monitoring.records import Kind, Resource

RULES = AllocationRules(56, 56, 56, {"Region": "us-east-1"})
"""Those of the US-EAST-1-POOL of AWS's document."""


def _pool(rules: AllocationRules = RULES, locale: str | None = REGION) -> Pool:
    return Pool(
        id="ipam-pool-1",
        owner=ACCOUNT,
        region=REGION,
        ipam_id="ipam-1",
        scope_id="ipam-scope-1",
        scope_type=ScopeType.PUBLIC,
        version=6,
        source_pool_id=None,
        locale=locale,
        depth=1,
        description=None,
        auto_import=True,
        advertisable=True,
        service="ec2",
        ip_source="byoip",
        rules=rules,
        stage=Stage.CREATED,
        due=None,
    )


def _vpc(length: int = 56, region: str = REGION, **tags: str) -> Resource:
    block = Prefix(6, Prefix.parse("2001:db8::/32").value, length)
    return Resource(Kind.VPC, "vpc-1", ACCOUNT, region, block, "byoip", tags)


@pytest.mark.seed(103, 105)
def test_a_vpc_that_keeps_all_rules_is_compliant() -> None:
    assert not list(violations(_vpc(Region="us-east-1"), _pool()))


@pytest.mark.seed(103)
@pytest.mark.parametrize(
    ("vpc", "named"),
    [
        (_vpc(52, Region="us-east-1"), "/52 is shorter than the minimum /56"),
        (_vpc(60, Region="us-east-1"), "/60 is longer than the maximum /56"),
        (_vpc(), "no tag Region"),
        (_vpc(Region="eu-west-1"), "has Region=eu-west-1"),
    ],
)
def test_each_broken_rule_is_named_with_the_value_seen(vpc: Resource, named: str) -> None:
    [text] = violations(vpc, _pool())
    assert named in text


@pytest.mark.seed(105)
def test_the_locale_of_the_pool_is_a_rule_by_itself() -> None:
    vpc = _vpc(region=OTHER_REGION, Region="us-east-1")
    [text] = violations(vpc, _pool())
    assert f"{OTHER_REGION}, the locale of ipam-pool-1 is {REGION}" in text
    assert not list(violations(vpc, _pool(locale=None)))


@pytest.mark.seed(104)
def test_more_levels_of_a_hierarchy_are_more_required_tags() -> None:
    pool = _pool(AllocationRules(tags={"Environment": "prod", "BU": "retail"}))
    assert not list(violations(_vpc(Environment="prod", BU="retail", Other="x"), pool))
    assert len(list(violations(_vpc(Environment="prod"), pool))) == 1
    assert len(list(violations(_vpc(Environment="dev"), pool))) == 2


@given(
    st.integers(0, 128),
    st.none() | st.integers(0, 128),
    st.none() | st.integers(0, 128),
    st.sampled_from([None, REGION, OTHER_REGION]),
)
def test_as_many_texts_as_broken_rules(
    length: int, shortest: int | None, longest: int | None, locale: str | None
) -> None:
    broken = [
        shortest is not None and length < shortest,
        longest is not None and length > longest,
        locale == OTHER_REGION,
    ]
    pool = _pool(AllocationRules(shortest, None, longest), locale)
    vpc = Resource(Kind.VPC, "vpc-1", ACCOUNT, REGION, Prefix(6, 0, length), "byoip", {})
    assert len(list(violations(vpc, pool))) == sum(broken)
