"""Trees drawn at random: what is asked for comes out, and it does not matter what was known before."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.examples import examples
from support.signed_points import DAY, HOUR, NOW, Point

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import MemorySource
from lab.rpki.objects.resources import Resources
from lab.rpki.validation import workers
from lab.rpki.validation.listed_files import ListedFiles
from lab.rpki.validation.results import PointState, Validation
from lab.rpki.validation.store import Store
from lab.rpki.validation.store_format import decode, encode
from lab.rpki.validation.validator import Validator, validate

SPACES = [
    Prefix.parse(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
ASNS = st.integers(64496, 64511)


@st.composite
def prefixes(draw: st.DrawFn) -> tuple[Prefix, int]:
    """A prefix in the documentation space, and a maxLength for it."""
    space = draw(st.sampled_from(SPACES))
    length = draw(st.integers(space.length, space.length + 8))
    bits = draw(st.integers(0, (1 << (length - space.length)) - 1))
    width = 32 if space.version == 4 else 128
    prefix = Prefix(space.version, space.value | bits << (width - length), length)
    return prefix, draw(st.integers(length, min(width, length + 8)))


@st.composite
def holdings(draw: st.DrawFn) -> tuple[tuple[tuple[Prefix, int], ...], int, int]:
    """The content of a ROA, and how deep in the tree its CA is."""
    chosen = draw(st.lists(prefixes(), min_size=1, max_size=3, unique_by=lambda each: each[0]))
    return tuple(chosen), draw(ASNS), draw(st.integers(0, 2))


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(holdings(), max_size=4),
    st.dictionaries(ASNS, st.sets(st.integers(1, 9), min_size=1, max_size=3)),
)
def test_the_payloads_of_a_correct_tree_are_those_asked_for(
    roas: list[tuple[tuple[tuple[Prefix, int], ...], int, int]], aspas: dict[int, set[int]]
) -> None:
    space = Resources.of(SPACES, [(64496, 64511)])
    ta = Point("ta")
    alice = Point("alice", ta, space)
    cas = [ta, alice, Point("bob", alice, space)]
    wanted: set[Vrp | Aspa] = set()
    for number, (content, asn, depth) in enumerate(roas):
        for part, (prefix, max_length) in enumerate(content):
            cas[depth].roa(f"r{number}-{part}.roa", asn, str(prefix), max_length=max_length)
            wanted.add(Vrp(prefix, max_length, asn, "ta"))
    for customer, providers in aspas.items():
        cas[customer % 3].aspa(f"a{customer}.asa", customer, *providers)
        wanted.add(Aspa(customer, tuple(sorted(providers)), "ta"))
    result = validate([ta.tal], MemorySource(ta.published()), NOW)
    assert result.rejected == ()
    assert {*result.payloads.vrps, *result.payloads.aspas} == wanted


def test_what_several_processes_find_is_what_one_finds(monkeypatch: Any) -> None:
    monkeypatch.setattr(workers, "FEWEST", 2)
    ta = Point("ta")
    for number in range(9):
        ta.roa(f"r{number}.roa", 64496 + number, "192.0.2.0/24" if number % 4 else "198.51.100.0/24")
    ta.products["junk.roa"] = b"junk"
    source = MemorySource(ta.published())
    alone, shared = (Validator([ta.tal], source, workers=count).run(NOW) for count in (1, 3))
    assert (alone.payloads, alone.rejected) == (shared.payloads, shared.rejected)
    assert len(alone.payloads) == 9


@pytest.fixture
def alone(monkeypatch: Any) -> None:
    """As in a process with one thread: other tests may have left some that wait."""
    monkeypatch.setattr(workers.threading, "active_count", lambda: 1)


@pytest.mark.usefixtures("alone")
def test_the_work_is_shared_and_keeps_its_order() -> None:
    found = workers.map_all(lambda item: (item, os.getpid()), range(3 * workers.FEWEST), 3)
    assert [item for item, _ in found] == list(range(3 * workers.FEWEST))
    assert len({process for _, process in found}) == 3


@pytest.mark.usefixtures("alone")
def test_a_process_that_dies_is_made_up_for(monkeypatch: Any) -> None:
    monkeypatch.setattr(workers, "FEWEST", 2)
    parent = os.getpid()
    read_one = ListedFiles._read_one

    def dying(self: ListedFiles, *arguments: Any) -> Any:
        if os.getpid() != parent:
            os._exit(1)
        return read_one(self, *arguments)

    monkeypatch.setattr(ListedFiles, "_read_one", dying)
    ta = Point("ta")
    for number in range(8):
        ta.roa(f"r{number}.roa", 64496 + number, "192.0.2.0/24")
    result = Validator([ta.tal], MemorySource(ta.published()), workers=2).run(NOW)
    assert len(result.payloads) == 8


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("what", ["Process", "Pipe"])
def test_a_process_that_cannot_be_started_is_made_up_for(monkeypatch: Any, what: str) -> None:
    monkeypatch.setattr(workers, "FEWEST", 2)
    context = multiprocessing.get_context("fork")
    asked = []

    def refuse(*_: object, **__: object) -> None:
        asked.append(what)
        raise BlockingIOError(11, "Resource temporarily unavailable")

    if what == "Process":
        monkeypatch.setattr(context.Process, "start", refuse)
    else:
        monkeypatch.setattr(type(context), "Pipe", refuse)
    assert workers.map_all(lambda number: (number,), range(8), 2) == [(number,) for number in range(8)]
    assert asked == [what]


# --- run after run ----------------------------------------------------------------------------------------


class RunAfterRun(RuleBasedStateMachine):
    """A relying party that remembers, beside one that knows nothing, while things change and time passes."""

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.ta = Point("ta")
        space = Resources.of(SPACES)
        self.alice = Point("alice", self.ta, space)
        self.bob = Point("bob", self.alice, space)
        self.cas = [self.ta, self.alice, self.bob]
        self.count = 0
        self.source = MemorySource()
        self.store = Store()

    @rule(which=st.integers(0, 2), content=prefixes())
    def add_a_roa(self, which: int, content: tuple[Prefix, int]) -> None:
        self.count += 1
        prefix, max_length = content
        ca = self.cas[which]
        ca.roa(f"r{self.count}.roa", 64496, str(prefix), max_length=max_length, not_after=self.now + DAY)
        ca.publish(self.later())

    @rule(which=st.integers(0, 2))
    def remove_a_roa(self, which: int) -> None:
        ca = self.cas[which]
        roas = [name for name in ca.products if name.endswith(".roa")]
        if roas:
            del ca.products[roas[0]]
            ca.publish(self.later())

    @rule(which=st.integers(0, 2))
    def revoke_something(self, which: int) -> None:
        ca = self.cas[which]
        ca.revoked.add(max(2, ca.serial - 1))
        ca.publish(self.later())

    @rule(which=st.integers(0, 2))
    def publish_again(self, which: int) -> None:
        self.cas[which].publish(self.later())

    @rule(shrunk=st.booleans())
    def change_what_a_ca_holds(self, shrunk: bool) -> None:
        held = Resources.of(SPACES[:2] if shrunk else SPACES)
        self.alice.certify(self.bob, resources=held)
        self.alice.publish(self.later())

    @rule(which=st.integers(0, 2), kind=st.sampled_from(["mft", "crl", "roa"]))
    def lose_a_file(self, which: int, kind: str) -> None:
        ca = self.cas[which]
        found = [uri for uri in ca.published() if uri.endswith(f".{kind}") and uri.startswith(ca.repository)]
        self.cas[which].absent.update(found[:1])

    @rule(which=st.integers(0, 2))
    def damage_a_file(self, which: int) -> None:
        ca = self.cas[which]
        found = [uri for uri in ca.published() if uri.endswith(".roa") and uri.startswith(ca.repository)]
        self.cas[which].extra.update(dict.fromkeys(found[:1], b"damaged"))

    @precondition(lambda self: any(ca.absent or ca.extra for ca in self.cas))
    @rule()
    def repair(self) -> None:
        for ca in self.cas:
            ca.absent.clear()
            ca.extra.clear()

    @rule(hours=st.integers(0, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule()
    def restart_with_what_was_written(self) -> None:
        store = Store()
        for key, version in self.store._points.items():
            store.keep_point(key, decode(encode(version)))
        for key, data in self.store._anchors.items():
            store.keep_anchor(key, data)
        self.store = store

    @invariant()
    def it_does_not_matter_what_was_known(self) -> None:
        if not hasattr(self, "ta"):
            return
        self.source.publish("rpki.example", self.ta.published())
        remembering = validate([self.ta.tal], self.source, self.now, store=self.store)
        cold = validate([self.ta.tal], self.source, self.now)
        if all(point.state is PointState.FRESH for point in (*remembering.points, *cold.points)):
            assert conclusions(remembering) == conclusions(cold)
        else:
            self.differs_only_by_last_good_versions(remembering, cold)

    def differs_only_by_last_good_versions(self, remembering: Validation, cold: Validation) -> None:
        states = {point.certificate: point.state for point in remembering.points}
        lost = {point.certificate for point in cold.points if point.state is PointState.LOST}
        for certificate in lost:
            assert states.get(certificate) is not PointState.FRESH
        if PointState.LAST_GOOD not in states.values():
            assert remembering.payloads == cold.payloads
        assert set(cold.payloads.vrps) <= set(remembering.payloads.vrps) or (
            PointState.LAST_GOOD in states.values()
        )

    def later(self) -> int:
        self.now += 60
        return self.now


def conclusions(result: Validation) -> tuple[Any, ...]:
    points = tuple(
        (point.certificate, point.manifest_number, point.accepted, point.vrps) for point in result.points
    )
    return result.payloads, result.rejected, result.accepted, result.next_change, points


TestRunAfterRun = RunAfterRun.TestCase
TestRunAfterRun.settings = settings(
    max_examples=examples(20), stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
