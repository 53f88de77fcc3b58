"""The HTTP server: what a handler is given, and clients that are slow, huge or gone."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3

from lab.http import impatience
from lab.http.messages import HttpRequest, HttpResponse
from lab.http.server import MAX_BODY, HttpServer
from lab.serving.listening import ListenError
from lab.serving.mailbox import Mailbox

Handler = Callable[[HttpRequest], HttpResponse]
HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"


class Echo:
    """Keeps the requests that it answers."""

    def __init__(self, answer: bytes = b"yes\n") -> None:
        self.seen: list[HttpRequest] = []
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.seen.append(request)
        return HttpResponse(200, {"content-type": "text/plain"}, self._answer)


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Handler]], HttpServer]]:
    servers: list[HttpServer] = []
    with ThreadPoolExecutor(1) as owner:

        def start(routes: dict[str, Handler]) -> HttpServer:
            servers.append(HttpServer(routes, owner.submit))
            return servers[-1]

        yield start
        for server in servers:
            server.close()


def _connect(server: HttpServer, sent: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    client.sendall(sent)
    return client


def _all_of(client: socket.socket) -> bytes:
    """What the server still says until it hangs up, in whichever way."""
    parts = []
    try:
        while part := client.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def test_a_handler_is_given_the_request_as_it_was_sent(serve) -> None:
    echo = Echo()
    server = serve({"/": echo})
    head = b"DELETE /a%2Fb//c?x=%20&y HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nX-TWO: 2\r\nConnection: close\r\n"
    client = _connect(server, head + b"Content-Length: 2\r\n\r\n\xff\x00")
    assert _all_of(client).startswith(b"HTTP/1.1 200 OK\r\n")
    (request,) = echo.seen
    assert (request.method, request.target, request.body) == ("DELETE", "/a%2Fb//c?x=%20&y", b"\xff\x00")
    assert (request.path, request.query) == ("/a%2Fb//c", "x=%20&y")
    assert request.headers["x-two"] == "1,2"


def test_the_longest_prefix_has_the_request_and_what_nobody_serves_is_not_found(serve) -> None:
    whole, part = Echo(), Echo()
    server = serve({"/a/": whole, "/a/b/": part})
    statuses = [
        urllib3.request("GET", f"{server.url}{path}", retries=False).status
        for path in ("/a/", "/a/b/c", "/b")
    ]
    assert statuses == [200, 200, 404]
    assert ([request.path for request in whole.seen], [request.path for request in part.seen]) == (
        ["/a/"],
        ["/a/b/c"],
    )


@pytest.mark.parametrize("length", [0, MAX_BODY, MAX_BODY + 1, MAX_BODY + 500_000])
def test_a_body_reaches_the_handler_up_to_one_byte_more_than_the_limit(serve, length: int) -> None:
    echo = Echo()
    server = serve({"/": echo})
    answer = urllib3.request("POST", f"{server.url}/", body=b"a" * length, retries=False)
    assert answer.status == 200
    assert len(echo.seen[0].body) == min(length, MAX_BODY + 1)


def test_a_body_without_end_is_answered_and_cut_off(serve) -> None:
    echo = Echo()
    server = serve({"/": echo})
    client = _connect(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    with pytest.raises(ConnectionError):
        client.sendall(chunk * 1000)
    assert len(echo.seen[0].body) == MAX_BODY + 1


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /",
        HEAD,
        HEAD + b"Content-Length: 5\r\n\r\nabc",
    ],
    ids=["nothing", "line", "head", "body"],
)
def test_a_client_that_does_not_finish_its_request_is_hung_up_on(
    serve, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(impatience, "REQUEST_SECONDS", 0.05)
    echo = Echo()
    assert _all_of(_connect(serve({"/": echo}), sent)) == b""
    assert not echo.seen


def test_a_client_that_does_not_finish_its_second_request_is_hung_up_on(
    serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impatience, "REQUEST_SECONDS", 0.05)
    client = _connect(serve({"/": Echo()}), HEAD + b"Content-Length: 3\r\n\r\nabc")
    answer = b""
    while not answer.endswith(b"yes\n"):
        answer += client.recv(65536)
    client.sendall(b"POST /")
    assert _all_of(client) == b""


def test_a_client_that_does_not_take_its_answer_is_hung_up_on(serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impatience, "ANSWER_SECONDS", 0.05)
    server = serve({"/": Echo(b"a" * 50_000_000), "/small": Echo()})
    client = _connect(server, HEAD + b"Content-Length: 0\r\n\r\n")
    assert client.recv(1) == b"H"
    while len(server._server._server.server_state.connections) > 0:
        assert urllib3.request("GET", f"{server.url}/small", headers={"connection": "close"}).status == 200
    assert len(_all_of(client)) < 50_000_000


def test_clients_that_only_connect_do_not_keep_others_out_for_long(
    serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impatience, "REQUEST_SECONDS", 0.05)
    server = serve({"/": Echo()})
    idle = [_connect(server) for _ in range(300)]
    for client in idle:
        assert _all_of(client) == b""
    assert urllib3.request("GET", f"{server.url}/", retries=False).status == 200


@pytest.mark.parametrize(
    "sent",
    [HEAD + b"X: " + b"a" * 40_000, b"nonsense\r\n\r\n", b"\x16\x03\x01\r\n\r\n", HEAD + b"a b: c\r\n\r\n"],
    ids=["huge", "nonsense", "tls", "header"],
)
def test_what_is_not_http_is_a_bad_request(serve, sent: bytes) -> None:
    assert _all_of(_connect(serve({"/": Echo()}), sent)).startswith(b"HTTP/1.1 400 ")


def test_a_fault_of_a_handler_is_an_answer_and_the_next_request_is_served(
    serve, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    server = serve({"/": Echo(), "/fail": fail})
    assert urllib3.request("GET", f"{server.url}/fail", retries=False).status == 500
    assert "ZeroDivisionError" in caplog.text
    assert urllib3.request("GET", f"{server.url}/", retries=False).status == 200


def test_a_lab_that_ends_says_so() -> None:
    mailbox = Mailbox()
    mailbox.close()
    server = HttpServer({"/": Echo()}, mailbox.submit)
    assert urllib3.request("GET", f"{server.url}/", retries=False).status == 503
    server.close()


def test_a_closed_server_has_released_its_port_and_may_be_closed_again(serve) -> None:
    server = serve({"/": Echo()})
    server.close()
    server.close()
    again = HttpServer({"/": Echo()}, Mailbox().submit, port=server.port)
    again.close()


def test_other_machines_are_not_listened_to_unless_allowed() -> None:
    with pytest.raises(ListenError, match="not a loopback address"):
        HttpServer({}, Mailbox().submit, host="0.0.0.0")
    server = HttpServer({}, Mailbox().submit, host="0.0.0.0", allow_remote=True)
    server.close()
    with pytest.raises(ListenError, match="expected port 0 to 65535"):
        HttpServer({}, Mailbox().submit, port=70000)


def test_the_answer_to_a_head_has_the_length_of_the_body_and_no_body(serve) -> None:
    client = _connect(serve({"/": Echo()}), b"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    answer = _all_of(client)
    assert b"content-length: 4\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")
