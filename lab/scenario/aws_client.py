"""An SDK client that calls the lab's own AWS without a network in between."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.config import Config

from lab.clouds.aws.accounts import Account
from lab.http.messages import HttpRequest, HttpResponse

_ENDPOINT: Final = "http://aws.lab.example"
_NOTHING_OF_THE_USER: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Session variables by which botocore would read the profiles of who runs the lab."""


def make_client(
    service: str, region: str, account: Account, handle: Callable[[HttpRequest], HttpResponse]
) -> BaseClient:
    """A botocore client of `service` in `region`, signing for `account`; `handle` answers its requests.

    It never retries: what the lab says is what the caller gets.
    """
    client = _session().create_client(
        service,
        region_name=region,
        endpoint_url=_ENDPOINT,
        aws_access_key_id=account.access_key,
        aws_secret_access_key=account.secret_key,
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=True),
    )

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return _answered(request, handle)

    client.meta.events.register("before-send", send)
    return client


@cache
def _session() -> botocore.session.Session:
    """One for all: it keeps the service models, which take long to read."""
    return botocore.session.Session(_NOTHING_OF_THE_USER)


def _answered(request: AWSPreparedRequest, handle: Callable[[HttpRequest], HttpResponse]) -> AWSResponse:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    headers.setdefault("host", _ENDPOINT.partition("//")[2])
    body = request.body or b""
    response = handle(
        HttpRequest(
            request.method,
            request.url.removeprefix(_ENDPOINT) or "/",
            headers,
            body.encode() if isinstance(body, str) else bytes(body),
        )
    )
    return _Answer(request.url, response)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


class _Answer(AWSResponse):  # type: ignore[misc]  # botocore has no types
    """An answer that is there already: nothing is left to be read from a connection."""

    def __init__(self, url: str, response: HttpResponse) -> None:
        super().__init__(url, response.status, HTTPHeaders.from_dict(dict(response.headers)), None)
        self._content = response.body
