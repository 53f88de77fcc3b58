"""What a cache serves: the current VRPs and ASPAs, their serial, and how they came to be.

Pure: no I/O, no clock. Sessions take `Cache.state` once for an answer, so one update never tears it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp
from lab.rtr.collector import collector_paused
from lab.rtr.payload import check_vrp, encode_aspas, encode_vrps, in_version, merged_aspas, plain_vrps
from lab.rtr.pdu import ASPA_VERSION, MAX_VERSION
from lab.rtr.timers import Timers

KEPT_DELTAS: Final = 256
KEPT_CHANGES: Final = 500_000
"""How many updates, and how many changes in all of them, a router may be behind and still get a delta."""
KEPT_OCTETS: Final = 1 << 25
"""How much is kept of what routers that are behind were sent, to be sent to others again."""
_SERIALS: Final = 1 << 32
_SESSION_IDS: Final = 1 << 16

Providers = dict[int, tuple[int, ...]]
"""Customer AS to its providers, ascending."""


def next_serial(serial: int) -> int:
    """The serial after `serial`; they wrap (RFC 1982)."""
    return (serial + 1) % _SERIALS


class Delta(NamedTuple):
    """What one update changed. `aspas` has the providers before and after; None stands for no ASPA."""

    since: int
    announced: frozenset[Vrp]
    withdrawn: frozenset[Vrp]
    aspas: dict[int, tuple[tuple[int, ...] | None, tuple[int, ...] | None]]

    @property
    def size(self) -> int:
        return len(self.announced) + len(self.withdrawn) + len(self.aspas)


class CacheState:
    """The content of a cache at one serial; it never changes. What all routers ask for is encoded once."""

    def __init__(
        self, serial: int, vrps: frozenset[Vrp], aspas: Providers, deltas: tuple[Delta, ...]
    ) -> None:
        self.serial = serial
        self.vrps = vrps
        self.aspas = aspas
        self.deltas = deltas
        self._prefixes: dict[int, bytes] = {}
        self._everything: dict[int, bytes] = {}
        self._changes: dict[tuple[int, int], bytes] = {}

    def everything(self, version: int) -> bytes:
        """All payload PDUs in a protocol version: what a Reset Query asks for."""
        if version not in self._everything:
            with collector_paused():
                for family in (4, 6):
                    if family not in self._prefixes:
                        self._prefixes[family] = encode_vrps(self.vrps, family, True, MAX_VERSION)
            pdus = [in_version(encoded, family, version) for family, encoded in self._prefixes.items()]
            if version >= ASPA_VERSION:
                pdus.append(encode_aspas(self.aspas, ()))
            self._everything[version] = b"".join(pdus)
        return self._everything[version]

    def changes(self, since: int, version: int) -> bytes | None:
        """The payload PDUs from the serial `since` to this one; None if there is no record of them."""
        if since == self.serial:
            return b""
        if (since, version) in self._changes:
            return self._changes[since, version]
        for index, delta in enumerate(self.deltas):
            if delta.since == since:
                return self._keep(since, version, _encoded(self.deltas[index:], version))
        return None

    def _keep(self, since: int, version: int, encoded: bytes) -> bytes:
        """Remember `encoded`, and forget the oldest of what there is no room for beside it."""
        self._changes[since, version] = encoded
        octets = sum(map(len, self._changes.values()))
        while octets > KEPT_OCTETS and len(self._changes) > 1:
            octets -= len(self._changes.pop(next(iter(self._changes))))
        return encoded


def _encoded(deltas: tuple[Delta, ...], version: int) -> bytes:
    """The payload PDUs for what several updates changed together."""
    announced: set[Vrp] = set()
    withdrawn: set[Vrp] = set()
    first: dict[int, tuple[int, ...] | None] = {}
    last: dict[int, tuple[int, ...] | None] = {}
    for delta in deltas:
        announced, withdrawn = (
            (announced - delta.withdrawn) | (delta.announced - withdrawn),
            (withdrawn - delta.announced) | (delta.withdrawn - announced),
        )
        for customer, (before, after) in delta.aspas.items():
            first.setdefault(customer, before)
            last[customer] = after
    pdus = [
        encode_vrps(vrps, family, announce, version)
        for family in (4, 6)
        for vrps, announce in ((announced, True), (withdrawn, False))
    ]
    if version >= ASPA_VERSION:
        changed = {customer: after for customer, after in last.items() if after != first[customer]}
        replaced = {customer: after for customer, after in changed.items() if after is not None}
        pdus.append(encode_aspas(replaced, changed.keys() - replaced.keys()))
    return b"".join(pdus)


class Cache:
    """The data of an RPKI cache. It has none until the first `update`.

    `session_id` (16 bits) identifies this run of the cache: choose another one after a restart, or routers
    take old serials for new ones. Each protocol version gets a session ID of its own from it.
    """

    def __init__(self, session_id: int, timers: Timers | None = None, serial: int = 0) -> None:
        self.timers = timers or Timers()
        self.state: CacheState | None = None
        self._session_id = session_id
        self._first_serial = serial % _SERIALS

    def session_id(self, version: int) -> int:
        """The session ID in a protocol version."""
        return (self._session_id + version) % _SESSION_IDS

    def update(self, vrps: Iterable[Vrp], aspas: Iterable[Aspa] = ()) -> bool:
        """Serve exactly these from now on; whether that changes anything.

        VRPs that differ in their trust anchor only are one, and so are all ASPAs of a customer. Raises
        ValueError, with nothing changed, for a VRP or an ASPA that has no PDU.
        """
        with collector_paused():
            return self._update(plain_vrps(vrps), merged_aspas(aspas))

    def _update(self, wanted: set[Vrp], providers: Providers) -> bool:
        old = self.state
        announced = wanted - old.vrps if old else wanted
        for vrp in announced:
            check_vrp(vrp)
        if old is None:
            self.state = CacheState(self._first_serial, frozenset(wanted), providers, ())
            return True
        delta = Delta(
            old.serial,
            frozenset(announced),
            old.vrps - wanted,
            {
                customer: (old.aspas.get(customer), providers.get(customer))
                for customer in old.aspas.keys() | providers.keys()
                if old.aspas.get(customer) != providers.get(customer)
            },
        )
        if not delta.size:
            return False
        deltas = _recent((*old.deltas, delta))
        self.state = CacheState(next_serial(old.serial), frozenset(wanted), providers, deltas)
        return True


def _recent(deltas: tuple[Delta, ...]) -> tuple[Delta, ...]:
    """The last of the deltas, as many as are kept."""
    kept, changes = 0, 0
    for delta in reversed(deltas[-KEPT_DELTAS:]):
        changes += delta.size
        if changes > KEPT_CHANGES:
            break
        kept += 1
    return deltas[len(deltas) - kept :]
