"""Hypothesis strategies for what RTR carries, and a conversation between both its sides in memory."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import strategies as st
from support.bgp_values import prefixes

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.rov import Vrp
from lab.rtr import pdu as pdus
from lab.rtr.cache import Cache
from lab.rtr.client_session import ClientSession
from lab.rtr.codec import decode
from lab.rtr.framing import PduBuffer
from lab.rtr.server_session import ServerSession
from lab.rtr.timers import RANGES, Timers

words = st.integers(0, 2**32 - 1)
session_ids = st.integers(0, 2**16 - 1)
versions = st.sampled_from((0, 1, 2))


@st.composite
def vrps(draw: st.DrawFn) -> Vrp:
    """Any VRP without a trust anchor."""
    prefix = draw(prefixes())
    return Vrp(prefix, draw(st.integers(prefix.length, WIDTH[prefix.version])), draw(words))


@st.composite
def provider_lists(draw: st.DrawFn) -> tuple[int, ...]:
    """The providers of an ASPA: ascending, AS 0 only alone."""
    if draw(st.integers(0, 5)) == 0:
        return (0,)
    return tuple(sorted(draw(st.sets(st.integers(1, 2**32 - 1), min_size=1, max_size=5))))


@st.composite
def timers(draw: st.DrawFn) -> Timers:
    """Any intervals that are allowed together."""
    refresh, retry = (draw(st.integers(*RANGES[name])) for name in ("refresh", "retry"))
    return Timers(refresh, retry, draw(st.integers(max(600, refresh + 1, retry + 1), RANGES["expire"][1])))


@st.composite
def pdus_in(draw: st.DrawFn, version: int) -> pdus.Pdu:
    """Any PDU of a protocol version."""
    kinds = [
        st.builds(pdus.SerialNotify, session_ids, words),
        st.builds(pdus.SerialQuery, session_ids, words),
        st.just(pdus.ResetQuery()),
        st.builds(pdus.CacheResponse, session_ids),
        st.builds(pdus.PrefixPdu, st.booleans(), vrps()),
        st.builds(pdus.EndOfData, session_ids, words, timers() if version else st.none()),
        st.just(pdus.CacheReset()),
        st.builds(pdus.ErrorReport, session_ids, st.binary(max_size=40), st.text(max_size=40)),
    ]
    if version >= 1:
        keys = st.binary(min_size=1, max_size=99)
        ski = st.binary(min_size=20, max_size=20)
        kinds.append(st.builds(pdus.RouterKey, st.booleans(), ski, words, keys))
    if version >= 2:
        kinds.append(st.builds(pdus.AspaPdu, st.just(True), words, provider_lists()))
        kinds.append(st.builds(pdus.AspaPdu, st.just(False), words, st.just(())))
    return draw(st.one_of(kinds))


_PREFIXES = [Prefix.parse(text) for text in ("192.0.2.0/24", "198.51.100.0/25", "2001:db8::/32", "0.0.0.0/0")]
few_vrps = st.builds(
    lambda prefix, more, asn: Vrp(prefix, prefix.length + more, asn),
    st.sampled_from(_PREFIXES), st.integers(0, 2), st.sampled_from([0, 64496, 4294967295]),
)  # fmt: skip
few_aspas = st.builds(
    lambda customer, providers: Aspa(customer, tuple(sorted(providers))),
    st.sampled_from([64496, 64497, 65551]), st.sets(st.sampled_from([64498, 64499, 65550]), min_size=1),
)  # fmt: skip
contents = st.tuples(
    st.frozensets(few_vrps, max_size=8), st.lists(few_aspas, max_size=3, unique_by=lambda aspa: aspa.customer)
)
"""Contents of a cache out of a small space, so that two of them have much in common."""
any_vrps = vrps()


def read_pdus(data: Iterable[bytes]) -> list[tuple[int, pdus.Pdu]]:
    """The version and PDU of all that stands in `data`."""
    buffer = PduBuffer()
    buffer.append(b"".join(data))
    found = []
    while (header := buffer.header()) is not None:
        assert buffer.has(header)
        found.append(decode(buffer.take(header)))
    return found


def in_pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """`data` cut at some places."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


class Line:
    """A router and a cache on the two ends of a transport that loses nothing and never waits."""

    def __init__(self, client: ClientSession, cache: Cache, max_version: int = 2) -> None:
        self.client = client
        self.cache = cache
        self.max_version = max_version
        self.server: ServerSession | None = None

    def connect(self, now: float) -> None:
        """A new transport; the router asks on it."""
        self.server = ServerSession(self.cache, self.max_version, notify_interval=0)
        self.client.connected(now)

    def disconnect(self, now: float) -> None:
        """The transport breaks."""
        self.server = None
        self.client.disconnected("broken", now)

    def settle(self, now: float, cuts: Iterable[int] = ()) -> None:
        """Carry everything until nobody has anything to say; connect where the router wants to at once."""
        cuts = list(cuts)
        while True:
            if self.server is None:
                if self.client.connect_at > now:
                    return
                self.connect(now)
            assert self.server is not None
            self.server.proceed()
            self.server.notify(now)
            up, down = bytes(self.client.outgoing), b"".join(self.server.outgoing)
            self.client.outgoing.clear()
            self.server.outgoing.clear()
            for piece in in_pieces(up, cuts) if up else ():
                self.server.bytes_received(piece)
            for piece in in_pieces(down, cuts) if down else ():
                self.client.bytes_received(piece, now)
            quiet = not up and not down
            if quiet and (self.client.closing or self.server.closing):
                self.disconnect(now)
            elif quiet:
                return
