"""The lab's publication servers: one content over two transports, and their faults."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lab.rpki.fetching.limits import FetchLimits
from lab.rpki.fetching.network import CacheError, NetworkSource
from lab.rpki.publication import rsync_daemon
from lab.rpki.publication.faults import Fault
from lab.rpki.publication.listening import PublicationError
from lab.rpki.publication.rsync_daemon import RsyncDaemon, rsyncd_conf
from lab.rpki.publication.server import PublicationServer, ServerUris
from lab.rpki.uris import UriError

pytestmark = pytest.mark.rpki

HURRIED = FetchLimits(server_seconds=0.3)
"""For a server that fails: how long a slow one is waited for."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PublicationServer]:
    with PublicationServer(tmp_path / "server") as started:
        yield started


@pytest.fixture
def source(server: PublicationServer, tmp_path: Path) -> Iterator[NetworkSource]:
    with NetworkSource(tmp_path / "cache", ca_file=server.ca) as made:
        yield made


def roa(uris: ServerUris) -> str:
    return f"{uris.rsync}ca/a.roa"


@pytest.mark.parametrize("rrdp", [True, False])
def test_what_is_published_can_be_fetched_over_either_transport(
    server: PublicationServer, source: NetworkSource, rrdp: bool
) -> None:
    uris = server.add("ripe")
    for content in (b"1", b"2"):
        server.publish({"ripe": {roa(uris): content}})
        source.begin()
        refreshed = source.refresh(f"{uris.rsync}ca/", uris.notification if rrdp else None)
        assert (refreshed.ok, refreshed.via, refreshed.error) == (True, "rrdp" if rrdp else "rsync", "")
        assert source.read(roa(uris), 9) == content


def test_a_trust_anchor_can_be_fetched_over_either_transport(
    server: PublicationServer, source: NetworkSource
) -> None:
    uris = server.add("ripe")
    server.publish({"ripe": {f"{uris.rsync}ta.cer": b"anchor"}})
    assert source.trust_anchor([f"{uris.rsync}ta.cer"], 9) == b"anchor"
    assert source.trust_anchor([f"https://localhost:{server.https_port}/ripe/ta.cer"], 9) == b"anchor"
    assert source.problems == []


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.NOT_FOUND, Fault.TOO_MANY_REQUESTS])
def test_rsync_stands_in_when_rrdp_fails(
    server: PublicationServer, source: NetworkSource, fault: Fault
) -> None:
    uris, other = server.add("ripe"), server.add("arin")
    server.publish({"ripe": {roa(uris): b"1"}, "arin": {roa(other): b"2"}})
    server.fail("ripe", https=fault)
    refreshed = source.refresh(f"{uris.rsync}ca/", uris.notification)
    assert (refreshed.ok, refreshed.via) == (True, "rsync")
    assert refreshed.error.startswith(uris.notification)
    assert source.read(roa(uris), 9) == b"1"
    assert source.refresh(f"{other.rsync}ca/", other.notification).via == "rrdp"


@pytest.mark.parametrize("fault", Fault)
def test_what_was_good_last_remains_while_a_server_fails_and_it_recovers(
    server: PublicationServer, tmp_path: Path, fault: Fault
) -> None:
    uris = server.add("ripe")
    cache = tmp_path / "cache"
    server.publish({"ripe": {roa(uris): b"1"}})
    with NetworkSource(cache, ca_file=server.ca) as source:
        source.refresh(f"{uris.rsync}ca/", uris.notification)
    server.publish({"ripe": {roa(uris): b"2"}})
    server.fail("ripe", rsync=fault, https=fault)
    with NetworkSource(cache, ca_file=server.ca, limits=HURRIED) as source:
        refreshed = source.refresh(f"{uris.rsync}ca/", uris.notification)
        assert not refreshed.ok
        assert refreshed.error == "; ".join(source.problems)
        assert len(source.problems) == 2
        assert source.read(roa(uris), 9) == b"1"
    server.fail("ripe")
    with NetworkSource(cache, ca_file=server.ca) as source:
        assert source.refresh(f"{uris.rsync}ca/", uris.notification).error == ""
        assert source.read(roa(uris), 9) == b"2"


def test_when_all_fail_the_newest_copy_is_read(server: PublicationServer, source: NetworkSource) -> None:
    uris = server.add("ripe")
    server.publish({"ripe": {roa(uris): b"by rrdp"}})
    source.refresh(f"{uris.rsync}ca/", uris.notification)
    server.publish({"ripe": {roa(uris): b"by rsync"}})
    server.fail("ripe", https=Fault.NOT_FOUND)
    source.begin()
    source.refresh(f"{uris.rsync}ca/", uris.notification)
    server.fail("ripe", https=Fault.NOT_FOUND, rsync=Fault.NOT_FOUND)
    source.begin()
    refreshed = source.refresh(f"{uris.rsync}ca/", uris.notification)
    assert (refreshed.ok, refreshed.via, refreshed.changed) == (False, "rsync", False)
    assert source.read(roa(uris), 9) == b"by rsync"


def test_content_that_one_server_cannot_publish_is_published_by_none(
    server: PublicationServer, source: NetworkSource
) -> None:
    one, two = server.add("ripe"), server.add("arin")
    server.publish({"ripe": {roa(one): b"1"}, "arin": {roa(two): b"1"}})
    with pytest.raises(UriError, match="is not a file of"):
        server.publish({"ripe": {roa(one): b"2"}, "arin": {roa(one): b"2"}})
    assert source.refresh(f"{one.rsync}ca/", one.notification).ok
    assert source.read(roa(one), 9) == b"1"


def test_a_server_that_was_not_added_is_reported_with_the_nearest_name(server: PublicationServer) -> None:
    server.add("ripe")
    with pytest.raises(
        PublicationError, match="there is no publication server 'ripencc'; did you mean 'ripe'"
    ):
        server.publish({"ripencc": {}})


@pytest.mark.parametrize(
    "uris",
    [
        ServerUris("rsync://other.example.net/ripe/", "https://other.example.net/x/"),
        ServerUris("rsync://other.example.net/x/", "https://other.example.net/rrdp/ripe/"),
        ServerUris("rsync://other.example.net/rrdp/", "https://other.example.net/x/"),
    ],
)
def test_two_servers_cannot_share_a_module_or_path(server: PublicationServer, uris: ServerUris) -> None:
    server.add("ripe")
    with pytest.raises(PublicationError, match="has a name, module or path of ripe's"):
        server.add("other", uris)


def test_a_closed_server_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    server = PublicationServer(tmp_path / "server")
    uris = server.add("ripe")
    server.fail("ripe", rsync=Fault.SLOW)
    with socket.create_connection(("127.0.0.1", server.rsync_port)) as client:
        client.sendall(b"@RSYNCD: 31.0\nripe\n")
        assert client.recv(100).startswith(b"@RSYNCD:")
        children = _children()
        assert children
        server.close()
        server.close()
        assert not children & _children()
    for port in (server.rsync_port, server.https_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
    assert uris.rsync.startswith("rsync://localhost:")


class NoDescriptors:
    """A listening socket that can accept nobody. It notes when it was asked to."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.asked: list[float] = []
        self.enough = threading.Event()

    def accept(self) -> None:
        self.asked.append(time.monotonic())
        if len(self.asked) == 4:
            self.enough.set()
        raise OSError(24, "Too many open files")

    def __getattr__(self, name: str) -> object:
        return getattr(self._listener, name)


def test_an_rsync_daemon_without_descriptors_waits_for_some(tmp_path: Path) -> None:
    daemon = RsyncDaemon(tmp_path)
    with closing(daemon):
        daemon._socket = without = NoDescriptors(daemon._socket)
        with socket.create_connection(("127.0.0.1", daemon.port)):
            assert without.enough.wait(20)
    assert without.asked[3] - without.asked[0] >= 0.2


def test_silent_clients_of_rsync_make_room_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rsync_daemon, "_MAX_CONNECTIONS", 2)
    monkeypatch.setattr(rsync_daemon, "_UNDISTURBED_SECONDS", 0.0)
    with closing(RsyncDaemon(tmp_path)) as daemon, ExitStack() as clients:
        silent = [greeted(clients, daemon) for _ in range(3)]
        assert silent[0].recv(100) == b""
    assert "timeout = " in rsyncd_conf({})


def test_an_rsync_whose_client_has_gone_does_not_wait_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rsync_daemon, "_REAP_SECONDS", 0.05)
    before = _children()
    with closing(RsyncDaemon(tmp_path)) as daemon:
        with ExitStack() as clients:
            greeted(clients, daemon)
            assert _children() - before
        until = time.monotonic() + 20
        while _children() - before and time.monotonic() < until:
            time.sleep(0.02)
        assert not _children() - before


def greeted(clients: ExitStack, daemon: RsyncDaemon) -> socket.socket:
    """A client that says nothing after the daemon's greeting."""
    client = clients.enter_context(socket.create_connection(("127.0.0.1", daemon.port), timeout=20))
    assert client.recv(100).startswith(b"@RSYNCD:")
    return client


def _children() -> set[str]:
    """The processes that this one has started, by number."""
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {child for path in found for child in path.read_text().split()}


def test_rsync_that_is_not_installed_is_reported_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        PublicationError, match="rsync is not installed; install it, on Debian with: apt install"
    ):
        PublicationServer(tmp_path / "server")
    with NetworkSource(tmp_path / "cache") as source:
        assert "rsync is not installed" in source.refresh("rsync://rpki.example.net/repo/", None).error


def test_a_cache_has_one_user_at_a_time(tmp_path: Path) -> None:
    with NetworkSource(tmp_path), pytest.raises(CacheError, match="is in use by another process"):
        NetworkSource(tmp_path)
    NetworkSource(tmp_path).close()


def test_a_cache_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="cannot be used: Not a directory"):
        NetworkSource(tmp_path / "file" / "cache")
