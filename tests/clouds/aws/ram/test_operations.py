"""RAM's operations, asked and answered with the API's members."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.aws_sharing import (
    DEFAULT,
    IMPORT,
    MEMBER,
    OUTSIDER,
    OWNER,
    POOL,
    SECOND_POOL,
    STRANGER,
    Ram,
    ram_with,
)
from support.aws_world import ACCOUNT, OTHER_ACCOUNT

from lab.clouds.aws.errors import AwsError


def _created(aws: Ram, **members: Any) -> dict[str, Any]:
    asked = {"name": "us-east-1", "resourceArns": [POOL], "principals": [OTHER_ACCOUNT], **members}
    return aws.ask("CreateResourceShare", OWNER, asked)["resourceShare"]


def test_a_share_is_found_by_its_owner_and_by_those_it_is_shared_with() -> None:
    aws = ram_with()
    share = _created(aws, tags=[{"key": "team", "value": "net"}])
    assert share["status"] == "ACTIVE"
    assert share["tags"] == [{"key": "team", "value": "net"}]
    asked = {"resourceOwner": "SELF", "tagFilters": [{"tagKey": "team", "tagValues": ["net"]}]}
    assert aws.ask("GetResourceShares", OWNER, asked)["resourceShares"] == [share]
    theirs = aws.ask("GetResourceShares", MEMBER, {"resourceOwner": "OTHER-ACCOUNTS"})
    assert theirs["resourceShares"] == [share]
    for other in ({"name": "x"}, {"permissionArn": IMPORT}, {"resourceShareStatus": "DELETED"}):
        assert not aws.ask("GetResourceShares", OWNER, {"resourceOwner": "SELF", **other})["resourceShares"]


def test_a_repeated_client_token_makes_one_share_and_another_request_with_it_is_refused() -> None:
    aws = ram_with()
    first = _created(aws, clientToken="t")
    assert _created(aws, clientToken="t") == first
    assert len(aws.sharing.owned(OWNER)) == 1
    with pytest.raises(AwsError, match="IdempotentParameterMismatchException"):
        _created(aws, clientToken="t", name="other")
    assert _created(aws)["resourceShareArn"] != first["resourceShareArn"]


@pytest.mark.parametrize("operation", ["AssociateResourceShare", "DisassociateResourceShare"])
def test_what_belongs_to_a_share_is_changed_once_for_a_client_token(operation: str) -> None:
    aws = ram_with()
    arn = _created(aws)["resourceShareArn"]
    asked = {"resourceShareArn": arn, "principals": [OTHER_ACCOUNT], "clientToken": "t"}
    first = aws.ask(operation, OWNER, asked)
    [changed] = first["resourceShareAssociations"]
    assert (changed["associatedEntity"], changed["associationType"]) == (OTHER_ACCOUNT, "PRINCIPAL")
    assert aws.ask(operation, OWNER, asked) == first
    with pytest.raises(AwsError, match="IdempotentParameterMismatchException"):
        aws.ask(operation, OWNER, {**asked, "principals": [STRANGER]})


def test_a_deletion_with_a_client_token_may_be_repeated() -> None:
    aws = ram_with()
    asked = {"resourceShareArn": _created(aws)["resourceShareArn"], "clientToken": "t"}
    for _ in range(2):
        assert aws.ask("DeleteResourceShare", OWNER, asked)["returnValue"]


@pytest.mark.seed(110)
def test_resources_and_principals_are_listed_on_both_sides() -> None:
    aws = ram_with()
    arn = _created(aws)["resourceShareArn"]
    mine = aws.ask("ListResources", OWNER, {"resourceOwner": "SELF", "resourceType": "ec2:ipampool"})
    theirs = aws.ask("ListResources", MEMBER, {"resourceOwner": "OTHER-ACCOUNTS"})
    for listed in (mine, theirs):
        [shown] = listed["resources"]
        assert (shown["arn"], shown["type"], shown["status"]) == (POOL, "ec2:IpamPool", "AVAILABLE")
    [receiver] = aws.ask("ListPrincipals", OWNER, {"resourceOwner": "SELF"})["principals"]
    assert (receiver["id"], receiver["external"]) == (OTHER_ACCOUNT, False)
    [sender] = aws.ask("ListPrincipals", MEMBER, {"resourceOwner": "OTHER-ACCOUNTS"})["principals"]
    assert (sender["id"], sender["resourceShareArn"]) == (ACCOUNT, arn)
    none = aws.ask("ListPrincipals", OWNER, {"resourceOwner": "SELF", "resourceArn": SECOND_POOL})
    assert none["principals"] == []
    with pytest.raises(AwsError, match="InvalidResourceTypeException"):
        aws.ask("ListResources", OWNER, {"resourceOwner": "SELF", "resourceType": "ec2:Subnet"})


def test_a_pool_that_is_gone_is_listed_as_unavailable() -> None:
    aws = ram_with()
    _created(aws)
    del aws.pools[POOL]
    [shown] = aws.ask("ListResources", OWNER, {"resourceOwner": "SELF"})["resources"]
    assert shown["status"] == "UNAVAILABLE"


def test_associations_are_listed_by_kind_status_and_entity() -> None:
    aws = ram_with()
    arn = _created(aws)["resourceShareArn"]
    aws.ask("AssociateResourceShare", OWNER, {"resourceShareArn": arn, "principals": [STRANGER]})

    def listed(**asked: Any) -> list[str]:
        found = aws.ask("GetResourceShareAssociations", OWNER, asked)["resourceShareAssociations"]
        return [each["associatedEntity"] for each in found]

    assert listed(associationType="RESOURCE", resourceShareArns=[arn]) == [POOL]
    assert listed(associationType="PRINCIPAL", associationStatus="ASSOCIATING") == [STRANGER]
    assert listed(associationType="PRINCIPAL", principal=OTHER_ACCOUNT) == [OTHER_ACCOUNT]
    assert listed(associationType="SOURCE") == []
    with pytest.raises(AwsError, match="InvalidParameterException: You cannot specify resourceArn"):
        listed(associationType="PRINCIPAL", resourceArn=POOL)


def test_an_invitation_shows_what_it_is_for_until_it_is_answered() -> None:
    aws = ram_with()
    _created(aws, principals=[STRANGER])
    [shown] = aws.ask("GetResourceShareInvitations", OUTSIDER, {})["resourceShareInvitations"]
    asked = {"resourceShareInvitationArn": shown["resourceShareInvitationArn"]}
    [resource] = aws.ask("ListPendingInvitationResources", OUTSIDER, asked)["resources"]
    assert resource["arn"] == POOL
    accepted = aws.ask("AcceptResourceShareInvitation", OUTSIDER, {**asked, "clientToken": "t"})
    assert accepted["resourceShareInvitation"]["status"] == "ACCEPTED"
    assert aws.ask("AcceptResourceShareInvitation", OUTSIDER, {**asked, "clientToken": "t"}) == accepted
    assert aws.ask("ListPendingInvitationResources", OUTSIDER, asked)["resources"] == []


@pytest.mark.seed(111)
def test_the_default_permission_of_ipam_pools_is_described() -> None:
    aws = ram_with()
    listed = aws.ask("ListPermissions", OWNER, {"resourceType": "ec2:IpamPool"})["permissions"]
    [default] = [each for each in listed if each["isResourceTypeDefault"]]
    assert (default["arn"], default["name"]) == (DEFAULT, "AWSRAMDefaultPermissionsIpamPool")
    shown = aws.ask("GetPermission", OWNER, {"permissionArn": DEFAULT})["permission"]
    assert "ec2:AllocateIpamPoolCidr" in json.loads(shown["permission"])["Action"]
    arn = _created(aws)["resourceShareArn"]
    used = aws.ask("ListResourceSharePermissions", OWNER, {"resourceShareArn": arn})
    assert [each["arn"] for each in used["permissions"]] == [DEFAULT]
    with pytest.raises(AwsError, match="no version 2"):
        aws.ask("GetPermission", OWNER, {"permissionArn": DEFAULT, "permissionVersion": 2})


def test_only_the_management_account_enables_sharing_with_the_organization() -> None:
    aws = ram_with()
    assert aws.ask("EnableSharingWithAwsOrganization", OWNER, {}) == {"returnValue": True}
    with pytest.raises(AwsError, match=f"OperationNotPermittedException.*{ACCOUNT}"):
        aws.ask("EnableSharingWithAwsOrganization", MEMBER, {})
    with pytest.raises(AwsError, match="in no organization"):
        ram_with(organization=False).ask("EnableSharingWithAwsOrganization", OWNER, {})


def test_tags_of_a_share_are_set_and_removed_by_its_owner_and_checked() -> None:
    aws = ram_with()
    arn = _created(aws)["resourceShareArn"]
    tag = {"resourceShareArn": arn, "tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}
    aws.ask("TagResource", OWNER, tag)
    aws.ask("UntagResource", OWNER, {"resourceShareArn": arn, "tagKeys": ["a"]})
    assert aws.tags.of(arn) == {"b": "2"}
    with pytest.raises(AwsError, match="OperationNotPermittedException"):
        aws.ask("TagResource", MEMBER, tag)
    many = [{"key": f"k{number}", "value": ""} for number in range(51)]
    with pytest.raises(AwsError, match="TagLimitExceededException"):
        aws.ask("TagResource", OWNER, {**tag, "tags": many})
    with pytest.raises(AwsError, match="InvalidParameterException"):
        aws.ask("TagResource", OWNER, {**tag, "tags": [{"key": "aws:x", "value": ""}]})
    with pytest.raises(AwsError, match="InvalidParameterException"):
        aws.ask("TagResource", OWNER, {"resourceArn": DEFAULT, "tags": []})


def test_listings_come_in_pages() -> None:
    aws = ram_with()
    names = {_created(aws, name=f"share {number}")["name"] for number in range(5)}
    asked: dict[str, Any] = {"resourceOwner": "SELF", "maxResults": 2}
    seen: list[str] = []
    while True:
        answer = aws.ask("GetResourceShares", OWNER, asked)
        seen += [share["name"] for share in answer["resourceShares"]]
        if "nextToken" not in answer:
            break
        asked["nextToken"] = answer["nextToken"]
    assert (set(seen), len(seen)) == (names, 5)


def test_every_operation_names_a_share_that_exists_for_the_caller() -> None:
    aws = ram_with()
    unknown = f"arn:aws:ram:us-east-1:{ACCOUNT}:resource-share/{'0' * 8}-0000-0000-0000-{'0' * 12}"
    calls: list[tuple[str, dict[str, Any]]] = [
        ("UpdateResourceShare", {"name": "y"}),
        ("DeleteResourceShare", {}),
        ("AssociateResourceShare", {"principals": [OTHER_ACCOUNT]}),
        ("DisassociateResourceShare", {"principals": [OTHER_ACCOUNT]}),
        ("ListResourceSharePermissions", {}),
        ("UntagResource", {"tagKeys": ["a"]}),
    ]
    for operation, members in calls:
        for arn, code in ((unknown, "UnknownResourceException"), ("nonsense", "MalformedArnException")):
            with pytest.raises(AwsError, match=code):
                aws.ask(operation, OWNER, {"resourceShareArn": arn, **members})
