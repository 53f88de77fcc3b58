"""RTR with other people's routers and caches at the other end."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.live_lab import topology_of
from support.rtr_routers import PATIENCE, Bird, Frr, GoBgp, OpenBgpd, RtrLib, RtrMon, StayRtr, comes_to
from support.snapshots import unrouted
from support.trixie import unpack

from lab.bgp.aspa import Aspa
from lab.bgp.attributes import Attributes, Origin
from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rib import Route, RouterView
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.observe.exports.mrt import mrt
from lab.rtr.address import TcpAddress
from lab.rtr.cache import Cache
from lab.rtr.client import RtrClient
from lab.rtr.server import RtrServer, random_session_id
from lab.rtr.timers import Timers

pytestmark = pytest.mark.rtr

BLOCKS = [
    Prefix.parse(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
ASNS = [0, 23456, *range(64496, 64512), 65536, 65551, 4200000000, 4294967295]
ASPAS = [Aspa(64496, (64497, 65551)), Aspa(4294967295, (0,))]


def vrps_of(*lines: str) -> set[Vrp]:
    """VRPs written as `192.0.2.0/24 26 64496`."""
    parts = [line.split() for line in lines]
    return {Vrp(Prefix.parse(prefix), int(most), int(asn)) for prefix, most, asn in parts}


CHOSEN = vrps_of(
    "192.0.2.0/24 24 64496", "192.0.2.0/24 26 64496", "192.0.2.0/24 24 0", "192.0.2.0/25 25 65551",
    "0.0.0.0/0 0 0", "203.0.113.255/32 32 4294967295",
    "2001:db8::/32 32 0", "2001:db8::/32 48 65551", "2001:db8::1/128 128 64496", "::/0 128 4294967295",
)  # fmt: skip
ADDED = vrps_of("198.51.100.0/24 32 4294967295").pop()
REMOVED = vrps_of("192.0.2.0/24 26 64496").pop()


def random_vrps(count: int, seed: int = 1) -> set[Vrp]:
    """VRPs in the address space for documentation."""
    rng = random.Random(seed)
    found: set[Vrp] = set()
    while len(found) < count:
        block = rng.choice(BLOCKS)
        width = WIDTH[block.version]
        length = rng.randint(block.length, width)
        inside = Prefix(block.version, block.value | rng.getrandbits(width - block.length), width)
        found.add(Vrp(inside.supernet(length), rng.randint(length, width), rng.choice(ASNS)))
    return found


WANTED = CHOSEN | random_vrps(500)


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory with a short path, for UNIX sockets in it, that a daemon's own user may enter."""
    with tempfile.TemporaryDirectory(prefix="rtr-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture
def server() -> Iterator[RtrServer]:
    """Our cache with everything wanted. Nobody polls it in time: who follows it does so when notified."""
    cache = Cache(random_session_id(), Timers(refresh=3600, retry=1, expire=7200))
    with RtrServer(cache, [TcpAddress("127.0.0.1", 0)], notify_interval=0) as running:
        running.update(WANTED, ASPAS)
        yield running


def port_of(server: RtrServer) -> int:
    (address,) = server.addresses
    assert isinstance(address, TcpAddress)
    return address.port


@pytest.mark.parametrize("kind", [RtrLib, Bird, Frr, GoBgp])
def test_a_router_holds_exactly_our_vrps_before_and_after_changes(kind, server, directory):
    with kind(directory, port_of(server)) as router:
        assert comes_to(WANTED, router.vrps)
        server.update(WANTED | {ADDED}, ASPAS)
        assert comes_to(WANTED | {ADDED}, router.vrps)
        assert {each.version for each in server.routers()} <= {kind.version}
        server.update((WANTED | {ADDED}) - {REMOVED}, ASPAS)
        assert comes_to((WANTED | {ADDED}) - {REMOVED}, router.vrps)
        server.update(WANTED, ASPAS)
        assert comes_to(WANTED, router.vrps)
    assert list(server.complaints) == []


def probes(vrps: set[Vrp]) -> dict[Prefix, int]:
    """Routes that tell one set of VRPs from another: at each VRP's prefix, its maxLength and one bit
    beyond."""
    rng = random.Random(2)
    found = {}
    for vrp in sorted(vrps):
        beyond = min(vrp.max_length + 1, WIDTH[vrp.prefix.version])
        for length in {vrp.prefix.length, vrp.max_length, beyond}:
            prefix = Prefix(vrp.prefix.version, vrp.prefix.value, length)
            found[prefix] = vrp.asn or rng.choice(ASNS[1:])
    return found


def table_dump(routes: dict[Prefix, int]) -> bytes:
    """The routes, prefix and origin, as an MRT file."""
    held = {
        prefix: (
            Route(
                "a", Relationship.CUSTOMER, Attributes((64500, origin), Origin.IGP, None, (), (), None), 100,
                RovState.NOT_FOUND,
            ),
        )
        for prefix, origin in routes.items()
    }  # fmt: skip
    return mrt(unrouted(topology_of("a -> b"), RouterView("collector", 64511, {}, held)))


def our_verdicts(vrps: set[Vrp], routes: dict[Prefix, int]) -> dict[Prefix, RovState]:
    table = VrpTable(vrps)
    return {prefix: table.validate(prefix, origin) for prefix, origin in routes.items()}


def judged_by_our_vrps(router: OpenBgpd, server: RtrServer) -> bool:
    """Whether OpenBGPD judges routes as we do, while VRPs come and go."""
    routes = probes({vrp for vrp in WANTED | {ADDED} if vrp.prefix.length > 0})
    dump = table_dump(routes)
    for vrps in (WANTED, WANTED | {ADDED}, WANTED - {REMOVED}, CHOSEN):
        server.update(vrps, ASPAS)
        assert comes_to(our_verdicts(vrps, routes), lambda: router.judge(dump))
    return not server.complaints


@pytest.mark.slow
def test_openbgpd_judges_routes_by_our_vrps_before_and_after_changes(server, directory):
    with OpenBgpd(directory, port_of(server)) as router:
        assert judged_by_our_vrps(router, server)
        assert [each.version for each in server.routers()] == [1]


SERVED = {vrp for vrp in WANTED if vrp.prefix.length > 0}
"""What StayRTR does not refuse: it takes no VRP for 0.0.0.0/0 or ::/0."""


def test_rtrmon_sees_no_difference_between_stayrtr_and_us(server, directory):
    for name in ("stayrtr", "rtrmon"):
        (directory / name).mkdir()
    with (
        StayRtr(directory / "stayrtr", SERVED) as other,
        RtrMon(directory / "rtrmon", other.port, port_of(server)) as monitor,
    ):
        count = len(SERVED)
        server.update(SERVED, ASPAS)
        assert comes_to(((count, count), [], []), monitor.differences)
        server.update(SERVED - {REMOVED}, ASPAS)
        assert comes_to(
            ((count, count - 1), [("192.0.2.0/24", 26, 64496)], []),
            monitor.differences,
        )
        other.serve(SERVED - {REMOVED})
        assert comes_to(((count - 1, count - 1), [], []), monitor.differences)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_our_router_holds_what_stayrtr_serves_before_and_after_its_file_changes(version, directory):
    changed = (SERVED | {ADDED}) - {REMOVED}
    with (
        StayRtr(directory, SERVED) as cache,
        RtrClient(TcpAddress("127.0.0.1", cache.port), version=version, retry=0.1) as router,
    ):
        assert router.wait_until(lambda held: held and held.vrps == SERVED, PATIENCE)
        first = router.held
        cache.serve(changed)
        assert router.wait_until(lambda held: held and held.vrps == changed, PATIENCE)
        assert (first.version, router.held.version) == (version, version)
        assert (router.held.session_id, router.held.serial) == (first.session_id, first.serial + 1)
        assert router.last_error == ""


# --- ASPA, with routers of Debian 13 ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A directory with BIRD 2.17 and OpenBGPD 8.8 to run under chroot."""
    with tempfile.TemporaryDirectory(prefix="trixie-") as path:
        Path(path).chmod(0o755)
        unpack(Path(path))
        yield Path(path)


def inside(root: Path, name: str) -> Path:
    path = root / name
    path.mkdir()
    return path


@pytest.mark.trixie
@pytest.mark.slow
def test_bird_holds_exactly_our_aspas_before_and_after_changes(server, root):
    options = "aspa { table at; }; max version 2;"
    with Bird(inside(root, "b"), port_of(server), root, options) as router:
        for aspas in (
            ASPAS,
            [*ASPAS, Aspa(64500, (64496, 64497))],
            [Aspa(64496, (64498,)), Aspa(64500, (64496,))],
            [Aspa(64496, tuple(range(1, 51)))],
            [],
            ASPAS,
        ):
            server.update(WANTED, aspas)
            assert comes_to(set(aspas), router.aspas)
        assert comes_to(WANTED, router.vrps)
        assert [each.version for each in server.routers()] == [2]
    assert list(server.complaints) == []


@pytest.mark.trixie
@pytest.mark.slow
def test_openbgpd_takes_our_aspas_and_vrps_in_version_2(server, root):
    with OpenBgpd(inside(root, "o"), port_of(server), root, "min-version 2\n") as router:
        assert judged_by_our_vrps(router, server)
        for aspas in (ASPAS, [*ASPAS, Aspa(64500, (64496, 64497))], [Aspa(64500, (64496,))], []):
            server.update(WANTED, aspas)
            assert comes_to(len(aspas), router.aspa_count)
        assert [each.version for each in server.routers()] == [2]
    assert list(server.complaints) == []
