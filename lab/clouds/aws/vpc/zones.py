"""Availability zones: three in every region."""

from __future__ import annotations

import re
from typing import Final

from lab.clouds.aws.errors import AwsError

_LETTERS: Final = "abc"
_SIDES: Final = re.compile("north|south|central|east|west")


def zones_of(region: str) -> dict[str, str]:
    """The zones of a region: IDs such as `use1-az1` by name such as `us-east-1a`."""
    *area, side, number = region.split("-")
    short = f"{area[0]}{''.join(part[0] for part in area[1:])}"
    sides = "".join(match[0] for match in _SIDES.findall(side))
    return {
        f"{region}{letter}": f"{short}{sides}{number}-az{place}" for place, letter in enumerate(_LETTERS, 1)
    }


def zone_named(region: str, name: str | None, zone_id: str | None) -> str:
    """The name of the zone that is asked for by name or ID; the first one of the region if by neither.

    Raises InvalidParameterValue.
    """
    zones = zones_of(region)
    if name is None and zone_id is None:
        return next(iter(zones))
    for each, its_id in zones.items():
        if (name or each, zone_id or its_id) == (each, its_id):
            return each
    raise AwsError(
        "InvalidParameterValue",
        f"Value ({name or zone_id}) for parameter availabilityZone is invalid. Subnets can currently only be "
        f"created in the following availability zones: {', '.join(zones)}.",
    )
