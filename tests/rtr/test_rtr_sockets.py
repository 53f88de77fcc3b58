"""The server and the client on real sockets of this machine."""

import errno
import os
import selectors
import socket
import stat
import time

import pytest
from support.rtr_values import read_pdus

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rtr import server as server_module
from lab.rtr import server_connection
from lab.rtr.address import TcpAddress, UnixAddress
from lab.rtr.cache import Cache
from lab.rtr.client import RtrClient, fetch
from lab.rtr.codec import encode
from lab.rtr.errors import ErrorCode, FetchError, ListenError
from lab.rtr.listening import Listener
from lab.rtr.pdu import EndOfData, ErrorReport, ResetQuery, SerialNotify
from lab.rtr.server import Router, RtrServer, random_session_id
from lab.rtr.server_connection import ServerConnection
from lab.rtr.server_session import ServerSession
from lab.rtr.timers import Timers

ANY = TcpAddress("127.0.0.1", 0)
ASPA = Aspa(64496, (64497,))
PATIENCE = 20.0


def vrps(count, first=0):
    return {Vrp(Prefix(4, 0xC6336400 + number, 32), 32, 64496) for number in range(first, first + count)}


def server(*addresses, count=3, **options):
    cache = Cache(random_session_id(), Timers(5, 1, 600))
    cache.update(vrps(count), [ASPA])
    return RtrServer(cache, addresses or (ANY,), **{"notify_interval": 0, **options})


def connect(address):
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    sock.settimeout(PATIENCE)
    sock.connect(address.sockaddr)
    return sock


def receive(sock, until):
    """The PDUs that arrive, up to one of the type `until` or the end."""
    data = b""
    while chunk := sock.recv(65536):
        data += chunk
        found = read_pdus([data])
        if found and isinstance(found[-1][1], until):
            return found
    return read_pdus([data])


def exhausted(*_, **__):
    """What a machine without file descriptors does."""
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


class WithoutSockets:
    """The module socket where a new socket cannot be had."""

    socket = staticmethod(exhausted)

    def __getattr__(self, name):
        return getattr(socket, name)


def eventually(condition):
    """Wait for a state of another thread, which has nothing to wait on."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.005)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_fetch_gets_what_the_server_serves(tmp_path, version):
    places = (ANY, TcpAddress("::1", 0), UnixAddress(str(tmp_path / "rtr.sock")))
    with server(*places) as cache:
        for address in cache.addresses:
            got = fetch(address, PATIENCE, version)
            assert (got.vrps, got.aspas) == (vrps(3), {ASPA} if version == 2 else set())
            assert got.version == version


def test_a_fetch_goes_down_to_the_version_of_the_server():
    with server(max_version=0) as cache:
        assert fetch(cache.addresses[0], PATIENCE).version == 0


def test_several_routers_follow_every_update():
    with server() as cache:
        routers = [RtrClient(cache.addresses[0], version=version) for version in (0, 1, 2, 2)]
        for count in (3, 9, 0, 5):
            cache.update(vrps(count), [ASPA])
            for router in routers:
                assert router.wait_until(lambda held, n=count: held and held.vrps == vrps(n), PATIENCE)
        assert sorted(router.version for router in cache.routers()) == [0, 1, 2, 2]
        for router in routers:
            router.close()
        assert [router.last_error for router in routers] == [""] * 4
        eventually(lambda: cache.routers() == ())


@pytest.mark.slow
def test_a_router_comes_back_after_its_cache_was_restarted(tmp_path):
    address = UnixAddress(str(tmp_path / "rtr.sock"))
    first = server(address)
    with RtrClient(address, retry=0.05) as router:
        assert router.wait_until(lambda held: held is not None, PATIENCE)
        first.close()
        with server(address, count=7):
            assert router.wait_until(lambda held: held.vrps == vrps(7), PATIENCE)


def test_a_router_waits_for_a_cache_that_is_not_there_yet(tmp_path):
    address = UnixAddress(str(tmp_path / "rtr.sock"))
    with RtrClient(address, retry=0.02) as router:
        eventually(lambda: "No such file" in router.last_error)
        with server(address):
            assert router.wait_until(lambda held: held is not None, PATIENCE)


def test_the_first_data_reach_a_router_that_was_too_early():
    with RtrServer(Cache(1), (ANY,)) as cache, RtrClient(cache.addresses[0], retry=0.02) as router:
        eventually(lambda: "No Data Available" in router.last_error)
        cache.update(vrps(2))
        assert router.wait_until(lambda held: held and held.vrps == vrps(2), PATIENCE)


@pytest.mark.slow
def test_answers_larger_than_the_sockets_room_arrive_whole(tmp_path):
    address = UnixAddress(str(tmp_path / "rtr.sock"))
    with server(address, count=9000), connect(address) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) < 3 * 9000 * 20
        sock.sendall(encode(ResetQuery(), 1) * 3)
        data = bytearray()
        while len(data) < 3 * (8 + 9000 * 20 + 24):
            data += sock.recv(30000)
        answers = [pdu for _, pdu in read_pdus([data])]
        assert answers[:9002] == answers[9002:18004] == answers[18004:]
        assert {pdu.vrp for pdu in answers[1:9001]} == vrps(9000)


# --- where it listens --------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "::"])
def test_a_server_listens_on_loopback_only(host):
    with pytest.raises(ListenError, match="only loopback is listened on"):
        server(TcpAddress(host, 0))


def test_a_server_listens_elsewhere_if_it_is_told_to():
    with server(TcpAddress("0.0.0.0", 0), allow_remote=True) as cache:
        port = cache.addresses[0].port
        assert fetch(TcpAddress("127.0.0.1", port), PATIENCE).vrps == vrps(3)


def test_a_server_that_cannot_have_all_its_addresses_takes_none(tmp_path):
    with server() as cache:
        path = tmp_path / "rtr.sock"
        with pytest.raises(
            ListenError, match=f"cannot listen on {cache.addresses[0]}: Address already in use"
        ):
            server(UnixAddress(str(path)), cache.addresses[0])
        assert not path.exists()


@pytest.mark.parametrize(
    "refused", ["lab.rtr.server.socket.socketpair", "lab.rtr.server.selectors.DefaultSelector",
                "lab.rtr.server.threading.Thread.start"],
)  # fmt: skip
def test_a_server_that_the_machine_has_no_room_for_leaves_nothing_behind(tmp_path, monkeypatch, refused):
    path = tmp_path / "rtr.sock"
    before = len(os.listdir("/proc/self/fd"))
    with monkeypatch.context() as patch:
        patch.setattr(refused, exhausted)
        with pytest.raises(OSError, match="Too many open files"):
            server(UnixAddress(str(path)))
    assert not path.exists()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_unix_socket_is_for_its_owner_only_and_goes_with_the_server(tmp_path):
    path = tmp_path / "rtr.sock"
    cache = server(UnixAddress(str(path)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    cache.close()
    cache.close()
    assert not path.exists()


def test_a_unix_socket_left_behind_is_replaced_and_one_in_use_is_not(tmp_path):
    path = tmp_path / "rtr.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with server(UnixAddress(str(path))):
        with pytest.raises(ListenError, match="another process does"):
            server(UnixAddress(str(path)))
        assert path.exists()
    path.write_text("precious")
    with pytest.raises(ListenError, match="there is a file that is no socket"):
        server(UnixAddress(str(path)))
    with pytest.raises(ListenError, match="Not a directory"):
        server(UnixAddress(str(path / "below")))
    assert path.read_text() == "precious"


def test_a_socket_that_is_somebody_elses_by_now_is_left_alone(tmp_path):
    path = tmp_path / "rtr.sock"
    cache = server(UnixAddress(str(path)))
    os.rename(path, tmp_path / "moved.sock")
    path.write_text("precious")
    cache.close()
    assert path.read_text() == "precious"


# --- bad company -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_router_that_takes_nothing_is_dropped_and_the_others_are_served(monkeypatch):
    monkeypatch.setattr(server_connection, "STALL_SECONDS", 0.3)
    with server(count=20000) as cache, connect(cache.addresses[0]) as stalled:
        stalled.sendall(encode(ResetQuery(), 1) * 400)
        assert len(fetch(cache.addresses[0], PATIENCE).vrps) == 20000
        eventually(lambda: cache.routers() == ())


@pytest.mark.slow
def test_nothing_more_is_read_from_a_router_until_it_took_its_answer():
    cache = Cache(1)
    cache.update(vrps(40000))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        connection = ServerConnection(ours, "router", ServerSession(cache), 0)
        theirs.sendall(encode(ResetQuery(), 1))
        connection.read()
        connection.proceed(0)
        rounds = 0
        while connection.interest == selectors.EVENT_WRITE:
            theirs.recv(1 << 20)
            connection.proceed(0)
            rounds += 1
        assert rounds > 0
        assert connection.interest == selectors.EVENT_READ


def test_a_router_that_asks_much_at_once_gets_one_answer_in_each_turn():
    cache = Cache(1)
    cache.update(vrps(3))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        connection = ServerConnection(ours, "router", ServerSession(cache), 0)
        theirs.sendall(encode(ResetQuery(), 1) * 3)
        connection.read()
        for left in (2, 1, 0):
            connection.proceed(0)
            assert len(theirs.recv(1 << 20)) == 8 + 3 * 20 + 24
            assert connection.interest == (selectors.EVENT_WRITE if left else selectors.EVENT_READ)


def test_one_that_connects_and_asks_nothing_is_dropped(monkeypatch):
    monkeypatch.setattr(server_connection, "STALL_SECONDS", 0.05)
    with server() as cache, connect(cache.addresses[0]) as silent:
        assert silent.recv(1) == b""


def test_a_router_that_is_up_to_date_may_be_silent(monkeypatch):
    monkeypatch.setattr(server_connection, "STALL_SECONDS", 0.05)
    with server() as cache, connect(cache.addresses[0]) as quiet, connect(cache.addresses[0]) as silent:
        quiet.sendall(encode(ResetQuery(), 1))
        receive(quiet, EndOfData)
        assert silent.recv(1) == b""
        cache.update([])
        assert isinstance(receive(quiet, SerialNotify)[-1][1], SerialNotify)


def test_there_is_a_limit_to_the_routers(monkeypatch):
    monkeypatch.setattr(server_module, "MAX_ROUTERS", 1)
    with server() as cache, connect(cache.addresses[0]) as first:
        first.sendall(encode(ResetQuery(), 1))
        receive(first, EndOfData)
        with connect(cache.addresses[0]) as second:
            assert second.recv(1) == b""
        assert len(cache.routers()) == 1


def test_routers_at_one_address_take_no_room_from_those_at_another(monkeypatch):
    monkeypatch.setattr(server_module, "MAX_ROUTERS", 1)
    with (
        server(ANY, ANY) as cache,
        connect(cache.addresses[0]) as first,
        connect(cache.addresses[1]) as other,
    ):
        for router in (first, other):
            router.sendall(encode(ResetQuery(), 1))
            assert isinstance(receive(router, EndOfData)[-1][1], EndOfData)
        assert len(cache.routers()) == 2


def test_an_error_report_reaches_the_router_before_the_connection_ends():
    with server() as cache, connect(cache.addresses[0]) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: cache.example\r\n\r\n")
        ((_, report),) = receive(sock, ErrorReport)
        assert report.code == ErrorCode.CORRUPT_DATA
        assert sock.recv(1) == b""


def test_a_router_that_does_not_hang_up_after_an_error_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(server_connection, "LINGER_SECONDS", 0.05)
    with server() as cache, connect(cache.addresses[0]) as sock:
        sock.sendall(encode(ErrorReport(7), 1))
        eventually(lambda: cache.complaints)
        assert cache.routers() == ()


def test_a_machine_that_has_no_connection_to_give_is_asked_again(monkeypatch):
    monkeypatch.setattr(server_module, "_PAUSE_SECONDS", 0.05)
    accept, refusals = (
        Listener.accept,
        iter([OSError(errno.EMFILE, "too many"), OSError(errno.ENFILE, "full")]),
    )

    def reluctant(listener):
        for refusal in refusals:
            raise refusal
        return accept(listener)

    monkeypatch.setattr(Listener, "accept", reluctant)
    with server() as cache:
        assert fetch(cache.addresses[0], PATIENCE).vrps == vrps(3)


def test_what_routers_complain_of_is_kept_with_who_did():
    with server() as cache, connect(cache.addresses[0]) as sock:
        sock.sendall(encode(ErrorReport(7, b"", "twice"), 1))
        assert sock.recv(1) == b""
        peer = str(TcpAddress(*sock.getsockname()))
        sock.close()
        eventually(lambda: cache.complaints)
        assert list(cache.complaints) == [(peer, ErrorReport(7, b"", "twice"))]


def test_the_server_knows_who_holds_what():
    with server() as cache, connect(cache.addresses[0]) as sock:
        sock.sendall(encode(ResetQuery(), 1))
        receive(sock, EndOfData)
        assert cache.routers() == (Router(str(TcpAddress(*sock.getsockname())), 1, 0),)


# --- fetching ----------------------------------------------------------------------------------------------


def test_a_fetch_names_what_is_wrong(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = TcpAddress("127.0.0.1", unused.getsockname()[1])
        with pytest.raises(FetchError, match=f"no data from the cache at {address}: .*refused"):
            fetch(address, PATIENCE)
    with pytest.raises(FetchError, match="No such file or directory"):
        fetch(UnixAddress(str(tmp_path / "absent")), PATIENCE)
    empty = RtrServer(Cache(1), (ANY,))
    with empty, pytest.raises(FetchError, match="the cache reports No Data Available"):
        fetch(empty.addresses[0], PATIENCE)


def test_a_machine_without_sockets_is_a_cache_that_cannot_be_reached(monkeypatch):
    with server() as cache:
        with monkeypatch.context() as patch:
            patch.setattr("lab.rtr.client_connection.socket.socketpair", exhausted)
            with pytest.raises(FetchError, match="Too many open files"):
                fetch(cache.addresses[0], PATIENCE)
        with monkeypatch.context() as patch:
            patch.setattr("lab.rtr.client_connection.socket", WithoutSockets())
            with pytest.raises(FetchError, match="cannot connect: Too many open files"):
                fetch(cache.addresses[0], PATIENCE)
            router = RtrClient(cache.addresses[0], retry=0.02)
            eventually(lambda: router.last_error)
        with router:
            assert router.wait_until(lambda held: held is not None, PATIENCE)


def test_a_fetch_ends_in_time():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = TcpAddress(*mute.getsockname())
        with pytest.raises(FetchError, match=r"no full answer within 0\.05 seconds"):
            fetch(address, 0.05)
