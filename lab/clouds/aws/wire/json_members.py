"""From a rest-json request, as RAM has it, to the members of an operation."""

from __future__ import annotations

import json
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from lab.clouds.aws.wire.constraints import check, refuse_value, require
from lab.clouds.aws.wire.form import MAX_FIELDS
from lab.clouds.aws.wire.models import OperationModel, Shape, StructureShape, nearest
from lab.clouds.aws.wire.refusals import Reason, RefusedError, shown
from lab.clouds.aws.wire.scalars import from_text, integer_in_range
from lab.http.messages import HttpRequest


def read_members(model: OperationModel, request: HttpRequest) -> dict[str, Any]:
    """Members from query string and JSON body, checked against the model. Raises RefusedError."""
    shape, sent, body = model.input_shape, _query(request), _body(request)
    if shape is None:
        _refuse_unknown(sent | body, {}, "")
        return {}
    in_query = {
        str(below.serialization["name"]): (name, below)
        for name, below in shape.members.items()
        if below.serialization.get("location") == "querystring"
    }
    _refuse_unknown(sent, in_query, "")
    members = {}
    for wire_name, text in sent.items():
        name, below = in_query[wire_name]
        members[name] = from_text(below, text, wire_name)
        check(below, members[name], wire_name)
    return _structure(shape, body, "", members)


def _query(request: HttpRequest) -> dict[str, str]:
    try:
        fields = parse_qsl(request.query, True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise _malformed("the query string is not UTF-8, or too long") from None
    return dict(_once(fields))


def _body(request: HttpRequest) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        body = json.loads(request.body, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _malformed("the body is not JSON") from None
    if not isinstance(body, dict):
        raise _malformed("the body is not a JSON object")
    return body


def _structure(
    shape: StructureShape, sent: dict[str, Any], where: str, elsewhere: dict[str, Any]
) -> dict[str, Any]:
    """`elsewhere` are members that did not come in the body."""
    in_body = {name: below for name, below in shape.members.items() if "location" not in below.serialization}
    _refuse_unknown(sent, in_body, where)
    members = elsewhere | {
        name: _value(in_body[name], value, f"{where}{name}")
        for name, value in sent.items()
        if value is not None
    }
    require(shape, members, {name: name for name in shape.members}, where)
    return members


def _value(shape: Shape, value: Any, where: str) -> Any:
    match shape.type_name, value:
        case "structure", dict():
            return _structure(shape, value, f"{where}.", {})
        case "list", list():
            value = [_value(shape.member, item, f"{where}[{at}]") for at, item in enumerate(value)]
        case "integer", int() if not isinstance(value, bool):
            value = integer_in_range(shape, value, where)
        case ("string", str()) | ("boolean", bool()):
            pass
        case _:
            refuse_value(shape, json.dumps(value), where, f"a {shape.type_name}")
    check(shape, value, where)
    return value


def _refuse_unknown(sent: dict[str, Any], known: dict[str, Any], where: str) -> None:
    for name in sent:
        if name not in known:
            hint = nearest(name[:80], known)
            raise RefusedError(
                Reason.UNKNOWN_PARAMETER,
                f"The parameter {shown(where + name)} is not recognized: the operation has none{hint}.",
            )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of an object. Raises RefusedError if one is there twice: readers differ in which counts."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _malformed("a parameter is there twice")
    return fields


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _malformed(why: str) -> RefusedError:
    return RefusedError(Reason.MALFORMED, f"The request cannot be read: {why}.")
