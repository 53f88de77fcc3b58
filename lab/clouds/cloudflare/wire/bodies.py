"""From the body of a request to what an operation is given."""

from __future__ import annotations

import json
import typing
from collections.abc import Callable
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lab.clouds.cloudflare.operation import Operation
from lab.clouds.cloudflare.wire.json_text import read_json
from lab.clouds.cloudflare.wire.refusals import (
    BAD_CONTENT_TYPE,
    NOT_VALID,
    RefusedError,
    Trouble,
    bad_headers,
    not_valid,
)
from lab.http.messages import HttpRequest
from lab.topology.problems import printable, shown, suggestion

_MOST_TOLD: Final = 8
_JSON: Final = "application/json"


def read_body(operation: Operation, request: HttpRequest) -> BaseModel | None:
    """The body as the operation's model has it; None for an operation without one.

    Raises RefusedError with everything that is wrong with it, each with a pointer to the member.
    """
    if operation.body is None:
        _refuse_any(request)
        return None
    if not request.body:
        raise not_valid(f"the body is empty; expected a JSON object with {_members(operation.body)}")
    _refuse_other_types(request)
    return read_value(operation, operation.body, read_json(request.body))


def read_value(
    operation: Operation,
    model: type[BaseModel],
    value: Any,
    counts: Callable[[ErrorDetails], bool] = lambda detail: True,
) -> BaseModel | None:
    """What a body has said, as the operation's `model` has it; None where all that is wrong with it does not
    count. Raises RefusedError as `read_body` does."""
    where: tuple[str | int, ...] = ()
    if operation.one_in_list and isinstance(value, list) and len(value) == 1:
        value, where = value[0], (0,)
    if not isinstance(value, dict):
        raise not_valid(f"the body is {_kind(value)}; expected a JSON object")
    try:
        return model.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        details = [each for each in error.errors(include_url=False, include_context=False) if counts(each)]
        troubles = [_trouble(model, detail, where) for detail in details[:_MOST_TOLD]]
        if troubles:
            raise RefusedError(400, *troubles) from None
        return None


def _refuse_any(request: HttpRequest) -> None:
    """An empty object is nothing, too: Cloudflare's own documents send one where there is nothing to say."""
    if request.body.strip() in (b"", b"{}", b"null"):
        return
    raise not_valid("this endpoint takes no body")


def _refuse_other_types(request: HttpRequest) -> None:
    sent = request.headers.get("content-type", _JSON)
    if sent.partition(";")[0].strip().lower() != _JSON:
        raise bad_headers(
            Trouble(
                BAD_CONTENT_TYPE,
                f"Invalid Content-Type header, valid values are application/json; got {shown(sent)}",
            )
        )


def _trouble(model: type[BaseModel], detail: ErrorDetails, before: tuple[str | int, ...]) -> Trouble:
    place = detail["loc"]
    name = printable(".".join(str(step)[:60] for step in place)) or "the body"
    pointer = "".join(f"/{_escaped(str(step)[:60])}" for step in (*before, *place))
    match detail["type"]:
        case "extra_forbidden":
            message = f"there is no member {name}; {suggestion(place[-1], _names(model, place[:-1]))}"
        case "missing":
            message = f"the member {name} is missing"
        case _:
            said = detail["msg"].removeprefix("Value error, ")
            message = f"{name}: {said}; got {shown(detail['input'])}"
    return Trouble(NOT_VALID, message, pointer)


def _names(model: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    """The members of the object at a place in a model's body."""
    found: list[type[BaseModel]] = [model]
    for step in place:
        fields = [below for each in found for name, below in _fields(each) if name == step]
        found = [inner for below in fields for inner in _models(below)] or found
    return [name for each in found for name, _ in _fields(each)]


def _fields(model: type[BaseModel]) -> list[tuple[str, Any]]:
    return [(field.alias or name, field.annotation) for name, field in model.model_fields.items()]


def _models(hint: Any) -> list[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [inner for argument in typing.get_args(hint) for inner in _models(argument)]


def _members(model: type[BaseModel]) -> str:
    return ", ".join(name for name, _ in _fields(model))


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else "a string" if isinstance(value, str) else "a number"


def _escaped(step: str) -> str:
    """A step of a JSON pointer (RFC 6901 section 3)."""
    return printable(step).replace("~", "~0").replace("/", "~1")
