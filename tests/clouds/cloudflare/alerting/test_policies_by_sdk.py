"""Notification policies as the official SDK handles them."""

from __future__ import annotations

import pytest
from support.cloudflare_site import Site, site_settings
from support.cloudflare_wire import Door, errors, result
from support.cloudflare_world import ACCOUNT

from lab.clouds.cloudflare.operations import OPERATIONS
from lab.topology.cloudflare_section import Entitlement

POLICY = {
    "name": "leaks",
    "alert_type": "bgp_hijack_notification",
    "enabled": True,
    "mechanisms": {"email": [{"id": "noc@example.com"}]},
}


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def client(site):
    return site.client()


@pytest.mark.seed(230)
def test_the_sdk_makes_lists_changes_and_deletes_policies(client):
    (types,) = client.alerting.available_alerts.list(account_id=ACCOUNT).values()
    assert [(one.type, one.filter_options) for one in types] == [("bgp_hijack_notification", [])]
    policies = client.alerting.policies
    made = policies.create(account_id=ACCOUNT, description="routes", **POLICY)
    shown = policies.get(made.id, account_id=ACCOUNT)
    assert (shown.name, shown.description, shown.enabled) == ("leaks", "routes", True)
    assert [email.id for email in shown.mechanisms.email] == ["noc@example.com"]
    assert policies.update(made.id, account_id=ACCOUNT, enabled=False).id == made.id
    (listed,) = policies.list(account_id=ACCOUNT).result
    assert (listed.id, listed.enabled, listed.name) == (made.id, False, "leaks")
    assert list(client.alerting.history.list(account_id=ACCOUNT)) == []
    assert policies.delete(made.id, account_id=ACCOUNT).success
    assert policies.list(account_id=ACCOUNT).result == []


@pytest.mark.seed(230)
@pytest.mark.parametrize(
    ("pointer", "change"),
    [
        ("/filters", {"filters": {"zones": ["a"]}}),
        ("/mechanisms/pagerduty", {"mechanisms": {"pagerduty": [{"id": "a" * 32}]}}),
        ("/mechanisms/webhooks", {"mechanisms": {"webhooks": [{"id": "a" * 32}]}}),
    ],
)
def test_route_leak_detection_has_no_filters_and_notifies_by_mail(site, pointer, change):
    answer = Door(site.cloud, OPERATIONS).ask(
        "POST", f"/accounts/{ACCOUNT}/alerting/v3/policies", POLICY | change
    )
    (error,) = errors(answer)
    assert (answer.status, error["source"]["pointer"]) == (400, pointer)


@pytest.mark.seed(230)
def test_route_leak_detection_comes_with_byoip():
    site = Site(site_settings(entitlements=frozenset({Entitlement.CDN}), onboarded=()))
    door, path = Door(site.cloud, OPERATIONS), f"/accounts/{ACCOUNT}/alerting/v3"
    assert result(door.ask("GET", f"{path}/available_alerts")) == {}
    answer = door.ask("POST", f"{path}/policies", POLICY)
    assert answer.status == 403
    assert "byoip" in errors(answer)[0]["message"]
