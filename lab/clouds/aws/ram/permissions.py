"""AWS's managed permissions: what those a resource is shared with may do with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from lab.clouds.aws.errors import AwsError


@dataclass(frozen=True, slots=True)
class Permission:
    """A managed permission, in its only version. `created` is in UNIX seconds."""

    name: str
    resource_type: str
    actions: tuple[str, ...]
    created: float
    is_default: bool

    @property
    def arn(self) -> str:
        """AWS owns it, in no Region."""
        return f"arn:aws:ram::aws:permission/{self.name}"

    @property
    def document(self) -> str:
        """Effect and actions as GetPermission shows them, in JSON."""
        return json.dumps({"Effect": "Allow", "Action": list(self.actions)})


PERMISSIONS: Final = (
    # "allow principals to view the CIDRs and allocations in the shared IPAM pool and allocate/release CIDRs
    # in the pool" (VPC IPAM User Guide, "Share an IPAM pool using AWS RAM")
    Permission(
        "AWSRAMDefaultPermissionsIpamPool",
        "ec2:IpamPool",
        (
            "ec2:AllocateIpamPoolCidr",
            "ec2:AssociateVpcCidrBlock",
            "ec2:CreateVpc",
            "ec2:DescribeIpamPools",
            "ec2:GetIpamPoolAllocations",
            "ec2:GetIpamPoolCidrs",
            "ec2:ProvisionPublicIpv4PoolCidr",
            "ec2:ReleaseIpamPoolAllocation",
        ),
        created=1656619469.335,
        is_default=True,
    ),
    Permission(
        "AWSRAMPermissionIpamPoolByoipCidrImport",
        "ec2:IpamPool",
        ("ec2:DescribeIpamPools", "ec2:MoveByoipCidrToIpam"),
        created=1656619435.032,
        is_default=False,
    ),
)


def permission(arn: str, version: int | None = None) -> Permission:
    """The permission of that ARN. Raises MalformedArnException, UnknownResourceException."""
    found = next((known for known in PERMISSIONS if known.arn == arn), None)
    if found and version in (None, 1):
        return found
    if found:
        raise AwsError("UnknownResourceException", f"{arn} has no version {version}; expected 1.")
    if not arn.startswith("arn:") or ":permission/" not in arn:
        raise AwsError(
            "MalformedArnException",
            f"The permission ARN '{arn}' is not valid; expected {PERMISSIONS[0].arn}.",
        )
    known_ones = ", ".join(known.arn for known in PERMISSIONS)
    raise AwsError("UnknownResourceException", f"There is no permission {arn}; expected one of {known_ones}.")


def default_permission(resource_type: str) -> Permission:
    """What a share grants on resources of a type unless it is told another permission."""
    return next(known for known in PERMISSIONS if known.resource_type == resource_type and known.is_default)


def one_for_each_type(arns: list[str]) -> tuple[str, ...]:
    """The permission ARNs of a share. Raises InvalidParameterException for two of one resource type."""
    taken: dict[str, str] = {}
    for arn in arns:
        resource_type = permission(arn).resource_type
        if taken.setdefault(resource_type, arn) != arn:
            raise AwsError(
                "InvalidParameterException",
                f"A resource share has one permission for {resource_type}, not both {taken[resource_type]} "
                f"and {arn}.",
            )
    return tuple(taken.values())
