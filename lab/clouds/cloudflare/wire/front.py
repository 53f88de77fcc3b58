"""The front door of Cloudflare: a request in, an envelope out."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.operation import Asked, Operation
from lab.clouds.cloudflare.wire.access import refuse_strangers, refuse_unpermitted
from lab.clouds.cloudflare.wire.authentication import authenticate, is_verifying
from lab.clouds.cloudflare.wire.bodies import read_body
from lab.clouds.cloudflare.wire.calls import called, is_told
from lab.clouds.cloudflare.wire.envelope import failed, succeeded
from lab.clouds.cloudflare.wire.multipart import MAX_FORM, read_upload
from lab.clouds.cloudflare.wire.pages import Page, read_page
from lab.clouds.cloudflare.wire.queries import read_query
from lab.clouds.cloudflare.wire.refusals import FAULT, TOO_LARGE, RefusedError, Trouble
from lab.clouds.cloudflare.wire.routing import Routes
from lab.http.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

MAX_BODY: Final = 64 * 1024
"""The longest body that is read of a request without a document, in bytes."""

_log: Final = logging.getLogger(__name__)


class CloudflareFront:
    """Serves the API, below /client/v4, for all accounts of a lab: the credentials say who calls.

    `operations` are those served, by method and path. One thread at a time.
    """

    def __init__(self, cloud: Cloudflare, operations: Mapping[tuple[str, str], Operation]) -> None:
        self._cloud = cloud
        self._routes = Routes(operations.values())

    def handle(self, request: HttpRequest) -> HttpResponse:
        """The answer. Never raises; where it is an error, nothing of the lab has changed."""
        request_id = f"{uuid.uuid4().hex[:16]}-LAB"
        try:
            _refuse_large(request, MAX_FORM)
            caller = authenticate(self._cloud.identity, request.headers, is_verifying=is_verifying(request))
        except RefusedError as refusal:
            answer = _refused(refusal)
        except Exception:
            answer = _fault(request_id)
        else:
            answer = self._call(caller, request, request_id)
        return replace(answer, headers={**answer.headers, "cf-ray": request_id})

    def _call(self, caller: Caller, request: HttpRequest, request_id: str) -> HttpResponse:
        events = self._cloud.basics.events
        begun = len(events)
        body, code = None, 0
        try:
            self._cloud.work()
            begun = len(events)
            operation, asked, page = self._read(caller, request)
            body = asked.body
            answer = self._cloud.perform(
                # What an operation did is undone if its answer has no JSON form.
                lambda: succeeded(operation.function(self._cloud, caller, asked), page)
            )
        except RefusedError as refusal:
            code = refusal.troubles[0].code
            answer = _refused(refusal)
        except CloudflareError as error:
            code = error.code
            answer = failed(error.status, [Trouble(code, error.message, error.pointer)])
        except Exception:
            code = FAULT
            answer = _fault(request_id)
        if is_told(request, answer):
            events.insert(begun, called(caller, request, body, answer, code))  # before what it led to
        return answer

    def _read(self, caller: Caller, request: HttpRequest) -> tuple[Operation, Asked, Page]:
        route = self._routes.find(request.method, request.path)
        operation = route.operation
        refuse_strangers(caller, route.path, operation, self._owner_of)
        refuse_unpermitted(caller, operation)
        query = read_query(request.query, operation.query, operation.repeated)
        page = read_page(query)
        body: Any = None
        upload = None
        if operation.takes_upload:
            upload = read_upload(request, operation.takes_upload)
        else:
            _refuse_large(request, MAX_BODY)
            body = read_body(operation, request)
        wanted = {name: query[name] for name in operation.query if name in query}
        return operation, Asked(route.path, wanted, body, upload), page

    def _owner_of(self, zone_id: str) -> str | None:
        zone = self._cloud.zones.find(zone_id)
        return None if zone is None else zone.account


def _refuse_large(request: HttpRequest, most: int) -> None:
    if len(request.body) > most:
        raise RefusedError(413, Trouble(TOO_LARGE, f"The body is larger than {most} bytes"))


def _refused(refusal: RefusedError) -> HttpResponse:
    headers = {"allow": ", ".join(refusal.allow)} if refusal.allow else None
    return failed(refusal.status, refusal.troubles, headers)


def _fault(request_id: str) -> HttpResponse:
    """The answer to what is none of the client's doing, from within an `except`."""
    _log.exception("a fault of the lab while it answered request %s", request_id)
    message = f"A fault of the lab itself; its log has more under request {request_id}"
    return failed(500, [Trouble(FAULT, message)])
