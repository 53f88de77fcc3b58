"""How a cache answers one router: versions, queries, notifies and errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rtr_values import in_pieces, read_pdus, versions

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rtr.cache import Cache
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
    SerialNotify,
    SerialQuery,
)
from lab.rtr.server_session import ServerSession
from lab.rtr.timers import Timers

VRP = Vrp(Prefix.parse("192.0.2.0/24"), 24, 64496)
OTHER = Vrp(Prefix.parse("2001:db8::/32"), 48, 0)
ASPA = Aspa(64496, (64497, 65551))
TIMERS = Timers(5, 6, 700)


def filled(*vrps, aspas=()):
    cache = Cache(100, TIMERS)
    cache.update(vrps, aspas)
    return cache


def said(session):
    """What the session has to send, taken from it."""
    pdus = read_pdus(session.outgoing)
    session.outgoing.clear()
    return pdus


def ask(session, pdu, version):
    session.bytes_received(encode(pdu, version))
    return said(session)


@given(versions, st.lists(st.integers(0, 50), max_size=8))
def test_a_reset_query_is_answered_with_everything_in_the_routers_version(version, cuts):
    session = ServerSession(filled(VRP, OTHER, aspas=[ASPA]))
    for piece in in_pieces(encode(ResetQuery(), version), cuts):
        session.bytes_received(piece)
    payload = [PrefixPdu(True, VRP), PrefixPdu(True, OTHER)]
    if version == 2:
        payload.append(AspaPdu(True, *ASPA[:2]))
    end = EndOfData(100 + version, 0, TIMERS if version else None)
    expected = [CacheResponse(100 + version), *payload, end]
    assert said(session) == [(version, pdu) for pdu in expected]
    assert (session.version, session.serial) == (version, 0)


def test_a_serial_query_is_answered_with_the_changes():
    cache = filled(VRP)
    cache.update([OTHER])
    answer = ask(ServerSession(cache), SerialQuery(101, 0), 1)
    assert answer == [
        (1, CacheResponse(101)),
        (1, PrefixPdu(False, VRP)),
        (1, PrefixPdu(True, OTHER)),
        (1, EndOfData(101, 1, TIMERS)),
    ]


def test_a_router_that_is_up_to_date_gets_no_changes():
    answer = ask(ServerSession(filled(VRP)), SerialQuery(101, 0), 1)
    assert answer == [(1, CacheResponse(101)), (1, EndOfData(101, 0, TIMERS))]


@pytest.mark.parametrize(
    "query",
    [SerialQuery(101, 1), SerialQuery(101, 2**32 - 1), SerialQuery(7, 0)],
    ids=["ahead", "old", "foreign"],
)
def test_a_serial_without_a_record_is_answered_with_a_cache_reset(query):
    session = ServerSession(filled(VRP))
    assert ask(session, query, 1) == [(1, CacheReset())]
    assert ask(session, ResetQuery(), 1)[0] == (1, CacheResponse(101))


def test_a_session_id_that_changes_within_a_session_is_corrupt_data():
    session = ServerSession(filled(VRP))
    ask(session, ResetQuery(), 1)
    ((version, report),) = ask(session, SerialQuery(7, 0), 1)
    assert (version, report.code, report.text) == (1, ErrorCode.CORRUPT_DATA, "the session ID is 101, not 7")
    assert report.pdu == encode(SerialQuery(7, 0), 1)
    assert session.closing


@pytest.mark.parametrize("query", [ResetQuery(), SerialQuery(100, 0)], ids=["reset", "serial"])
def test_a_cache_without_data_says_so_and_stays(query):
    cache = Cache(100)
    session = ServerSession(cache)
    ((version, report),) = ask(session, query, 0)
    assert (version, report.code, report.pdu) == (0, ErrorCode.NO_DATA_AVAILABLE, b"")
    assert not session.closing
    cache.update([])
    assert ask(session, ResetQuery(), 0) == [(0, CacheResponse(100)), (0, EndOfData(100, 0, None))]


@pytest.mark.parametrize(("most", "asked"), [(2, 3), (2, 255), (1, 2), (0, 1)])
def test_a_query_in_a_version_too_new_is_answered_in_the_newest_one(most, asked):
    session = ServerSession(filled(VRP), most)
    query = bytes((asked,)) + encode(ResetQuery(), 0)[1:]
    session.bytes_received(query)
    ((version, report),) = said(session)
    assert (version, report.code) == (most, ErrorCode.UNSUPPORTED_PROTOCOL_VERSION)
    assert report.pdu == query
    assert not session.closing
    assert ask(session, ResetQuery(), most)[0] == (most, CacheResponse(100 + most))


def test_a_router_that_insists_on_an_unknown_version_is_hung_up_on():
    session = ServerSession(filled(VRP))
    session.bytes_received(bytes.fromhex("0302000000000008") * 9)
    for _ in range(3):
        assert not session.closing or not session.is_waiting
        assert [report.code for _, report in said(session)] == [ErrorCode.UNSUPPORTED_PROTOCOL_VERSION]
        session.proceed()
    assert session.closing
    assert said(session) == []


def test_queries_that_arrive_together_are_answered_one_by_one():
    session = ServerSession(filled(VRP))
    queries = encode(ResetQuery(), 1) + encode(SerialQuery(101, 0), 1)
    session.bytes_received(queries + queries[:15])
    for payload in ([(1, PrefixPdu(True, VRP))], [], [(1, PrefixPdu(True, VRP))]):
        assert said(session)[1:-1] == payload
        session.proceed()
    assert (said(session), session.is_waiting) == ([], False)
    session.bytes_received(queries[15:])
    assert said(session) == [(1, CacheResponse(101)), (1, EndOfData(101, 0, TIMERS))]


@given(versions, versions)
def test_the_version_of_a_session_is_fixed(first, second):
    session = ServerSession(filled(VRP))
    ask(session, ResetQuery(), first)
    version, answer = ask(session, ResetQuery(), second)[0]
    assert version == first
    if first == second:
        assert answer == CacheResponse(100 + first)
    else:
        expected = ErrorCode.UNEXPECTED_PROTOCOL_VERSION if first else ErrorCode.UNSUPPORTED_PROTOCOL_VERSION
        assert answer.code == expected
        assert session.closing


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        ("01 05 0000 00000008", ErrorCode.UNSUPPORTED_PDU_TYPE),
        ("01 0b 0000 0000000c 00000000", ErrorCode.UNSUPPORTED_PDU_TYPE),
        ("01 03 0000 00000008", ErrorCode.INVALID_REQUEST),
        ("01 08 0000 00000008", ErrorCode.INVALID_REQUEST),
        ("01 04 0000 00000014 01 18 18 00 c0000200 00000001", ErrorCode.INVALID_REQUEST),
        ("01 02 0000 00000009", ErrorCode.CORRUPT_DATA),
        ("01 02 0000 00000007", ErrorCode.CORRUPT_DATA),
        ("01 02 0000 ffffffff", ErrorCode.CORRUPT_DATA),
        ("474554202f20485454502f312e310d0a", ErrorCode.CORRUPT_DATA),
    ],
)
def test_what_no_router_sends_ends_the_session_with_an_error_report(octets, code):
    session = ServerSession(filled(VRP))
    session.bytes_received(bytes.fromhex(octets))
    ((_, report),) = said(session)
    assert report.code == code
    assert report.pdu[:8] == bytes.fromhex(octets)[:8]
    assert session.closing


@pytest.mark.parametrize(
    "octets",
    [
        encode(ErrorReport(0, b"", "no"), 1),
        encode(ErrorReport(77, b"", "no"), 0),
        bytes.fromhex("010a0000 00000010 00000009 00000000"),
        bytes.fromhex("090a0000 00000010 00000000 00000000"),
        bytes.fromhex("010a0000 00000004"),
        bytes.fromhex("010a0000 7fffffff"),
    ],
    ids=["fatal", "unknown code", "bad parts", "unknown version", "too short", "too long"],
)
def test_an_error_report_is_never_answered(octets):
    session = ServerSession(filled(VRP))
    ask(session, ResetQuery(), 1)
    session.bytes_received(octets + encode(ResetQuery(), 1))
    assert said(session) == []
    assert session.closing


@pytest.mark.parametrize(("spoken", "understood"), [(0, 0), (1, 1), (2, 1), (9, 1)])
def test_a_first_pdu_that_no_router_sends_is_reported_in_a_version_that_the_router_knows(spoken, understood):
    session = ServerSession(filled(VRP), max_version=1)
    session.bytes_received(bytes((spoken, 3, 0, 0, 0, 0, 0, 7)))
    ((version, report),) = said(session)
    assert (version, report.code) == (understood, ErrorCode.CORRUPT_DATA)


def test_what_a_router_complains_of_is_kept():
    session = ServerSession(filled(VRP))
    ask(session, ErrorReport(7, b"", "twice"), 1)
    assert str(session.complaint) == "Duplicate Announcement Received: 'twice'"


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_junk_from_a_router_never_gets_out_of_the_session(pieces):
    session = ServerSession(filled(VRP))
    for piece in pieces:
        session.bytes_received(piece)
        read_pdus(session.outgoing)


def test_a_router_is_notified_of_an_update_once():
    cache = filled(VRP)
    session = ServerSession(cache, notify_interval=0)
    ask(session, ResetQuery(), 1)
    session.notify(0)
    assert said(session) == []
    cache.update([OTHER])
    session.notify(0)
    session.notify(0)
    assert said(session) == [(1, SerialNotify(101, 1))]


def test_notifies_keep_their_interval_and_tell_the_latest_serial():
    cache = filled(VRP)
    session = ServerSession(cache)
    ask(session, ResetQuery(), 1)
    cache.update([])
    session.notify(1000)
    cache.update([VRP])
    cache.update([OTHER])
    session.notify(1059.9)
    assert said(session) == [(1, SerialNotify(101, 1))]
    assert session.notify_at() == 1060
    session.notify(1060)
    assert said(session) == [(1, SerialNotify(101, 3))]
    assert session.notify_at() is None


def test_a_router_that_asked_nothing_or_got_no_data_is_not_notified():
    cache = Cache(100)
    silent, early = ServerSession(cache, notify_interval=0), ServerSession(cache, notify_interval=0)
    ask(early, ResetQuery(), 1)
    cache.update([VRP])
    for session in (silent, early):
        session.notify(0)
        assert said(session) == []


def test_one_answer_is_encoded_once_for_all_routers():
    cache = filled(VRP, OTHER)
    payloads = []
    for _ in range(2):
        session = ServerSession(cache)
        session.bytes_received(encode(ResetQuery(), 1))
        payloads.append(session.outgoing[1])
    assert payloads[0] is payloads[1]
