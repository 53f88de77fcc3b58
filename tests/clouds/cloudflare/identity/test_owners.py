"""A state goes on only with the accounts that own what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from support.cloudflare_world import ACCOUNT, PREFIX, FakeWorld, make_cloudflare, make_settings

from lab.clouds.cloudflare.cloud import Cloudflare
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.state.errors import StateError
from lab.state.state import State

OTHER_ID = "f" * 32


def renumbered() -> CloudflareSettings:
    """The accounts of the file, after somebody has given the first one another ID."""
    settings = make_settings()
    example = replace(settings.accounts["example"], id=OTHER_ID)
    return replace(settings, accounts={**settings.accounts, "example": example})


@contextmanager
def kept(path: Path, settings: CloudflareSettings) -> Iterator[Cloudflare]:
    """Cloudflare with a state that is kept, until the lab ends."""
    world, state = FakeWorld(), State(path / "lab.db")
    world.register()
    try:
        yield make_cloudflare(world, settings, state)
    finally:
        state.close()


def test_a_prefix_of_an_account_that_the_file_no_longer_has_is_refused_by_name(tmp_path: Path) -> None:
    with kept(tmp_path, make_settings()) as cloud:
        cloud.perform(lambda: cloud.prefixes.create(ACCOUNT, PREFIX, 13335))
    named = f"the prefix {PREFIX} of the Cloudflare account {ACCOUNT}"
    with pytest.raises(StateError, match=named) as caught, kept(tmp_path, renumbered()):
        pass
    assert f"it has example ({OTHER_ID}), other (" in str(caught.value)
    with kept(tmp_path, make_settings()) as cloud:
        assert [found.account for found in cloud.prefixes.all()] == [ACCOUNT], "nothing is lost"


def test_a_zone_of_such_an_account_is_refused_too(tmp_path: Path) -> None:
    with kept(tmp_path, make_settings()) as cloud:
        cloud.perform(lambda: cloud.zones.create(ACCOUNT, "example.com"))
    named = f"the zone example.com of the Cloudflare account {ACCOUNT}"
    with pytest.raises(StateError, match=named), kept(tmp_path, renumbered()):
        pass


def test_an_account_that_owns_nothing_may_go(tmp_path: Path) -> None:
    with kept(tmp_path, make_settings()):
        pass
    with kept(tmp_path, renumbered()) as cloud:
        assert cloud.identity.has_account(OTHER_ID)
        assert not cloud.identity.has_account(ACCOUNT)
