"""The description for others' programs: valid OpenAPI, and true of what is served."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import schemathesis
from support.cloudflare_wire import NOTES, Door, small_operations

from lab.clouds.cloudflare.operations import OPERATIONS
from lab.clouds.cloudflare.wire.openapi import description
from lab.clouds.cloudflare.wire.routing import BASE
from lab.http.messages import HttpResponse


def test_the_description_is_valid_openapi() -> None:
    for operations in (OPERATIONS, small_operations()):
        schemathesis.openapi.from_dict(description(operations.values())).validate()


def test_every_operation_is_described_with_its_parameters_and_its_body() -> None:
    described = description(OPERATIONS.values())
    found = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert found == set(OPERATIONS)
    for (method, path), operation in OPERATIONS.items():
        entry = described["paths"][path][method.lower()]
        named = {each["name"] for each in entry["parameters"] if each["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))
        assert {each["name"] for each in entry["parameters"] if each["in"] == "query"} >= set(operation.query)
        assert ("requestBody" in entry) == bool(operation.body or operation.takes_upload)
        assert entry["summary"]
        for permission in operation.permissions:
            assert permission.value in entry["description"]
    assert described["servers"] == [{"url": BASE}]


def test_operations_have_names_of_their_own() -> None:
    names = [operation.function.__name__ for operation in OPERATIONS.values()]
    assert sorted(set(names)) == sorted(names)


def _fits(answer: HttpResponse, name: str) -> bool:
    described = description(OPERATIONS.values())
    schema: dict[str, Any] = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
    return jsonschema.Draft202012Validator(schema).is_valid(json.loads(answer.body))


def test_answers_are_of_the_form_that_the_description_gives() -> None:
    door = Door()
    good = [door.ask("POST", NOTES, {"name": "x"}), door.ask("GET", NOTES), door.ask("GET", "/user")]
    assert [_fits(answer, "Success") for answer in good] == [True, True, False]
    bad = [door.ask("POST", NOTES, {"name": 1}), door.ask("GET", "/user"), door.ask("GET", NOTES, b"x")]
    assert [_fits(answer, "Failure") for answer in bad] == [True, True, True]
    assert not _fits(good[0], "Failure")
