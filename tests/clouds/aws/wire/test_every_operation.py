"""Every operation of the three services, both ways, against botocore's own serialisers and parsers."""

from __future__ import annotations

import random
import re
from urllib.parse import urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from support.aws_shapes import some

from lab.clouds.aws.wire.models import SERVICES, OperationModel, service_model
from lab.clouds.aws.wire.protocols import PROTOCOLS
from lab.clouds.aws.wire.scalars import ModelError
from lab.http.messages import HttpRequest


def _operations(service: str) -> list[OperationModel]:
    model = service_model(service)
    return [model.operation_model(name) for name in model.operation_names]


def _as_sent(model: OperationModel, parameters: dict) -> HttpRequest:
    protocol = model.service_model.protocol
    sent = create_serializer(protocol, include_validation=False).serialize_to_request(parameters, model)
    body = sent["body"]
    data = urlencode(body, doseq=True).encode() if isinstance(body, dict) else body
    query = urlencode(sent["query_string"]) if sent["query_string"] else ""
    return HttpRequest(sent["method"], sent["url_path"] + (f"?{query}" if query else ""), {}, data)


@pytest.mark.parametrize("service", SERVICES)
def test_what_botocore_asks_is_understood(service: str) -> None:
    protocol = PROTOCOLS[service]
    for model in _operations(service):
        source = random.Random(model.name)
        asked = some(model.input_shape, source) if model.input_shape else {}
        request = _as_sent(model, asked)
        assert protocol.operation(request).name == model.name
        assert protocol.members(model, request) == asked, model.name


@pytest.mark.parametrize("service", SERVICES)
def test_what_we_answer_is_understood_by_botocore(service: str) -> None:
    protocol = PROTOCOLS[service]
    parser = create_parser(service_model(service).protocol)
    for model in _operations(service):
        source = random.Random(model.name)
        members = some(model.output_shape, source) if model.output_shape else {}
        response = protocol.answer(model, members, "a-request")
        parsed = parser.parse(
            {"status_code": response.status, "headers": response.headers, "body": response.body},
            model.output_shape,
        )
        assert parsed.pop("ResponseMetadata")["RequestId"] == "a-request"
        assert parsed == members, model.name


@pytest.mark.parametrize("service", SERVICES)
def test_an_answer_with_a_member_that_the_model_lacks_is_our_fault(service: str) -> None:
    for model in _operations(service):
        with pytest.raises(ModelError):
            PROTOCOLS[service].answer(model, {"NoSuchMember": "x"}, "a-request")


def test_every_pattern_of_the_models_can_be_read_or_is_known_not_to_be() -> None:
    from lab.clouds.aws.wire.constraints import _pattern

    for service in SERVICES:
        model = service_model(service)
        for name in model.shape_names:
            pattern = model.shape_for(name).metadata.get("pattern", "")
            assert (_pattern(pattern) is None) == (not pattern or bool(re.search(r"\\p|/\^", pattern))), name
