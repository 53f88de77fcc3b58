"""Who may use what, after what was shared with whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.aws_sharing import (
    DEFAULT,
    IMPORT,
    MEMBER,
    ORGANIZATION,
    OUTSIDER,
    OWNER,
    POOL,
    SECOND_POOL,
    pool,
    ram_with,
)
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION
from support.examples import examples

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ram.records import AssociationKind, AssociationStatus, ShareStatus
from lab.clouds.aws.wire.models import service_model


def refused(code: str, *parts: str):
    """The refusal has that code and names these parts."""
    return _Refused(code, parts)


class _Refused:
    def __init__(self, code: str, parts: tuple[str, ...]) -> None:
        self._code, self._parts = code, parts
        self._raises = pytest.raises(AwsError)

    def __enter__(self) -> None:
        self._info = self._raises.__enter__()

    def __exit__(self, *details: object) -> bool:
        swallowed = self._raises.__exit__(*details)
        assert self._info.value.code == self._code
        for part in self._parts:
            assert part in self._info.value.message
        return bool(swallowed)


@pytest.mark.seed(110)
@pytest.mark.parametrize("principal", [OTHER_ACCOUNT, ORGANIZATION])
def test_a_pool_is_shared_with_an_account_or_with_the_whole_organization(principal: str) -> None:
    sharing = ram_with().sharing
    assert not sharing.is_shared(OTHER_ACCOUNT, POOL)
    sharing.create(OWNER, "us-east-1", resources=[POOL], principals=[principal])
    assert sharing.is_shared(OTHER_ACCOUNT, POOL)
    assert sharing.shared_with(OTHER_ACCOUNT) == {POOL}
    assert not sharing.is_shared(OTHER_ACCOUNT, SECOND_POOL)
    assert not sharing.is_shared(OUTSIDER.account, POOL)


@pytest.mark.seed(110)
@pytest.mark.parametrize(
    ("principal", "code", "named"),
    [
        ("12345", "InvalidParameterException", "twelve digits"),
        ("arn:aws:iam::123456789012:role/x", "InvalidParameterException", "malformed"),
        (
            f"arn:aws:organizations::{ACCOUNT}:organization/o-exampleorgid",
            "UnknownResourceException",
            ORGANIZATION,
        ),
        (
            f"arn:aws:organizations::{ACCOUNT}:ou/o-exampleorgid/ou-1",
            "UnknownResourceException",
            "no organizational units",
        ),
        (ACCOUNT, "InvalidParameterException", "another account"),
    ],
)
def test_a_principal_is_another_account_or_the_organization(principal: str, code: str, named: str) -> None:
    sharing = ram_with().sharing
    with refused(code, named, principal):
        sharing.create(OWNER, "x", resources=[POOL], principals=[principal])


def test_without_an_organization_nothing_is_shared_with_one() -> None:
    sharing = ram_with(organization=False).sharing
    with refused("OperationNotPermittedException", "in no organization"):
        sharing.create(OWNER, "x", resources=[POOL], principals=[ORGANIZATION])


@pytest.mark.seed(82)
def test_only_the_account_that_owns_a_pool_shares_it() -> None:
    sharing = ram_with().sharing
    theirs = pool("3", OTHER_ACCOUNT)
    with refused("OperationNotPermittedException", OTHER_ACCOUNT, ACCOUNT):
        sharing.create(OWNER, "x", resources=[theirs])
    share = sharing.create(OWNER, "x", resources=[POOL], principals=[OTHER_ACCOUNT])
    with refused("OperationNotPermittedException", "owned by account"):
        sharing.associate(MEMBER, share.arn, principals=[OUTSIDER.account])


def test_a_pool_that_does_not_exist_is_not_shared() -> None:
    with refused("UnknownResourceException", pool("4")):
        ram_with().sharing.create(OWNER, "x", resources=[pool("4")])


def test_a_pool_is_shared_in_the_home_region_of_its_ipam_only() -> None:
    sharing = ram_with().sharing
    with refused("OperationNotPermittedException", REGION, OTHER_REGION, "home Region"):
        sharing.create(Caller(ACCOUNT, OTHER_REGION), "x", resources=[POOL])


def test_shares_of_one_region_are_not_found_in_another() -> None:
    sharing = ram_with().sharing
    share = sharing.create(OWNER, "x")
    elsewhere = Caller(ACCOUNT, OTHER_REGION)
    assert sharing.owned(elsewhere) == []
    with refused("UnknownResourceException", OTHER_REGION):
        sharing.delete(elsewhere, share.arn)


def test_a_deleted_share_is_seen_as_deleted_and_shares_nothing() -> None:
    sharing = ram_with().sharing
    share = sharing.create(OWNER, "x", resources=[POOL], principals=[OTHER_ACCOUNT])
    sharing.delete(OWNER, share.arn)
    assert [known.status for known in sharing.owned(OWNER)] == [ShareStatus.DELETED]
    assert not sharing.is_shared(OTHER_ACCOUNT, POOL)
    with refused("UnknownResourceException", "deleted"):
        sharing.associate(OWNER, share.arn, principals=[OTHER_ACCOUNT])


def test_what_is_not_in_a_share_cannot_be_taken_out() -> None:
    sharing = ram_with().sharing
    share = sharing.create(OWNER, "x", resources=[POOL])
    with refused("UnknownResourceException", SECOND_POOL):
        sharing.disassociate(OWNER, share.arn, [SECOND_POOL])
    with refused("InvalidParameterException", "at least one"):
        sharing.disassociate(OWNER, share.arn)


@pytest.mark.seed(111)
def test_a_share_grants_the_default_permission_unless_it_is_told_another() -> None:
    sharing = ram_with().sharing
    plain = sharing.create(OWNER, "plain", resources=[POOL], principals=[OTHER_ACCOUNT])
    assert plain.permissions == (DEFAULT,)
    assert sharing.is_shared(OTHER_ACCOUNT, POOL, "ec2:AllocateIpamPoolCidr")
    assert not sharing.is_shared(OTHER_ACCOUNT, POOL, "ec2:DeleteIpamPool")
    told = sharing.create(
        OWNER, "told", resources=[SECOND_POOL], principals=[OTHER_ACCOUNT], permission_arns=[IMPORT]
    )
    assert told.permissions == (IMPORT,)
    assert not sharing.is_shared(OTHER_ACCOUNT, SECOND_POOL, "ec2:AllocateIpamPoolCidr")
    assert sharing.is_shared(OTHER_ACCOUNT, SECOND_POOL, "ec2:MoveByoipCidrToIpam")


@pytest.mark.seed(111)
def test_a_share_has_one_permission_for_a_type_and_only_one_that_exists() -> None:
    sharing = ram_with().sharing
    with refused("InvalidParameterException", DEFAULT, IMPORT):
        sharing.create(OWNER, "x", permission_arns=[DEFAULT, IMPORT])
    with refused("UnknownResourceException", DEFAULT):
        sharing.create(
            OWNER, "x", permission_arns=["arn:aws:ram::aws:permission/AWSRAMDefaultPermissionsSubnet"]
        )
    with refused("MalformedArnException", "AWSRAMDefaultPermissionsIpamPool"):
        sharing.create(OWNER, "x", permission_arns=["AWSRAMDefaultPermissionsIpamPool"])


DECLARED = {shape.error_code for shape in service_model("ram").error_shapes}
"""The errors that RAM's own model knows."""
pieces = st.sampled_from(
    [
        *("arn", ":", "aws", "ec2", "ram", "", "/", "\n", REGION, ACCOUNT, OTHER_ACCOUNT, "٠١٢٣٤٥٦٧٨٩٠١"),
        *("ipam-pool", "ipv4pool-ec2", "organizations", "organization", "ou", "permission"),
        *(POOL, ORGANIZATION, DEFAULT),
    ]
)
texts = st.lists(pieces, max_size=8).map("".join) | st.text(max_size=40)


@given(texts)
def test_whatever_is_named_as_share_resource_principal_or_permission_is_taken_or_refused(text: str) -> None:
    sharing = ram_with().sharing
    share = sharing.create(OWNER, "x")
    calls: list[Callable[[], object]] = [
        lambda: sharing.create(OWNER, "y", permission_arns=[text]),
        lambda: sharing.associate(OWNER, share.arn, [text]),
        lambda: sharing.associate(OWNER, share.arn, principals=[text]),
        lambda: sharing.disassociate(OWNER, share.arn, [text], [text]),
        lambda: sharing.find(OWNER, text),
        lambda: sharing.answer(OWNER, text, accept=True),
    ]
    codes = []
    for call in calls:
        try:
            call()
        except AwsError as error:
            codes.append(error.code)
    assert all(code in DECLARED for code in codes)


class Shares(RuleBasedStateMachine):
    """Whatever is done to two shares: a pool is usable if and only if a live share has it and the account."""

    def __init__(self) -> None:
        super().__init__()
        self.sharing = ram_with().sharing
        self.model: dict[str, tuple[set[str], set[str]]] = {}
        for name in ("a", "b"):
            self.model[self.sharing.create(OWNER, name).arn] = (set(), set())

    which = st.integers(0, 1)
    resources = st.lists(st.sampled_from([POOL, SECOND_POOL]), unique=True)
    principals = st.lists(st.sampled_from([OTHER_ACCOUNT, ORGANIZATION]), unique=True)

    def arn(self, which: int) -> str | None:
        return list(self.model)[which] if which < len(self.model) else None

    @rule(which=which, resources=resources, principals=principals)
    def add(self, which: int, resources: list[str], principals: list[str]) -> None:
        arn = self.arn(which)
        if arn and (resources or principals):
            made = self.sharing.associate(OWNER, arn, resources, principals)
            assert {each.status for each in made} == {AssociationStatus.ASSOCIATED}
            self.model[arn][0].update(resources)
            self.model[arn][1].update(principals)

    @rule(which=which, resources=resources, principals=principals)
    def take_out(self, which: int, resources: list[str], principals: list[str]) -> None:
        arn = self.arn(which)
        if not arn:
            return
        there = [each for each in resources if each in self.model[arn][0]]
        members = [each for each in principals if each in self.model[arn][1]]
        if there or members:
            self.sharing.disassociate(OWNER, arn, there, members)
            self.model[arn][0].difference_update(there)
            self.model[arn][1].difference_update(members)

    @rule(which=which)
    def delete(self, which: int) -> None:
        arn = self.arn(which)
        if arn:
            self.sharing.delete(OWNER, arn)
            del self.model[arn]

    @invariant()
    def what_is_usable_is_what_is_shared(self) -> None:
        expected = set().union(*(pools for pools, members in self.model.values() if members), set())
        assert self.sharing.shared_with(OTHER_ACCOUNT) == expected
        assert self.sharing.shared_with(ACCOUNT) == set()
        owned = self.sharing.owned(OWNER)
        live = self.sharing.associations(owned, AssociationKind.RESOURCE)
        held = {(each.share, each.entity) for each in live if each.status is AssociationStatus.ASSOCIATED}
        assert held == {(arn, each) for arn, (pools, _) in self.model.items() for each in pools}


TestShares = Shares.TestCase
TestShares.settings = hypothesis_settings(max_examples=examples(25), stateful_step_count=15, deadline=None)
