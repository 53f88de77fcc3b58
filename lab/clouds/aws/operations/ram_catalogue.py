"""RAM: what is shared with whom, what can be shared, and the managed permissions."""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.moments import moment
from lab.clouds.aws.operations.ram_members import (
    active,
    in_scope,
    paged,
    permission_members,
    resource_members,
    shares_asked_for,
)
from lab.clouds.aws.ram.permissions import PERMISSIONS, permission
from lab.clouds.aws.ram.records import (
    Association,
    AssociationKind,
    Share,
)
from lab.clouds.aws.ram.resource_types import RESOURCE_TYPES, ResourceType, type_named, type_of


@operation("ram", "ListResources")
def list_resources(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """What the caller shares, or what others share with it."""
    wanted = _type_asked_for(asked, "InvalidResourceTypeException")
    found = [
        each
        for each in active(aws, _shares(aws, caller, asked), AssociationKind.RESOURCE)
        if each.entity in asked.get("resourceArns", (each.entity,))
        and _has_principal(aws, each.share, asked.get("principal"))
        and wanted in (None, type_of(each.entity))
        and in_scope(type_of(each.entity), asked)
    ]
    return paged("resources", found, asked, lambda each: resource_members(aws, each))


@operation("ram", "ListPrincipals")
def list_principals(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Whom the caller shares with, or who shares with it."""
    wanted = _type_asked_for(asked, "InvalidParameterException")
    shares = [
        share
        for share in _shares(aws, caller, asked)
        if (wanted is None and "resourceArn" not in asked) or _has_resource(aws, share, asked, wanted)
    ]
    if asked["resourceOwner"] == "OTHER-ACCOUNTS":
        owners = [share for share in shares if share.owner in asked.get("principals", (share.owner,))]
        return paged("principals", owners, asked, lambda share: _owner(aws, caller, share))
    found = [
        each
        for each in active(aws, shares, AssociationKind.PRINCIPAL)
        if each.entity in asked.get("principals", (each.entity,))
    ]
    return paged("principals", found, asked, _principal)


@operation("ram", "ListResourceTypes")
def list_resource_types(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """What can be shared in the lab."""
    found = [known for known in RESOURCE_TYPES if in_scope(known, asked)]
    return paged(
        "resourceTypes",
        found,
        asked,
        lambda known: {
            "resourceType": known.name,
            "serviceName": known.service,
            "resourceRegionScope": known.region_scope,
        },
    )


@operation("ram", "ListPermissions")
def list_permissions(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The managed permissions, all of which are AWS's."""
    wanted = _type_asked_for(asked, "InvalidParameterException")
    found = [
        known
        for known in PERMISSIONS
        if (wanted is None or known.resource_type == wanted.name)
        and asked.get("resourceOwner") in (None, "OTHER-ACCOUNTS")
        and asked.get("permissionType") in (None, "ALL", "AWS_MANAGED")
        and asked.get("permissionStatus") in (None, "ATTACHABLE")
    ]
    return paged("permissions", found, asked, permission_members)


@operation("ram", "GetPermission")
def get_permission(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A managed permission with its document."""
    found = permission(asked["permissionArn"], asked.get("permissionVersion"))
    return {"permission": {**permission_members(found), "permission": found.document}}


@operation("ram", "ListResourceSharePermissions")
def list_resource_share_permissions(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """What a share lets its principals do."""
    share = aws.sharing.find(caller, asked["resourceShareArn"])
    found = [permission(arn) for arn in share.permissions]
    return paged("permissions", found, asked, permission_members)


def _shares(aws: Aws, caller: Caller, asked: Parameters) -> list[Share]:
    return shares_asked_for(aws, caller, asked, mine=asked["resourceOwner"] == "SELF")


def _has_principal(aws: Aws, share_arn: str, principal: str | None) -> bool:
    found = active(aws, [aws.sharing.share(share_arn)], AssociationKind.PRINCIPAL)
    return principal is None or any(each.entity == principal for each in found)


def _has_resource(aws: Aws, share: Share, asked: Parameters, wanted: ResourceType | None) -> bool:
    return any(
        asked.get("resourceArn") in (None, each.entity) and wanted in (None, type_of(each.entity))
        for each in active(aws, [share], AssociationKind.RESOURCE)
    )


def _type_asked_for(asked: Parameters, code: str) -> ResourceType | None:
    if "resourceType" not in asked:
        return None
    try:
        return type_named(asked["resourceType"])
    except AwsError as error:
        raise AwsError(code, error.message) from None


def _principal(association: Association) -> Members:
    return {
        "id": association.entity,
        "resourceShareArn": association.share,
        "creationTime": moment(association.created),
        "lastUpdatedTime": moment(association.updated),
        "external": association.external,
    }


def _owner(aws: Aws, caller: Caller, share: Share) -> Members:
    return {
        "id": share.owner,
        "resourceShareArn": share.arn,
        "creationTime": moment(share.created),
        "lastUpdatedTime": moment(share.updated),
        "external": not aws.sharing.organization.joins(caller.account, share.owner),
    }
