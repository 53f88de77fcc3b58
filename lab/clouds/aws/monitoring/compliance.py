"""Whether a resource keeps the rules of the pool that its CIDR is from."""

from __future__ import annotations

from collections.abc import Iterator

from lab.clouds.aws.ipam.records import Pool
from lab.clouds.aws.monitoring.records import Resource


def violations(resource: Resource, pool: Pool) -> Iterator[str]:
    """The allocation rules that are broken, as text for people: netmask length, locale and tags.

    They are kept when something is allocated; but what was imported was never held against them, rules
    change, and so do tags (VPC IPAM User Guide, "Monitor CIDR usage by resource").
    """
    length, rules = resource.prefix.length, pool.rules
    if rules.shortest is not None and length < rules.shortest:
        yield f"netmask /{length} is shorter than the minimum /{rules.shortest} of {pool.id}"
    if rules.longest is not None and length > rules.longest:
        yield f"netmask /{length} is longer than the maximum /{rules.longest} of {pool.id}"
    if pool.locale is not None and resource.region != pool.locale:
        yield f"{resource.id} is in {resource.region}, the locale of {pool.id} is {pool.locale}"
    for key, value in rules.tags.items():
        if resource.tags.get(key) != value:
            seen = f"{key}={resource.tags[key]}" if key in resource.tags else f"no tag {key}"
            yield f"{pool.id} requires the tag {key}={value}, {resource.id} has {seen}"
