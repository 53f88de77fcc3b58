"""Tags of resources, and the rules AWS has for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.aws_client import Ec2
from support.aws_world import aws_with

from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.tags import checked_tags, tags_from


def _specification(**tags: str) -> list[dict[str, object]]:
    return [{"ResourceType": "vpc", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def _vpc(ec2: Ec2, **tags: str) -> str:
    made = ec2("CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=_specification(**tags))
    return made["Vpc"]["VpcId"]


def _tags(ec2: Ec2, vpc_id: str) -> dict[str, str]:
    found = ec2("DescribeTags", Filters=[{"Name": "resource-id", "Values": [vpc_id]}])["Tags"]
    assert all(tag["ResourceType"] == "vpc" for tag in found)
    return {tag["Key"]: tag["Value"] for tag in found}


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.dictionaries(st.sampled_from("abcd"), st.text("xyz", max_size=2), min_size=1),
        ),
        max_size=8,
    )
)
def test_tags_are_what_was_last_set_and_not_taken_away(changes: list[tuple[bool, dict[str, str]]]) -> None:
    ec2 = Ec2(aws_with())
    vpc_id, expected = _vpc(ec2), {}
    for add, tags in changes:
        asked = [{"Key": key, "Value": value} for key, value in tags.items()]
        ec2("CreateTags" if add else "DeleteTags", Resources=[vpc_id], Tags=asked)
        if add:
            expected |= tags
        else:
            expected = {key: value for key, value in expected.items() if tags.get(key) != value}
        assert _tags(ec2, vpc_id) == expected


def test_tags_are_deleted_by_key_or_all_at_once() -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _vpc(ec2, Name="a", team="net", stage="")
    ec2("DeleteTags", Resources=[vpc_id], Tags=[{"Key": "Name"}, {"Key": "never"}])
    assert _tags(ec2, vpc_id) == {"team": "net", "stage": ""}
    ec2("DeleteTags", Resources=[vpc_id])
    assert _tags(ec2, vpc_id) == {}


def test_the_tags_of_a_deleted_resource_are_gone() -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _vpc(ec2, Name="a")
    ec2("DeleteVpc", VpcId=vpc_id)
    assert ec2("DescribeTags")["Tags"] == []
    assert ec2.aws.tags.of(vpc_id) == {}


def test_nobody_else_sees_or_changes_tags() -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _vpc(ec2, Name="a")
    for other in ec2.elsewhere():
        assert other("DescribeTags")["Tags"] == []
        error = other.refused("CreateTags", Resources=[vpc_id], Tags=[{"Key": "Name", "Value": "b"}])
        assert error.code == "InvalidVpcID.NotFound"
        assert other.refused("DeleteTags", Resources=[vpc_id]).code == "InvalidVpcID.NotFound"
    assert _tags(ec2, vpc_id) == {"Name": "a"}


def test_one_resource_that_is_not_there_leaves_the_others_untagged() -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _vpc(ec2)
    for missing, code in (("vpc-0", "InvalidVpcID.NotFound"), ("thing-0", "InvalidID")):
        error = ec2.refused("CreateTags", Resources=[vpc_id, missing], Tags=[{"Key": "a", "Value": "b"}])
        assert error.code == code
        assert missing in error.message
    assert _tags(ec2, vpc_id) == {}


@pytest.mark.parametrize("name", ["key", "value", "tag:a", "resource-type", "resource-id"])
def test_tags_are_found_by_each_filter(name: str) -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _vpc(ec2, a="1")
    values = {"key": "a", "value": "1", "tag:a": "1", "resource-type": "vpc", "resource-id": vpc_id}
    assert len(ec2("DescribeTags", Filters=[{"Name": name, "Values": [values[name]]}])["Tags"]) == 1
    assert ec2("DescribeTags", Filters=[{"Name": name, "Values": ["other"]}])["Tags"] == []


def test_tags_come_in_pages_of_5_to_1000() -> None:
    ec2 = Ec2(aws_with())
    _vpc(ec2, **{f"k{number}": "" for number in range(12)})
    first = ec2("DescribeTags", MaxResults=5)
    second = ec2("DescribeTags", MaxResults=5, NextToken=first["NextToken"])
    third = ec2("DescribeTags", MaxResults=5, NextToken=second["NextToken"])
    keys = [tag["Key"] for part in (first, second, third) for tag in part["Tags"]]
    assert keys == [f"k{number}" for number in range(12)]
    assert "NextToken" not in third
    for wrong in (4, 1001):
        assert ec2.refused("DescribeTags", MaxResults=wrong).code == "InvalidParameterValue"


def test_a_resource_has_at_most_50_tags() -> None:
    ec2 = Ec2(aws_with())
    vpc_id = _vpc(ec2, **{f"k{number}": "" for number in range(50)})
    assert (
        ec2.refused("CreateTags", Resources=[vpc_id], Tags=[{"Key": "one more"}]).code == "TagLimitExceeded"
    )
    ec2("CreateTags", Resources=[vpc_id], Tags=[{"Key": "k0", "Value": "changed"}])
    assert _tags(ec2, vpc_id)["k0"] == "changed"
    too_many = {f"k{number}": "" for number in range(51)}
    with pytest.raises(AwsError, match=r"TagLimitExceeded: .*51 were given"):
        tags_from({"TagSpecifications": _specification(**too_many)}, "vpc")


@pytest.mark.parametrize(
    ("key", "value"), [("k", "v" * 256), ("k" * 128, ""), ("Aws", "v"), ("not aws:", "aws:v"), ("ä", "ö")]
)
def test_a_tag_within_the_rules_is_taken(key: str, value: str) -> None:
    assert checked_tags([(key, value)]) == {key: value}


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ([("", "v")], "1 to 128 characters; '' has 0"),
        ([(None, "v")], "has 0"),
        ([("k" * 129, "v")], "has 129"),
        ([("k", "v" * 257)], "256 characters: that of 'k' has 257"),
        ([("aws:k", "v")], "reserved for internal use: 'aws:k'"),
        ([("AWS:k", "v")], "reserved"),
        ([("k", "1"), ("k", "2")], "Duplicate tag key 'k'"),
    ],
)
def test_a_tag_that_breaks_a_rule_is_refused(pairs: list[tuple[str | None, str]], says: str) -> None:
    with pytest.raises(AwsError) as caught:
        checked_tags(pairs)
    assert caught.value.code == "InvalidParameterValue"
    assert says in caught.value.message


def test_tags_for_another_type_of_resource_are_refused() -> None:
    with pytest.raises(AwsError, match=r"'vpc' is not a valid taggable resource type .* expected 'subnet'"):
        tags_from({"TagSpecifications": _specification(a="1")}, "subnet")
