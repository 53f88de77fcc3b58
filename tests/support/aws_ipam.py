"""AWS with an IPAM in it, asked by the members of its API, and answers held against botocore's model."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from support.aws_world import ACCOUNT, OTHER_REGION, REGION, FakeWorld, aws_with, pass_time

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.customer import Customer
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Members
from lab.clouds.aws.operations import OPERATIONS
from lab.state.state import State

CUSTOMER = Customer("customer")
TOP = "2605:9cc0:1ff0::/44"
"""AWS's own range, with which its document shows all of this."""


class IpamLab:
    """An IPAM of ACCOUNT in REGION that operates in OTHER_REGION, too."""

    def __init__(self, state: State | None = None, **members: Any) -> None:
        self.world = FakeWorld()
        self.aws = aws_with(self.world, state)
        regions = [{"RegionName": OTHER_REGION}]
        self.ipam = self.ask("CreateIpam", OperatingRegions=regions, **members)["Ipam"]
        self.id = self.ipam["IpamId"]
        self.public = self.ipam["PublicDefaultScopeId"]
        self.private = self.ipam["PrivateDefaultScopeId"]
        self.settle()

    def ask(self, operation: str, account: str = ACCOUNT, region: str = REGION, **asked: Any) -> Members:
        """Carry an operation out, as a whole. Its answer has the model's members and values."""
        function = OPERATIONS["ec2", operation]
        answer = self.aws.perform(lambda: function(self.aws, Caller(account, region), asked))
        _check(_model().operation_model(operation).output_shape, answer, operation)
        return answer

    def refusal(self, operation: str, account: str = ACCOUNT, region: str = REGION, **asked: Any) -> AwsError:
        """What an operation is refused with."""
        with pytest.raises(AwsError) as caught:
            self.ask(operation, account, region, **asked)
        return caught.value

    def settle(self, seconds: float = 5) -> None:
        """Let time pass: by default as long as IPAM takes."""
        pass_time(self.aws, seconds)

    def pool(self, scope: str | None = None, **asked: Any) -> str:
        """A new pool, of IPv4 in the private scope if nothing else is said; its ID, when it is there."""
        members = {"AddressFamily": "ipv4", "IpamScopeId": scope or self.private, **asked}
        pool_id: str = self.ask("CreateIpamPool", **members)["IpamPool"]["IpamPoolId"]
        self.settle()
        return pool_id

    def top(self, cidr: str = TOP, *, advertisable: bool = True, **asked: Any) -> str:
        """A top-level pool for IPv6 in the public scope, with a range that was brought to it."""
        top = self.pool(self.public, AddressFamily="ipv6", PubliclyAdvertisable=advertisable, **asked)
        self.bring(top, cidr)
        return top

    def regional(self, source: str, cidr: str, locale: str = REGION, **asked: Any) -> str:
        """A pool for the resources of one region, with a CIDR of its source."""
        pool_id = self.pool(
            self.public,
            **{"AddressFamily": "ipv6", "AwsService": "ec2", **asked},
            SourceIpamPoolId=source,
            Locale=locale,
        )
        assert self.provision(pool_id, Cidr=cidr)["State"] == "provisioned"
        return pool_id

    def provision(self, pool_id: str, **asked: Any) -> Members:
        """Ask for a CIDR, and what became of it."""
        made = self.ask("ProvisionIpamPoolCidr", IpamPoolId=pool_id, **asked)["IpamPoolCidr"]
        assert made["State"] == "pending-provision"
        self.settle(3600 if "CidrAuthorizationContext" in asked else 5)
        (found,) = [each for each in self.cidrs(pool_id) if each["IpamPoolCidrId"] == made["IpamPoolCidrId"]]
        return found

    def bring(self, pool_id: str, cidr: str) -> None:
        """Provision a range to a top-level pool, with everything in order."""
        context = self.prepare(cidr)
        assert self.provision(pool_id, Cidr=cidr, CidrAuthorizationContext=context)["State"] == "provisioned"

    def prepare(self, cidr: str, *, roa: bool = True) -> dict[str, str]:
        """Registration, certificate and, with `roa`, ROAs; the signed message."""
        prefix = Prefix.parse(cidr)
        self.world.register(prefix)
        self.world.comment(prefix, CUSTOMER.certificate(self.world.time))
        if roa:
            self.world.authorize(prefix, max_length=max(prefix.length, 24 if prefix.version == 4 else 48))
        signed = CUSTOMER.authorization(ACCOUNT, prefix, self.world.time)
        return {"Message": signed.message, "Signature": signed.signature}

    def cidrs(self, pool_id: str, **asked: Any) -> list[Members]:
        """The CIDRs of a pool as the API shows them."""
        found: list[Members] = self.ask("GetIpamPoolCidrs", IpamPoolId=pool_id, **asked)["IpamPoolCidrs"]
        return found

    def states(self, pool_id: str) -> dict[str, str]:
        """The states of a pool's CIDRs."""
        return {each["Cidr"]: each["State"] for each in self.cidrs(pool_id)}

    def allocations(self, pool_id: str, **asked: Any) -> list[Members]:
        """The allocations of a pool as the API shows them."""
        answer = self.ask("GetIpamPoolAllocations", IpamPoolId=pool_id, **asked)
        found: list[Members] = answer["IpamPoolAllocations"]
        return found

    def allocate(self, pool_id: str, **asked: Any) -> str:
        """A manual allocation; its CIDR."""
        made = self.ask("AllocateIpamPoolCidr", **asked, IpamPoolId=pool_id)["IpamPoolAllocation"]
        cidr: str = made["Cidr"]
        return cidr


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("ec2", "service-2"), "ec2")


def _check(shape: Shape | None, value: Any, where: str) -> None:
    if value is None or shape is None:
        return
    if shape.type_name == "structure":
        assert value.keys() <= shape.members.keys(), where
        for name, item in value.items():
            _check(shape.members[name], item, f"{where}.{name}")
    elif shape.type_name == "list":
        for item in value:
            _check(shape.member, item, where)
    elif shape.type_name == "string":
        assert isinstance(value, str), where
        assert value in shape.metadata.get("enum", [value]), where
    else:
        assert isinstance(value, bool if shape.type_name == "boolean" else int), where
