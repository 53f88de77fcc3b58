"""CreateTags, DeleteTags and DescribeTags."""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.pagination import page
from lab.clouds.aws.tags import Tagged, checked_tags


@operation("ec2", "CreateTags")
def create_tags(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Add tags to resources of the caller's, or replace them."""
    tags = checked_tags((tag.get("Key"), tag.get("Value")) for tag in asked["Tags"])
    for resource_id in asked["Resources"]:
        aws.tags.find(caller, resource_id)
        aws.tags.set(resource_id, tags)
    return {}


@operation("ec2", "DeleteTags")
def delete_tags(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Take tags from resources: all if none is named; with a value, only those that have it."""
    for resource_id in asked["Resources"]:
        aws.tags.find(caller, resource_id)
        has = aws.tags.of(resource_id)
        named = asked.get("Tags")
        if named is None:
            keys = list(has)
        else:
            keys = [tag["Key"] for tag in named if "Key" in tag and _is_meant(has, tag)]
        aws.tags.remove(resource_id, keys)
    return {}


def _is_meant(has: dict[str, str], tag: Parameters) -> bool:
    return "Value" not in tag or has.get(tag["Key"]) == tag["Value"]


@operation("ec2", "DescribeTags")
def describe_tags(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The tags of all resources of the caller's."""
    most = asked.get("MaxResults", 1000)
    if not 5 <= most <= 1000:
        raise AwsError(
            "InvalidParameterValue",
            f"Value ({most}) for parameter maxResults is invalid. Expecting 5 to 1000.",
        )
    found = matching(aws.tags.visible(caller), asked.get("Filters"), _values)
    some, token = page(found, asked, default=1000)
    return {
        "Tags": [
            {
                "ResourceId": tag.resource_id,
                "ResourceType": tag.resource_type,
                "Key": tag.key,
                "Value": tag.value,
            }
            for tag in some
        ],
        "NextToken": token,
    }


def _values(tag: Tagged) -> Values:
    return {
        "key": tag.key,
        "resource-id": tag.resource_id,
        "resource-type": tag.resource_type,
        "value": tag.value,
        f"tag:{tag.key}": tag.value,
    }
