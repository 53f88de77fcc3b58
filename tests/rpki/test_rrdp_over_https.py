"""RRDP from our publisher to our client over real HTTPS on loopback."""

from __future__ import annotations

import http.client
import random
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from support.repository_contents import BASE

from lab.rpki.fetching import https_client
from lab.rpki.fetching.https_client import HttpsClient
from lab.rpki.fetching.limits import Deadline, FetchLimits
from lab.rpki.fetching.network import NetworkSource
from lab.rpki.publication.listening import PublicationError
from lab.rpki.publication.rrdp import NOTIFICATION, RrdpPublisher
from lab.rpki.publication.tls import TlsFiles, server_tls
from lab.rpki.publication.web_server import WebServer
from lab.rpki.uris import parse_https

A, B = f"{BASE}ca/a.roa", f"{BASE}ca/b.roa"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return server_tls(tmp_path_factory.mktemp("tls"), ["localhost", "127.0.0.1"])


@pytest.fixture
def web(tls: TlsFiles) -> Iterator[WebServer]:
    started = WebServer(tls.server)
    yield started
    started.close()


class Server:
    """A publisher behind the web server, below a path."""

    def __init__(self, web: WebServer, path: str) -> None:
        self._web, self._path = web, path
        self.rrdp = RrdpPublisher(f"https://localhost:{web.port}{path}")

    def publish(self, files: dict[str, bytes]) -> None:
        self._web.serve(self._path, self.rrdp.publish(files))


def next_run(source: NetworkSource, server: Server) -> tuple[bool, str]:
    source.begin()
    refreshed = source.refresh(f"{BASE}ca/", server.rrdp.notification_uri)
    assert refreshed.ok
    assert refreshed.via == "rrdp"
    return refreshed.changed, refreshed.error


def test_what_is_published_arrives(web: WebServer, tls: TlsFiles, tmp_path: Path) -> None:
    server = Server(web, "/lab/")
    with NetworkSource(tmp_path, ca_file=tls.ca) as source:
        for files in ({A: b"1"}, {A: b"2", B: b"1"}, {B: b"1"}, {}):
            server.publish(files)
            assert next_run(source, server) == (True, "")
            assert {uri: content for uri in (A, B) if (content := source.read(uri, 9)) is not None} == files
            assert next_run(source, server) == (False, "")


def test_a_client_is_never_confused_by_many_publications_in_a_second(
    web: WebServer, tls: TlsFiles, tmp_path: Path
) -> None:
    server = Server(web, "/lab/")
    versions = [{A: bytes([number]), B: bytes([number])} for number in range(100)]
    server.publish(versions[0])
    ended = threading.Event()

    def publish() -> None:
        for version in versions:
            server.publish(version)
        ended.set()

    publisher = threading.Thread(target=publish)
    with NetworkSource(tmp_path, ca_file=tls.ca) as source:
        publisher.start()
        while not ended.is_set():
            next_run(source, server)
            assert source.read(A, 9) == source.read(B, 9) is not None
        publisher.join()
        next_run(source, server)
        assert source.read(A, 9) == versions[-1][A]


def test_several_servers_share_a_port_and_nothing_else(web: WebServer, tls: TlsFiles, tmp_path: Path) -> None:
    one, two = Server(web, "/one/"), Server(web, "/two/")
    one.publish({A: b"1"})
    two.publish({B: b"2"})
    with NetworkSource(tmp_path, ca_file=tls.ca) as source:
        next_run(source, one)
        assert (source.read(A, 9), source.read(B, 9)) == (b"1", None)
        next_run(source, two)
        assert (source.read(A, 9), source.read(B, 9)) == (None, b"2")


def test_a_directory_is_reported_as_changed_until_it_was_read(
    web: WebServer, tls: TlsFiles, tmp_path: Path
) -> None:
    server = Server(web, "/lab/")
    server.publish({A: b"1"})
    with NetworkSource(tmp_path, ca_file=tls.ca) as source:
        assert next_run(source, server)[0]
        server.publish({A: b"2"})
        source.begin()
        source.refresh(f"{BASE}other/", server.rrdp.notification_uri)
        assert next_run(source, server)[0]
        assert not next_run(source, server)[0]


def test_a_store_that_was_not_fetched_for_weeks_is_removed(
    web: WebServer, tls: TlsFiles, tmp_path: Path
) -> None:
    server = Server(web, "/lab/")
    server.publish({A: b"1"})
    with NetworkSource(tmp_path, ca_file=tls.ca, limits=FetchLimits(cache_seconds=-10)) as source:
        source.refresh(f"{BASE}ca/", server.rrdp.notification_uri)
        assert list((tmp_path / "rrdp").iterdir())
        source.begin()
        assert not list((tmp_path / "rrdp").iterdir())


def get(web: WebServer, tls: TlsFiles, path: str, **headers: str) -> http.client.HTTPResponse:
    context = ssl.create_default_context(cafile=str(tls.ca))
    connection = http.client.HTTPSConnection("127.0.0.1", web.port, context=context, timeout=10)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    return connection.getresponse()


def test_an_unchanged_file_is_not_sent_again_and_a_date_is_never_believed(
    web: WebServer, tls: TlsFiles
) -> None:
    server = Server(web, "/lab/")
    server.publish({A: b"1"})
    path = f"/lab/{NOTIFICATION}"
    first = get(web, tls, path)
    assert first.headers["Last-Modified"] is None
    tag = first.headers["ETag"]
    assert get(web, tls, path, If_None_Match=f'"other", {tag}').status == 304
    assert get(web, tls, path, If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT").status == 200
    server.publish({A: b"2"})
    second = get(web, tls, path, If_None_Match=tag)
    assert second.status == 200
    assert second.headers["ETag"] != tag


@pytest.mark.parametrize(
    "path", ["/", "/lab/", "/lab/none.xml", "/lab/../lab/notification.xml", "/lab//", "/%00"]
)
def test_nothing_else_is_served(web: WebServer, tls: TlsFiles, path: str) -> None:
    Server(web, "/lab/").publish({A: b"1"})
    assert get(web, tls, path).status == 404


def test_a_server_that_is_closed_frees_its_port(tls: TlsFiles) -> None:
    first = WebServer(tls.server)
    with pytest.raises(
        PublicationError, match=f"port {first.port}: Address already in use; port 0 takes a free"
    ):
        WebServer(tls.server, port=first.port)
    first.close()
    first.close()
    second = WebServer(tls.server, port=first.port)
    second.close()


@pytest.mark.parametrize(
    ("address", "port", "problem"),
    [
        ("0.0.0.0", 0, "is not a loopback address"),
        ("192.0.2.1", 0, "is not a loopback address"),
        ("localhost", 0, "is not an IP address"),
        ("127.0.0.1", 70000, "expected port 0 to 65535"),
    ],
)
def test_a_server_listens_on_loopback_only(tls: TlsFiles, address: str, port: int, problem: str) -> None:
    with pytest.raises(PublicationError, match=problem):
        WebServer(tls.server, address, port)


def test_a_damaged_certificate_is_reported_and_the_port_freed(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("bad")
    with pytest.raises(PublicationError, match="cannot use the certificate and key in"):
        WebServer(bad)


@pytest.mark.slow
def test_connections_are_kept_for_a_few_servers_only(tls: TlsFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https_client, "_CONNECTIONS", 2)
    with ExitStack() as stack:
        servers = [stack.enter_context(closing(WebServer(tls.server))) for _ in range(4)]
        client = stack.enter_context(closing(HttpsClient(FetchLimits(), tls.ca)))
        for web in (*servers, servers[0]):
            web.serve("/lab/", {"file": b"content"})
            with client.get(parse_https(f"https://localhost:{web.port}/lab/file"), 9, Deadline(20)) as got:
                assert b"".join(got.pieces) == b"content"
        assert [port for _, port in client._connections] == [servers[3].port, servers[0].port]


def test_a_large_repository_is_brought_up_to_date_by_deltas(
    web: WebServer, tls: TlsFiles, tmp_path: Path
) -> None:
    """Random changes to a repository larger than any buffer on the way."""
    chosen = random.Random(1)
    files = {f"{BASE}ca/{number}.roa": chosen.randbytes(1500) for number in range(300)}
    server = Server(web, "/lab/")
    with NetworkSource(tmp_path, ca_file=tls.ca) as source:
        for _ in range(5):
            for number in chosen.sample(range(300), 5):
                files[f"{BASE}ca/{number}.roa"] = chosen.randbytes(1500)
            server.publish(files)
            next_run(source, server)
        assert {uri: source.read(uri, 2000) for uri in files} == files
        assert len(source.list(f"{BASE}ca")) == 300
