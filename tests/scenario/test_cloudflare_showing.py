"""What a lab shows of its Cloudflare."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT, PREFIX, FakeWorld, make_cloudflare, make_settings

from lab.clouds.cloudflare.prefixes.services import service_id
from lab.scenario.cloudflare_showing import (
    cloudflare_accounts,
    cloudflare_env,
    cloudflare_prefixes,
    credentials_of,
)
from lab.scenario.lab import LabError
from lab.topology.cloudflare_section import Account, Entitlement, Member, Onboarded, ServiceName, Token


class ShownLab(SimpleNamespace):
    """A lab with a Cloudflare, as far as it is looked at here; looking lets happen what is due."""

    def look(self):
        self.clouds.cloudflare.work()


@pytest.fixture
def world():
    found = FakeWorld()
    found.register()
    return found


@pytest.fixture
def lab(world):
    settings = make_settings(
        members=(Member("ann", "ann@example.example", "other", "Administrator"),),
        tokens=(Token("reader", "example", ("IP Prefixes: Read",)),),
    )
    clouds = SimpleNamespace(cloudflare=make_cloudflare(world, settings), endpoint="http://127.0.0.1:8080")
    return ShownLab(topology=SimpleNamespace(name="example-lab"), clouds=clouds)


def test_an_account_calls_with_the_key_of_its_administrator_or_with_its_token(lab):
    env = cloudflare_env(lab)
    identity = lab.clouds.cloudflare.identity
    by_key, by_token = identity.by_key(env["email"], env["api_key"]), identity.by_token(env["api_token"])
    assert (by_key.account, by_token.account) == (ACCOUNT, ACCOUNT)
    assert (env["base_url"], env["account_id"]) == ("http://127.0.0.1:8080/client/v4", ACCOUNT)
    assert cloudflare_env(lab, "example") == env
    assert cloudflare_env(lab, "other")["account_id"] == OTHER_ACCOUNT


def test_a_member_has_no_token_and_a_token_nothing_else(lab):
    ann, reader = cloudflare_env(lab, "ann"), cloudflare_env(lab, "reader")
    assert (ann["account_id"], ann["email"], ann["api_token"]) == (OTHER_ACCOUNT, "ann@example.example", None)
    assert (reader["account_id"], reader["email"], reader["api_key"]) == (ACCOUNT, None, None)
    assert lab.clouds.cloudflare.identity.by_token(reader["api_token"]).name == "reader"


def test_nobody_calls_under_an_unknown_name_or_where_nothing_is_served(lab):
    with pytest.raises(LabError, match="Cloudflare knows nobody called 'reder'; did you mean 'reader'"):
        cloudflare_env(lab, "reder")
    lab.clouds.endpoint = ""
    with pytest.raises(LabError, match="this lab serves no API; `lab up` does"):
        cloudflare_env(lab)
    assert credentials_of(lab, None).account_id == ACCOUNT, "steps need no server"
    lab.clouds.cloudflare = None
    with pytest.raises(LabError, match="example-lab has no Cloudflare; give one of its ASes"):
        cloudflare_prefixes(lab)


def test_accounts_come_with_their_contracts_and_callers_and_without_secrets(lab):
    example, other = cloudflare_accounts(lab)
    assert (example["id"], example["name"]) == (ACCOUNT, "example")
    assert example["entitlements"] == sorted(each.value for each in Entitlement)
    assert set(example["callers"]) == {"example", "example-token", "reader"}
    assert set(other["callers"]) == {"other", "other-token", "ann"}
    shown = str((example, other))
    for name in (*example["callers"], *other["callers"]):
        env = cloudflare_env(lab, name)
        assert not any(secret in shown for secret in (env["api_key"], env["api_token"]) if secret)


def test_a_prefix_comes_with_what_its_checks_have_found(lab, world):
    cloudflare = lab.clouds.cloudflare
    record = cloudflare.perform(lambda: cloudflare.prefixes.create(ACCOUNT, PREFIX, 13335))
    (row,) = cloudflare_prefixes(lab)
    assert (row["id"], row["prefix"], row["account"]) == (record.id, str(PREFIX), "example")
    assert (row["approved"], row["irr"]["state"], row["advertised"], row["binding"]) == (
        "P", "pending", None, None,
    )  # fmt: skip
    world.authorise()
    cloudflare.perform(lambda: cloudflare.prefixes.validate(record))
    world.time += 60
    (row,) = cloudflare_prefixes(lab)
    assert (row["approved"], row["rpki"]["state"], row["irr"]["state"]) == ("P", "valid", "missing")
    assert str(PREFIX) in row["irr"]["why"]


def test_an_approved_prefix_comes_with_what_is_missing_now(lab, world):
    cloudflare = lab.clouds.cloudflare
    record = cloudflare.perform(lambda: cloudflare.prefixes.create(ACCOUNT, PREFIX, 13335))
    world.authorise()
    world.add_route_object(PREFIX, 13335, f"cf-validation: {record.token}")
    cloudflare.perform(lambda: cloudflare.prefixes.validate(record))
    world.time += 60
    (row,) = cloudflare_prefixes(lab)
    assert (row["approved"], row["now"]) == ("V", {})
    assert row["missing"].startswith("no LOA: upload a PDF")
    world.payloads.clear()
    (row,) = cloudflare_prefixes(lab)
    assert (row["rpki"]["state"], set(row["now"]), row["now"]["rpki"]["state"]) == (
        "valid", {"rpki"}, "missing",
    )  # fmt: skip
    world.objects.clear()
    assert set(cloudflare_prefixes(lab)[0]["now"]) == {"irr", "rpki"}


def test_what_was_asked_for_and_what_the_sites_do_are_told_apart(lab, world):
    onboarded = Onboarded(PREFIX, ServiceName.MAGIC_TRANSIT, 13335)
    account = Account(ACCOUNT, "example", frozenset(Entitlement), onboarded=(onboarded,))
    lab.clouds.cloudflare = cloudflare = make_cloudflare(world, make_settings(accounts={"example": account}))
    (record,) = cloudflare.prefixes.all()
    bgp = cloudflare.bgp_prefixes.of_whole(record)
    asked = {"advertised": True, "auto_advertise_withdraw": True}
    cloudflare.perform(lambda: cloudflare.bgp_prefixes.edit(record, bgp, **asked))
    world.time += 3600
    (row,) = cloudflare_prefixes(lab)
    assert (row["advertised"], row["announced"]) == (True, False)
    assert row["missing"].startswith("no site announces it: auto_advertise_withdraw is true")


def test_a_bound_prefix_comes_with_its_service(lab, world):
    cloudflare = lab.clouds.cloudflare
    record = cloudflare.perform(
        lambda: cloudflare.prefixes.create(ACCOUNT, PREFIX, 13335, delegate_loa_creation=True)
    )
    world.authorise()
    world.add_route_object(PREFIX, 13335, f"cf-validation: {record.token}")
    cloudflare.perform(lambda: cloudflare.prefixes.validate(record))
    world.time += 60
    assert cloudflare_prefixes(lab)[0]["approved"] == "V"
    approved = cloudflare.prefixes.get(ACCOUNT, record.id)
    cdn = service_id(ServiceName.CDN)
    cloudflare.perform(lambda: cloudflare.bindings.create(approved, PREFIX, cdn))
    (row,) = cloudflare_prefixes(lab)
    assert (row["service"], row["binding"], row["advertised"]) == ("CDN", "provisioning", False)
    world.time += 18000
    (row,) = cloudflare_prefixes(lab)
    assert row["binding"] == "active"
