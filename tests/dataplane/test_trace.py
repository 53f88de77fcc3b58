"""A packet and what follows from it are one whole: delivered if all of it is, told with every leg."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.bgp.prefix import Address
from lab.dataplane.trace import Hop, Leg, PacketTrace, leg_texts, trace_text
from lab.topology.vocabulary import DropReason

CLIENT, SERVER = Address.parse("198.51.100.7"), Address.parse("203.0.113.9")
REQUEST = PacketTrace(
    CLIENT, SERVER, (Hop("eyeball", 64500, ""), Hop("site", 13335, "eyeball")), True, "site", None, "the CDN"
)
REPLY = PacketTrace(
    SERVER, CLIENT, (Hop("site", 13335, ""), Hop("eyeball", 64500, "site")), True, "eyeball", None, "it asked"
)
LOST = REPLY.dropped("eyeball", DropReason.URPF_STRICT, "eyeball drops it")


def test_with_legs_that_are_delivered_a_packet_ends_where_it_ended() -> None:
    whole = REQUEST.with_legs((Leg("reply", REPLY),))
    assert (whole.delivered, whole.at, whole.path) == (True, "site", ("eyeball", "site"))
    assert trace_text(whole) == ("eyeball > site: the CDN; reply from 203.0.113.9: site > eyeball")


def test_the_first_leg_that_fails_decides() -> None:
    whole = REQUEST.with_legs((Leg("there", REPLY), Leg("back", LOST)))
    assert (whole.delivered, whole.at, whole.reason) == (False, "eyeball", DropReason.URPF_STRICT)
    assert whole.explanation == "back: eyeball drops it"
    assert leg_texts(whole)[-1] == "back from 203.0.113.9: site > eyeball, dropped at eyeball"


def test_without_legs_nothing_is_added() -> None:
    assert REQUEST.with_legs(()) == REQUEST
    assert trace_text(REQUEST) == "eyeball > site: the CDN"


@settings(max_examples=examples(100))
@given(st.lists(st.sampled_from([None, *DropReason]), max_size=5))
def test_a_whole_is_delivered_if_and_only_if_every_leg_is(reasons: list[DropReason | None]) -> None:
    legs = tuple(
        Leg(str(number), REPLY if reason is None else LOST.dropped(f"at-{number}", reason, "why"))
        for number, reason in enumerate(reasons)
    )
    whole = REQUEST.with_legs(legs)
    failed = [number for number, reason in enumerate(reasons) if reason is not None]
    assert whole.delivered == (not failed)
    assert whole.at == (f"at-{failed[0]}" if failed else "site")
    assert replace(whole, legs=()).path == REQUEST.path
