"""RAM alone, with pools that exist only as ARNs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, REGION, FakeWorld, basics_with

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.operations import OPERATIONS
from lab.clouds.aws.ram.sharing import Sharing
from lab.clouds.aws.tags import Tags
from lab.clouds.aws.wire.models import service_model
from lab.clouds.aws.wire.protocols import PROTOCOLS
from lab.http.messages import HttpRequest
from lab.state.state import State

_MODEL = service_model("ram")
_SERIALIZER = create_serializer("rest-json")
_PARSER = create_parser("rest-json")

STRANGER = "345678901234"
"""An account that is not in the lab's organization."""
OWNER = Caller(ACCOUNT, REGION)
MEMBER = Caller(OTHER_ACCOUNT, REGION)
OUTSIDER = Caller(STRANGER, REGION)
ORGANIZATION = f"arn:aws:organizations::{ACCOUNT}:organization/o-{ACCOUNT}"
DEFAULT = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionsIpamPool"
IMPORT = "arn:aws:ram::aws:permission/AWSRAMPermissionIpamPoolByoipCidrImport"


def pool(name: str, owner: str = ACCOUNT) -> str:
    """The ARN of an IPAM pool."""
    return f"arn:aws:ec2::{owner}:ipam-pool/ipam-pool-{name}"


POOL = pool("1")
SECOND_POOL = pool("2")


class OpenState(State):
    """A state in one long transaction, for rooms that are tested without the calls around them."""

    def __init__(self) -> None:
        super().__init__()
        self._open = self.transaction()
        self._open.__enter__()


class Ram(SimpleNamespace):
    """Stands for `Aws` where an operation needs only `sharing` and `tags`."""

    sharing: Sharing
    tags: Tags
    world: FakeWorld

    def ask(self, operation: str, caller: Caller, asked: dict[str, Any]) -> dict[str, Any]:
        """What boto3 returns, without its metadata: asked and answered as on the wire."""
        model = _MODEL.operation_model(operation)
        sent = _SERIALIZER.serialize_to_request(asked, model)
        query = urlencode(sent["query_string"], doseq=True)
        request = HttpRequest(sent["method"], f"{sent['url_path']}?{query}", {}, sent["body"] or b"")
        members = PROTOCOLS["ram"].members(model, request)
        answer = OPERATIONS["ram", operation](cast(Aws, self), caller, members)
        response = PROTOCOLS["ram"].answer(model, answer, "a-request")
        parsed = _PARSER.parse(
            {"status_code": response.status, "headers": response.headers, "body": response.body},
            model.output_shape,
        )
        del parsed["ResponseMetadata"]
        return parsed


def ram_with(**changes: object) -> Ram:
    """RAM, and pools that exist. `changes` are to the settings."""
    world = FakeWorld()
    basics = basics_with(world, OpenState(), **changes)
    tags = Tags(basics)
    sharing = Sharing(basics, tags)
    pools = {POOL: ACCOUNT, SECOND_POOL: ACCOUNT, pool("3", OTHER_ACCOUNT): OTHER_ACCOUNT}
    sharing.owners_may_share["ec2:IpamPool"] = pools.get
    sharing.home_regions["ec2:IpamPool"] = lambda arn: REGION
    return Ram(sharing=sharing, tags=tags, world=world, basics=basics, pools=pools)
