"""Which permissions and roles each endpoint asks for: those that may, and those that may not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.cloudflare_tenants import (
    NAMES,
    OPERATION_LIST,
    Tenant,
    call,
    permission_token,
    prepare,
    taken_back,
    token_without,
    two_tenants,
)
from support.cloudflare_wire import errors, refusal

from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import OPERATIONS, Operation
from lab.http.messages import HttpResponse

P = "/accounts/{account_id}/addressing/prefixes"
BGP = P + "/{prefix_id}/bgp/prefixes"
MAPS = "/accounts/{account_id}/addressing/address_maps"
LOA = "/accounts/{account_id}/addressing/loa_documents"
WRITE = {"IP Prefixes: Write"}
VALIDATE = {"Magic Transit Write", "IP Prefixes: Write"}
ADVERTISE = {"Magic Transit Write", "IP Prefixes: Write", "IP Prefixes: BGP On Demand Write"}
READ = ADVERTISE | {"Magic Transit Read", "IP Prefixes: Read", "IP Prefixes: BGP On Demand Read"}
UNRESTRICTED = {("GET", "/user/tokens/verify"), ("GET", "/user"), ("GET", "/accounts"),
                ("GET", "/accounts/{account_id}"),
                ("GET", "/accounts/{account_id}/tokens/verify")}  # fmt: skip
each_operation = pytest.mark.parametrize("operation", OPERATION_LIST, ids=NAMES)


@pytest.fixture(scope="module")
def shared() -> Tenant:
    return two_tenants()[0]


@pytest.fixture
def tenant(shared: Tenant) -> Iterator[Tenant]:
    with taken_back(shared.door):
        yield shared


def _may(operation: Operation, tenant: Tenant, who: str) -> bool:
    """Whether somebody is let in: the call is then carried out, and else refused without any change."""
    before = tenant.door.cloud.basics.state.changes
    answer = call(operation, tenant, who=who)
    if answer.status == 200:
        return True
    assert refusal(answer) == (403, 10000)
    assert tenant.door.cloud.basics.state.changes == before
    return False


def _allowed(operation: Operation, shared: Tenant) -> set[str]:
    """The permissions of which one alone is enough."""
    allowed = set()
    for permission in Permission:
        with taken_back(shared.door):
            prepare(operation, shared)
            if _may(operation, shared, permission_token(permission)):
                allowed.add(permission.value)
    return allowed


@each_operation
def test_one_of_the_permissions_is_enough_and_all_others_together_are_not(
    operation: Operation, shared: Tenant
) -> None:
    if (operation.method, operation.path) in UNRESTRICTED:
        assert not operation.permissions
        return
    assert _allowed(operation, shared) == {permission.value for permission in operation.permissions}
    with taken_back(shared.door):
        prepare(operation, shared)
        assert not _may(operation, shared, token_without(operation))


@pytest.mark.parametrize(
    ("method", "path", "permissions"),
    [
        pytest.param("POST", P + "/{prefix_id}/validate", VALIDATE, marks=pytest.mark.seed(144)),
        pytest.param("POST", P + "/{prefix_id}/delegations", WRITE, marks=pytest.mark.seed(149)),
        pytest.param("POST", P + "/{prefix_id}/bindings", WRITE, marks=pytest.mark.seed(156, 257)),
        pytest.param(
            "GET",
            P + "/{prefix_id}/bindings",
            WRITE | {"IP Prefixes: Read"},
            marks=pytest.mark.seed(156, 257),
        ),
        pytest.param("PATCH", BGP + "/{bgp_prefix_id}", ADVERTISE, marks=pytest.mark.seed(176)),
        pytest.param("PATCH", P + "/{prefix_id}/bgp/status", ADVERTISE, marks=pytest.mark.seed(176)),
        pytest.param("POST", MAPS, {"Address Maps Write"}, marks=pytest.mark.seed(191)),
        pytest.param(
            "POST", "/zones/{zone_id}/spectrum/apps", {"Zone Settings Write"}, marks=pytest.mark.seed(206)
        ),
        pytest.param("GET", P + "/{prefix_id}", READ, marks=pytest.mark.seed(236)),
        ("POST", LOA, {"Magic Transit Write"}),
        ("GET", LOA + "/{loa_document_id}/download", {"Magic Transit Write", "Magic Transit Read"}),
    ],
)
def test_the_permissions_are_those_that_cloudflare_documents(
    method: str, path: str, permissions: set[str], shared: Tenant
) -> None:
    assert _allowed(OPERATIONS[method, path], shared) == permissions


@pytest.mark.seed(218)
@pytest.mark.parametrize(
    ("role", "may_advertise", "may_look"),
    [
        ("example", True, True),
        ("administrator", True, True),
        ("administrator-read-only", False, True),
        ("dns", False, False),
        ("minimal-account-access", False, False),
    ],
)
def test_only_administrators_manage_what_is_advertised(
    role: str, may_advertise: bool, may_look: bool, tenant: Tenant
) -> None:
    """`example` is the account's super administrator."""
    assert _may(OPERATIONS["PATCH", BGP + "/{bgp_prefix_id}"], tenant, role) is may_advertise
    assert _may(OPERATIONS["PATCH", P + "/{prefix_id}/bgp/status"], tenant, role) is may_advertise
    assert _may(OPERATIONS["GET", P], tenant, role) is may_look


def test_a_refusal_names_the_permissions_that_would_do_and_those_that_are_there(tenant: Tenant) -> None:
    answer: HttpResponse = call(
        OPERATIONS["POST", P + "/{prefix_id}/validate"],
        tenant,
        who=permission_token(Permission.IP_PREFIXES_READ),
    )
    (error,) = errors(answer)
    assert "needs the permission Magic Transit Write or IP Prefixes: Write; " in error["message"]
    assert error["message"].endswith("has IP Prefixes: Read")
