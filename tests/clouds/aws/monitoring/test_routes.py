"""The routes to ranges of one's own, and how well they are protected."""

from __future__ import annotations

from typing import Any

from support.aws_monitoring import MonitoringLab
from support.aws_world import CUSTOMER_ASN, OTHER_REGION, REGION, pass_time

from lab.bgp.prefix import Prefix
from lab.clouds.aws.world import SeenRoute

RANGE = "198.51.100.0/24"


class _Routed(MonitoringLab):
    """An account that brought RANGE to AWS, with all that it takes."""

    def __init__(self) -> None:
        super().__init__()
        context = self.prepare(RANGE)
        self.ec2()("ProvisionByoipCidr", Cidr=RANGE, CidrAuthorizationContext=context)
        pass_time(self.aws, 3600)
        self.discovery = self.ipam["DefaultResourceDiscoveryId"]

    def advertise(self) -> None:
        self.ec2()("AdvertiseByoipCidr", Cidr=RANGE)
        pass_time(self.aws, 60)

    def finding(self) -> dict[str, Any]:
        (found,) = self.findings()
        return found

    def findings(self, **filters: str) -> list[dict[str, Any]]:
        asked = [
            {"Name": name.replace("_", "-"), "Values": values.split()} for name, values in filters.items()
        ]
        answer = self.ec2()("GetIpamRouteProtectionFindings", IpamId=self.id, Filters=asked)
        assert answer["IpamId"] == self.id
        found: list[dict[str, Any]] = answer["RouteProtectionFindings"]
        return found

    def routes(self, region: str = REGION) -> list[dict[str, Any]]:
        answer = self.ec2()(
            "GetIpamDiscoveredRoutes", IpamResourceDiscoveryId=self.discovery, ResourceRegion=region
        )
        found: list[dict[str, Any]] = answer["IpamDiscoveredRoutes"]
        return found


def test_a_route_is_discovered_while_aws_announces_it() -> None:
    lab = _Routed()
    assert lab.routes() == []
    lab.advertise()
    (route,) = lab.routes()
    assert (route["Cidr"], route["Asn"], route["State"]) == (RANGE, "16509", "advertised")
    assert (route["AdvertisementType"], route["NetworkBorderGroup"]) == ("regional", REGION)
    assert route["PoolId"].startswith("ipv4pool-ec2-")
    assert lab.routes(OTHER_REGION) == []
    lab.ec2()("WithdrawByoipCidr", Cidr=RANGE)
    pass_time(lab.aws, 60)
    assert lab.routes() == []


def test_a_good_roa_is_a_valid_and_strict_finding() -> None:
    lab = _Routed()
    lab.advertise()
    found = lab.finding()
    assert (found["RpkiStatus"], found["RpkiStrength"]) == ("valid", "strict")
    assert {roa["Asn"]: roa["Match"] for roa in found["Roas"]} == {"16509": True, "14618": False}
    assert found["RouteOverlaps"] == []


def test_a_roa_that_goes_or_changes_shows_at_once() -> None:
    lab = _Routed()
    lab.advertise()
    lab.world.payloads.clear()
    found = lab.finding()
    assert found["RpkiStatus"] == "unknown"
    assert "RpkiStrength" not in found
    lab.world.authorize(Prefix.parse(RANGE), CUSTOMER_ASN)
    assert lab.finding()["RpkiStatus"] == "invalid"
    lab.world.authorize(Prefix.parse(RANGE), max_length=28)
    found = lab.finding()
    assert (found["RpkiStatus"], found["RpkiStrength"]) == ("valid", "permissive")
    assert len(found["Roas"]) == 3


def test_the_data_centre_that_still_announces_the_range_is_an_overlap() -> None:
    lab = _Routed()
    lab.world.seen.append(SeenRoute(Prefix.parse(RANGE), (64496, CUSTOMER_ASN), "collector"))
    (overlap,) = lab.finding()["RouteOverlaps"]
    assert (overlap["Prefix"], overlap["Asn"]) == (RANGE, str(CUSTOMER_ASN))


def test_a_finding_comes_before_the_announcement() -> None:
    lab = _Routed()
    assert (lab.finding()["State"], lab.finding()["RpkiStatus"]) == ("provisioned", "valid")


def test_a_range_that_is_never_announced_has_no_finding() -> None:
    lab = MonitoringLab()
    context = lab.prepare("2605:9cc0:1ff0::/48", roa=False)
    lab.ec2()(
        "ProvisionByoipCidr",
        Cidr="2605:9cc0:1ff0::/48",
        CidrAuthorizationContext=context,
        PubliclyAdvertisable=False,
    )
    pass_time(lab.aws, 3600)
    assert _Routed.findings(lab) == []


def test_a_cidr_of_a_regional_ipam_pool_is_a_route_too() -> None:
    lab = MonitoringLab()
    pool_id = lab.regional(lab.top(), "2605:9cc0:1ff0::/48")
    lab.ec2()("AdvertiseByoipCidr", Cidr="2605:9cc0:1ff0::/48")
    (found,) = _Routed.findings(lab)
    assert (found["IpamPoolId"], found["Cidr"]) == (pool_id, "2605:9cc0:1ff0::/48")
    assert (found["State"], found["RpkiStatus"]) == ("advertised", "valid")
    # The ROA is for the /44 with maxLength 48: valid for every /48 of it, announced or not.
    assert found["RpkiStrength"] == "permissive"


def test_findings_are_filtered_as_the_tutorial_does() -> None:
    lab = _Routed()
    assert len(lab.findings(rpki_status="invalid valid", resource_region=REGION)) == 1
    assert lab.findings(rpki_status="invalid unknown") == []
    assert lab.findings(byoip_cidr_state="advertised") == []
    assert len(lab.findings(asn="16509", cidr=RANGE)) == 1


def test_findings_need_the_advanced_tier_and_routes_do_not() -> None:
    lab = _Routed()
    lab.advertise()
    lab.ec2()("ModifyIpam", IpamId=lab.id, Tier="free")
    pass_time(lab.aws, 5)
    refusal = lab.ec2().refused("GetIpamRouteProtectionFindings", IpamId=lab.id)
    assert refusal.code == "UnsupportedOperation"
    assert "Advanced Tier" in refusal.message
    assert len(lab.routes()) == 1
