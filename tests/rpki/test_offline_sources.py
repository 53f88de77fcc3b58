"""Sources that need no network: memory, and a directory laid out as rsync caches are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from support.repository_contents import BASE, contents

from lab.rpki.fetching.source import DirectorySource, MemorySource
from lab.rpki.uris import UriError

A, B = f"{BASE}ca/a.roa", f"{BASE}ca/b.roa"
HOST = "rpki.example.net"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    directory = tmp_path / "cache" / HOST / "repo" / "ca"
    directory.mkdir(parents=True)
    (directory / "a.roa").write_bytes(b"abc")
    return tmp_path / "cache"


@given(contents)
def test_memory_has_exactly_what_is_published(files: dict[str, bytes]) -> None:
    source = MemorySource()
    source.publish(HOST, files)
    assert source.refresh(BASE, None).ok
    found = {
        f"{BASE}{directory}{name}"
        for directory in ("", "ca/", "ca/1/", "other/")
        for name in source.list(f"{BASE}{directory}")
    }
    assert {uri: source.read(uri, 100) for uri in found} == files


def test_nothing_is_there_before_it_is_fetched() -> None:
    source = MemorySource({A: b"abc"})
    assert source.read(A, 10) is None
    assert source.stamp(A) is None
    assert source.refresh(f"{BASE}ca/", None).changed
    assert source.read(A, 10) == b"abc"


def test_a_server_is_fetched_once_in_a_run() -> None:
    source = MemorySource({A: b"old"})
    source.refresh(BASE, None)
    source.publish(HOST, {A: b"new"})
    source.refresh(BASE, None)
    assert source.read(A, 10) == b"old"
    source.begin()
    assert source.refresh(BASE, None).changed
    assert source.read(A, 10) == b"new"
    source.begin()
    assert not source.refresh(BASE, None).changed


def test_the_stamp_changes_with_the_content_of_that_file_only() -> None:
    source = MemorySource({A: b"1", B: b"1"})
    source.refresh(BASE, None)
    before = source.stamp(A), source.stamp(B)
    source.publish(HOST, {A: b"2", B: b"1"})
    source.begin()
    source.refresh(BASE, None)
    assert source.stamp(A) != before[0]
    assert source.stamp(B) == before[1]


def test_of_an_unreachable_host_what_was_fetched_last_remains() -> None:
    source = MemorySource({A: b"abc"})
    source.refresh(BASE, None)
    source.publish(HOST, {A: b"new"})
    source.unreachable.add(HOST)
    source.begin()
    refreshed = source.refresh(BASE, None)
    assert (refreshed.ok, refreshed.error) == (False, f"{HOST} does not answer")
    assert source.read(A, 10) == b"abc"


def test_a_host_publishes_its_own_files_only() -> None:
    with pytest.raises(UriError, match=r"is not a URI of rpki\.example\.net"):
        MemorySource().publish(HOST, {"rsync://elsewhere.example.net/repo/a.roa": b""})


def test_a_trust_anchor_comes_from_the_first_uri_that_has_it(tree: Path) -> None:
    https = f"https://{HOST}/ta.cer"
    assert MemorySource({A: b"rsync"}).trust_anchor([https, A], 10) == b"rsync"
    assert MemorySource({A: b"rsync", https: b"https"}).trust_anchor([https, A], 10) == b"https"
    assert MemorySource({A: b"rsync"}).trust_anchor([A], 4) is None
    assert DirectorySource(tree).trust_anchor([https, A], 10) == b"abc"
    assert DirectorySource(tree).trust_anchor([https], 10) is None


def test_a_directory_is_read_by_uri(tree: Path) -> None:
    source = DirectorySource(tree)
    assert source.refresh(f"{BASE}ca/", None).ok
    assert source.read(A, 3) == b"abc"
    assert source.read(A, 2) is None
    assert source.read(B, 10) is None
    assert source.list(f"{BASE}ca/") == source.list(f"{BASE}ca") == ("a.roa",)
    assert source.stamp(A) == DirectorySource(tree).stamp(A) is not None
    assert source.stamp(B) is None


def test_a_directory_that_is_missing_is_reported(tree: Path) -> None:
    refreshed = DirectorySource(tree).refresh("rsync://rpki.example.net/none/", None)
    assert not refreshed.ok
    assert "holds no 'rsync://rpki.example.net/none/'" in refreshed.error


def test_nothing_outside_the_directory_can_be_read(tree: Path) -> None:
    outside = tree.parent / "outside"
    outside.mkdir()
    (outside / "secret.roa").write_bytes(b"secret")
    ca = tree / HOST / "repo" / "ca"
    (ca / "link.roa").symlink_to(outside / "secret.roa")
    (ca / "out").symlink_to(outside)
    (ca / "in").symlink_to(".")
    os.mkfifo(ca / "pipe.roa")
    source = DirectorySource(tree)
    assert source.read(f"{BASE}ca/link.roa", 10) is None
    assert source.stamp(f"{BASE}ca/link.roa") is None
    assert source.read(f"{BASE}ca/out/secret.roa", 10) is None
    assert source.list(f"{BASE}ca/out/") == ()
    assert source.read(f"{BASE}ca/pipe.roa", 10) is None
    assert source.read(f"{BASE}ca/../../../../outside/secret.roa", 10) is None
    assert source.read(f"{BASE}ca/in/a.roa", 10) == b"abc"
    assert source.list(f"{BASE}ca/") == ("a.roa",)
