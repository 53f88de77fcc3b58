"""What may be allocated from a pool: its allocation rules, and which pools give space to resources."""

from __future__ import annotations

from collections.abc import Mapping

from lab.bgp.prefix import WIDTH, Prefix
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import Pool


def length_of(pool: Pool, prefix: Prefix | None, netmask: int | None) -> int:
    """The netmask length of an allocation: that of `prefix`, else `netmask`, else the pool's default.

    Raises AwsError where there is none or too much of that, or where the pool's rules forbid it.
    """
    if prefix is not None and netmask is not None:
        raise AwsError(
            "InvalidParameterCombination", "The request can contain either Cidr or NetmaskLength, not both."
        )
    if prefix is not None and prefix.version != pool.version:
        raise AwsError(
            "InvalidParameterValue", f"The CIDR {prefix} does not match the address family {pool.family}."
        )
    length = prefix.length if prefix else pool.rules.default if netmask is None else netmask
    if length is None:
        raise AwsError(
            "InvalidParameterCombination",
            f"The request must contain either Cidr or NetmaskLength: {pool.id} has no default netmask "
            "length.",
        )
    shortest = pool.rules.shortest or 0
    longest = WIDTH[pool.version] if pool.rules.longest is None else pool.rules.longest
    if not shortest <= length <= longest:
        raise AwsError(
            "InvalidParameterValue",
            f"The netmask length {length} is not allowed by the allocation rules of {pool.id}: expected "
            + (f"{shortest}." if shortest == longest else f"{shortest} to {longest}."),
        )
    return length


def check_tags(pool: Pool, tags: Mapping[str, str]) -> None:
    """Raises AwsError unless a resource with `tags` has all that the pool requires."""
    for key, value in pool.rules.tags.items():
        if tags.get(key) != value:
            seen = f"{key}={tags[key]}" if key in tags else f"no tag {key}"
            raise AwsError(
                "InvalidParameterValue",
                f"{pool.id} requires resources to have the tag {key}={value}; this one has {seen}.",
            )


def check_serves_resources(pool: Pool) -> None:
    """Raises AwsError unless resources of the pool's region, such as VPCs, can use it."""
    if pool.locale is None:
        raise AwsError(
            "InvalidParameterValue",
            f"{pool.id} has the locale None; resources take addresses from a pool with their region as "
            "locale.",
        )
    if pool.is_public and pool.service != "ec2":
        raise AwsError(
            "InvalidParameterValue",
            f"{pool.id} is a public pool with the service {pool.service}; EC2 takes addresses from those "
            "with AwsService ec2.",
        )
