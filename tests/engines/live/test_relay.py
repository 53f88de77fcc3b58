"""What passes connections on from UNIX sockets to TCP ports, held against plain sockets."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.rtr_routers import free_port

from lab.engines.live.relay import MOST_CONNECTIONS, Relay
from lab.rtr.address import TcpAddress, UnixAddress
from lab.rtr.errors import ListenError

LIMIT = 1 << 25
"""More octets than the kernel and the relay may keep for somebody who does not read."""


@pytest.fixture
def here(tmp_path: Path) -> UnixAddress:
    return UnixAddress(str(tmp_path / "rtr.sock"))


@pytest.fixture
def there() -> Iterator[socket.socket]:
    """A TCP port of this machine that is listened on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        yield listener


@pytest.fixture
def relay(here: UnixAddress, there: socket.socket) -> Iterator[Relay]:
    relay = Relay({here: TcpAddress(*there.getsockname())})
    yield relay
    relay.close()


def connect(here: UnixAddress) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(30)
    connection.connect(here.path)
    return connection


def received(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := connection.recv(1 << 16)):
        data += more
    return data


def test_octets_arrive_both_ways_and_hanging_up_is_passed_on(relay, here, there):
    for hangs_up_first in (0, 1):
        with connect(here) as near:
            far, _ = there.accept()
            near.sendall(b"query")
            assert received(far, 5) == b"query"
            answer = bytes(range(256)) * 4096
            far.sendall(answer)
            assert received(near, len(answer)) == answer
            ends = (near, far)
            ends[hangs_up_first].shutdown(socket.SHUT_WR)
            assert ends[1 - hangs_up_first].recv(1) == b""
            far.close()


def test_a_side_that_reads_nothing_holds_the_other_up_instead_of_filling_memory(relay, here, there):
    with connect(here):
        far, _ = there.accept()
        far.settimeout(0.5)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < LIMIT:
                sent += far.send(bytes(1 << 16))
        assert sent < LIMIT
        far.close()


def test_a_socket_is_hung_up_on_at_once_where_nobody_listens(here):
    relay = Relay({here: TcpAddress("127.0.0.1", free_port())})
    with connect(here) as near:
        assert near.recv(1) == b""
    relay.close()


def test_more_connections_than_one_speaker_needs_are_hung_up_on(relay, here, there):
    first = [connect(here) for _ in range(MOST_CONNECTIONS)]
    far = [there.accept()[0] for _ in first]
    with connect(here) as one_more:
        assert one_more.recv(1) == b""
    for each in (*first, *far):
        each.close()


def test_closing_hangs_up_removes_the_socket_and_can_be_repeated(relay, here, there):
    near = connect(here)
    far, _ = there.accept()
    relay.close()
    assert (near.recv(1), far.recv(1)) == (b"", b"")
    relay.close()
    assert not Path(here.path).exists()
    near.close()
    far.close()


def test_a_relay_that_cannot_listen_leaves_no_socket_behind(here, tmp_path):
    cache = TcpAddress("127.0.0.1", 3323)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ListenError, match="no socket"):
        Relay({here: cache, UnixAddress(str(tmp_path / "taken")): cache})
    assert not Path(here.path).exists()
