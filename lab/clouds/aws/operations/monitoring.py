"""EC2: the resources that IPAM monitors, and for whom."""

from __future__ import annotations

from typing import Final

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching, tag_filters
from lab.clouds.aws.ids import arn
from lab.clouds.aws.ipam.records import Manager
from lab.clouds.aws.monitoring.records import Resource, ResourceCidr
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.moments import moment
from lab.clouds.aws.operations.reading import cidr_in
from lab.clouds.aws.pagination import page

PAGE: Final = 1000
"""How many items an answer has where MaxResults is left out."""


@operation("ec2", "GetIpamResourceCidrs")
def get_ipam_resource_cidrs(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The CIDRs of resources in a scope."""
    found = [
        each
        for each in aws.monitor.resource_cidrs(caller, asked["IpamScopeId"])
        if _is_asked_for(each, asked)
    ]
    found = matching(found, asked.get("Filters"), _cidr_filters)
    chosen, token = page(found, asked, PAGE)
    return {"IpamResourceCidrs": [_cidr_members(each) for each in chosen], "NextToken": token}


@operation("ec2", "ModifyIpamResourceCidr")
def modify_ipam_resource_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Monitor a CIDR, ignore it, or see it in another scope."""
    prefix = cidr_in(asked, "ResourceCidr")
    assert prefix is not None, "the model requires ResourceCidr"
    changed = aws.monitor.modify(
        caller,
        asked["CurrentIpamScopeId"],
        asked["ResourceId"],
        prefix,
        asked["ResourceRegion"],
        monitored=asked["Monitored"],
        destination=asked.get("DestinationIpamScopeId"),
    )
    return {"IpamResourceCidr": _cidr_members(changed)}


@operation("ec2", "DescribeIpamResourceDiscoveries")
def describe_ipam_resource_discoveries(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The default discovery of each of the caller's IPAMs."""
    found = aws.monitor.discoveries(caller)
    if "IpamResourceDiscoveryIds" in asked:
        found = [aws.monitor.discovery(caller, each) for each in asked["IpamResourceDiscoveryIds"]]
    found = matching(found, asked.get("Filters"), _discovery_filters)
    chosen, token = page(found, asked, PAGE)
    return {"IpamResourceDiscoveries": [_discovery_members(each) for each in chosen], "NextToken": token}


@operation("ec2", "GetIpamDiscoveredResourceCidrs")
def get_ipam_discovered_resource_cidrs(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """What a discovery sees in one Region."""
    discovery_id = asked["IpamResourceDiscoveryId"]
    found = aws.monitor.discovered_resources(caller, discovery_id, asked["ResourceRegion"])
    found = matching(found, asked.get("Filters"), _resource_filters)
    chosen, token = page(found, asked, PAGE)
    members = [
        {
            "IpamResourceDiscoveryId": discovery_id,
            **_resource_members(each),
            "IpSource": each.ip_source,
            "SampleTime": moment(aws.basics.world.now()),
        }
        for each in chosen
    ]
    return {"IpamDiscoveredResourceCidrs": members, "NextToken": token}


@operation("ec2", "GetIpamDiscoveredAccounts")
def get_ipam_discovered_accounts(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Whose resources a discovery sees."""
    region = asked["DiscoveryRegion"]
    found = list(aws.monitor.discovered_accounts(caller, asked["IpamResourceDiscoveryId"], region))
    found = matching(found, asked.get("Filters"), lambda account: {"account-id": account})
    chosen, token = page(found, asked, PAGE)
    now = moment(aws.basics.world.now())
    members = [
        {
            "AccountId": account,
            "DiscoveryRegion": region,
            "LastAttemptedDiscoveryTime": now,
            "LastSuccessfulDiscoveryTime": now,
        }
        for account in chosen
    ]
    return {"IpamDiscoveredAccounts": members, "NextToken": token}


@operation("ec2", "EnableIpamOrganizationAdminAccount")
def enable_ipam_organization_admin_account(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Let the IPAMs of one account monitor the whole organization."""
    aws.monitor.admin.enable(caller, asked["DelegatedAdminAccountId"])
    return {"Success": True}


@operation("ec2", "DisableIpamOrganizationAdminAccount")
def disable_ipam_organization_admin_account(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Let the IPAMs of every account monitor that account."""
    aws.monitor.admin.disable(caller, asked["DelegatedAdminAccountId"])
    return {"Success": True}


def _is_asked_for(cidr: ResourceCidr, asked: Parameters) -> bool:
    resource = cidr.resource
    tag = asked.get("ResourceTag", {})
    if "Value" in tag and "Key" not in tag:
        raise AwsError("InvalidParameterCombination", "A ResourceTag with a Value needs a Key.")
    return (
        asked.get("IpamPoolId") in (None, cidr.pool_id)
        and asked.get("ResourceId") in (None, resource.id)
        and asked.get("ResourceType") in (None, resource.kind.value)
        and asked.get("ResourceOwner") in (None, resource.owner)
        and ("Key" not in tag or tag["Key"] in resource.tags)
        and ("Value" not in tag or resource.tags[tag["Key"]] == tag["Value"])
    )


def _resource_filters(resource: Resource) -> Values:
    return {
        "resource-cidr": str(resource.prefix),
        "resource-id": resource.id,
        "resource-owner": resource.owner,
        "resource-region": resource.region,
        "resource-type": resource.kind.value,
        "vpc-id": resource.vpc_id,
        **tag_filters(resource.tags),
    }


def _cidr_filters(cidr: ResourceCidr) -> Values:
    return {
        **_resource_filters(cidr.resource),
        "ipam-pool-id": cidr.pool_id,
        "compliance-status": cidr.compliance and cidr.compliance.value,
        "management-state": cidr.management and cidr.management.value,
        "overlap-status": cidr.overlap and cidr.overlap.value,
    }


def _discovery_filters(manager: Manager) -> Values:
    return {
        "ipam-resource-discovery-id": manager.discovery_id,
        "ipam-resource-discovery-region": manager.region,
        "is-default": "true",
        "owner-id": manager.owner,
        "state": manager.stage.value,
    }


def _resource_members(resource: Resource) -> Members:
    return {
        "ResourceRegion": resource.region,
        "ResourceOwnerId": resource.owner,
        "ResourceId": resource.id,
        "ResourceCidr": str(resource.prefix),
        "ResourceType": resource.kind.value,
        "ResourceTags": [{"Key": key, "Value": value} for key, value in resource.tags.items()],
        "IpUsage": resource.usage,
        "VpcId": resource.vpc_id,
        "AvailabilityZoneId": resource.zone_id,
    }


def _cidr_members(cidr: ResourceCidr) -> Members:
    return {
        **_resource_members(cidr.resource),
        "IpamId": cidr.ipam_id,
        "IpamScopeId": cidr.scope_id,
        "IpamPoolId": cidr.pool_id,
        "ResourceName": cidr.resource.tags.get("Name"),
        "ComplianceStatus": cidr.compliance and cidr.compliance.value,
        "ManagementState": cidr.management and cidr.management.value,
        "OverlapStatus": cidr.overlap and cidr.overlap.value,
    }


def _discovery_members(manager: Manager) -> Members:
    name = f"ipam-resource-discovery/{manager.discovery_id}"
    return {
        "OwnerId": manager.owner,
        "IpamResourceDiscoveryId": manager.discovery_id,
        "IpamResourceDiscoveryArn": arn("ec2", "", manager.owner, name, home=manager.region),
        "IpamResourceDiscoveryRegion": manager.region,
        "OperatingRegions": [{"RegionName": region} for region in manager.operating_regions],
        "IsDefault": True,
        "State": manager.stage.value,
        "Tags": [],
    }
