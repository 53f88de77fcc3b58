"""How a router follows a cache: whole answers only, timers, versions, and what it does about errors."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rtr_values import in_pieces, read_pdus

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rtr import answer as answer_module
from lab.rtr.client_events import CacheError, Flushed, Synchronised
from lab.rtr.client_session import ANSWER_SECONDS, ClientSession, Held
from lab.rtr.codec import encode
from lab.rtr.errors import ErrorCode
from lab.rtr.pdu import (
    AspaPdu,
    CacheReset,
    CacheResponse,
    EndOfData,
    ErrorReport,
    PrefixPdu,
    ResetQuery,
    RouterKey,
    SerialNotify,
    SerialQuery,
)
from lab.rtr.timers import Timers

VRP = Vrp(Prefix.parse("192.0.2.0/24"), 24, 64496)
OTHER = Vrp(Prefix.parse("2001:db8::/32"), 48, 0)
TIMERS = Timers(50, 60, 700)
KEY = RouterKey(True, b"k" * 20, 64496, b"key")


def tell(client, *pdus, version=2, now=0.0):
    client.bytes_received(b"".join(encode(pdu, version) for pdu in pdus), now)


def asked(client):
    """What the router sends, taken from it."""
    pdus = read_pdus([client.outgoing])
    client.outgoing.clear()
    return pdus


def events(client):
    found, client.events = client.events, []
    return found


def synchronised(*payload, version=2, now=0.0):
    """A router that has just got `payload` as serial 7 of session 5."""
    client = ClientSession(version)
    client.connected(now)
    end = EndOfData(5, 7, TIMERS if version else None)
    tell(client, CacheResponse(5), *payload, end, version=version, now=now)
    client.outgoing.clear()
    client.events.clear()
    assert client.held == Held(version, 5, 7)
    return client


def test_a_router_asks_for_everything_first_in_the_newest_version():
    client = ClientSession()
    assert client.connect_at == -inf
    client.connected(0)
    assert asked(client) == [(2, ResetQuery())]


def test_an_answer_takes_effect_at_its_end():
    client = ClientSession()
    client.connected(0)
    tell(client, CacheResponse(5), PrefixPdu(True, VRP), KEY, AspaPdu(True, 64496, (64497,)))
    assert events(client) == []
    tell(client, EndOfData(5, 7, TIMERS))
    assert events(client) == [Synchronised(2, 5, 7, frozenset([VRP]), frozenset([Aspa(64496, (64497,))]))]


@given(st.lists(st.integers(0, 200), max_size=20))
def test_it_does_not_matter_how_the_octets_are_cut(cuts):
    client = ClientSession(1)
    client.connected(0)
    pdus = [CacheResponse(5), PrefixPdu(True, VRP), PrefixPdu(True, OTHER), KEY, EndOfData(5, 7, TIMERS)]
    for piece in in_pieces(b"".join(encode(pdu, 1) for pdu in pdus), cuts):
        client.bytes_received(piece, 0)
    assert events(client) == [Synchronised(1, 5, 7, frozenset([VRP, OTHER]), frozenset())]


def test_a_broken_answer_is_dropped_as_a_whole():
    client = synchronised(PrefixPdu(True, VRP))
    tell(client, SerialNotify(5, 8))
    tell(client, CacheResponse(5), PrefixPdu(False, VRP), PrefixPdu(True, OTHER))
    client.disconnected("broken", 10)
    assert events(client) == [CacheError("broken")]
    client.connected(70)
    assert asked(client)[-1] == (2, SerialQuery(5, 7))
    tell(client, CacheResponse(5), EndOfData(5, 8, TIMERS))
    assert events(client) == [Synchronised(2, 5, 8, frozenset([VRP]), frozenset())]


def test_changes_are_applied_to_what_is_held():
    client = synchronised(
        PrefixPdu(True, VRP), AspaPdu(True, 64496, (64497,)), AspaPdu(True, 64500, (64501,))
    )
    tell(client, SerialNotify(5, 8))
    assert asked(client) == [(2, SerialQuery(5, 7))]
    tell(client, CacheResponse(5), PrefixPdu(True, OTHER), PrefixPdu(False, VRP))
    tell(client, AspaPdu(True, 64496, (64498, 64499)), AspaPdu(False, 64500, ()), EndOfData(5, 8, TIMERS))
    expected = Synchronised(2, 5, 8, frozenset([OTHER]), frozenset([Aspa(64496, (64498, 64499))]))
    assert events(client) == [expected]


def test_a_cache_reset_leads_to_a_reset_query_and_keeps_the_data_until_then():
    client = synchronised(PrefixPdu(True, VRP))
    client.advance(50)
    tell(client, CacheReset(), now=50)
    assert asked(client) == [(2, SerialQuery(5, 7)), (2, ResetQuery())]
    assert events(client) == []
    tell(client, CacheResponse(9), PrefixPdu(True, OTHER), EndOfData(9, 1, TIMERS), now=50)
    assert events(client) == [Synchronised(2, 9, 1, frozenset([OTHER]), frozenset())]


# --- timers ------------------------------------------------------------------------------------------------


def test_a_router_polls_after_the_refresh_interval():
    client = synchronised(now=1000)
    assert client.next_deadline() == 1050
    client.advance(1049)
    assert asked(client) == []
    client.advance(1050)
    assert asked(client) == [(2, SerialQuery(5, 7))]


def test_data_expire_and_are_asked_for_anew():
    client = synchronised(PrefixPdu(True, VRP), now=1000)
    client.disconnected("broken", 1001)
    assert client.connect_at == 1061
    assert client.next_deadline() == 1700
    client.advance(1699)
    assert events(client) == [CacheError("broken")]
    client.advance(1700)
    assert events(client) == [Flushed("the data expired without a successful poll")]
    assert client.next_deadline() == inf
    client.connected(1701)
    assert asked(client) == [(2, ResetQuery())]


@pytest.mark.parametrize("arrived", [[], [CacheResponse(5), PrefixPdu(True, OTHER)]], ids=["asked", "begun"])
def test_data_that_expire_amid_an_answer_with_changes_are_asked_for_anew_at_once(arrived):
    client = synchronised(PrefixPdu(True, VRP))
    client.disconnected("broken", 10)
    client.connected(699)
    tell(client, *arrived, now=699)
    client.advance(700)
    tell(client, CacheResponse(5), PrefixPdu(True, OTHER), EndOfData(5, 8, TIMERS), now=700)
    assert client.closing
    assert events(client)[1:] == [Flushed("the data expired without a successful poll")]
    client.disconnected("", 701)
    assert client.connect_at == 701
    client.connected(701)
    assert asked(client) == [(2, ResetQuery())]
    tell(client, CacheResponse(5), PrefixPdu(True, VRP), PrefixPdu(True, OTHER), EndOfData(5, 8, TIMERS))
    assert events(client) == [Synchronised(2, 5, 8, frozenset([VRP, OTHER]), frozenset())]


def test_version_0_has_the_default_intervals_and_the_routers_own_retry():
    client = synchronised(version=0)
    assert client.next_deadline() == 3600
    client.disconnected("broken", 1)
    assert client.connect_at == 601


def test_a_router_that_never_succeeded_retries_at_its_own_interval():
    client = ClientSession(retry=3)
    client.disconnected("refused", 10)
    assert client.connect_at == 13


def test_a_cache_that_does_not_finish_its_answer_is_hung_up_on():
    client = synchronised(PrefixPdu(True, VRP))
    client.advance(50)
    tell(client, CacheResponse(5), PrefixPdu(False, VRP), now=51)
    assert client.next_deadline() == 50 + ANSWER_SECONDS
    client.advance(50 + ANSWER_SECONDS)
    assert client.closing
    assert events(client) == [CacheError("the cache gave no full answer within 120 seconds")]
    assert client.held == Held(2, 5, 7)


# --- notifies ----------------------------------------------------------------------------------------------


def test_a_notify_of_what_is_held_already_is_ignored():
    client = synchronised()
    tell(client, SerialNotify(5, 7))
    assert asked(client) == []


def test_a_notify_amid_an_answer_is_followed_up_after_it():
    client = synchronised()
    client.advance(50)
    tell(client, CacheResponse(5), SerialNotify(5, 9), EndOfData(5, 8, TIMERS))
    assert asked(client) == [(2, SerialQuery(5, 7)), (2, SerialQuery(5, 8))]
    client = synchronised()
    client.advance(50)
    tell(client, CacheResponse(5), SerialNotify(5, 8), EndOfData(5, 8, TIMERS))
    assert asked(client) == [(2, SerialQuery(5, 7))]


@pytest.mark.parametrize("version", [0, 1, 2, 3, 255])
def test_notifies_before_the_version_is_agreed_are_ignored(version):
    client = ClientSession()
    client.connected(0)
    asked(client)
    client.bytes_received(bytes((version,)) + encode(SerialNotify(1, 2), 0)[1:], 0)
    assert (asked(client), events(client), client.closing) == ([], [], False)


def test_a_notify_before_the_answer_to_a_query_changes_nothing_whatever_its_session():
    client = synchronised()
    client.disconnected("broken", 10)
    client.connected(70)
    tell(client, CacheReset(), SerialNotify(6, 1), CacheResponse(6), EndOfData(6, 1, TIMERS), now=70)
    assert client.held == Held(2, 6, 1)
    assert [pdu for _, pdu in asked(client)] == [SerialQuery(5, 7), ResetQuery()]


def test_a_notify_of_another_session_is_corrupt_data():
    client = synchronised()
    tell(client, SerialNotify(6, 8))
    ((_, report),) = asked(client)
    assert (report.code, report.text) == (ErrorCode.CORRUPT_DATA, "the session ID is 5, not 6")


# --- versions ----------------------------------------------------------------------------------------------


def test_a_router_goes_down_to_the_version_of_the_cache_on_the_same_connection():
    client = ClientSession()
    client.connected(0)
    tell(client, ErrorReport(4, b"", "old"), version=0)
    assert asked(client) == [(2, ResetQuery()), (0, ResetQuery())]
    tell(client, CacheResponse(5), PrefixPdu(True, VRP), EndOfData(5, 7, None), version=0)
    assert events(client) == [Synchronised(0, 5, 7, frozenset([VRP]), frozenset())]


def test_a_router_comes_back_at_once_where_the_cache_hangs_up_on_a_new_version():
    client = ClientSession()
    client.connected(0)
    tell(client, ErrorReport(4), version=1)
    client.disconnected("closed", 1)
    assert client.connect_at == 1
    assert events(client) == []
    client.connected(1)
    assert asked(client)[-1] == (1, ResetQuery())
    tell(client, CacheResponse(5), EndOfData(5, 7, TIMERS), version=1)
    client.disconnected("closed", 2)
    assert client.connect_at == 62
    client.connected(62)
    assert asked(client)[-1] == (2, ResetQuery())
    tell(client, ErrorReport(4), version=1)
    assert asked(client) == [(1, SerialQuery(5, 7))]


def test_a_router_that_cannot_connect_after_a_downgrade_waits_as_ever():
    client = ClientSession()
    client.connected(0)
    tell(client, ErrorReport(4), version=1)
    client.disconnected("closed", 1)
    client.disconnected("refused", 2)
    assert client.connect_at == 602
    client.connected(602)
    assert asked(client)[-1] == (2, ResetQuery())


def test_a_cache_that_refuses_every_version_is_given_up_until_the_next_try():
    client = ClientSession()
    client.connected(0)
    tell(client, ErrorReport(4), ErrorReport(4), ErrorReport(4), version=2)
    assert [version for version, _ in asked(client)] == [2, 1, 0]
    assert client.closing
    assert events(client) == [CacheError("the cache reports Unsupported Protocol Version")]
    client.disconnected("", 5)
    assert client.connect_at == 605


def test_an_answer_in_an_older_version_is_a_downgrade():
    client = ClientSession()
    client.connected(0)
    tell(client, CacheResponse(5), EndOfData(5, 7, None), version=0)
    assert client.held == Held(0, 5, 7)


def test_an_older_answer_to_a_query_for_changes_leads_to_a_reset_query_and_keeps_the_data():
    client = synchronised(PrefixPdu(True, VRP))
    client.disconnected("upgrade undone", 10)
    client.connected(70)
    tell(client, CacheResponse(6), version=1, now=70)
    assert client.closing
    assert client.held == Held(2, 5, 7)
    client.disconnected("", 71)
    assert client.connect_at == 71
    client.connected(71)
    assert asked(client) == [(1, ResetQuery())]
    tell(client, CacheResponse(6), PrefixPdu(True, OTHER), EndOfData(6, 1, TIMERS), version=1, now=71)
    expected = Synchronised(1, 6, 1, frozenset([OTHER]), frozenset())
    assert events(client) == [CacheError("upgrade undone"), expected]


def test_an_answer_in_a_newer_version_is_refused():
    client = ClientSession(1)
    client.connected(0)
    asked(client)
    tell(client, CacheResponse(5), version=2)
    ((version, report),) = asked(client)
    assert (version, report.code) == (1, ErrorCode.UNSUPPORTED_PROTOCOL_VERSION)


def test_a_version_that_changes_within_a_session_is_an_error():
    client = synchronised(PrefixPdu(True, VRP))
    tell(client, SerialNotify(5, 8), version=1)
    ((version, report),) = asked(client)
    assert (version, report.code) == (2, ErrorCode.UNEXPECTED_PROTOCOL_VERSION)
    assert isinstance(events(client)[-1], Flushed)


# --- errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pdus", "code", "text"),
    [
        ([PrefixPdu(True, VRP)], 7, "192.0.2.0/24 AS64496 is announced and was there already"),
        ([PrefixPdu(True, OTHER), PrefixPdu(True, OTHER)], 7, "2001:db8::/32-48 AS0 is announced and"),
        ([PrefixPdu(False, OTHER)], 6, "2001:db8::/32-48 AS0 is withdrawn and was not there"),
        ([AspaPdu(False, 64496, ())], 6, "the ASPA of AS64496 is withdrawn and was not there"),
        ([AspaPdu(True, 1, (2,)), AspaPdu(True, 1, (3,))], 7, "the ASPA of AS1 comes twice in one answer"),
        ([EndOfData(6, 8, TIMERS)], 0, "End of Data of session 6 ends nothing here"),
        ([CacheResponse(5)], 0, "a Cache Response that nothing was asked for"),
        ([CacheReset()], 0, "a CacheReset has no place here"),
        ([SerialQuery(5, 7)], 0, "a SerialQuery has no place here"),
    ],
)
def test_an_answer_that_contradicts_is_reported_and_the_data_are_dropped(pdus, code, text):
    client = synchronised(PrefixPdu(True, VRP))
    client.advance(50)
    asked(client)
    tell(client, CacheResponse(5), *pdus)
    ((_, report),) = asked(client)
    assert report.code == code
    assert report.text.startswith(text)
    assert report.pdu == encode(pdus[-1], 2)
    assert client.closing
    assert [type(event) for event in events(client)] == [CacheError, Flushed]
    client.disconnected("", 60)
    client.connected(120)
    assert asked(client)[-1] == (2, ResetQuery())


@pytest.mark.parametrize("pdu", [PrefixPdu(True, VRP), AspaPdu(True, 1, (2,)), KEY, EndOfData(5, 8, TIMERS)])
def test_data_outside_of_an_answer_are_refused(pdu):
    client = synchronised()
    tell(client, pdu)
    ((_, report),) = asked(client)
    assert report.code == ErrorCode.CORRUPT_DATA


def test_a_withdrawal_in_an_answer_with_everything_is_refused():
    client = ClientSession()
    client.connected(0)
    asked(client)
    tell(client, CacheResponse(5), PrefixPdu(False, VRP))
    ((_, report),) = asked(client)
    assert report.code == ErrorCode.WITHDRAWAL_OF_UNKNOWN_RECORD


def test_another_session_id_in_an_answer_with_changes_is_refused():
    client = synchronised()
    client.advance(50)
    asked(client)
    tell(client, CacheResponse(6))
    ((_, report),) = asked(client)
    assert (report.code, report.text) == (ErrorCode.CORRUPT_DATA, "the session ID was 5 and is 6")


def test_more_records_than_there_is_room_for_end_the_session(monkeypatch):
    monkeypatch.setattr(answer_module, "MAX_RECORDS", 2)
    client = ClientSession()
    client.connected(0)
    asked(client)
    tell(client, CacheResponse(5), PrefixPdu(True, VRP), PrefixPdu(True, OTHER), AspaPdu(True, 1, (2,)))
    ((_, report),) = asked(client)
    assert (report.code, report.text) == (
        ErrorCode.INTERNAL_ERROR,
        "there is room for 2 VRPs and providers in ASPAs",
    )


def test_an_aspa_takes_as_much_room_as_it_has_providers_until_it_is_replaced(monkeypatch):
    monkeypatch.setattr(answer_module, "MAX_RECORDS", 4)
    client = synchronised(PrefixPdu(True, VRP), AspaPdu(True, 1, (2, 3, 4)))
    for serial, pdus in enumerate(
        [(AspaPdu(True, 1, (5,)), AspaPdu(True, 2, (3, 4))), (AspaPdu(False, 2, ()),)]
    ):
        tell(client, SerialNotify(5, 8 + serial), CacheResponse(5), *pdus, EndOfData(5, 8 + serial, TIMERS))
    assert client.held == Held(2, 5, 9)
    asked(client)
    tell(client, SerialNotify(5, 10), CacheResponse(5), AspaPdu(True, 2, (3, 4, 5)))
    assert asked(client)[-1][1].code == ErrorCode.INTERNAL_ERROR


def test_a_cache_without_data_is_asked_again_and_what_is_held_stays():
    client = synchronised(PrefixPdu(True, VRP))
    client.advance(50)
    tell(client, ErrorReport(2, b"", "starting"), now=50)
    assert events(client) == [CacheError("the cache reports No Data Available: 'starting'")]
    assert not client.closing
    asked(client)
    client.advance(110)
    assert asked(client) == [(2, ResetQuery())]


def test_a_cache_that_says_over_and_over_that_it_has_no_data_is_hung_up_on():
    client = synchronised(PrefixPdu(True, VRP))
    client.advance(50)
    tell(client, *[ErrorReport(2)] * 5000, now=50)
    assert events(client) == [CacheError("the cache reports No Data Available")] * 2
    assert client.closing
    assert client.held == Held(2, 5, 7)


@pytest.mark.parametrize(("code", "keeps"), [(0, False), (3, False), (12, True), (13, False), (99, False)])
def test_an_error_report_ends_the_session_and_some_the_data(code, keeps):
    client = synchronised(PrefixPdu(True, VRP))
    tell(client, ErrorReport(code, b"", "why"))
    assert asked(client) == []
    assert client.closing
    assert (client.held is not None) is keeps
    client.disconnected("", 3)
    assert client.connect_at == 63


@pytest.mark.parametrize(
    "octets", ["020a0000 00000010 00000009 00000000", "020a0000 00000004", "090a0000 ffffffff"]
)
def test_a_broken_error_report_is_not_answered(octets):
    client = synchronised(PrefixPdu(True, VRP))
    client.bytes_received(bytes.fromhex(octets), 0)
    assert asked(client) == []
    assert client.closing
    assert isinstance(events(client)[-1], Flushed)


@given(st.lists(st.binary(max_size=60), max_size=6), st.booleans())
def test_junk_from_a_cache_never_gets_out_of_the_session(pieces, amid_an_answer):
    client = ClientSession()
    client.connected(0)
    if amid_an_answer:
        tell(client, CacheResponse(5))
    for piece in pieces:
        client.bytes_received(piece, 0)
        read_pdus([client.outgoing])
    assert client.held is None
