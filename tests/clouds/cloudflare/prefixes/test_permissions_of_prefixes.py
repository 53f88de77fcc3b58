"""Which permissions each operation on prefixes accepts."""

from __future__ import annotations

import pytest
from support.cloudflare_customer import operation_for

from lab.clouds.cloudflare.identity.permissions import Permission

WRITE, READ = Permission.IP_PREFIXES_WRITE, Permission.IP_PREFIXES_READ
MT_WRITE, MT_READ = Permission.MAGIC_TRANSIT_WRITE, Permission.MAGIC_TRANSIT_READ
BGP_WRITE, BGP_READ = Permission.BGP_ON_DEMAND_WRITE, Permission.BGP_ON_DEMAND_READ


@pytest.mark.parametrize(
    ("method", "path", "accepted"),
    [
        pytest.param("POST", "prefixes/P/validate", {MT_WRITE, WRITE}, marks=pytest.mark.seed(144)),
        pytest.param("POST", "prefixes/P/delegations", {WRITE}, marks=pytest.mark.seed(149)),
        pytest.param("POST", "prefixes/P/bindings", {WRITE}, marks=pytest.mark.seed(156)),
        pytest.param("GET", "prefixes/P/bindings", {WRITE, READ}, marks=pytest.mark.seed(156)),
        pytest.param(
            "PATCH", "prefixes/P/bgp/prefixes/B", {MT_WRITE, WRITE, BGP_WRITE}, marks=pytest.mark.seed(176)
        ),
        pytest.param("PATCH", "prefixes/P/bgp/status", {MT_WRITE, WRITE, BGP_WRITE}),
        pytest.param(
            "GET",
            "prefixes/P",
            {MT_WRITE, MT_READ, WRITE, READ, BGP_WRITE, BGP_READ},
            marks=pytest.mark.seed(236),
        ),
        pytest.param("POST", "loa_documents", {MT_WRITE}),
        pytest.param("GET", "loa_documents/D/download", {MT_WRITE, MT_READ}),
    ],
)
def test_an_operation_accepts_just_the_permissions_of_the_documents(
    method: str, path: str, accepted: set[Permission]
) -> None:
    operation, _ = operation_for(method, path)
    assert set(operation.permissions) == accepted


@pytest.mark.seed(257)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "services"),
        ("GET", "prefixes"),
        ("GET", "prefixes/P/bindings"),
        ("POST", "prefixes/P/bindings"),
        ("DELETE", "prefixes/P/bindings/B"),
        ("GET", "prefixes/P/bgp/prefixes"),
        ("PATCH", "prefixes/P/bgp/prefixes/B"),
    ],
)
def test_a_token_that_may_edit_ip_prefixes_does_for_the_tutorials(method: str, path: str) -> None:
    operation, _ = operation_for(method, path)
    assert WRITE in operation.permissions
    if method != "GET":
        assert READ not in operation.permissions
