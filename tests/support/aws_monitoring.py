"""AWS with an IPAM in it, asked in botocore's shapes about what the IPAM monitors."""

from __future__ import annotations

from typing import Any

from support.aws_client import Ec2
from support.aws_ipam import IpamLab
from support.aws_world import ACCOUNT, REGION

from lab.clouds.aws.caller import Caller


class MonitoringLab(IpamLab):
    """What an account calls, and what the IPAM of ACCOUNT sees of it."""

    def ec2(self, account: str = ACCOUNT, region: str = REGION) -> Ec2:
        """EC2 as an account sees it in a region."""
        return Ec2(self.aws, Caller(account, region))

    def vpc(self, cidr: str | None = None, account: str = ACCOUNT, region: str = REGION, **asked: Any) -> str:
        """A new VPC; its ID. Tags are a dict."""
        tags = asked.pop("tags", {})
        if tags:
            asked["TagSpecifications"] = [{"ResourceType": "vpc", "Tags": tag_list(tags)}]
        if cidr:
            asked["CidrBlock"] = cidr
        vpc_id: str = self.ec2(account, region)("CreateVpc", **asked)["Vpc"]["VpcId"]
        return vpc_id

    def seen(self, scope: str | None = None, **asked: Any) -> list[dict[str, Any]]:
        """GetIpamResourceCidrs of a scope, the private one if nothing else is said."""
        asked["IpamScopeId"] = scope or self.private
        found: list[dict[str, Any]] = self.ec2()("GetIpamResourceCidrs", **asked)["IpamResourceCidrs"]
        return found

    def status(self, resource_id: str, scope: str | None = None) -> tuple[str | None, ...]:
        """Management, compliance and overlap of a resource's only CIDR."""
        (found,) = self.seen(scope, ResourceId=resource_id)
        return tuple(found.get(name) for name in ("ManagementState", "ComplianceStatus", "OverlapStatus"))


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as the API has them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
