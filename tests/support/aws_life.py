"""A life of calls to all of AWS: random ones that lean on what earlier answers named."""

from __future__ import annotations

import random
import re
import time
from typing import Any
from urllib.parse import urlencode

from botocore.serialize import create_serializer
from support.aws_shapes import some
from support.aws_wire import FORM, sign
from support.aws_world import REGION, FakeWorld, aws_with, pass_time

import lab.clouds.aws.operations  # noqa: F401
from lab.bgp.prefix import Prefix
from lab.clouds.aws.operation import OPERATIONS
from lab.clouds.aws.wire.front import AwsFront
from lab.clouds.aws.wire.models import OperationModel, service_model
from lab.http.messages import HttpRequest, HttpResponse

_RESOURCE = re.compile(r'[a-z][a-z0-9-]*-0[0-9a-f]{16,32}|arn:aws:[a-z0-9]+:[^"<\s]+')
_RANGES = ("203.0.113.0/24", "198.51.100.0/24", "198.51.100.0/28", "2001:db8::/32", "2001:db8::/48",
           "2001:db8:0:1::/64", "10.0.0.0/16", "10.0.1.0/24", "192.0.2.0/24")  # fmt: skip

_KINDS = (
    (".*ipampoolallocationid", "ipam-pool-alloc"), (".*ipampoolid", "ipam-pool"), (".*scopeid", "ipam-scope"),
    (".*discoveryid", "ipam-res-disco"), (".*ipamid", "ipam"), (".*vpcid", "vpc"), (".*subnetid", "subnet"),
    ("(?!.*ipam).*allocationid", "eipalloc"), (".*gatewayid", "igw"), (".*gatewayid", "eigw"),
    (".*gatewayid", "nat"), (".*interfaceid", "eni"), ("poolid|publicipv4pool", "ipv4pool-ec2"),
    ("associationid", "eipassoc"), ("associationid", "vpc-cidr-assoc"),
    ("associationid", "subnet-cidr-assoc"), ("resource|resourceid", "vpc"),
    ("resource|resourceid", "ipam-pool"), ("resource|resourceid", "subnet"),
    (".*sharearn", "arn:resource-share"), (".*invitationarn", "arn:resource-share-invitation"),
    ("resourcearn", "arn:ipam-pool"), (".*permissionarn", "arn:permission"),
)  # fmt: skip
"""What the parameters whose names match may name."""
_BEGINNING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ec2", "CreateIpam", {"OperatingRegions": [{"RegionName": REGION}]}),
    ("ec2", "CreateIpamPool", {"IpamScopeId": "ipam-scope", "AddressFamily": "ipv4", "Locale": REGION}),
    ("ec2", "ProvisionIpamPoolCidr", {"IpamPoolId": "ipam-pool", "Cidr": "10.0.0.0/8"}),
    ("ec2", "CreateVpc", {"Ipv4IpamPoolId": "ipam-pool", "Ipv4NetmaskLength": 20}),
    ("ec2", "CreateVpc", {"CidrBlock": "10.240.0.0/16"}),
    ("ec2", "CreateSubnet", {"VpcId": "vpc", "CidrBlock": "10.240.1.0/24"}),
    ("ec2", "CreateNetworkInterface", {"SubnetId": "subnet"}),
    ("ec2", "CreateInternetGateway", {}),
    ("ec2", "AllocateAddress", {}),
    ("ec2", "AllocateIpamPoolCidr", {"IpamPoolId": "ipam-pool", "NetmaskLength": 24}),
    ("ec2", "CreatePublicIpv4Pool", {}),
    ("ram", "EnableSharingWithAwsOrganization", {}),
    ("ram", "CreateResourceShare", {"name": "pool", "resourceArns": ["arn:ipam-pool"]}),
)
"""Calls that each life begins with; a kind of resource stands for the latest of that kind."""


class Life:
    """Random calls that lean on what earlier answers named, so that they get further than the first check."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)
        self.known: dict[str, list[str]] = {}
        self.begun = False
        world = FakeWorld()
        for text in ("203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32"):
            world.register(Prefix.parse(text))
            world.authorize(Prefix.parse(text))
        amazon = tuple(Prefix.parse(text) for text in ("192.0.2.0/24", "2001:db8:ffff::/48"))
        self.aws = aws_with(world, amazon_prefixes=amazon)
        self.front = AwsFront(self.aws, OPERATIONS, time.time)

    def begin(self) -> None:
        """Have something of everything."""
        for service, name, asked in _BEGINNING:
            named = {member: self._one_of(value) for member, value in asked.items()}
            answer = self.ask(service_model(service).operation_model(name), named)
            assert answer.status == 200, (name, answer.body)
            pass_time(self.aws, 60)
        self.begun = True

    def _one_of(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._one_of(item) for item in value]
        kind = isinstance(value, str) and value in self.known
        return self.known[value][-1] if kind else value

    def call(self, service: str, name: str) -> tuple[OperationModel, dict[str, Any], HttpResponse]:
        """One call of an operation by either account."""
        model = service_model(service).operation_model(name)
        share = self.source.choice((0.05, 0.15, 0.4))
        asked = self._leaning(some(model.input_shape, self.source, share)) if model.input_shape else {}
        asked.pop("DryRun", None)
        return model, asked, self.ask(model, asked)

    def ask(self, model: OperationModel, asked: dict[str, Any]) -> HttpResponse:
        """One call with these parameters, by the first account most of the time."""
        service = model.service_model.service_name
        sent = create_serializer(service_model(service).protocol, False).serialize_to_request(asked, model)
        body = sent["body"]
        data = urlencode(body).encode() if isinstance(body, dict) else body
        query = f"?{urlencode(sent['query_string'])}" if sent["query_string"] else ""
        number = {"content-type": FORM, "amz-sdk-invocation-id": str(self.source.random())}
        request = HttpRequest(sent["method"], sent["url_path"] + query, number, data)
        account = self.aws.accounts.all()[self.begun and self.source.random() < 0.1]
        answer = self.front.handle(sign(request, account, service, REGION))
        for resource in _RESOURCE.findall(answer.body.decode()):
            self.known.setdefault(_kind(resource), []).append(resource)
        return answer

    def _leaning(self, members: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self._lean(name, value)
            for name, value in members.items()
            if not name.lower().endswith(("token", "tagspecifications")) or self.source.random() < 0.05
        }

    def _lean(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self._leaning(value)
        if isinstance(value, list):
            return [self._lean(name, item) for item in value]
        if self.source.random() < 0.05:
            return value
        plain = name.lower().removesuffix("s")
        if "netmask" in plain:
            return self.source.choice((16, 20, 24, 28, 32, 44, 48, 52, 56, 60, 64))
        if isinstance(value, str) and "cidr" in plain and not plain.endswith("id"):
            return self.source.choice(_RANGES)
        if isinstance(value, str) and ("region" in plain or plain == "locale"):
            return REGION
        if plain.endswith(("id", "arn", "resource")) and self.known:
            return self._resource(plain)
        return "192.0.2.1" if plain.endswith("ipaddress") and isinstance(value, str) else value

    def _resource(self, plain: str) -> str:
        """One that the name asks for, most of the time."""
        kinds = [kind for name, kind in _KINDS if re.fullmatch(name, plain) and kind in self.known]
        anything = not kinds or self.source.random() < 0.1
        kind = self.source.choice(sorted(self.known) if anything else kinds)
        return self.source.choice(self.known[kind])


def _kind(resource: str) -> str:
    """`ipam-pool` of `ipam-pool-0123`; `arn:ipam-pool` of its ARN."""
    if resource.startswith("arn:"):
        return "arn:" + resource.split(":", 5)[5].partition("/")[0]
    return resource.rpartition("-")[0]
