"""Ten thousand spoilt requests: each is answered in AWS's shape, and an error changes nothing."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from support.aws_shapes import some
from support.aws_wire import EC2_VERSION, FORM, Door, sign

from lab.clouds.aws.wire.models import service_model
from lab.http.messages import HttpRequest, HttpResponse

_PIECES = (b"&", b"=", b".", b".1", b".2.", b"%", b"%00", b"%ff", b"%F0%9F", b"\xff", b"\0", b"<", b"&amp;",
           b"Action=", b"&Action=DescribeByoipCidrs", b"999999999999999999999999", b"-1", b"true", b"DryRun",
           b"Cidr", b"MaxResults", b"Version", b"PoolTagSpecification.1.Tag.1.Key", b"a" * 300,
           b".1" * 40, b"&x=1" * 600)  # fmt: skip


def _well_formed(source: random.Random) -> bytes:
    action = source.choice(("AdvertiseByoipCidr", "DeprovisionByoipCidr", "DescribeByoipCidrs", "CreateIpam"))
    shape = service_model("ec2").operation_model(action).input_shape
    values = {
        name: value for name, value in some(shape, source).items() if not isinstance(value, list | dict)
    }
    return urlencode({"Action": action, "Version": EC2_VERSION, **values}).encode()


def _spoilt(body: bytes, source: random.Random) -> bytes:
    for _ in range(source.randint(0, 4)):
        at, to = sorted((source.randint(0, len(body)), source.randint(0, len(body))))
        match source.randrange(4):
            case 0:
                body = body[:at] + source.choice(_PIECES) + body[at:]
            case 1:
                body = body[:at] + source.choice(_PIECES) + body[to:]
            case 2:
                body = body[:at] + body[to:]
            case _:
                body = body + b"&" + body[at:to]
    return body


def _code(answer: HttpResponse) -> str:
    """The error's code, "" for a good answer; fails where it is neither in a shape that clients read."""
    if answer.headers["content-type"] == "application/json":
        return json.loads(answer.body).get("__type", "")
    root = ElementTree.fromstring(answer.body)
    if root.tag.endswith("}ErrorResponse"):
        return root[0][1].text or "no code"
    if root.tag == "Response":
        assert root.findtext("RequestID") == answer.headers["x-amzn-requestid"]
        return root.findtext("Errors/Error/Code") or "no code"
    return ""


@pytest.mark.slow
def test_ten_thousand_spoilt_forms_are_each_answered_and_no_error_changes_anything() -> None:
    source = random.Random(4)
    door = Door()
    codes: dict[str, int] = {}
    for number in range(10_000):
        request = HttpRequest("POST", "/", {"content-type": FORM}, _spoilt(_well_formed(source), source))
        if number % 10:
            request = sign(request, door.account)
        before = dict(door.aws.notes)
        answer = door.front.handle(request)
        code = _code(answer)
        codes[code] = codes.get(code, 0) + 1
        assert (answer.status == 200) == (code == "")
        assert code != "InternalError"
        if code:
            assert dict(door.aws.notes) == before
    assert {"", "MalformedQueryString", "MissingParameter", "UnknownParameter", "InvalidParameterValue",
            "InvalidAction", "UnsupportedOperation", "MissingAuthenticationToken"} <= set(codes)  # fmt: skip


def test_a_thousand_spoilt_heads_are_each_answered() -> None:
    source = random.Random(5)
    door = Door()
    for _ in range(1000):
        request = sign(HttpRequest("POST", "/", {"content-type": FORM}, _well_formed(source)), door.account)
        name = source.choice([*request.headers, "method", "target"])
        whole = {"method": request.method, "target": request.target}.get(name) or request.headers[name]
        spoilt = _spoilt(whole.encode(), source).decode("latin-1")
        if name in ("method", "target"):
            request = replace(request, **{name: spoilt})
        else:
            request = replace(request, headers={**request.headers, name: spoilt})
        answer = door.front.handle(request)
        assert (answer.status == 200) == (_code(answer) == "")
        assert answer.status != 500
