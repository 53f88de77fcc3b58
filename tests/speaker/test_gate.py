"""The gate against a model of how ExaBGP writes changes: by attributes, in the order these first came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.attributes import Attributes
from lab.bgp.prefix import Prefix
from lab.speaker.gate import Gate

NEIGHBOR = "transit"
PREFIXES = [Prefix.parse(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32")]
X, Y = Attributes((64496,)), Attributes((64496, 64497))
CHOICES = [None, X, Y, Attributes((64496, 64497, 64498))]


class ModelExaBGP:
    """Pending changes sit in buckets by attributes; a batch writes bucket after bucket. The first batch of a
    session drops withdrawals."""

    def __init__(self) -> None:
        self.buckets: dict[Attributes | None, dict[Prefix, Attributes | None]] = {}
        self.first_batch = True
        self.peer: dict[Prefix, Attributes] = {}

    def inject(self, prefix: Prefix, attributes: Attributes | None) -> None:
        self.buckets.setdefault(attributes, {})[prefix] = attributes

    def write(self) -> list[tuple[Prefix, Attributes | None]]:
        """Send one batch; returns its echo."""
        batch = [change for bucket in self.buckets.values() for change in bucket.items()]
        if not batch:
            return []
        self.buckets = {}
        echo = []
        for prefix, attributes in batch:
            if attributes is not None:
                self.peer[prefix] = attributes
            elif self.first_batch:
                continue
            else:
                self.peer.pop(prefix, None)
            echo.append((prefix, attributes))
        self.first_batch = False
        return echo


def hand_over(gate: Gate, exabgp: ModelExaBGP) -> None:
    for _, prefix, attributes in gate.take():
        exabgp.inject(prefix, attributes)


def settle(gate: Gate, exabgp: ModelExaBGP) -> None:
    for _ in range(100):
        hand_over(gate, exabgp)
        echo = exabgp.write()
        for prefix, attributes in echo:
            gate.echo(NEIGHBOR, prefix, attributes)
        if not echo and not gate.busy:
            return
    raise AssertionError("the gate does not come to rest")


wants = st.tuples(st.sampled_from(PREFIXES), st.sampled_from(CHOICES))
steps = st.lists(st.one_of(wants, st.sampled_from(["hand over", "write", "echo"])), max_size=60)


@given(steps, st.lists(wants, max_size=4))
def test_the_peer_ends_with_what_is_wanted_whatever_order_exabgp_writes_in(steps, left_over):
    gate, exabgp = Gate(), ModelExaBGP()
    for prefix, attributes in left_over:  # commands of a former session that reached ExaBGP after it ended
        exabgp.inject(prefix, attributes)
    gate.up(NEIGHBOR)
    wanted: dict[Prefix, Attributes] = {}
    echoes = []
    for step in steps:
        if step == "hand over":
            hand_over(gate, exabgp)
        elif step == "write":
            echoes += exabgp.write()
        elif step == "echo":
            if echoes:
                gate.echo(NEIGHBOR, *echoes.pop(0))
        else:
            prefix, attributes = step
            gate.want(NEIGHBOR, prefix, attributes)
            if attributes is None:
                wanted.pop(prefix, None)
            else:
                wanted[prefix] = attributes
    for echo in echoes:
        gate.echo(NEIGHBOR, *echo)
    settle(gate, exabgp)
    assert exabgp.peer == wanted


@given(steps)
def test_at_most_one_change_per_prefix_is_in_flight(steps):
    gate = Gate()
    gate.up(NEIGHBOR)
    in_flight: dict[Prefix, Attributes | None] = {}
    for step in steps:
        if step == "hand over":
            for _, prefix, attributes in gate.take():
                assert prefix not in in_flight
                in_flight[prefix] = attributes
        elif step in ("write", "echo"):
            if in_flight:
                gate.echo(NEIGHBOR, *in_flight.popitem())
        else:
            gate.want(NEIGHBOR, *step)


def test_without_the_gate_the_model_leaves_the_peer_wrong_as_exabgp_does():
    exabgp = ModelExaBGP()
    for attributes in (X, Y, X):
        exabgp.inject(PREFIXES[0], attributes)
    exabgp.write()
    assert exabgp.peer[PREFIXES[0]] == Y


def test_only_the_latest_wanted_state_is_sent_after_the_echo():
    gate = Gate()
    gate.up(NEIGHBOR)
    gate.want(NEIGHBOR, PREFIXES[0], X)
    assert gate.take() == [(NEIGHBOR, PREFIXES[0], X)]
    gate.want(NEIGHBOR, PREFIXES[0], None)
    gate.want(NEIGHBOR, PREFIXES[0], Y)
    assert gate.take() == []
    gate.echo(NEIGHBOR, PREFIXES[0], X)
    assert gate.take() == [(NEIGHBOR, PREFIXES[0], Y)]


def test_a_route_announced_and_withdrawn_before_it_was_sent_is_never_sent():
    gate = Gate()
    gate.up(NEIGHBOR)
    gate.want(NEIGHBOR, PREFIXES[0], X)
    gate.want(NEIGHBOR, PREFIXES[0], None)
    assert gate.take() == []
    assert not gate.busy


def test_an_unexpected_echo_is_answered_with_what_is_wanted():
    gate = Gate()
    gate.up(NEIGHBOR)
    gate.echo(NEIGHBOR, PREFIXES[0], X)
    assert gate.take() == [(NEIGHBOR, PREFIXES[0], None)]


def test_attributes_that_exabgp_writes_differently_do_not_keep_the_gate_busy():
    gate = Gate()
    gate.up(NEIGHBOR)
    gate.want(NEIGHBOR, PREFIXES[0], X)
    for _ in range(2):
        assert gate.take() == [(NEIGHBOR, PREFIXES[0], X)]
        gate.echo(NEIGHBOR, PREFIXES[0], Y)
    assert gate.take() == []
    assert not gate.busy


def test_nothing_is_wanted_of_a_neighbour_without_a_session():
    gate = Gate()
    gate.up(NEIGHBOR)
    gate.want(NEIGHBOR, PREFIXES[0], X)
    gate.take()
    gate.down(NEIGHBOR)
    gate.want(NEIGHBOR, PREFIXES[1], X)
    gate.echo(NEIGHBOR, PREFIXES[0], X)
    assert not gate.busy
    assert gate.take() == []


def test_a_closed_gate_lets_nothing_out_until_it_is_opened():
    gate = Gate()
    gate.up(NEIGHBOR)
    gate.closed = True
    gate.want(NEIGHBOR, PREFIXES[0], X)
    assert gate.take() == []
    gate.closed = False
    assert gate.take() == [(NEIGHBOR, PREFIXES[0], X)]
