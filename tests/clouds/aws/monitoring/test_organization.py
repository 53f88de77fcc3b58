"""Whose resources an IPAM sees."""

from __future__ import annotations

import pytest
from support.aws_monitoring import MonitoringLab
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION, aws_with


class _Member(MonitoringLab):
    """The IPAM is one of the member account's; the other account manages the organization."""

    def __init__(self) -> None:
        super().__init__()
        regions = [{"RegionName": OTHER_REGION}]
        made = self.ec2(OTHER_ACCOUNT)("CreateIpam", OperatingRegions=regions)["Ipam"]
        self.settle()
        self.member_scope = made["PrivateDefaultScopeId"]
        self.discovery = made["DefaultResourceDiscoveryId"]

    def owners(self) -> set[str]:
        asked = {"IpamScopeId": self.member_scope}
        found = self.ec2(OTHER_ACCOUNT)("GetIpamResourceCidrs", **asked)["IpamResourceCidrs"]
        return {each["ResourceOwnerId"] for each in found}


@pytest.mark.seed(82, 120)
def test_the_ipam_account_sees_the_whole_organization_and_every_other_account_itself() -> None:
    lab = _Member()
    lab.vpc("10.0.0.0/16")
    lab.vpc("10.0.0.0/16", account=OTHER_ACCOUNT, region=OTHER_REGION)
    assert lab.owners() == {OTHER_ACCOUNT}
    lab.ec2()("EnableIpamOrganizationAdminAccount", DelegatedAdminAccountId=OTHER_ACCOUNT)
    assert lab.owners() == {ACCOUNT, OTHER_ACCOUNT}
    assert {each["ResourceOwnerId"] for each in lab.seen()} == {ACCOUNT}
    lab.ec2()("DisableIpamOrganizationAdminAccount", DelegatedAdminAccountId=OTHER_ACCOUNT)
    assert lab.owners() == {OTHER_ACCOUNT}


@pytest.mark.seed(120)
@pytest.mark.parametrize(
    ("caller", "named", "code"),
    [
        (OTHER_ACCOUNT, OTHER_ACCOUNT, "UnauthorizedOperation"),
        (ACCOUNT, ACCOUNT, "InvalidParameterValue"),
        (ACCOUNT, "345678901234", "InvalidParameterValue"),
    ],
)
def test_the_management_account_names_another_member_of_the_organization(
    caller: str, named: str, code: str
) -> None:
    lab = MonitoringLab()
    refusal = lab.ec2(caller).refused("EnableIpamOrganizationAdminAccount", DelegatedAdminAccountId=named)
    assert refusal.code == code
    assert named in refusal.message


def test_without_an_organization_there_is_no_ipam_account() -> None:
    lab = MonitoringLab()
    lab.aws = aws_with(organization=False)
    asked = {"DelegatedAdminAccountId": OTHER_ACCOUNT}
    refusal = lab.ec2().refused("EnableIpamOrganizationAdminAccount", **asked)
    assert refusal.code == "UnauthorizedOperation"
    assert "in no organization" in refusal.message


@pytest.mark.seed(120)
def test_the_resource_discovery_of_an_ipam_shows_accounts_and_resources() -> None:
    lab = _Member()
    ec2 = lab.ec2(OTHER_ACCOUNT)
    (discovery,) = ec2("DescribeIpamResourceDiscoveries")["IpamResourceDiscoveries"]
    assert discovery["IpamResourceDiscoveryId"] == lab.discovery
    assert {each["RegionName"] for each in discovery["OperatingRegions"]} == {REGION, OTHER_REGION}
    lab.ec2()("EnableIpamOrganizationAdminAccount", DelegatedAdminAccountId=OTHER_ACCOUNT)
    asked = {"IpamResourceDiscoveryId": lab.discovery}
    accounts = ec2("GetIpamDiscoveredAccounts", **asked, DiscoveryRegion=REGION)["IpamDiscoveredAccounts"]
    assert [each["AccountId"] for each in accounts] == [ACCOUNT, OTHER_ACCOUNT]
    vpc_id = lab.vpc("10.0.0.0/16")
    here = ec2("GetIpamDiscoveredResourceCidrs", **asked, ResourceRegion=REGION)
    (found,) = here["IpamDiscoveredResourceCidrs"]
    assert (found["ResourceId"], found["IpSource"]) == (vpc_id, "none")
    there = ec2("GetIpamDiscoveredResourceCidrs", **asked, ResourceRegion=OTHER_REGION)
    assert there["IpamDiscoveredResourceCidrs"] == []
    refusal = ec2.refused("GetIpamDiscoveredResourceCidrs", **asked, ResourceRegion="ap-south-1")
    assert refusal.code == "InvalidParameterValue"
    assert OTHER_REGION in refusal.message
    unknown = lab.ec2().refused("GetIpamDiscoveredAccounts", **asked, DiscoveryRegion=REGION)
    assert unknown.code == "InvalidIpamResourceDiscoveryId.NotFound"
