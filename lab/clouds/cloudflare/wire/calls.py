"""What a call leaves on the timeline."""

from __future__ import annotations

from typing import Any

from lab.clouds.cloudflare.events import CloudflareCalled
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.wire.refusals import harmless
from lab.http.messages import HttpRequest, HttpResponse


def is_told(request: HttpRequest, answer: HttpResponse) -> bool:
    """Whether a call is worth a line: those that wait ask again and again, and change nothing."""
    return request.method not in ("GET", "HEAD") or answer.status >= 400


def called(
    caller: Caller, request: HttpRequest, body: Any, answer: HttpResponse, code: int
) -> CloudflareCalled:
    """The event of a call. It tells the range or the name that the call was about; queries, documents and
    headers are left out."""
    path = harmless(request.path)
    method = harmless(request.method)
    about = next(
        (
            harmless(value, 60)
            for name in ("cidr", "name")
            if isinstance(value := getattr(body, name, None), str)
        ),
        "",
    )
    asked = f"{method} {path}" + (f" {about}" if about else "")
    outcome = f": {answer.status}" + (f", error {code}" if code else "")
    return CloudflareCalled(
        time=0.0,
        at="",
        method=method,
        path=path,
        caller=caller.name,
        status=answer.status,
        error=code,
        text=f"{caller.name} calls {asked}{outcome}",
    )
