"""Requests with something wrong: each is answered in an envelope, and a refusal changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from support.cloudflare_fuzz import Fuzzer, Judge
from support.cloudflare_tenants import OPERATION_LIST, Tenant, two_tenants
from support.cloudflare_wire import BASE, headers_of

from lab.clouds.cloudflare.wire.openapi import description
from lab.http.messages import HttpRequest

BETWEEN_RENEWALS = 25
"""After so many requests the tenants begin anew: what was deleted could no longer be asked for."""


def _fuzz(seed: int, requests: int) -> Counter[int]:
    fuzzer, judge = Fuzzer(seed), Judge()
    statuses: Counter[int] = Counter()
    for number in range(requests):
        if number % BETWEEN_RENEWALS == 0:
            tenants = two_tenants()
        statuses[judge.send(tenants[0], fuzzer.request(tenants)).status] += 1
    return statuses


def _check(statuses: Counter[int], caplog: pytest.LogCaptureFixture) -> None:
    """Both good and refused ones were among them, and nothing was logged as a fault."""
    assert not caplog.records
    assert statuses[200] > statuses.total() // 10
    assert statuses[400] > statuses.total() // 10
    assert {403, 404, 405} <= statuses.keys()


def test_a_few_hundred_requests_are_answered_and_refusals_change_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    _check(_fuzz(seed=5, requests=400), caplog)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_requests_are_answered_and_refusals_change_nothing(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    _check(_fuzz(seed=100 + seed, requests=1000), caplog)


SCHEMA = schemathesis.openapi.from_dict(description(OPERATION_LIST))
DESCRIBED = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    "described", DESCRIBED, ids=[f"{each.method.upper()} {each.path}" for each in DESCRIBED]
)
def test_requests_made_from_the_description_are_answered_and_refusals_change_nothing(
    described: Any, mode: GenerationMode, caplog: pytest.LogCaptureFixture
) -> None:
    tenant, judge = two_tenants()[0], Judge()

    @settings(
        max_examples=10,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(described.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        judge.send(tenant, _request(case, tenant))

    send()
    assert not caplog.records


def _request(case: Any, tenant: Tenant) -> HttpRequest:
    """What was generated, from this tenant and, unless the path is to be wrong, for what it has."""
    path = case.formatted_path
    for name, value in case.path_parameters.items():
        if str(value) and path.isascii():
            path = path.replace(str(value), tenant.has[name]) if len(str(value)) >= 32 else path
    query = urlencode(case.query or {}, doseq=True)
    headers = headers_of(tenant.door.credentials(tenant.name))
    body = b""
    if isinstance(case.body, bytes):
        body = case.body
    elif case.media_type == "application/json":
        body = json.dumps(case.body, default=str).encode("utf-8", "replace")
    if case.media_type:
        headers["content-type"] = case.media_type
    return HttpRequest(case.method, f"{BASE}{path}" + (f"?{query}" if query else ""), headers, body)
