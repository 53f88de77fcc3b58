"""What can be shared, and what cannot: RAM's resource types by the ARN of a resource."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lab.clouds.aws.errors import AwsError

_ARN: Final = re.compile(r"arn:(?:aws|aws-us-gov):([a-z0-9-]+):[a-z0-9-]*:[0-9]{12}:([A-Za-z0-9-]+)/(\S+)")
_BYOIP_POOLS: Final = ("ipv4pool-ec2", "ipv6pool-ec2")


@dataclass(frozen=True, slots=True)
class ResourceType:
    """`name` as in `ec2:IpamPool`; `kind` is what a resource of it is called in its ARN."""

    name: str
    service: str
    kind: str
    region_scope: str


RESOURCE_TYPES: Final = (ResourceType("ec2:IpamPool", "ec2", "ipam-pool", "REGIONAL"),)
"""What the lab can share. An IPAM pool is shared in its IPAM's home Region (VPC IPAM User Guide, "Share an
IPAM pool using AWS RAM"), whence REGIONAL."""


def type_named(name: str) -> ResourceType:
    """The type of that name, in any case of letters. Raises InvalidParameterException."""
    for known in RESOURCE_TYPES:
        if known.name.lower() == name.lower():
            return known
    raise AwsError(
        "InvalidParameterException",
        f"The resource type '{name}' is not supported; expected one of {_names()}.",
    )


def type_of(resource_arn: str) -> ResourceType:
    """The type of the resource that an ARN names.

    Raises MalformedArnException, or InvalidParameterException for what RAM cannot share: a pool that
    ProvisionByoipCidr made, above all (EC2 User Guide, BYOIP requirements).
    """
    found = _ARN.fullmatch(resource_arn)
    if not found:
        raise AwsError(
            "MalformedArnException",
            f"The resource ARN '{resource_arn}' is not valid; expected for example "
            "arn:aws:ec2::123456789012:ipam-pool/ipam-pool-08c6fe6fbd7bb7105.",
        )
    service, kind, name = found.groups()
    if service == "ec2" and kind in _BYOIP_POOLS:
        raise AwsError(
            "InvalidParameterException",
            f"{name} cannot be shared: AWS RAM does not share address ranges brought with "
            "ProvisionByoipCidr, nor their pools. Hold the range in an IPAM pool (ProvisionIpamPoolCidr, or "
            "MoveByoipCidrToIpam for one that is provisioned) and share that pool, an ec2:IpamPool.",
        )
    for known in RESOURCE_TYPES:
        if (known.service, known.kind) == (service, kind):
            return known
    raise AwsError(
        "InvalidParameterException",
        f"A resource of type {service}:{kind} cannot be shared ({resource_arn}); expected one of {_names()}.",
    )


def _names() -> str:
    return ", ".join(known.name for known in RESOURCE_TYPES)
