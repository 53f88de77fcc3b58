"""The `cloudflare` step: a call of the API, as a customer makes it with curl or an SDK."""

from __future__ import annotations

import json
from typing import Any, Final

from lab.clouds.cloudflare.events import CloudflareChanged
from lab.clouds.cloudflare.identity.accounts import Credentials
from lab.http.messages import HttpRequest
from lab.scenario import saved
from lab.scenario.cloud_calls import refused, succeeded
from lab.scenario.cloudflare_showing import cloudflare_of, credentials_of
from lab.scenario.lab import Lab
from lab.topology.cloudflare_steps import CloudflareStep

_BASE: Final = "/client/v4"


def carry_out(lab: Lab, step: CloudflareStep) -> None:
    """Make the call. Raises CallFailedError where it is refused and was to succeed, and the other way round,
    and LabError for what makes no sense. Nothing is saved then."""
    cloudflare_of(lab)
    caller = credentials_of(lab, step.caller)
    path = step.path
    target = path if path.startswith("/") else f"/accounts/{caller.account_id}/{path}"
    body = b""
    if step.members is not None:
        body = json.dumps(step.members).encode()
    request = HttpRequest(step.method, f"{_BASE}{target}", _headers(caller), body)
    call = f"{step.method} {path}"
    answer = _answer(lab, request, call, step.error)
    lab.clouds.saved |= {name: saved.picked(answer, at, call) for name, at in (step.save or {}).items()}


def _headers(caller: Credentials) -> dict[str, str]:
    headers = {"host": "api.lab.example", "content-type": "application/json"}
    if caller.email is not None and caller.api_key is not None:
        return {**headers, "x-auth-email": caller.email, "x-auth-key": caller.api_key}
    return {**headers, "authorization": f"Bearer {caller.token}"}


def _answer(lab: Lab, request: HttpRequest, call: str, error: int | None) -> Any:
    """The envelope's `result`, None if it is refused with just `error`. Raises CallFailedError otherwise."""
    response = lab.clouds.cloudflare_front.handle(request)
    lab.follow_clouds()
    envelope = json.loads(response.body)
    if envelope["success"]:
        if error is not None:
            raise succeeded(lab, call, error, CloudflareChanged)
        return envelope["result"]
    said = "; ".join(f"{each['code']}: {each['message']}" for each in envelope["errors"])
    if error in [each["code"] for each in envelope["errors"]]:
        return None
    raise refused(lab, call, said, error, CloudflareChanged)
