"""Two IPAMs that see the same VPC: neither touches what the other one has allocated to it."""

from __future__ import annotations

from support.aws_client import Ec2
from support.aws_monitoring import MonitoringLab
from support.aws_world import OTHER_ACCOUNT, OTHER_REGION, REGION

from lab.clouds.aws.monitoring.auto_import import INTERVAL


class _Two(MonitoringLab):
    """Beside the IPAM of ACCOUNT, one of the account that monitors the whole organization. Both import."""

    def __init__(self) -> None:
        super().__init__()
        self.ec2()("EnableIpamOrganizationAdminAccount", DelegatedAdminAccountId=OTHER_ACCOUNT)
        self.theirs = self.ec2(OTHER_ACCOUNT, OTHER_REGION)
        regions = [{"RegionName": REGION}]
        self.their_scope = self.theirs("CreateIpam", OperatingRegions=regions)["Ipam"][
            "PrivateDefaultScopeId"
        ]
        self.settle()
        self.importers = [
            (self.ec2(), self._importer(self.ec2(), self.private)),
            (self.theirs, self._importer(self.theirs, self.their_scope)),
        ]

    def _importer(self, ec2: Ec2, scope: str) -> str:
        asked = {"AddressFamily": "ipv4", "Locale": REGION, "AutoImport": True}
        pool_id: str = ec2("CreateIpamPool", IpamScopeId=scope, **asked)["IpamPool"]["IpamPoolId"]
        self.settle()
        ec2("ProvisionIpamPoolCidr", IpamPoolId=pool_id, Cidr="10.0.0.0/8")
        self.settle()
        return pool_id

    def allocated(self) -> list[list[str]]:
        """The resources that have something from the pool of each."""
        return [
            [
                each["ResourceId"]
                for each in ec2("GetIpamPoolAllocations", IpamPoolId=pool)["IpamPoolAllocations"]
            ]
            for ec2, pool in self.importers
        ]


def test_a_vpc_that_two_ipams_have_imported_gives_all_its_space_back() -> None:
    lab = _Two()
    vpc_id = lab.vpc("10.5.0.0/16")
    lab.settle(INTERVAL)
    assert lab.allocated() == [[vpc_id], [vpc_id]]
    lab.ec2()("DeleteVpc", VpcId=vpc_id)
    assert lab.allocated() == [[], []]


def test_what_one_ipam_ignores_stays_allocated_in_the_other() -> None:
    lab = _Two()
    vpc_id = lab.vpc("10.5.0.0/16")
    lab.settle(INTERVAL)
    asked = {"ResourceId": vpc_id, "ResourceCidr": "10.5.0.0/16", "ResourceRegion": REGION}
    lab.theirs("ModifyIpamResourceCidr", **asked, CurrentIpamScopeId=lab.their_scope, Monitored=False)
    lab.settle(2 * INTERVAL)
    assert lab.allocated() == [[vpc_id], []]
    assert lab.status(vpc_id) == ("managed", "compliant", "nonoverlapping")
