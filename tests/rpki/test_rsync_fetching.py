"""Fetching from rsync servers, good and hostile: a real daemon where the trouble is in what it serves."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.repository_contents import BASE

from lab.rpki.fetching.limits import FetchLimits
from lab.rpki.fetching.network import NetworkSource
from lab.rpki.fetching.source import Refreshed
from lab.rpki.publication.rsync_daemon import Module, rsyncd_conf
from lab.rpki.publication.tree import PublishedTree

pytestmark = pytest.mark.rpki

A, B = f"{BASE}ca/a.roa", f"{BASE}ca/b.roa"
LIMITS = FetchLimits(
    connect_seconds=5,
    idle_seconds=5,
    server_seconds=30,
    object_bytes=10_000,
    repository_bytes=50_000,
    repository_files=40,
    directory_depth=4,
)


class Served:
    """A module named `repo` that rsync serves under any host name, and the source that fetches it."""

    def __init__(self, root: Path) -> None:
        self.directory = root / "served"
        self.directory.mkdir()
        self.cache = root / "cache"
        self.configuration = root / "rsyncd.conf"
        self.serve(self.directory)

    def serve(self, directory: Path) -> None:
        self.configuration.write_text(rsyncd_conf({"repo": Module(directory)}))

    def put(self, path: str, content: bytes) -> None:
        (self.directory / path).parent.mkdir(parents=True, exist_ok=True)
        (self.directory / path).write_bytes(content)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    made = Served(tmp_path)
    monkeypatch.setenv("RSYNC_CONNECT_PROG", f"rsync --config={made.configuration} --daemon")
    return made


@pytest.fixture
def source(served: Served) -> Iterator[NetworkSource]:
    with NetworkSource(served.cache, limits=LIMITS) as made:
        yield made


def next_run(source: NetworkSource) -> Refreshed:
    source.begin()
    return source.refresh(f"{BASE}ca/", None)


def test_a_module_is_fetched_whole(served: Served, source: NetworkSource) -> None:
    served.put("ca/a.roa", b"1")
    served.put("other/c.roa", b"3")
    assert next_run(source) == Refreshed(True, "rsync", True)
    assert source.read(A, 10) == b"1"
    assert source.refresh(f"{BASE}other/", None).ok
    assert source.list(f"{BASE}other/") == ("c.roa",)


def test_a_second_run_finds_what_changed_and_keeps_the_stamp_of_the_rest(
    served: Served, source: NetworkSource
) -> None:
    tree = PublishedTree(served.directory, BASE)
    tree.publish({A: b"1", B: b"1"})
    served.serve(tree.path)
    next_run(source)
    stamps = source.stamp(A), source.stamp(B)
    assert next_run(source) == Refreshed(True, "rsync", False)
    tree.publish({A: b"1", B: b"2"})
    assert next_run(source) == Refreshed(True, "rsync", True)
    assert source.read(B, 10) == b"2"
    assert source.stamp(A) == stamps[0]
    assert source.stamp(B) != stamps[1]
    tree.publish({A: b"1"})
    assert next_run(source) == Refreshed(True, "rsync", True)
    assert source.read(B, 10) is None


def test_several_publications_in_one_second_all_arrive(served: Served, source: NetworkSource) -> None:
    tree = PublishedTree(served.directory, BASE, now=lambda: 1_700_000_000.0)
    for number in range(5):
        tree.publish({A: bytes([number])})
        served.serve(tree.path)
        assert next_run(source).changed
        assert source.read(A, 10) == bytes([number])


def test_a_cache_is_used_again_by_the_next_process(served: Served) -> None:
    served.put("ca/a.roa", b"1")
    with NetworkSource(served.cache, limits=LIMITS) as source:
        next_run(source)
        stamp = source.stamp(A)
    served.configuration.write_text("")
    with NetworkSource(served.cache, limits=LIMITS) as source:
        refreshed = next_run(source)
        assert not refreshed.ok
        assert "Unknown module 'repo'" in refreshed.error
        assert source.read(A, 10) == b"1"
        assert source.stamp(A) == stamp


def test_a_trust_anchor_is_fetched_by_rsync_anew_in_every_run(served: Served, source: NetworkSource) -> None:
    """What was there before nobody has verified: a dead server must not hide the next one's answer."""
    served.put("ta.cer", b"anchor")
    uris = ["rsync://rpki.example.net/none/ta.cer", f"{BASE}ta.cer"]
    assert source.trust_anchor(uris, 100) == b"anchor"
    assert len(source.problems) == 1
    served.configuration.write_text("")
    assert source.trust_anchor(uris, 100) == b"anchor"
    source.begin()
    assert source.trust_anchor(uris, 100) is None
    assert source.trust_anchor([f"{BASE}other.cer"], 100) is None
    assert source.trust_anchor(["file:///etc/passwd", "rsync://h/m/../../etc/passwd"], 100_000) is None


def test_a_trust_anchor_over_its_bound_is_not_taken(served: Served, source: NetworkSource) -> None:
    served.put("ta.cer", bytes(101))
    assert source.trust_anchor([f"{BASE}ta.cer"], 100) is None
    assert source.problems == [f"{BASE}ta.cer: has more than 100 bytes"]


def test_links_pipes_and_large_files_are_left_out(served: Served, source: NetworkSource) -> None:
    served.put("ca/a.roa", b"1")
    served.put("ca/large.roa", bytes(10_001))
    ca = served.directory / "ca"
    (ca / "link.roa").symlink_to("/etc/passwd")
    (ca / "parent").symlink_to("/")
    os.mkfifo(ca / "pipe.roa")
    assert next_run(source).ok
    assert source.list(f"{BASE}ca/") == ("a.roa",)
    assert source.read(f"{BASE}ca/parent/etc/passwd", 100_000) is None
    assert not [path for path in served.cache.rglob("*") if path.is_symlink() and path.name != "repo"]


def test_directories_beyond_the_depth_are_left_out(served: Served, source: NetworkSource) -> None:
    served.put("ca/a.roa", b"1")
    served.put("/".join("d" * 20) + "/deep.roa", b"1")
    assert next_run(source).ok
    assert max(len(path.relative_to(served.cache).parts) for path in served.cache.rglob("*")) < 10


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("files", "has more than 40 files and directories"),
        ("directories", "has more than 40 files and directories"),
        ("bytes", "is larger than 50000 bytes"),
        ("gone", "chdir failed"),
    ],
)
def test_a_module_beyond_its_bounds_leaves_what_was_good(
    served: Served, source: NetworkSource, kind: str, problem: str
) -> None:
    served.put("ca/a.roa", b"1")
    next_run(source)
    match kind:
        case "files":
            for number in range(41):
                served.put(f"ca/{number}.roa", b"")
        case "directories":
            for number in range(41):
                (served.directory / f"{number}").mkdir()
        case "bytes":
            for number in range(6):
                served.put(f"ca/{number}.roa", bytes(9_000))
        case "gone":
            served.serve(served.directory / "gone")
    refreshed = next_run(source)
    assert not refreshed.ok
    assert problem in refreshed.error
    assert "\n" not in refreshed.error
    assert source.list(f"{BASE}ca/") == ("a.roa",)
    assert len(list((served.cache / "rsync/rpki.example.net").glob(".repo.*"))) == 1


def test_a_module_that_grew_past_its_bound_a_little_at_a_time_is_refused(
    served: Served, source: NetworkSource
) -> None:
    for number in range(4):
        served.put(f"ca/{number}.roa", bytes(9_000))
    assert next_run(source).ok
    for number in range(4, 8):
        served.put(f"ca/{number}.roa", bytes(9_000))
    assert "too many files or bytes" in next_run(source).error


def test_what_a_killed_run_has_left_is_removed(served: Served, source: NetworkSource) -> None:
    served.put("ca/a.roa", b"1")
    assert next_run(source).ok
    cache = served.cache / "rsync"
    host = cache / "rpki.example.net"
    present = {path.name for path in host.iterdir()}
    for left in (cache / ".file.abc", host / ".repo.9", host / ".gone.1", cache / "other.example" / ".m.1"):
        (left / "deep").mkdir(parents=True)
        (left / "deep" / "file").write_bytes(b"x")
    (host / ".repo.link").symlink_to(".repo.9")
    source.begin()
    assert {path.name for path in host.iterdir()} == present
    assert not list((cache / "other.example").iterdir())
    assert not (cache / ".file.abc").exists()
    served.configuration.write_text("")
    source.refresh(f"{BASE}ca/", None)
    assert source.read(A, 10) == b"1"


class HostileDaemon:
    """Greets like an rsync daemon, and then sends `more` for ever, a little at a time."""

    def __init__(self, greeting: bytes, more: bytes) -> None:
        self._greeting, self._more = greeting, more
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            with connection:
                connection.sendall(self._greeting)
                while not self._ended.wait(0.005):
                    connection.sendall(self._more)


@pytest.mark.parametrize(
    ("greeting", "more"),
    [
        (b"", b""),
        (b"@RSYN", b""),
        (b"@RSYNCD: 31.0\n", b"x"),
        (b"@RSYNCD: 31.0\n", b"message of the day\n"),
        (b"@RSYNCD: 31.0\n@RSYNCD: OK\n", b"\x07"),
    ],
)
def test_a_server_that_drips_ends_at_the_deadline(tmp_path: Path, greeting: bytes, more: bytes) -> None:
    limits = FetchLimits(connect_seconds=5, idle_seconds=5, server_seconds=0.2)
    with (
        contextlib.closing(HostileDaemon(greeting, more)) as daemon,
        NetworkSource(tmp_path, limits=limits) as source,
    ):
        uri = f"rsync://127.0.0.1:{daemon.port}/repo/"
        refreshed = source.refresh(uri, None)
    assert not refreshed.ok
    assert refreshed.error == f"{uri}: not done after 0.2 seconds"


@pytest.mark.parametrize("reply", [b"\n", b"HTTP/1.1 200 OK\r\n\r\n", b"@RSYNCD: 31.0\n@ERROR: \x1b[31mno\n"])
def test_a_server_that_is_none_is_reported(tmp_path: Path, reply: bytes) -> None:
    with (
        contextlib.closing(HostileDaemon(reply, b"@RSYNCD: EXIT\n")) as daemon,
        NetworkSource(tmp_path, limits=LIMITS) as source,
    ):
        refreshed = source.refresh(f"rsync://127.0.0.1:{daemon.port}/repo/", None)
    assert not refreshed.ok
    assert "rsync failed with code" in refreshed.error
    assert refreshed.error.isprintable()
