"""HTTPS servers that are slow, endless, wrong or hostile: each fetch ends within its bounds and says why."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.repository_contents import BASE
from support.scripted_https import Script, ScriptedServer, answer

from lab.rpki.fetching.https_client import HttpsClient
from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.network import NetworkSource
from lab.rpki.publication.rrdp import NOTIFICATION, RrdpPublisher
from lab.rpki.uris import HttpsUri, parse_https

LIMITS = FetchLimits(
    connect_seconds=2,
    idle_seconds=2,
    server_seconds=20,
    notification_bytes=20_000,
    snapshot_bytes=50_000,
    object_bytes=10_000,
)
A = f"{BASE}a.roa"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedServer]:
    started = ScriptedServer(tmp_path_factory.mktemp("tls"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def client(server: ScriptedServer) -> Iterator[HttpsClient]:
    with closing(HttpsClient(LIMITS, server.ca)) as made:
        yield made


@pytest.fixture
def source(server: ScriptedServer, tmp_path: Path) -> Iterator[NetworkSource]:
    """A source that has fetched one good version, and finds no rsync server."""
    with NetworkSource(tmp_path, limits=LIMITS, ca_file=server.ca) as made:
        serve(server, RrdpPublisher(server.base).publish({A: b"good"}))
        assert made.refresh(BASE, server.base + NOTIFICATION).ok
        assert made.read(A, 10) == b"good"
        yield made


@pytest.fixture(autouse=True)
def _no_rsync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RSYNC_CONNECT_PROG", "false")


def serve(server: ScriptedServer, files: dict[str, bytes]) -> None:
    def script(path: str) -> Iterable[bytes]:
        content = files.get(path.removeprefix("/"))
        return [answer(b"", "404 Not Found") if content is None else answer(content)]

    server.script = script


def error_of_next_run(server: ScriptedServer, source: NetworkSource, script: Script) -> str:
    """What a run reports of a server that follows `script`, and that keeps what was good last."""
    server.script = script
    source.begin()
    refreshed = source.refresh(BASE, server.base + NOTIFICATION)
    assert not refreshed.ok
    assert source.read(A, 10) == b"good"
    assert source.list(BASE) == ("a.roa",)
    assert "\n" not in refreshed.error
    https, _, rsync = refreshed.error.partition(f"; {BASE}: ")
    assert https.startswith(server.base)
    assert rsync.startswith(("rsync failed", "rsync is not installed"))
    return https


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (answer(b"", "404 Not Found"), "the server answered 404 Not Found"),
        (
            answer(b"", "429 Too Many Requests", "Retry-After: 86400"),
            "the server answered 429 Too Many Requests",
        ),
        (answer(b"", "503 Service Unavailable"), "the server answered 503 Service Unavailable"),
        (answer(b"", "999 \x1b[31mred"), "the server answered 999"),
        (answer(b"", "304 Not Modified"), "the server answered 304"),
        (
            answer(gzip.compress(bytes(10_000_000)), "200 OK", "Content-Encoding: gzip"),
            "Content-Encoding 'gzip'",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<", "closed before the answer was complete"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", "has 999999999999 bytes; at most 20000"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(30_000), "has more than 20000 bytes"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "got more than 65536 bytes"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1000 + b"\r\n", "got more than 100 headers"),
        (b"", "closed before the answer was complete"),
        (b"\x00\xff garbage \r\n\r\n", "?? garbage"),
        (answer(b"<html>not RRDP</html>"), "not in the namespace of RRDP"),
        (
            answer(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
            "document type declaration",
        ),
    ],
)
def test_an_answer_that_is_no_notification_is_reported(
    server: ScriptedServer, source: NetworkSource, reply: bytes, problem: str
) -> None:
    error = error_of_next_run(server, source, lambda path: [reply])
    assert problem in error
    assert error.isprintable()


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"H", b""),
        (b"HTTP/1.1 200 OK\r\n", b"X: x\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    ],
)
def test_an_answer_that_drips_ends_at_the_deadline(
    server: ScriptedServer, source: NetworkSource, tmp_path: Path, start: bytes, more: bytes
) -> None:
    source.close()
    with NetworkSource(tmp_path, limits=replace(LIMITS, server_seconds=0.15), ca_file=server.ca) as hurried:
        error = error_of_next_run(server, hurried, lambda path: server.drip(start, more))
    assert error.endswith("not done after 0.15 seconds")


def redirect(target: str) -> bytes:
    return answer(b"", "302 Found", f"Location: {target}")


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (NOTIFICATION, "redirected more than 3 times"),
        ("https://192.0.2.1/n.xml", "redirected to https://192.0.2.1/n.xml, which is another origin"),
        ("http://localhost/n.xml", "which is no https URI"),
        ("file:///etc/passwd", "which is no https URI"),
        ("", "redirected more than 3 times"),
        ("https://[", "which is no https URI"),
    ],
)
def test_a_redirect_is_followed_only_within_the_origin_and_not_for_ever(
    server: ScriptedServer, source: NetworkSource, target: str, problem: str
) -> None:
    assert problem in error_of_next_run(server, source, lambda path: [redirect(target)])


def test_a_redirect_within_the_origin_is_followed(server: ScriptedServer, source: NetworkSource) -> None:
    files = RrdpPublisher(server.base).publish({A: b"new"})

    def script(path: str) -> Iterable[bytes]:
        return [redirect("/moved.xml") if path == f"/{NOTIFICATION}" else answer(moved[path])]

    moved = {f"/{path}": content for path, content in files.items()} | {"/moved.xml": files[NOTIFICATION]}
    server.script = script
    source.begin()
    assert source.refresh(BASE, server.base + NOTIFICATION).error == ""
    assert source.read(A, 10) == b"new"


def only_notification(server: ScriptedServer, snapshot: Iterable[bytes]) -> Script:
    """A good notification file, and something else instead of its snapshot."""
    files = RrdpPublisher(server.base).publish({A: b"new"})
    return lambda path: [answer(files[NOTIFICATION])] if path == f"/{NOTIFICATION}" else snapshot


def test_a_snapshot_without_end_stops_at_the_bound(server: ScriptedServer, source: NetworkSource) -> None:
    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield bytes(10_000)

    # Spaces would be XML, so that only the bound on bytes ends it.
    def spaces() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b" " * 10_000

    assert "has more than 50000 bytes" in error_of_next_run(
        server, source, only_notification(server, spaces())
    )
    assert "not well-formed" in error_of_next_run(server, source, only_notification(server, endless()))


class ClosesKeptConnections(ScriptedServer):
    """Answers the first request of a connection and hangs up on the second, as a server does whose patience
    with an idle connection ends just then."""

    hung_up = 0

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), self._context.wrap_socket(connection, server_side=True) as secured:
            path = secured.recv(4096).split()[1].decode()
            for piece in self.script(path):
                secured.sendall(piece)
            if secured.recv(4096):
                self.hung_up += 1


def test_a_kept_connection_that_the_server_closes_costs_no_answer(tmp_path: Path) -> None:
    server = ClosesKeptConnections(tmp_path)
    files = RrdpPublisher(server.base).publish({A: b"good"})
    server.script = lambda path: [answer(files[path.removeprefix("/")])]
    with closing(server), NetworkSource(tmp_path / "cache", ca_file=server.ca, limits=LIMITS) as source:
        source.begin()
        refreshed = source.refresh(BASE, server.base + NOTIFICATION)
        assert (refreshed.ok, refreshed.via, refreshed.error) == (True, "rrdp", "")
        assert source.read(A, 10) == b"good"
    assert server.hung_up == 1


def test_a_snapshot_of_another_version_is_refused(server: ScriptedServer, source: NetworkSource) -> None:
    other = RrdpPublisher(server.base).publish({A: b"evil"})
    snapshot = next(content for path, content in other.items() if "snapshot" in path)
    error = error_of_next_run(server, source, only_notification(server, [answer(snapshot)]))
    assert "the notification promised" in error


def test_a_certificate_that_nobody_trusts_is_refused(server: ScriptedServer, tmp_path: Path) -> None:
    with NetworkSource(tmp_path, limits=LIMITS) as source:
        refreshed = source.refresh(BASE, server.base + NOTIFICATION)
        assert "its certificate is not accepted" in refreshed.error
        assert not refreshed.ok


def test_a_name_that_is_not_in_the_certificate_is_refused(server: ScriptedServer, tmp_path: Path) -> None:
    with NetworkSource(tmp_path, limits=LIMITS, ca_file=server.ca) as source:
        error = source.refresh(BASE, server.base.replace("localhost", "127.0.0.1") + NOTIFICATION).error
        assert "its certificate is not accepted: IP address mismatch" in error


def test_a_server_is_asked_once_in_a_run_whatever_it_answers(
    server: ScriptedServer, source: NetworkSource
) -> None:
    error_of_next_run(server, source, lambda path: [answer(b"", "503 Service Unavailable")])
    asked = len(server.requests)
    again = source.refresh(f"{BASE}ca/", server.base + NOTIFICATION)
    assert "503" in again.error
    assert len(server.requests) == asked


def test_a_ca_is_never_read_as_another_ca_published_it(server: ScriptedServer, tmp_path: Path) -> None:
    """A CA may name all of another's module as its own repository, and a server of its own for it."""
    hostile = RrdpPublisher(f"{server.base}hostile/")
    mine, victims = f"{BASE}own.mft", f"{BASE}ca/ca.mft"
    files = {f"/hostile/{path}": data for path, data in hostile.publish({mine: b"1", victims: b"2"}).items()}
    server.script = lambda path: [answer(files[path]) if path in files else answer(b"", "404 Not Found")]
    with NetworkSource(tmp_path, limits=LIMITS, ca_file=server.ca) as source:
        assert source.refresh(BASE, hostile.notification_uri).ok
        assert source.read(victims, 10) is None
        for notification in (f"{server.base}n.xml", None, "https:no"):
            assert source.refresh(f"{BASE}ca/", hostile.notification_uri).ok
            assert source.read(victims, 10) == b"2"
            assert not source.refresh(f"{BASE}ca/", notification).ok
            assert source.read(victims, 10) is None
            assert source.list(f"{BASE}ca/") == ()
        assert source.read(mine, 10) == b"1"


def test_a_name_whose_look_up_never_ends_is_given_up(
    client: HttpsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def never(*args: object, **options: object) -> list[object]:
        ended.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(FetchError, match=r"not done after 0\.1 seconds"):
        get(client, parse_https("https://slow.example/"), Deadline(0.1))
    assert not ended.is_set()
    ended.set()


def test_a_uri_that_cannot_be_sent_is_reported(server: ScriptedServer, client: HttpsClient) -> None:
    uri = replace(parse_https(server.base), target="/\u017f")
    with pytest.raises(FetchError):
        get(client, uri, Deadline(20))


def get(client: HttpsClient, uri: HttpsUri, deadline: Deadline) -> None:
    with client.get(uri, 100, deadline):
        raise AssertionError("it answered")


def test_one_server_cannot_replace_what_another_publishes(
    server: ScriptedServer, source: NetworkSource
) -> None:
    hostile = RrdpPublisher(f"{server.base}hostile/")
    files = {f"/hostile/{path}": data for path, data in hostile.publish({A: b"evil"}).items()}
    server.script = lambda path: [answer(files[path])]
    assert source.refresh("rsync://rpki.example.net/hostile/", hostile.notification_uri).ok
    assert source.read(A, 10) == b"good"
    assert source.refresh(f"{BASE}deeper/", hostile.notification_uri).ok
    assert source.read(A, 10) == b"good"


@settings(max_examples=examples(30))
@given(
    status=st.sampled_from([b"200", b"302", b"304", b"100", b"0", b"-1", b"9" * 30, b"x"]),
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [b"Content-Length", b"Transfer-Encoding", b"Location", b"ETag", b"Content-Encoding"]
            ),
            st.one_of(
                st.sampled_from([b"5", b"-5", b"5, 6", b"chunked", b"gzip", b"//", b"https://["]), st.binary()
            ),
        ),
        max_size=4,
    ),
    body=st.one_of(
        st.binary(max_size=40), st.sampled_from([b"5\r\nhello\r\n0\r\n\r\n", b"-1\r\n", b"zz\r\n"])
    ),
)
def test_no_answer_escapes_as_anything_but_an_error(
    server: ScriptedServer,
    client: HttpsClient,
    status: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
) -> None:
    lines = [b"HTTP/1.1 " + status + b" x", *(name + b": " + value for name, value in headers), b"", body]
    server.script = lambda path: [b"\r\n".join(lines)]
    uri = parse_https(server.base)
    with suppress(FetchError), client.get(uri, 100, Deadline(20)) as got:
        assert sum(len(piece) for piece in got.pieces) <= len(body)
