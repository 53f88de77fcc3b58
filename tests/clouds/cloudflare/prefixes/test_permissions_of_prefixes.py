"""What the tutorials call with one token, that may edit IP prefixes."""

from __future__ import annotations

import pytest
from support.cloudflare_customer import operation_for

from lab.clouds.cloudflare.identity.permissions import Permission

WRITE, READ = Permission.IP_PREFIXES_WRITE, Permission.IP_PREFIXES_READ


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
