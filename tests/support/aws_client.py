"""Calls of operations as a client makes them: asked and answered in botocore's own shapes, without HTTP."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from support.aws_world import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operations import OPERATIONS
from lab.clouds.aws.wire.models import service_model
from lab.clouds.aws.wire.protocols import PROTOCOLS
from lab.http.messages import HttpRequest

_EC2 = service_model("ec2")
_SERIALIZER = create_serializer("ec2")
_PARSER = create_parser("ec2")
CALLER = Caller(ACCOUNT, REGION)


@dataclass(frozen=True)
class Ec2:
    """EC2 as one account sees it in one region. Each call is carried out as a whole, or refused."""

    aws: Aws
    caller: Caller = CALLER

    def __call__(self, operation: str, **asked: Any) -> dict[str, Any]:
        """What boto3 returns, without its metadata. Raises AwsError."""
        model = _EC2.operation_model(operation)
        body = urlencode(_SERIALIZER.serialize_to_request(asked, model)["body"], doseq=True)
        members = PROTOCOLS["ec2"].members(model, HttpRequest("POST", "/", {}, body.encode()))
        answer = self.aws.perform(lambda: OPERATIONS["ec2", operation](self.aws, self.caller, members))
        response = PROTOCOLS["ec2"].answer(model, answer, "a-request")
        parsed = _PARSER.parse(
            {"status_code": response.status, "headers": response.headers, "body": response.body},
            model.output_shape,
        )
        del parsed["ResponseMetadata"]
        return parsed

    def refused(self, operation: str, **asked: Any) -> AwsError:
        """The error that a call is refused with."""
        with pytest.raises(AwsError) as caught:
            self(operation, **asked)
        return caught.value

    def elsewhere(self) -> list[Ec2]:
        """The same AWS as another account sees it, and the same account in another region."""
        return [
            replace(self, caller=Caller(OTHER_ACCOUNT, REGION)),
            replace(self, caller=Caller(ACCOUNT, OTHER_REGION)),
        ]
