"""What became of a packet: the speakers it reached, and what followed where its way ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lab.bgp.prefix import Address, Prefix
from lab.bgp.rib import Route
from lab.dataplane.urpf import UrpfVerdict
from lab.topology.vocabulary import DropReason


@dataclass(frozen=True, slots=True)
class Hop:
    """A speaker the packet reached.

    `arrived_on` is the neighbour whose interface it came in on: the previous hop, or at an exchange the route
    server; "" at the start. `urpf` is the verdict on arrival (None at the start). `prefix` and `route` are
    the longest match for the destination, None if there is none or the packet was dropped on arrival.
    """

    speaker: str
    asn: int
    arrived_on: str
    urpf: UrpfVerdict | None = None
    prefix: Prefix | None = None
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A further way, called `name` (such as `edge to origin` or `reply`), that a packet causes where the way
    before it ends."""

    name: str
    trace: PacketTrace


@dataclass(frozen=True, slots=True)
class PacketTrace:
    """What became of a packet: where it ended (`at`), delivered or dropped with a reason, and why, as text.

    `hops` and `path` are of the packet itself; of one that loops, up to the point where it starts to repeat
    itself. `legs` are what follows, in the order of time. With legs, the whole is delivered if all of them
    are, and `at` is then where the packet itself ended; else `at`, `reason` and `explanation` are those of
    the leg that failed. `host` is the name that the destination was looked up by, `port` such as `tcp/443`;
    "" where it does not count.
    """

    source: Address
    destination: Address
    hops: tuple[Hop, ...]
    delivered: bool
    at: str
    reason: DropReason | None
    explanation: str
    legs: tuple[Leg, ...] = ()
    host: str = ""
    port: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The speakers passed, the start first."""
        return tuple(hop.speaker for hop in self.hops)

    def dropped(self, at: str, reason: DropReason, explanation: str) -> PacketTrace:
        """The same way with another end."""
        return replace(self, delivered=False, at=at, reason=reason, explanation=explanation)

    def with_legs(self, legs: tuple[Leg, ...]) -> PacketTrace:
        """The whole of this delivered packet and what follows from it, judged by the first leg that fails."""
        whole = replace(self, legs=legs)
        failed = next((leg for leg in legs if leg.trace.reason is not None), None)
        if failed is None or failed.trace.reason is None:
            return whole
        end = failed.trace
        return whole.dropped(end.at, failed.trace.reason, f"{failed.name}: {end.explanation}")


def trace_text(trace: PacketTrace) -> str:
    """The way and its end for people, and behind it every leg's way."""
    return "; ".join([f"{' > '.join(trace.path)}: {trace.explanation}", *leg_texts(trace)])


def leg_texts(trace: PacketTrace) -> tuple[str, ...]:
    """One text for each leg, such as `reply from 203.0.113.9: cloudflare > transit > eyeball`."""
    return tuple(
        f"{leg.name} from {leg.trace.source}: {' > '.join(leg.trace.path)}"
        + ("" if leg.trace.delivered else f", dropped at {leg.trace.at}")
        for leg in trace.legs
    )
