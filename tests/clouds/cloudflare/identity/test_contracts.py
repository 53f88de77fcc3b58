"""What an account's contract does not cover is refused at the endpoint, whoever asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from support.cloudflare_wire import Door, errors, refusal, result
from support.cloudflare_world import ACCOUNT, ALL, FakeWorld, make_cloudflare, make_settings

from lab.clouds.cloudflare.operations import OPERATIONS
from lab.http.messages import HttpResponse
from lab.topology.cloudflare_section import Account, Entitlement

APP = {
    "protocol": "tcp/22",
    "dns": {"type": "CNAME", "name": "ssh.example.com"},
    "origin_direct": ["tcp://192.0.2.1:22"],
}
PREFIX = {"cidr": "203.0.113.0/24", "asn": 13335}


def _asked(entitlements: frozenset[Entitlement], path: str, body: dict[str, Any]) -> HttpResponse:
    world = FakeWorld()
    world.register()
    settings = make_settings(accounts={"example": Account(ACCOUNT, "example", entitlements)})
    door = Door(make_cloudflare(world, settings), OPERATIONS)
    zone = result(door.ask("POST", "/zones", {"name": "example.com"}))["id"]
    return door.ask("POST", path.replace("{zone_id}", zone), body)


@pytest.mark.seed(121)
@pytest.mark.parametrize(
    ("entitlement", "path", "body"),
    [
        (Entitlement.BYOIP, f"/accounts/{ACCOUNT}/addressing/prefixes", PREFIX),
        (Entitlement.SPECTRUM, "/zones/{zone_id}/spectrum/apps", APP),
    ],
)
def test_only_an_enterprise_contract_that_covers_it_opens_an_endpoint(
    entitlement: Entitlement, path: str, body: dict[str, Any]
) -> None:
    assert _asked(frozenset({entitlement}), path, body).status == 200
    answer = _asked(ALL - {entitlement}, path, body)
    assert refusal(answer) == (403, 1102)
    assert f"does not cover {entitlement.value}" in errors(answer)[0]["message"]
