"""IPAMs and scopes: CreateIpam and what follows it."""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.ipam.managers import ManagerChanges
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.ipam_members import listed, manager_members, refuse, scope_members
from lab.clouds.aws.tags import tags_from

_NO_EXTERNAL_AUTHORITY = "there is no IP address management of others to ask"


@operation("ec2", "CreateIpam")
def create_ipam(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A new IPAM with its default scopes."""

    def create() -> str:
        return aws.ipam.managers.create(
            caller,
            _regions(asked, "OperatingRegions"),
            tags_from(asked, "ipam"),
            description=asked.get("Description"),
            tier=asked.get("Tier", "advanced"),
            private_gua=asked.get("EnablePrivateGua", False),
            metered_account=asked.get("MeteredAccount", "ipam-owner"),
        ).id

    made = aws.ipam.tokens.once(caller, "CreateIpam", asked, create)
    return {"Ipam": manager_members(aws, aws.ipam.access.manager(caller, made))}


@operation("ec2", "DescribeIpams")
def describe_ipams(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's IPAMs of the region."""
    access = aws.ipam.access
    found = [access.manager(caller, each) for each in asked.get("IpamIds") or ()] or access.managers(caller)
    shown, token = listed(found, asked, lambda manager: manager_members(aws, manager))
    return {"Ipams": shown, "NextToken": token}


@operation("ec2", "ModifyIpam")
def modify_ipam(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Other regions, another description or tier."""
    changes = ManagerChanges(
        description=asked.get("Description"),
        add_regions=_regions(asked, "AddOperatingRegions"),
        remove_regions=_regions(asked, "RemoveOperatingRegions"),
        tier=asked.get("Tier"),
        private_gua=asked.get("EnablePrivateGua"),
        metered_account=asked.get("MeteredAccount"),
    )
    return {"Ipam": manager_members(aws, aws.ipam.managers.modify(caller, asked["IpamId"], changes))}


@operation("ec2", "DeleteIpam")
def delete_ipam(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The end of an IPAM."""
    cascade = asked.get("Cascade", False)
    deleted = aws.ipam.managers.delete(caller, asked["IpamId"], cascade=cascade)
    return {"Ipam": manager_members(aws, deleted)}


@operation("ec2", "CreateIpamScope")
def create_ipam_scope(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A further private scope."""
    refuse(asked, "ExternalAuthorityConfiguration", _NO_EXTERNAL_AUTHORITY)

    def create() -> str:
        tags = tags_from(asked, "ipam-scope")
        description = asked.get("Description")
        return aws.ipam.scopes.create(caller, asked["IpamId"], tags, description=description).id

    made = aws.ipam.tokens.once(caller, "CreateIpamScope", asked, create)
    return {"IpamScope": scope_members(aws, aws.ipam.access.scope(caller, made))}


@operation("ec2", "DescribeIpamScopes")
def describe_ipam_scopes(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The scopes of the caller's IPAMs of the region."""
    access = aws.ipam.access
    found = [access.scope(caller, each) for each in asked.get("IpamScopeIds") or ()] or access.scopes(caller)
    shown, token = listed(
        found, asked, lambda scope: scope_members(aws, scope), ipam_id=lambda scope: scope.ipam_id
    )
    return {"IpamScopes": shown, "NextToken": token}


@operation("ec2", "ModifyIpamScope")
def modify_ipam_scope(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Another description."""
    for member in ("ExternalAuthorityConfiguration", "RemoveExternalAuthorityConfiguration"):
        refuse(asked, member, _NO_EXTERNAL_AUTHORITY)
    modified = aws.ipam.scopes.modify(caller, asked["IpamScopeId"], asked.get("Description"))
    return {"IpamScope": scope_members(aws, modified)}


@operation("ec2", "DeleteIpamScope")
def delete_ipam_scope(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The end of a scope."""
    return {"IpamScope": scope_members(aws, aws.ipam.scopes.delete(caller, asked["IpamScopeId"]))}


def _regions(asked: Parameters, member: str) -> tuple[str, ...]:
    return tuple(each.get("RegionName", "") for each in asked.get(member) or ())
