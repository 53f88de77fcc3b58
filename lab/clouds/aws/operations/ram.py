"""RAM: resource shares, and what belongs to them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.ram_members import (
    association_members,
    paged,
    share_members,
    shares_asked_for,
)
from lab.clouds.aws.ram.permissions import permission
from lab.clouds.aws.ram.records import AssociationKind, Share
from lab.clouds.aws.tags import checked_tags

_Change = Callable[[Caller, str, Sequence[str], Sequence[str]], object]
_NOT_SERVED: Final = ("sources", "permissionTemplateParameters", "resourceShareConfiguration")
_TAG_ERRORS: Final = {
    "InvalidParameterValue": "InvalidParameterException",
    "TagLimitExceeded": "TagLimitExceededException",
}


@operation("ram", "CreateResourceShare")
def create_resource_share(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A share of resources with principals, with the default permission unless another is asked for."""
    _refuse_what_is_not_served(asked)

    def create() -> str:
        with _errors_of_ram():
            tags = checked_tags((tag.get("key"), tag.get("value")) for tag in asked.get("tags", ()))
        share = aws.sharing.create(
            caller,
            asked["name"],
            resources=asked.get("resourceArns", ()),
            principals=asked.get("principals", ()),
            allow_external=asked.get("allowExternalPrincipals", True),
            permission_arns=asked.get("permissionArns", ()),
            tags=tags,
        )
        return share.arn

    arn = aws.sharing.tokens.once(caller, "CreateResourceShare", asked, create)
    return {
        "resourceShare": share_members(aws, aws.sharing.share(arn)),
        "clientToken": asked.get("clientToken"),
    }


@operation("ram", "UpdateResourceShare")
def update_resource_share(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Another name, or other rules on external principals."""

    def update() -> str:
        external = asked.get("allowExternalPrincipals")
        arn = asked["resourceShareArn"]
        return aws.sharing.update(caller, arn, name=asked.get("name"), allow_external=external).arn

    arn = aws.sharing.tokens.once(caller, "UpdateResourceShare", asked, update)
    return {
        "resourceShare": share_members(aws, aws.sharing.share(arn)),
        "clientToken": asked.get("clientToken"),
    }


@operation("ram", "DeleteResourceShare")
def delete_resource_share(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """End a share."""

    def delete() -> str:
        aws.sharing.delete(caller, asked["resourceShareArn"])
        return str(asked["resourceShareArn"])

    aws.sharing.tokens.once(caller, "DeleteResourceShare", asked, delete)
    return {"returnValue": True, "clientToken": asked.get("clientToken")}


@operation("ram", "AssociateResourceShare")
def associate_resource_share(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Add resources and principals; those that belong to the share already stay as they are."""
    return _change(aws, caller, asked, "AssociateResourceShare", aws.sharing.associate)


@operation("ram", "DisassociateResourceShare")
def disassociate_resource_share(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Take resources and principals out; those that are out already stay so."""
    return _change(aws, caller, asked, "DisassociateResourceShare", aws.sharing.disassociate)


@operation("ram", "GetResourceShares")
def get_resource_shares(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's own shares, or those that it takes part in."""
    shares = shares_asked_for(aws, caller, asked, mine=asked["resourceOwner"] == "SELF")
    if "permissionArn" in asked:
        permission(asked["permissionArn"], asked.get("permissionVersion"))
    found = [share for share in shares if _is_asked_for(aws, share, asked)]
    return paged("resourceShares", found, asked, lambda share: share_members(aws, share))


@operation("ram", "GetResourceShareAssociations")
def get_resource_share_associations(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """What belongs to the caller's shares: the principals, or the resources."""
    wrong = "resourceArn" if asked["associationType"] == "PRINCIPAL" else "principal"
    if wrong in asked:
        raise AwsError(
            "InvalidParameterException",
            f"You cannot specify {wrong} if the association type is {asked['associationType']}.",
        )
    if asked["associationType"] == "SOURCE":
        return {"resourceShareAssociations": []}
    shares = shares_asked_for(aws, caller, asked, mine=True)
    entity = asked.get("resourceArn") or asked.get("principal")
    found = [
        each
        for each in aws.sharing.associations(shares, AssociationKind(asked["associationType"]))
        if entity in (None, each.entity) and asked.get("associationStatus") in (None, each.status.value)
    ]
    return paged("resourceShareAssociations", found, asked, lambda each: association_members(aws, each))


@operation("ram", "EnableSharingWithAwsOrganization")
def enable_sharing_with_aws_organization(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Sharing with the lab's organization is on from the start; only its management account may say so."""
    manager = aws.sharing.organization.management_account
    if manager is None:
        raise AwsError(
            "OperationNotPermittedException",
            f"Account {caller.account} is in no organization: the lab's file says that there is none.",
        )
    if caller.account != manager:
        raise AwsError(
            "OperationNotPermittedException",
            f"Only the organization's management account {manager} may enable sharing, not {caller.account}.",
        )
    return {"returnValue": True}


@operation("ram", "TagResource")
def tag_resource(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Tag a share."""
    share = _share_to_tag(aws, caller, asked)
    with _errors_of_ram():
        aws.tags.set(share.arn, checked_tags((tag.get("key"), tag.get("value")) for tag in asked["tags"]))
    return {}


@operation("ram", "UntagResource")
def untag_resource(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Take tags off a share."""
    aws.tags.remove(_share_to_tag(aws, caller, asked).arn, asked["tagKeys"])
    return {}


def _change(aws: Aws, caller: Caller, asked: Parameters, name: str, change: _Change) -> Members:
    _refuse_what_is_not_served(asked)
    named = [*asked.get("resourceArns", ()), *asked.get("principals", ())]

    def act() -> str:
        change(caller, asked["resourceShareArn"], asked.get("resourceArns", ()), asked.get("principals", ()))
        return str(asked["resourceShareArn"])

    share = aws.sharing.share(aws.sharing.tokens.once(caller, name, asked, act))
    found = [each for kind in AssociationKind for each in aws.sharing.associations([share], kind)]
    return {
        "resourceShareAssociations": [
            association_members(aws, each) for each in found if each.entity in named
        ],
        "clientToken": asked.get("clientToken"),
    }


def _is_asked_for(aws: Aws, share: Share, asked: Parameters) -> bool:
    tags = aws.tags.of(share.arn)
    return (
        asked.get("resourceShareStatus", share.status.value) == share.status.value
        and asked.get("name", share.name) == share.name
        and asked.get("permissionArn") in (None, *share.permissions)
        and all(
            any(
                wanted.get("tagKey", key) == key and value in (wanted.get("tagValues") or [value])
                for key, value in tags.items()
            )
            for wanted in asked.get("tagFilters", ())
        )
    )


def _share_to_tag(aws: Aws, caller: Caller, asked: Parameters) -> Share:
    if "resourceArn" in asked or "resourceShareArn" not in asked:
        raise AwsError(
            "InvalidParameterException",
            "Specify resourceShareArn, and no resourceArn: the managed permissions are AWS's.",
        )
    return aws.sharing.own(caller, asked["resourceShareArn"])


def _refuse_what_is_not_served(asked: Parameters) -> None:
    for name in _NOT_SERVED:
        if asked.get(name):
            raise AwsError(
                "OperationNotPermittedException",
                f"The lab does not serve {name}: it has no service principals and no permission templates.",
            )


@contextlib.contextmanager
def _errors_of_ram() -> Iterator[None]:
    try:
        yield
    except AwsError as error:
        raise AwsError(_TAG_ERRORS.get(error.code, error.code), error.message) from None
