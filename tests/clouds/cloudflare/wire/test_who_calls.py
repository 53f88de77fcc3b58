"""The endpoints that tell who calls and which account that is, as the official SDK asks them."""

from __future__ import annotations

import cloudflare
import httpx
import pytest
from support.cloudflare_wire import HOST, Door
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT

from lab.clouds.cloudflare.operations import OPERATIONS


def _client(door: Door, who: str) -> cloudflare.Cloudflare:
    held = door.credentials(who)
    token = held.token if held.api_key is None else None
    return cloudflare.Cloudflare(
        base_url=f"{HOST}/client/v4",
        api_email=held.email,
        api_key=held.api_key,
        api_token=token,
        http_client=httpx.Client(transport=door.transport()),
    )


@pytest.fixture
def door() -> Door:
    return Door(operations=OPERATIONS)


def test_a_token_is_verified(door: Door) -> None:
    verified = _client(door, "read").user.tokens.verify()
    assert verified is not None
    assert (len(verified.id), verified.status) == (32, "active")
    assert _client(door, "read").accounts.tokens.verify(account_id=ACCOUNT).id == verified.id
    with pytest.raises(cloudflare.BadRequestError, match="no API token to verify"):
        _client(door, "reader").user.tokens.verify()


def test_a_shell_with_everything_makes_the_sdk_send_the_key_and_it_is_told_how_to_send_the_token(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = door.credentials("example")
    for name, value in (("EMAIL", held.email), ("API_KEY", held.api_key), ("API_TOKEN", held.token)):
        assert value is not None
        monkeypatch.setenv(f"CLOUDFLARE_{name}", value)
    there = {"base_url": f"{HOST}/client/v4", "http_client": httpx.Client(transport=door.transport())}
    with pytest.raises(cloudflare.BadRequestError, match="unset CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY"):
        cloudflare.Cloudflare(**there).user.tokens.verify()
    both = {"authorization": f"Bearer {held.token}"}
    verified = cloudflare.Cloudflare(**there, default_headers=both).user.tokens.verify()
    assert verified is not None
    assert verified.status == "active", "of an e-mail address with its key and a token, the token counts"
    monkeypatch.delenv("CLOUDFLARE_EMAIL")
    monkeypatch.delenv("CLOUDFLARE_API_KEY")
    assert cloudflare.Cloudflare(**there).user.tokens.verify() == verified


def test_a_member_is_a_user_and_a_token_is_none(door: Door) -> None:
    user = _client(door, "reader").user.get()
    assert user is not None
    assert (user.email, len(user.id)) == ("reader@lab.example", 32)
    with pytest.raises(cloudflare.PermissionDeniedError, match="Valid user-level authentication not found"):
        _client(door, "read").user.get()


def test_everybody_sees_the_one_account_that_is_theirs(door: Door) -> None:
    for who, account in (("nobody", ACCOUNT), ("read", ACCOUNT), ("other", OTHER_ACCOUNT)):
        client = _client(door, who)
        assert [found.id for found in client.accounts.list()] == [account]
        found = client.accounts.get(account_id=account)
        assert found is not None
        assert found.type == "enterprise"
    assert [found.id for found in _client(door, "other").accounts.list(name="example")] == []
    with pytest.raises(cloudflare.PermissionDeniedError):
        _client(door, "read").accounts.get(account_id=OTHER_ACCOUNT)


def test_who_is_nobody_is_told_so_by_the_sdk_s_own_exceptions(door: Door) -> None:
    client = cloudflare.Cloudflare(
        base_url=f"{HOST}/client/v4",
        api_token="wrong",
        api_email=None,
        api_key=None,
        http_client=httpx.Client(transport=door.transport()),
    )
    with pytest.raises(cloudflare.PermissionDeniedError) as denied:
        client.accounts.list()
    assert [error.code for error in denied.value.errors] == [9109]
    with pytest.raises(cloudflare.AuthenticationError) as caught:
        client.user.tokens.verify()
    assert [error.code for error in caught.value.errors] == [1000]
