"""IPAM pools and their CIDRs: CreateIpamPool, ProvisionIpamPoolCidr and what follows them."""

from __future__ import annotations

from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.byoip.sizes import parse_range
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.pool_rules import PoolRequest
from lab.clouds.aws.ipam.pools import PoolChanges
from lab.clouds.aws.ipam.records import AllocationRules
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.ipam_members import cidr_members, listed, pool_members, refuse
from lab.clouds.aws.tags import checked_tags, tags_from


@operation("ec2", "CreateIpamPool")
def create_ipam_pool(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A new pool."""
    refuse(asked, "SourceResource", "its IPAM plans no subnets; leave it out")
    locale = asked.get("Locale")
    request = PoolRequest(
        version=4 if asked["AddressFamily"] == "ipv4" else 6,
        source_pool_id=asked.get("SourceIpamPoolId"),
        locale=None if locale == "None" else locale,
        description=asked.get("Description"),
        auto_import=asked.get("AutoImport", False),
        advertisable=asked.get("PubliclyAdvertisable"),
        service=asked.get("AwsService"),
        ip_source=asked.get("PublicIpSource"),
        rules=AllocationRules(
            asked.get("AllocationMinNetmaskLength"),
            asked.get("AllocationDefaultNetmaskLength"),
            asked.get("AllocationMaxNetmaskLength"),
            _resource_tags(asked, "AllocationResourceTags"),
        ),
    )

    def create() -> str:
        return aws.ipam.pools.create(caller, asked["IpamScopeId"], request, tags_from(asked, "ipam-pool")).id

    made = aws.ipam.tokens.once(caller, "CreateIpamPool", asked, create)
    pool = aws.ipam.access.pool(caller, made, "ec2:DescribeIpamPools")
    return {"IpamPool": pool_members(aws, pool)}


@operation("ec2", "DescribeIpamPools")
def describe_ipam_pools(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The pools the caller sees in the region, those shared with it included."""
    access = aws.ipam.access
    found = [
        access.pool(caller, each, "ec2:DescribeIpamPools") for each in asked.get("IpamPoolIds") or ()
    ] or access.pools(caller)
    shown, token = listed(
        found,
        asked,
        lambda pool: pool_members(aws, pool),
        ipam_scope_id=lambda pool: pool.scope_id,
        ipam_id=lambda pool: pool.ipam_id,
    )
    return {"IpamPools": shown, "NextToken": token}


@operation("ec2", "ModifyIpamPool")
def modify_ipam_pool(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Other allocation rules, import or description."""
    changes = PoolChanges(
        description=asked.get("Description"),
        auto_import=asked.get("AutoImport"),
        shortest=asked.get("AllocationMinNetmaskLength"),
        default=asked.get("AllocationDefaultNetmaskLength"),
        longest=asked.get("AllocationMaxNetmaskLength"),
        clear_default=asked.get("ClearAllocationDefaultNetmaskLength", False),
        add_tags=_resource_tags(asked, "AddAllocationResourceTags"),
        remove_tags=_resource_tags(asked, "RemoveAllocationResourceTags"),
    )
    return {"IpamPool": pool_members(aws, aws.ipam.pools.modify(caller, asked["IpamPoolId"], changes))}


@operation("ec2", "DeleteIpamPool")
def delete_ipam_pool(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The end of a pool."""
    cascade = asked.get("Cascade", False)
    deleted = aws.ipam.pools.delete(caller, asked["IpamPoolId"], cascade=cascade)
    return {"IpamPool": pool_members(aws, deleted)}


@operation("ec2", "ProvisionIpamPoolCidr")
def provision_ipam_pool_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Ask for a CIDR for a pool."""
    if asked.get("VerificationMethod", "remarks-x509") != "remarks-x509":
        raise AwsError(
            "UnsupportedOperation",
            f"VerificationMethod {asked['VerificationMethod']} is not supported by this lab; expected "
            "remarks-x509.",
        )
    refuse(asked, "IpamExternalResourceVerificationTokenId", "ranges are verified by remarks-x509")
    context = asked.get("CidrAuthorizationContext")
    prefix = parse_range(asked["Cidr"]) if asked.get("Cidr") else None

    def provision() -> str:
        return aws.ipam.cidrs.provision(
            caller,
            asked["IpamPoolId"],
            prefix=prefix,
            netmask=asked.get("NetmaskLength"),
            authorization=_authorization(context) if context else None,
        ).id

    made = aws.ipam.tokens.once(caller, "ProvisionIpamPoolCidr", asked, provision)
    return {"IpamPoolCidr": cidr_members(aws.ipam.cidrs.find(made))}


@operation("ec2", "DeprovisionIpamPoolCidr")
def deprovision_ipam_pool_cidr(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Give a CIDR of a pool up."""
    if not asked.get("Cidr"):
        raise AwsError("MissingParameter", "The request must contain the parameter Cidr")
    ended = aws.ipam.cidrs.deprovision(caller, asked["IpamPoolId"], parse_range(asked["Cidr"]))
    return {"IpamPoolCidr": cidr_members(ended)}


@operation("ec2", "GetIpamPoolCidrs")
def get_ipam_pool_cidrs(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The CIDRs of a pool."""
    shown, token = listed(aws.ipam.cidrs.of_pool(caller, asked["IpamPoolId"]), asked, cidr_members)
    return {"IpamPoolCidrs": shown, "NextToken": token}


def _authorization(context: Parameters) -> Authorization:
    return Authorization(context.get("Message", ""), context.get("Signature", ""))


def _resource_tags(asked: Parameters, member: str) -> dict[str, str]:
    return checked_tags((each.get("Key"), each.get("Value")) for each in asked.get(member) or ())
