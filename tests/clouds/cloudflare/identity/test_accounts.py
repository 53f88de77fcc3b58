"""Who is who: keys and tokens, roles and permissions, and what contracts cover."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT, FakeWorld, make_settings

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.accounts import Identity
from lab.clouds.cloudflare.identity.permissions import EVERYTHING, READING, Permission
from lab.clouds.cloudflare.ids import Ids
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.state.state import State
from lab.topology.cloudflare_section import Account, Entitlement, Member, Token

SETTINGS = make_settings(
    members=(
        Member("ada", "ada@lab.example", "example", "Administrator"),
        Member("eve", "eve@lab.example", "other", "Administrator Read Only"),
        Member("dan", "dan@lab.example", "example", "DNS"),
    ),
    tokens=(Token("automation", "other", ("IP Prefixes: Read", "Address Maps Write")),),
)


def identity(settings: CloudflareSettings = SETTINGS, state: State | None = None) -> Identity:
    state = state or State()
    with state.transaction():
        return Identity(Basics(settings, FakeWorld(), state, Ids(random.Random(1))))


def test_an_account_has_a_super_administrator_and_a_token_that_may_do_everything() -> None:
    known = identity()
    own = known.credentials("example")
    assert (own.account_id, own.email) == (ACCOUNT, "admin@example.example")
    for caller in (known.by_key(own.email or "", own.api_key or ""), known.by_token(own.token or "")):
        assert caller is not None
        assert (caller.account, caller.permissions) == (ACCOUNT, EVERYTHING)
    assert known.credentials("example-token") == replace(own, email=None, api_key=None)


def test_keys_and_tokens_have_the_form_that_cloudflare_s_have() -> None:
    known = identity()
    for name in known.names():
        held = known.credentials(name)
        assert held.api_key is None or re.fullmatch(r"[0-9a-f]{37}", held.api_key)
        assert held.token is None or re.fullmatch(r"[A-Za-z0-9_-]{40}", held.token)


def test_a_member_has_a_key_and_no_token_and_a_token_has_no_key() -> None:
    known = identity()
    assert known.credentials("ada").token is None
    automation = known.credentials("automation")
    assert (automation.email, automation.api_key, automation.account_id) == (None, None, OTHER_ACCOUNT)


@pytest.mark.seed(218)
def test_a_member_may_do_what_the_role_allows() -> None:
    known = identity()
    may = {}
    for name in ("ada", "eve", "dan"):
        held = known.credentials(name)
        caller = known.by_key(held.email or "", held.api_key or "")
        assert caller is not None
        may[name] = caller
    assert may["ada"].permissions == EVERYTHING
    assert may["eve"].permissions == READING
    assert may["eve"].account == OTHER_ACCOUNT
    advertise = (Permission.IP_PREFIXES_WRITE, Permission.BGP_ON_DEMAND_WRITE, Permission.MAGIC_TRANSIT_WRITE)
    assert [may[name].may(*advertise) for name in ("ada", "eve", "dan")] == [True, False, False]


def test_a_token_may_do_what_its_permissions_say_and_no_more() -> None:
    known = identity()
    caller = known.by_token(known.credentials("automation").token or "")
    assert caller is not None
    assert caller.permissions == {Permission.IP_PREFIXES_READ, Permission.ADDRESS_MAPS_WRITE}


def test_a_key_counts_only_with_its_own_address() -> None:
    known = identity()
    ada, eve = known.credentials("ada"), known.credentials("eve")
    assert known.by_key("ADA@lab.example", ada.api_key or "") is not None
    assert known.by_key("ada@lab.example", eve.api_key or "") is None
    assert known.by_key("eve@lab.example", ada.api_key or "") is None
    assert known.by_key("ada@lab.example", "0" * 37) is None
    assert known.by_key("ada@lab.example", "\udcff\u0130") is None
    assert known.by_token(ada.api_key or "") is None
    assert known.by_token("") is None


def test_keys_and_tokens_outlive_the_process_and_people_who_left_the_file_are_nobody(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = State(path)
    known = identity(SETTINGS, first)
    before = {name: known.credentials(name) for name in ("ada", "automation", "example")}
    first.close()
    second = State(path)
    after = identity(replace(SETTINGS, members=(SETTINGS.members[1],)), second)
    assert after.credentials("example") == before["example"]
    assert after.credentials("automation") == before["automation"]
    assert after.by_key("ada@lab.example", before["ada"].api_key or "") is None
    with pytest.raises(KeyError):
        after.credentials("ada")
    second.close()


def test_no_key_and_no_token_is_shown() -> None:
    state = State()
    known = identity(SETTINGS, state)
    held = [known.credentials(name) for name in known.names()]
    shown = repr(held) + repr(dict(known._keys)) + repr(dict(known._secrets))
    secrets = {secret for each in held for secret in (each.api_key, each.token) if secret}
    assert len(secrets) == 8
    assert not [secret for secret in secrets if secret in shown]


@pytest.mark.seed(121)
@pytest.mark.parametrize("entitlement", list(Entitlement))
def test_what_a_contract_does_not_cover_is_refused_by_name(entitlement: Entitlement) -> None:
    others = frozenset(Entitlement) - {entitlement}
    known = identity(make_settings(accounts={"small": Account(ACCOUNT, "small", others)}))
    for other in others:
        known.require(ACCOUNT, other)
    with pytest.raises(CloudflareError, match=f"account small does not cover {entitlement.value};") as caught:
        known.require(ACCOUNT, entitlement)
    assert caught.value.status == 403


def test_accounts_are_those_of_the_file() -> None:
    known = identity()
    assert [account.id for account in known.accounts()] == [ACCOUNT, OTHER_ACCOUNT]
    assert known.account(OTHER_ACCOUNT).name == "other"
    assert known.has_account(ACCOUNT)
    assert not known.has_account("f" * 32)
    with pytest.raises(KeyError):
        known.account("f" * 32)
