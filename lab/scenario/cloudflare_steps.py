"""The `cloudflare` step: a call of the API, as a customer makes it with curl or an SDK."""

from __future__ import annotations

import json
from typing import Any, Final

from lab.clouds.cloudflare.identity.accounts import Credentials
from lab.http.messages import HttpRequest
from lab.scenario import saved
from lab.scenario.cloudflare_showing import cloudflare_of, credentials_of
from lab.scenario.lab import Lab, LabError
from lab.topology.cloudflare_steps import CloudflareStep

_BASE: Final = "/client/v4"


def carry_out(lab: Lab, step: CloudflareStep) -> None:
    """Make the call. Raises LabError where it is refused and was to succeed, and the other way round."""
    cloudflare_of(lab)
    caller = credentials_of(lab, step.caller)
    path = saved.in_text(lab.clouds.saved, step.path)
    target = path if path.startswith("/") else f"/accounts/{caller.account_id}/{path}"
    body = b""
    if step.members is not None:
        body = json.dumps(saved.in_texts(lab.clouds.saved, step.members)).encode()
    request = HttpRequest(step.method, f"{_BASE}{target}", _headers(caller), body)
    answer = _answer(lab, request, f"{step.method} {step.path}", step.error)
    for name, place in (step.save or {}).items():
        lab.clouds.saved[name] = saved.picked(answer, place, f"{step.method} {step.path}")


def _headers(caller: Credentials) -> dict[str, str]:
    headers = {"host": "api.lab.example", "content-type": "application/json"}
    if caller.email is not None and caller.api_key is not None:
        return {**headers, "x-auth-email": caller.email, "x-auth-key": caller.api_key}
    return {**headers, "authorization": f"Bearer {caller.token}"}


def _answer(lab: Lab, request: HttpRequest, call: str, error: int | None) -> Any:
    """The envelope's `result`. Raises LabError unless it is refused with just `error`, or None."""
    response = lab.clouds.cloudflare_front.handle(request)
    lab.follow_clouds()
    envelope = json.loads(response.body)
    if envelope["success"]:
        if error is not None:
            raise LabError(f"{call} succeeded; expected it to be refused with {error}")
        return envelope["result"]
    said = "; ".join(f"{each['code']}: {each['message']}" for each in envelope["errors"])
    if error in [each["code"] for each in envelope["errors"]]:
        return None
    expected = f"; expected {error}" if error is not None else ""
    raise LabError(f"{call}: {said}{expected}")
