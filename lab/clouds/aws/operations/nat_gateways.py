"""NAT gateways: CreateNatGateway, DescribeNatGateways and DeleteNatGateway."""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.filters import Values, matching, tag_filters
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.moments import moment
from lab.clouds.aws.operations.reading import address_in, chosen, refuse_unserved
from lab.clouds.aws.pagination import page
from lab.clouds.aws.tags import tags_from
from lab.clouds.aws.vpc.records import NatGateway, NatState


def nat_gateway_members(aws: Aws, gateway: NatGateway) -> Members:
    """A NAT gateway as the API shows it (NatGateway)."""
    return {
        "NatGatewayId": gateway.id,
        "VpcId": gateway.vpc_id,
        "SubnetId": gateway.subnet_id,
        "ConnectivityType": "public" if gateway.public else "private",
        "AvailabilityMode": "zonal",
        "State": gateway.state.value,
        "CreateTime": moment(gateway.created),
        "DeleteTime": None if gateway.deleted is None else moment(gateway.deleted),
        "FailureCode": gateway.failure_code or None,
        "FailureMessage": gateway.failure or None,
        "NatGatewayAddresses": [_address_members(gateway)],
        "Tags": aws.tags.members(gateway.id),
    }


def _address_members(gateway: NatGateway) -> Members:
    return {
        "AllocationId": gateway.allocation_id or None,
        "PublicIp": gateway.public_address or None,
        "AssociationId": gateway.association_id or None,
        "NetworkInterfaceId": gateway.interface_id or None,
        "PrivateIp": gateway.private_address or None,
        "IsPrimary": True,
        "Status": "failed" if gateway.state is NatState.FAILED else "succeeded",
    }


@operation("ec2", "CreateNatGateway")
def create_nat_gateway(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """A NAT gateway: a public one uses an Elastic IP."""
    _check(asked)
    room = aws.vpcs.nat_gateways

    def create() -> str:
        return room.create(
            caller,
            asked["SubnetId"],
            asked.get("AllocationId"),
            private_address=address_in(asked, "PrivateIpAddress"),
            tags=tags_from(asked, "natgateway"),
        ).id

    gateway = room.find(caller, aws.vpcs.tokens.once(caller, "CreateNatGateway", asked, create))
    return {"NatGateway": nat_gateway_members(aws, gateway), "ClientToken": asked.get("ClientToken")}


def _check(asked: Parameters) -> None:
    refuse_unserved(
        asked,
        "VpcId",
        "AvailabilityZoneAddresses",
        "SecondaryAllocationIds",
        "SecondaryPrivateIpAddresses",
        "SecondaryPrivateIpAddressCount",
    )
    if asked.get("AvailabilityMode") == "regional":
        raise AwsError("UnsupportedOperation", "This lab has zonal NAT gateways only")
    if "SubnetId" not in asked:
        raise AwsError("MissingParameter", "The request must contain the parameter SubnetId")
    public = asked.get("ConnectivityType", "public") == "public"
    if public and "AllocationId" not in asked:
        raise AwsError("MissingParameter", "AllocationId is missing: a public NAT gateway needs one")
    if not public and "AllocationId" in asked:
        raise AwsError("InvalidParameterCombination", "A private NAT gateway takes no AllocationId")


@operation("ec2", "DescribeNatGateways")
def describe_nat_gateways(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's NAT gateways, for an hour also those that are deleted or failed."""
    room = aws.vpcs.nat_gateways
    gateways = chosen(caller, asked.get("NatGatewayIds"), room.find, room.all_of)
    found = matching(gateways, asked.get("Filter"), lambda gateway: _values(aws, gateway))
    some, token = page(found, asked, default=1000)
    return {"NatGateways": [nat_gateway_members(aws, gateway) for gateway in some], "NextToken": token}


def _values(aws: Aws, gateway: NatGateway) -> Values:
    return {
        "nat-gateway-id": gateway.id,
        "state": gateway.state.value,
        "subnet-id": gateway.subnet_id,
        "vpc-id": gateway.vpc_id,
        **tag_filters(aws.tags.of(gateway.id)),
    }


@operation("ec2", "DeleteNatGateway")
def delete_nat_gateway(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Delete a NAT gateway; its Elastic IP stays allocated."""
    aws.vpcs.nat_gateways.delete(caller, asked["NatGatewayId"])
    return {"NatGatewayId": asked["NatGatewayId"]}
