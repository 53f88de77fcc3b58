"""EC2: the routes that IPAM monitors, and how well they are protected."""

from __future__ import annotations

from typing import Final

from lab.clouds.aws.byoip.range import ByoipCidr
from lab.clouds.aws.byoip.roa_rules import amazon_asns
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.filters import Values, matching
from lab.clouds.aws.monitoring.route_protection import CoveringRoa
from lab.clouds.aws.monitoring.routes import RouteFinding
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.moments import moment
from lab.clouds.aws.pagination import page

PAGE: Final = 1000
"""How many items an answer has where MaxResults is left out."""
MOST_OVERLAPS: Final = 100
"""How many overlapping routes the API's model lets a finding have."""
_REGIONAL: Final = "regional"
"""EC2 announces a range from one Region; `global` is for CloudFront and the like."""


@operation("ec2", "GetIpamDiscoveredRoutes")
def get_ipam_discovered_routes(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The ranges that AWS announces from a Region."""
    manager = aws.monitor.discovery(caller, asked["IpamResourceDiscoveryId"])
    found = aws.monitor.routes.discovered(manager, asked["ResourceRegion"])
    found = matching(found, asked.get("Filters"), _route_filters)
    chosen, token = page(found, asked, PAGE)
    sampled = moment(aws.basics.world.now())
    members = [
        {
            "IpamResourceDiscoveryId": manager.discovery_id,
            **_route_members(each),
            "SampleTime": sampled,
        }
        for each in chosen
    ]
    return {"IpamDiscoveredRoutes": members, "NextToken": token}


@operation("ec2", "GetIpamRouteProtectionFindings")
def get_ipam_route_protection_findings(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """What RPKI makes of each range that AWS announces or may announce, and who else announces it."""
    manager = aws.ipam.access.manager(caller, asked["IpamId"])
    found = matching(aws.monitor.routes.findings(manager), asked.get("Filters"), _finding_filters)
    chosen, token = page(found, asked, PAGE)
    now = aws.basics.world.now()
    return {
        "IpamId": manager.id,
        "RouteProtectionFindings": [_finding_members(each, now) for each in chosen],
        "NextToken": token,
    }


def _route_filters(cidr: ByoipCidr) -> Values:
    """As the tutorial "Set up delegated RPKI for BYOIP prefixes" names them."""
    return {
        "cidr": str(cidr.prefix),
        "account-id": cidr.account,
        "resource-region": cidr.region,
        "byoip-cidr-state": cidr.state.value,
        "advertisement-type": _REGIONAL,
        "network-border-group": cidr.region,
        "ipam-pool-id": cidr.ipam_pool_id,
        "asn": str(amazon_asns(cidr.region)[0]),
    }


def _finding_filters(finding: RouteFinding) -> Values:
    return {**_route_filters(finding.cidr), "rpki-status": finding.protection.status.value}


def _route_members(cidr: ByoipCidr) -> Members:
    return {
        "ResourceOwnerId": cidr.account,
        "ResourceRegion": cidr.region,
        "IpamPoolId": cidr.ipam_pool_id or None,
        "Cidr": str(cidr.prefix),
        "State": cidr.state.value,
        "AdvertisementType": _REGIONAL,
        "NetworkBorderGroup": cidr.region,
        "PoolId": cidr.pool_id or None,
        "Asn": str(amazon_asns(cidr.region)[0]),
    }


def _finding_members(finding: RouteFinding, now: float) -> Members:
    protection = finding.protection
    return {
        **_route_members(finding.cidr),
        "Asn": str(finding.asn),
        "RpkiStatus": protection.status.value,
        "RpkiStrength": protection.strength and protection.strength.value,
        "Roas": [_roa_members(each) for each in protection.roas],
        "RouteOverlaps": [
            {"Prefix": str(prefix), "Asn": str(origin), "DetectedAt": moment(now)}
            for prefix, origin in protection.overlaps[:MOST_OVERLAPS]
        ],
        "SampleTime": moment(now),
        "RoaSampleTime": moment(now),
    }


def _roa_members(roa: CoveringRoa) -> Members:
    return {
        "Asn": str(roa.vrp.asn),
        "Prefix": str(roa.vrp.prefix),
        "MaxLength": roa.vrp.max_length,
        "Match": roa.match,
    }
