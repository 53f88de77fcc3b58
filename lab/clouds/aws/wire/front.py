"""The front door of AWS: a signed request in, an answer as AWS gives it out."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Operation
from lab.clouds.aws.wire.authentication import Authenticator
from lab.clouds.aws.wire.calls import called, only_reads
from lab.clouds.aws.wire.claims import read_claim
from lab.clouds.aws.wire.error_status import status_of
from lab.clouds.aws.wire.models import SERVICES, OperationModel, nearest
from lab.clouds.aws.wire.protocols import PROTOCOLS, WireProtocol, of_another_service, probable
from lab.clouds.aws.wire.refusals import Reason, RefusedError, code_of
from lab.http.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from lab.clouds.aws.cloud import Aws

MAX_BODY: Final = 64 * 1024
"""The longest body that is read, in bytes."""

_log: Final = logging.getLogger(__name__)


class AwsFront:
    """Serves EC2, RAM and STS for all accounts and regions of a lab: the signature says which is meant.

    `operations` are those served, by service and name; `clock` gives UNIX seconds of the wall, which
    signatures are held against (the lab's calendar may run faster). One thread at a time.
    """

    def __init__(
        self, aws: Aws, operations: Mapping[tuple[str, str], Operation], clock: Callable[[], float]
    ) -> None:
        self._aws = aws
        self._operations = operations
        self._authenticator = Authenticator(aws.accounts, clock)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """The answer. Never raises; where it is an error, nothing of the lab has changed."""
        request_id = str(uuid.uuid4())
        protocol = probable(request)
        try:
            if len(request.body) > MAX_BODY:
                raise RefusedError(Reason.TOO_LARGE, f"The body is larger than {MAX_BODY} bytes")
            claim = read_claim(request)
            if claim.service not in PROTOCOLS:
                protocol = of_another_service(request)
                raise RefusedError(
                    Reason.NOT_SERVED,
                    f"The request is signed for {claim.service}; the lab serves {', '.join(SERVICES)}",
                )
            protocol = PROTOCOLS[claim.service]
            caller = self._authenticator.caller(request, claim)
            model = protocol.operation(request)
            self._authenticator.refuse_replay(request, claim, model.name)
        except RefusedError as refusal:
            return _refused(protocol, refusal, request_id)
        except Exception:
            return _fault(protocol, request_id)
        return self._call(protocol, caller, model, request, request_id)

    def _call(
        self,
        protocol: WireProtocol,
        caller: Caller,
        model: OperationModel,
        request: HttpRequest,
        request_id: str,
    ) -> HttpResponse:
        asked: dict[str, Any] = {}
        code = ""
        events = self._aws.basics.events
        begun = len(events)
        try:
            self._aws.work()
            begun = len(events)
            function = self._function(protocol.service, model.name)
            asked = protocol.members(model, request)
            answer = self._perform(protocol, caller, model, function, asked, request_id)
        except RefusedError as refusal:
            code = code_of(refusal.reason, protocol.service)
            answer = _refused(protocol, refusal, request_id)
        except AwsError as error:
            code = error.code
            answer = protocol.error(status_of(protocol.service, code), code, error.message, request_id)
        except Exception:
            code = code_of(Reason.FAULT, protocol.service)
            answer = _fault(protocol, request_id)
        name = self._aws.basics.settings.accounts[caller.account]
        if code or not only_reads(model.name):  # those who wait ask again and again
            event = called(name, caller, model, asked, request_id, code)
            events.insert(begun, event)  # before what it led to
        return answer

    def _function(self, service: str, name: str) -> Operation:
        function = self._operations.get((service, name))
        if function is None:
            served = [operation for owner, operation in self._operations if owner == service]
            raise RefusedError(
                Reason.NOT_SERVED, f"The lab does not serve {name} of {service}{nearest(name, served)}"
            )
        return function

    def _perform(
        self,
        protocol: WireProtocol,
        caller: Caller,
        model: OperationModel,
        function: Operation,
        asked: dict[str, Any],
        request_id: str,
    ) -> HttpResponse:
        """Answering is part of the whole: what an operation did is undone if its answer fits no model."""
        parameters = {member: value for member, value in asked.items() if member != "DryRun"}
        rehearse = bool(asked.get("DryRun"))
        answer = self._aws.perform(
            lambda: protocol.answer(model, function(self._aws, caller, parameters), request_id),
            rehearse=rehearse,
        )
        if rehearse:
            raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
        return answer


def _refused(protocol: WireProtocol, refusal: RefusedError, request_id: str) -> HttpResponse:
    code = code_of(refusal.reason, protocol.service)
    return protocol.error(status_of(protocol.service, code), code, refusal.message, request_id)


def _fault(protocol: WireProtocol, request_id: str) -> HttpResponse:
    """The answer to what is none of the client's doing, from within an `except`."""
    _log.exception("a fault of the lab while it answered request %s", request_id)
    message = f"A fault of the lab itself; its log has more under request {request_id}"
    return _refused(protocol, RefusedError(Reason.FAULT, message), request_id)
