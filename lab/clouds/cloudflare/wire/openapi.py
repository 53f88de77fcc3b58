"""The API described for others' programs, made from the operations themselves (OpenAPI 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from lab.clouds.cloudflare.operation import Operation
from lab.clouds.cloudflare.wire.pages import MOST_PAGES, MOST_PER_PAGE
from lab.clouds.cloudflare.wire.routing import BASE

_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_ID: Final = "^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
_MODE: Final[JsonSchemaMode] = "validation"
_SCHEMAS: Final = "#/components/schemas/"

_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["code", "message"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "integer", "minimum": 1000},
        "message": {"type": "string"},
        "source": {
            "type": "object",
            "required": ["pointer"],
            "additionalProperties": False,
            "properties": {"pointer": {"type": "string", "pattern": "^/"}},
        },
        "error_chain": {"type": "array", "items": {"$ref": f"{_SCHEMAS}Error"}},
    },
}
_RESULT_INFO: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["page", "per_page", "count", "total_count", "total_pages"],
    "additionalProperties": False,
    "properties": {
        "page": {"type": "integer", "minimum": 1},
        "per_page": {"type": "integer", "minimum": 1},
        "count": {"type": "integer", "minimum": 0},
        "total_count": {"type": "integer", "minimum": 0},
        "total_pages": {"type": "integer", "minimum": 0},
    },
}


def description(operations: Iterable[Operation]) -> dict[str, Any]:
    """The OpenAPI document of these operations, with paths below /client/v4."""
    operations = list(operations)
    bodies = {operation.body for operation in operations if operation.body is not None}
    references, schemas = models_json_schema(
        [(body, _MODE) for body in sorted(bodies, key=lambda body: f"{body.__module__} {body.__name__}")],
        ref_template=f"{_SCHEMAS}{{model}}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        body = None if operation.body is None else references[operation.body, _MODE]
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, body)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cloudflare's API, as far as the lab serves it", "version": "4"},
        "servers": [{"url": BASE}],
        "security": [{"token": []}, {"email": [], "key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "email": {"type": "apiKey", "in": "header", "name": "X-Auth-Email"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"},
            },
            "schemas": schemas.get("$defs", {}) | _envelopes(),
        },
    }


def _operation(operation: Operation, body: dict[str, Any] | None) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.function.__name__,
        "summary": operation.summary,
        "parameters": [*_in_path(operation), *_in_query(operation)],
        "responses": {
            "200": {"description": "Done.", "content": _content("Success")},
            "4XX": {"description": "Refused: nothing has changed.", "content": _content("Failure")},
        },
    }
    if operation.permissions:
        names = " or ".join(f"`{permission.value}`" for permission in operation.permissions)
        described["description"] = f"Needs the permission {names}."
    if operation.method == "GET":
        described["responses"]["200"]["content"]["application/pdf"] = {}
    if operation.takes_upload:
        described["requestBody"] = _upload(operation.takes_upload)
    elif body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _sent(body, operation.one_in_list)}},
        }
    return described


def _sent(reference: dict[str, Any], one_in_list: bool) -> dict[str, Any]:
    if not one_in_list:
        return reference
    return {"oneOf": [reference, {"type": "array", "items": reference, "minItems": 1, "maxItems": 1}]}


def _upload(part: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": [part],
        "additionalProperties": False,
        "properties": {part: {"type": "string", "contentMediaType": "application/octet-stream"}},
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _in_path(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": _ID}
            if name.endswith("_id")
            else {"type": "string", "minLength": 1, "maxLength": 100},
        }
        for name in _PARAMETER.findall(operation.path)
    ]


def _in_query(operation: Operation) -> list[dict[str, Any]]:
    most = {"page": MOST_PAGES, "per_page": MOST_PER_PAGE} if operation.method == "GET" else {}
    schemas: dict[str, dict[str, Any]] = {name: {"type": "string"} for name in operation.query}
    schemas |= {name: {"type": "integer", "minimum": 1, "maximum": number} for name, number in most.items()}
    return [{"name": name, "in": "query", "schema": schema} for name, schema in schemas.items()]


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"{_SCHEMAS}{name}"}}}


def _envelopes() -> dict[str, Any]:
    return {
        "Error": _ERROR,
        "Success": _envelope(
            {"result": {}, "success": {"const": True}, "errors": {"type": "array", "maxItems": 0}}
        ),
        "Failure": _envelope(
            {
                "result": {"type": "null"},
                "success": {"const": False},
                "errors": {"type": "array", "minItems": 1, "items": {"$ref": f"{_SCHEMAS}Error"}},
            }
        ),
    }


def _envelope(members: dict[str, Any]) -> dict[str, Any]:
    members = members | {"messages": {"type": "array", "maxItems": 0}}
    return {
        "type": "object",
        "required": list(members),
        "additionalProperties": False,
        "properties": members | {"result_info": _RESULT_INFO},
    }
