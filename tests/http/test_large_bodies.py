"""Routes that take long bodies: how long, and how many at one time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3

from lab.http.large_bodies import AT_ONCE
from lab.http.messages import HttpRequest, HttpResponse
from lab.http.server import MAX_BODY, HttpServer, Route

LARGE = 1024 * 1024


class Counted:
    """Keeps how long the bodies were that it was given."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.lengths.append(len(request.body))
        return HttpResponse(200, {}, b"yes\n")


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def server(counted: Counted) -> Iterator[HttpServer]:
    with ThreadPoolExecutor(1) as owner:
        server = HttpServer({"/": counted, "/large": Route(counted, LARGE)}, owner.submit)
        yield server
        server.close()


def _begin(server: HttpServer, path: str, length: int, sent: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    client.sendall(head.encode() + b"a" * sent)
    return client


@pytest.mark.parametrize("length", [0, MAX_BODY, MAX_BODY + 2, LARGE, LARGE + 1, LARGE + 9000])
def test_a_route_may_take_longer_bodies_than_the_others(
    server: HttpServer, counted: Counted, length: int
) -> None:
    for path in ("/large", "/"):
        answer = urllib3.request("POST", f"{server.url}{path}", body=b"a" * length, retries=False)
        assert answer.status == 200
    assert counted.lengths == [min(length, LARGE + 1), min(length, MAX_BODY + 1)]


def test_while_all_places_are_taken_usual_requests_are_answered_and_a_long_one_waits(
    server: HttpServer, counted: Counted
) -> None:
    slow = [_begin(server, "/large", LARGE, MAX_BODY + 5000) for _ in range(AT_ONCE)]
    while server._large_bodies._places._value > 0:
        assert urllib3.request("POST", f"{server.url}/large", body=b"a", retries=False).status == 200
    waiting = _begin(server, "/large", LARGE, LARGE)
    assert urllib3.request("POST", f"{server.url}/large", body=b"a" * MAX_BODY, retries=False).status == 200
    counted.lengths.clear()
    first = slow.pop()
    first.sendall(b"a" * (LARGE - MAX_BODY - 5000))
    assert first.recv(15).startswith(b"HTTP/1.1 200")
    assert waiting.recv(15).startswith(b"HTTP/1.1 200")
    assert counted.lengths == [LARGE, LARGE]
    for client in slow:
        client.close()


def test_clients_that_leave_give_their_places_back(server: HttpServer, counted: Counted) -> None:
    for _ in range(2 * AT_ONCE):
        _begin(server, "/large", LARGE, MAX_BODY + 5000).close()
    answer = urllib3.request("POST", f"{server.url}/large", body=b"a" * LARGE, retries=False)
    assert (answer.status, counted.lengths) == (200, [LARGE])
