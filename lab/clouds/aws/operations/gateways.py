"""Internet gateways and egress-only internet gateways."""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.filters import Values, matching, tag_filters
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.reading import chosen
from lab.clouds.aws.pagination import page
from lab.clouds.aws.tags import tags_from
from lab.clouds.aws.vpc.records import EgressOnlyGateway, InternetGateway


def internet_gateway_members(aws: Aws, gateway: InternetGateway) -> Members:
    """An internet gateway as the API shows it (InternetGateway)."""
    attachments = [{"VpcId": gateway.vpc_id, "State": "attached"}] if gateway.vpc_id else []
    return {
        "InternetGatewayId": gateway.id,
        "OwnerId": gateway.owner,
        "Attachments": attachments,
        "Tags": aws.tags.members(gateway.id),
    }


def egress_only_gateway_members(aws: Aws, gateway: EgressOnlyGateway) -> Members:
    """An egress-only internet gateway as the API shows it."""
    return {
        "EgressOnlyInternetGatewayId": gateway.id,
        "Attachments": [{"VpcId": gateway.vpc_id, "State": "attached"}],
        "Tags": aws.tags.members(gateway.id),
    }


@operation("ec2", "CreateInternetGateway")
def create_internet_gateway(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """An internet gateway, attached to nothing yet."""
    gateway = aws.vpcs.internet_gateways.create(caller, tags_from(asked, "internet-gateway"))
    return {"InternetGateway": internet_gateway_members(aws, gateway)}


@operation("ec2", "DescribeInternetGateways")
def describe_internet_gateways(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's internet gateways."""
    room = aws.vpcs.internet_gateways
    gateways = chosen(caller, asked.get("InternetGatewayIds"), room.find, room.all_of)
    found = matching(gateways, asked.get("Filters"), lambda gateway: _values(aws, gateway))
    some, token = page(found, asked, default=1000)
    return {
        "InternetGateways": [internet_gateway_members(aws, gateway) for gateway in some],
        "NextToken": token,
    }


def _values(aws: Aws, gateway: InternetGateway) -> Values:
    return {
        # The model's enum has `attached`; the document of this filter calls the same `available`.
        "attachment.state": ("attached", "available") if gateway.vpc_id else None,
        "attachment.vpc-id": gateway.vpc_id,
        "internet-gateway-id": gateway.id,
        "owner-id": gateway.owner,
        **tag_filters(aws.tags.of(gateway.id)),
    }


@operation("ec2", "AttachInternetGateway")
def attach_internet_gateway(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Attach an internet gateway to a VPC."""
    aws.vpcs.internet_gateways.attach(caller, asked["InternetGatewayId"], asked["VpcId"])
    return {}


@operation("ec2", "DetachInternetGateway")
def detach_internet_gateway(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Detach an internet gateway from its VPC."""
    aws.vpcs.internet_gateways.detach(caller, asked["InternetGatewayId"], asked["VpcId"])
    return {}


@operation("ec2", "DeleteInternetGateway")
def delete_internet_gateway(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Delete a detached internet gateway."""
    aws.vpcs.internet_gateways.delete(caller, asked["InternetGatewayId"])
    return {}


@operation("ec2", "CreateEgressOnlyInternetGateway")
def create_egress_only_internet_gateway(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """An egress-only internet gateway for a VPC."""
    tags = tags_from(asked, "egress-only-internet-gateway")
    room = aws.vpcs.egress_only_gateways

    def create() -> str:
        return room.create(caller, asked["VpcId"], tags).id

    gateway_id = aws.vpcs.tokens.once(caller, "CreateEgressOnlyInternetGateway", asked, create)
    return {
        "EgressOnlyInternetGateway": egress_only_gateway_members(aws, room.find(caller, gateway_id)),
        "ClientToken": asked.get("ClientToken"),
    }


@operation("ec2", "DescribeEgressOnlyInternetGateways")
def describe_egress_only_internet_gateways(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The caller's egress-only internet gateways."""
    room = aws.vpcs.egress_only_gateways
    gateways = chosen(caller, asked.get("EgressOnlyInternetGatewayIds"), room.find, room.all_of)
    found = matching(gateways, asked.get("Filters"), lambda gateway: tag_filters(aws.tags.of(gateway.id)))
    some, token = page(found, asked, default=255)
    return {
        "EgressOnlyInternetGateways": [egress_only_gateway_members(aws, gateway) for gateway in some],
        "NextToken": token,
    }


@operation("ec2", "DeleteEgressOnlyInternetGateway")
def delete_egress_only_internet_gateway(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Delete an egress-only internet gateway."""
    aws.vpcs.egress_only_gateways.delete(caller, asked["EgressOnlyInternetGatewayId"])
    return {"ReturnCode": True}
