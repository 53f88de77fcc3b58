"""What is answered: the envelope that every answer of the API comes in, except for documents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from lab.clouds.cloudflare.operation import Answer, Paged
from lab.clouds.cloudflare.wire.pages import Page
from lab.clouds.cloudflare.wire.refusals import Trouble
from lab.http.messages import HttpResponse

JSON: Final = "application/json"
PDF: Final = "application/pdf"


def succeeded(answer: Answer | Paged, page: Page) -> HttpResponse:
    """The answer to a call that did what it should. Raises TypeError or ValueError for a result that has no
    JSON form."""
    if isinstance(answer, Paged):
        result, information = page.of(answer)
        return _envelope(200, result, (), information)
    if answer.document is not None:
        return HttpResponse(200, {"content-type": PDF}, answer.document)
    if isinstance(answer.result, list) and page.number > 1:
        return _envelope(
            200, [], ()
        )  # a list that comes whole has one page, and clients ask until one is empty
    return _envelope(200, answer.result, ())


def failed(
    status: int, troubles: Iterable[Trouble], headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The answer to a call that changed nothing.

    `x-should-retry` keeps the SDKs from trying a conflict again, which would end the same way.
    """
    answer = _envelope(status, None, troubles)
    return HttpResponse(
        answer.status, {**answer.headers, "x-should-retry": "false", **(headers or {})}, answer.body
    )


def _envelope(
    status: int, result: Any, troubles: Iterable[Trouble], information: Mapping[str, int] | None = None
) -> HttpResponse:
    errors = [_shown(trouble) for trouble in troubles]
    envelope: dict[str, Any] = {"result": result, "success": not errors, "errors": errors, "messages": []}
    if information is not None:
        envelope["result_info"] = information
    return HttpResponse(status, {"content-type": JSON}, json.dumps(envelope, allow_nan=False).encode())


def _shown(trouble: Trouble) -> dict[str, Any]:
    error: dict[str, Any] = {"code": trouble.code, "message": trouble.message}
    if trouble.pointer:
        error["source"] = {"pointer": trouble.pointer}
    if trouble.chain:
        error["error_chain"] = [_shown(behind) for behind in trouble.chain]
    return error
