"""The stores of RRDP servers: what ends their files, and what does not."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.repository_contents import BASE

from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.network import NetworkSource
from lab.rpki.fetching.rrdp_cache import RrdpCache
from lab.rpki.fetching.rrdp_client import RrdpClient, Synchronised
from lab.rpki.fetching.rrdp_store import RrdpStore
from lab.rpki.uris import HttpsUri, parse_https

A = f"{BASE}a.roa"


def fill(store: RrdpStore, content: bytes) -> None:
    with store.change():
        store.remember({"session": "s", "serial": "1"})
        store.put(A, hashlib.sha256(content).digest(), content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store that holds one object."""
    made = tmp_path / "store.sqlite"
    with contextlib.closing(RrdpStore(made)) as store:
        fill(store, b"good")
    return made


@contextlib.contextmanager
def no_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield


def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds a file locked does not wait."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, timeout=0.0, **options))


def test_a_store_for_which_there_is_no_descriptor_stays(path: Path) -> None:
    with no_descriptors(), pytest.raises(FetchError, match="unable to open database file"):
        RrdpStore(path)
    with contextlib.closing(RrdpStore(path)) as store:
        assert store.read(A, 10) == b"good"


def test_a_store_that_another_process_has_locked_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried(monkeypatch)
    with locked(path), pytest.raises(FetchError, match="database is locked"):
        RrdpStore(path)
    with contextlib.closing(RrdpStore(path)) as store:
        with locked(path):
            assert store.read(A, 10) is None
            assert store.names(BASE) == ()
            with pytest.raises(FetchError, match="cannot be read: database is locked"):
                store.state("session")
        assert store.read(A, 10) == b"good"


class Client(RrdpClient):
    """Every server has one object, the URI of its notification file, until it is `down`."""

    def __init__(self) -> None:
        self.down = False

    def synchronise(self, uri: HttpsUri, store: RrdpStore, deadline: Deadline) -> Synchronised:
        if self.down:
            raise FetchError("down")
        fill(store, str(uri).encode())
        return Synchronised(True)


def test_stores_of_very_many_servers_take_few_descriptors_and_all_can_be_read(tmp_path: Path) -> None:
    uris = [parse_https(f"https://s{number}.example/n.xml") for number in range(60)]
    cache = RrdpCache(tmp_path, Client(), FetchLimits())
    with contextlib.closing(cache):
        before = len(os.listdir("/proc/self/fd"))
        fetched = [cache.fetch(uri) for uri in uris]
        assert len(os.listdir("/proc/self/fd")) < before + 40
        contents = [each.files.read(A, 100) for each in fetched if each.files]
    assert contents == [str(uri).encode() for uri in uris]


def test_a_server_that_fails_leaves_what_was_good(tmp_path: Path) -> None:
    client, uri = Client(), parse_https("https://s.example/n.xml")
    with contextlib.closing(RrdpCache(tmp_path, client, FetchLimits(), now=lambda: 5.0)) as cache:
        cache.fetch(uri)
        client.down = True
        failed = cache.fetch(uri)
        assert (failed.ok, failed.time, failed.error) == (False, 5.0, "down")
        assert failed.files is not None
        assert failed.files.names(BASE) == ("a.roa",)


def test_a_source_that_is_closed_reads_nothing_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = "https://s.example/n.xml"
    monkeypatch.setattr(RrdpClient, "synchronise", Client().synchronise)
    with NetworkSource(tmp_path) as source:
        assert source.refresh(BASE, uri).ok
        assert source.read(A, 100) == uri.encode()
    stores = list((tmp_path / "rrdp").iterdir())
    assert (source.stamp(A), source.read(A, 100), source.list(BASE)) == (None, None, ())
    assert list((tmp_path / "rrdp").iterdir()) == stores != []
