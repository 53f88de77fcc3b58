"""The three ways to talk to AWS that the lab needs: EC2's, the query protocol of STS, RAM's rest-json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Protocol

from lab.clouds.aws.wire import form_members, json_members
from lab.clouds.aws.wire.form import grow, read_form
from lab.clouds.aws.wire.json_answers import json_answer
from lab.clouds.aws.wire.models import OperationModel, nearest, operation_model, service_model
from lab.clouds.aws.wire.refusals import Reason, RefusedError, shown
from lab.clouds.aws.wire.xml_answers import ec2_answer, ec2_error, query_answer, query_error
from lab.http.messages import HttpRequest, HttpResponse


class WireProtocol(Protocol):
    """How one service is asked and answers."""

    service: str

    def operation(self, request: HttpRequest) -> OperationModel:
        """Which operation is asked for. Raises RefusedError if the service has no such one."""

    def members(self, model: OperationModel, request: HttpRequest) -> dict[str, Any]:
        """What is asked, by member names, checked against the model. Raises RefusedError."""

    def answer(self, model: OperationModel, members: Mapping[str, Any], request_id: str) -> HttpResponse:
        """A good answer. Raises ModelError if `members` are not those of the model."""

    def error(self, status: int, code: str, message: str, request_id: str) -> HttpResponse:
        """A bad answer."""


class FormProtocol:
    """EC2 and STS: a form that names the operation as `Action`, and XML."""

    def __init__(self, service: str, dialect: form_members.Dialect) -> None:
        self.service = service
        self._dialect = dialect

    def operation(self, request: HttpRequest) -> OperationModel:
        """See WireProtocol."""
        form = read_form(request)
        if request.method not in ("POST", "GET") or request.path != "/":
            raise RefusedError(
                Reason.UNKNOWN_OPERATION,
                f"{shown(request.method)} {shown(request.path)} is not how {self.service} is asked; "
                "expected POST /",
            )
        for name in ("Action", "Version"):
            if name not in form:
                raise RefusedError(Reason.MISSING_PARAMETER, f"The request must contain the parameter {name}")
        version = service_model(self.service).api_version
        model = operation_model(self.service, form["Action"])
        if model is None or form["Version"] != version:
            known = service_model(self.service).operation_names
            raise RefusedError(
                Reason.UNKNOWN_OPERATION,
                f"The action {shown(form['Action'])} of version {shown(form['Version'])} is not valid for "
                f"this web service: expected version {version}{nearest(form['Action'][:80], known)}",
            )
        return model

    def members(self, model: OperationModel, request: HttpRequest) -> dict[str, Any]:
        """See WireProtocol."""
        form = read_form(request)
        del form["Action"], form["Version"]
        return form_members.read_members(self._dialect, model.input_shape, grow(form))

    def answer(self, model: OperationModel, members: Mapping[str, Any], request_id: str) -> HttpResponse:
        """See WireProtocol."""
        write = ec2_answer if self.service == "ec2" else query_answer
        return self._response(200, write(model, members, request_id), request_id)

    def error(self, status: int, code: str, message: str, request_id: str) -> HttpResponse:
        """See WireProtocol."""
        if self.service == "ec2":
            return self._response(status, ec2_error(code, message, request_id), request_id)
        namespace = service_model(self.service).metadata["xmlNamespace"]
        return self._response(
            status, query_error(code, message, request_id, namespace, status < 500), request_id
        )

    def _response(self, status: int, text: str, request_id: str) -> HttpResponse:
        headers = {"content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": request_id}
        return HttpResponse(status, headers, text.encode())


class RestJsonProtocol:
    """RAM: an operation is a method and a path; JSON both ways."""

    def __init__(self, service: str) -> None:
        self.service = service

    def operation(self, request: HttpRequest) -> OperationModel:
        """See WireProtocol."""
        known = service_model(self.service)
        for name in known.operation_names:
            model = known.operation_model(name)
            if (model.http["method"], model.http["requestUri"]) == (request.method, request.path):
                return model
        raise RefusedError(
            Reason.UNKNOWN_OPERATION,
            f"{self.service} has no operation at {shown(request.method)} {shown(request.path)}",
        )

    def members(self, model: OperationModel, request: HttpRequest) -> dict[str, Any]:
        """See WireProtocol."""
        return json_members.read_members(model, request)

    def answer(self, model: OperationModel, members: Mapping[str, Any], request_id: str) -> HttpResponse:
        """See WireProtocol."""
        return _json(200, json_answer(model, members), {"x-amzn-requestid": request_id})

    def error(self, status: int, code: str, message: str, request_id: str) -> HttpResponse:
        """See WireProtocol."""
        headers = {"x-amzn-requestid": request_id, "x-amzn-errortype": code}
        return _json(status, {"__type": code, "message": message}, headers)


def _json(status: int, body: dict[str, Any], headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(status, {"content-type": "application/json", **headers}, json.dumps(body).encode())


PROTOCOLS: Final[dict[str, WireProtocol]] = {
    "ec2": FormProtocol("ec2", form_members.EC2),
    "ram": RestJsonProtocol("ram"),
    "sts": FormProtocol("sts", form_members.QUERY),
}


def probable(request: HttpRequest) -> WireProtocol:
    """How to say no to a request that does not prove for which service it is meant."""
    if request.path != "/":
        return PROTOCOLS["ram"]
    asks_sts = f"Version={service_model('sts').api_version}"
    return PROTOCOLS["sts" if asks_sts in request.query or asks_sts.encode() in request.body else "ec2"]


def of_another_service(request: HttpRequest) -> WireProtocol:
    """How to say no to a client of a service that is not here: in JSON, or in XML as most write it."""
    return PROTOCOLS["ram" if "json" in request.headers.get("content-type", "") else "sts"]
