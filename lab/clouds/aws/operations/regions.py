"""DescribeRegions and DescribeAvailabilityZones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lab.clouds.aws.caller import Caller, partition_of
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import matching
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.reading import refuse_unserved
from lab.clouds.aws.vpc.zones import zones_of

_OPT_IN: Final = "opt-in-not-required"


@operation("ec2", "DescribeRegions")
def describe_regions(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The regions of the lab that are in the caller's partition."""
    here = [each for each in aws.basics.settings.regions if partition_of(each) == caller.partition]
    named = _named(asked.get("RegionNames"), here, "region")
    found = matching(
        named,
        asked.get("Filters"),
        lambda region: {"region-name": region, "endpoint": _endpoint(region), "opt-in-status": _OPT_IN},
    )
    return {
        "Regions": [
            {"RegionName": region, "Endpoint": _endpoint(region), "OptInStatus": _OPT_IN} for region in found
        ]
    }


@operation("ec2", "DescribeAvailabilityZones")
def describe_availability_zones(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The availability zones of the region."""
    refuse_unserved(asked, "AllAvailabilityZones")
    zones = zones_of(caller.region)
    named = _named(asked.get("ZoneNames"), zones, "availability zone")
    if zone_ids := asked.get("ZoneIds"):
        wanted = set(_named(zone_ids, zones.values(), "availability zone ID"))
        named = [zone for zone in named if zones[zone] in wanted]
    found = matching(
        named,
        asked.get("Filters"),
        lambda zone: {
            "group-name": f"{caller.region}-zg-1",
            "opt-in-status": _OPT_IN,
            "region-name": caller.region,
            "state": "available",
            "zone-id": zones[zone],
            "zone-name": zone,
            "zone-type": "availability-zone",
        },
    )
    return {"AvailabilityZones": [_zone_members(caller.region, zone, zones[zone]) for zone in found]}


def _zone_members(region: str, zone: str, zone_id: str) -> Members:
    return {
        "ZoneName": zone,
        "ZoneId": zone_id,
        "RegionName": region,
        "GroupName": f"{region}-zg-1",
        "NetworkBorderGroup": region,
        "ZoneType": "availability-zone",
        "State": "available",
        "OptInStatus": _OPT_IN,
    }


def _named(names: Iterable[str] | None, known: Iterable[str], noun: str) -> list[str]:
    there = list(known)
    for name in names or ():
        if name not in there:
            raise AwsError("InvalidParameterValue", f"Invalid {noun}: [{name}]. Expected: {', '.join(there)}")
    return list(names) if names else there


def _endpoint(region: str) -> str:
    return f"ec2.{region}.amazonaws.com"
