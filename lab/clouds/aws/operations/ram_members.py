"""RAM's records as members of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.operation import Members, Parameters
from lab.clouds.aws.operations.moments import moment
from lab.clouds.aws.pagination import page
from lab.clouds.aws.ram.permissions import Permission
from lab.clouds.aws.ram.records import Association, AssociationKind, AssociationStatus, Invitation, Share
from lab.clouds.aws.ram.resource_types import ResourceType, type_of

T = TypeVar("T")

PAGE: Final = 100
"""How many items an answer has where maxResults is left out."""


def paged(name: str, items: Sequence[T], asked: Parameters, shown: Callable[[T], Members]) -> Members:
    """One page of a listing, under the name of its member."""
    chosen, token = page(items, asked, PAGE)
    return {name: [shown(item) for item in chosen], "nextToken": token}


def tag_members(tags: Iterable[tuple[str, str]]) -> list[Members]:
    """RAM writes the members of a tag in lower case."""
    return [{"key": key, "value": value} for key, value in tags]


def share_members(aws: Aws, share: Share) -> Members:
    """A ResourceShare."""
    return {
        "resourceShareArn": share.arn,
        "name": share.name,
        "owningAccountId": share.owner,
        "allowExternalPrincipals": share.allow_external,
        "status": share.status.value,
        "tags": tag_members(aws.tags.of(share.arn).items()),
        "creationTime": moment(share.created),
        "lastUpdatedTime": moment(share.updated),
        "featureSet": "STANDARD",
    }


def association_members(aws: Aws, association: Association) -> Members:
    """A ResourceShareAssociation."""
    return {
        "resourceShareArn": association.share,
        "resourceShareName": aws.sharing.share(association.share).name,
        "associatedEntity": association.entity,
        "associationType": association.kind.value,
        "status": association.status.value,
        "statusMessage": association.text or None,
        "creationTime": moment(association.created),
        "lastUpdatedTime": moment(association.updated),
        "external": association.external,
    }


def invitation_members(aws: Aws, invitation: Invitation) -> Members:
    """A ResourceShareInvitation."""
    return {
        "resourceShareInvitationArn": invitation.arn,
        "resourceShareName": aws.sharing.share(invitation.share).name,
        "resourceShareArn": invitation.share,
        "senderAccountId": invitation.sender,
        "receiverAccountId": invitation.receiver,
        "invitationTimestamp": moment(invitation.sent),
        "status": invitation.status.value,
    }


def resource_members(aws: Aws, association: Association) -> Members:
    """A Resource: what is shared, and whether it is still there."""
    known = type_of(association.entity)
    return {
        "arn": association.entity,
        "type": known.name,
        "resourceShareArn": association.share,
        "status": "AVAILABLE" if aws.sharing.exists(association.entity) else "UNAVAILABLE",
        "creationTime": moment(association.created),
        "lastUpdatedTime": moment(association.updated),
        "resourceRegionScope": known.region_scope,
    }


def shares_asked_for(aws: Aws, caller: Caller, asked: Parameters, *, mine: bool) -> list[Share]:
    """The caller's own shares, or those of others that it takes part in; of them, those that
    `resourceShareArns` names. Raises MalformedArnException, UnknownResourceException."""
    for arn in asked.get("resourceShareArns", ()):
        aws.sharing.find(caller, arn)
    shares = aws.sharing.owned(caller) if mine else aws.sharing.received(caller)
    return [share for share in shares if share.arn in asked.get("resourceShareArns", (share.arn,))]


def active(aws: Aws, shares: list[Share], kind: AssociationKind) -> list[Association]:
    """What belongs to shares, or will when an invitation is accepted."""
    live = (AssociationStatus.ASSOCIATED, AssociationStatus.ASSOCIATING)
    return [each for each in aws.sharing.associations(shares, kind) if each.status in live]


def in_scope(known: ResourceType, asked: Parameters) -> bool:
    """Whether a type is of the scope that `resourceRegionScope` asks for."""
    return asked.get("resourceRegionScope") in (None, "ALL", known.region_scope)


def permission_members(known: Permission) -> Members:
    """What a ResourceSharePermissionSummary and a ResourceSharePermissionDetail have in common."""
    return {
        "arn": known.arn,
        "version": "1",
        "defaultVersion": True,
        "name": known.name,
        "resourceType": known.resource_type,
        "status": "ATTACHABLE",
        "creationTime": moment(known.created),
        "lastUpdatedTime": moment(known.created),
        "isResourceTypeDefault": known.is_default,
        "permissionType": "AWS_MANAGED",
        "featureSet": "STANDARD",
        "resourceOwner": "OTHER-ACCOUNTS",
    }
