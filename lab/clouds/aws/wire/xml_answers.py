"""The XML that EC2 and STS answer with, written by the output shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from lab.clouds.aws.wire import scalars
from lab.clouds.aws.wire.models import OperationModel, Shape, StructureShape

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ec2_answer(model: OperationModel, members: Mapping[str, Any], request_id: str) -> str:
    """`<XResponse>` with the members in it. Raises ModelError for what the output shape does not have."""
    inner = "<return>true</return>"
    if model.output_shape is None:
        _refuse_unknown("no output", members, ())
    else:
        inner = _structure(model.output_shape, members, "item")
    namespace = f"http://ec2.amazonaws.com/doc/{model.service_model.api_version}/"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{model.name}Response xmlns="{namespace}">'
        f"<requestId>{request_id}</requestId>{inner}</{model.name}Response>"
    )


def query_answer(model: OperationModel, members: Mapping[str, Any], request_id: str) -> str:
    """`<XResponse>` with `<XResult>` in it. Raises ModelError for what the output shape does not have."""
    shape = model.output_shape
    wrapper = shape.serialization["resultWrapper"]
    return (
        f'<{model.name}Response xmlns="{model.metadata["xmlNamespace"]}">'
        f"<{wrapper}>{_structure(shape, members, 'member')}</{wrapper}>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{model.name}Response>"
    )


def ec2_error(code: str, message: str, request_id: str) -> str:
    """EC2's error, with its own spelling of RequestID."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
        f"<Code>{_text(code)}</Code><Message>{_text(message)}</Message>"
        f"</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    )


def query_error(code: str, message: str, request_id: str, namespace: str, theirs: bool) -> str:
    """The error of a query service; `theirs` says that the client is at fault."""
    return (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{"Sender" if theirs else "Receiver"}</Type>'
        f"<Code>{_text(code)}</Code><Message>{_text(message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )


def _structure(shape: StructureShape, members: Mapping[str, Any], item: str) -> str:
    if not isinstance(members, Mapping):
        raise scalars.ModelError(f"{shape.name} is a structure, not {type(members).__name__}")
    _refuse_unknown(shape.name, members, shape.members)
    return "".join(
        _element(below.serialization.get("name", name), below, members[name], item)
        for name, below in shape.members.items()
        if members.get(name) is not None
    )


def _element(name: str, shape: Shape, value: Any, item: str) -> str:
    return f"<{name}>{_content(shape, value, item)}</{name}>"


def _content(shape: Shape, value: Any, item: str) -> str:
    if shape.type_name == "structure":
        return _structure(shape, value, item)
    if shape.type_name == "list":
        if not isinstance(value, list | tuple):
            raise scalars.ModelError(f"{shape.name} is a list, not {type(value).__name__}")
        name = shape.member.serialization.get("name", item)
        return "".join(_element(name, shape.member, element, item) for element in value)
    return _text(scalars.to_text(shape, value))


def _refuse_unknown(where: str, members: Mapping[str, Any], known: Any) -> None:
    unknown = [name for name in members if name not in known]
    if unknown:
        raise scalars.ModelError(f"{where} has no member {', '.join(unknown)}")


def _text(value: str) -> str:
    # A parser would read a bare carriage return as a line feed; what XML cannot carry becomes U+FFFD.
    return escape(_NOT_IN_XML.sub("\ufffd", value), {"\r": "&#13;"})
