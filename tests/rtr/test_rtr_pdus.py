"""PDUs and octets: what is written reads back, what is not a PDU is refused with the right error code."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.rtr_values import pdus_in, versions

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rtr.codec import decode, encode
from lab.rtr.errors import ErrorCode, PduError, code_in_version
from lab.rtr.pdu import (
    MAX_PROVIDERS,
    AspaPdu,
    CacheResponse,
    EndOfData,
    ErrorReport,
    PrefixPdu,
    ResetQuery,
    RouterKey,
    SerialQuery,
)
from lab.rtr.timers import Timers

V4 = Vrp(Prefix.parse("192.0.2.0/24"), 26, 65551)
V6 = Vrp(Prefix.parse("2001:db8::/32"), 48, 0)


def judge(octets):
    """Whether `octets` are a PDU or refused with a reason; anything else gets out."""
    try:
        version, pdu = decode(octets)
    except PduError as error:
        return bool(error.text)
    if not isinstance(pdu, ErrorReport):
        assert len(encode(pdu, version)) == len(octets)
    return True


# Written out by hand from the diagrams in section 5 of RFC 6810, RFC 8210 and draft-ietf-sidrops-8210bis.
OCTETS = [
    (0, ResetQuery(), "00 02 0000 00000008"),
    (1, SerialQuery(0xABCD, 0xFFFFFFFF), "01 01 abcd 0000000c ffffffff"),
    (2, CacheResponse(7), "02 03 0007 00000008"),
    (0, PrefixPdu(True, V4), "00 04 0000 00000014 01 18 1a 00 c0000200 0001000f"),
    (1, PrefixPdu(False, V6), "01 06 0000 00000020 00 20 30 00 20010db8000000000000000000000000 00000000"),
    (0, EndOfData(7, 9, None), "00 07 0007 0000000c 00000009"),
    (1, EndOfData(7, 9, Timers(5, 6, 700)), "01 07 0007 00000018 00000009 00000005 00000006 000002bc"),
    (2, AspaPdu(True, 64496, (64497, 65551)), "02 0b 01 00 00000014 0000fbf0 0000fbf1 0001000f"),
    (2, AspaPdu(False, 64496, ()), "02 0b 00 00 0000000c 0000fbf0"),
    (1, RouterKey(True, b"k" * 20, 64496, b"\x30\x00"), f"01 09 01 00 00000022 {'6b' * 20} 0000fbf0 3000"),
    (1, ErrorReport(3, b"\1\2", "no"), "01 0a 0003 00000014 00000002 0102 00000002 6e6f"),
]


@pytest.mark.parametrize(
    ("version", "pdu", "octets"), OCTETS, ids=[f"{v}-{type(p).__name__}" for v, p, _ in OCTETS]
)
def test_a_pdu_is_laid_out_as_its_diagram_says(version, pdu, octets):
    assert encode(pdu, version) == bytes.fromhex(octets)
    assert decode(bytes.fromhex(octets)) == (version, pdu)


@given(st.data(), versions)
def test_every_pdu_reads_back_as_it_was_written(data, version):
    pdu = data.draw(pdus_in(version))
    assert decode(encode(pdu, version)) == (version, pdu)


@given(st.binary(max_size=80))
@example(bytes.fromhex("010a000000000010 00000001 00000000"))
@example(bytes.fromhex("020b010000000010 0000fbf0 00000000"))
def test_junk_is_a_pdu_or_a_typed_error(junk):
    assert judge(junk)


@given(st.data(), versions, st.integers(0, 300), st.integers(1, 255))
def test_a_damaged_pdu_is_a_pdu_or_a_typed_error(data, version, place, flip):
    octets = bytearray(encode(data.draw(pdus_in(version)), version))
    octets[place % len(octets)] ^= flip
    assert judge(bytes(octets))


@pytest.mark.parametrize(
    ("octets", "code", "text"),
    [
        ("01 02 0000", 0, "at least 8 octets"),
        ("03 02 0000 00000008", 4, "protocol version 3 is not known here; 0 to 2 are"),
        ("01 05 0000 00000008", 5, "version 1 of the protocol has no PDU type 5"),
        ("00 09 0000 00000024" + "00" * 28, 5, "version 0 of the protocol has no PDU type 9"),
        ("01 0b 0000 0000000c 0000fbf0", 5, "version 1 of the protocol has no PDU type 11"),
        ("01 02 0000 00000009 00", 0, "a PDU of type 2 has 8 octets, not 9"),
        ("00 07 0000 00000018" + "00" * 16, 0, "a PDU of type 7 has 12 octets, not 24"),
        ("01 07 0000 0000000c 00000000", 0, "a PDU of type 7 has 24 octets, not 12"),
        ("02 0a 0000 00010000", 0, "a PDU of type 10 has 16 to 65535 octets, not 65536"),
        ("01 02 0000 00000008 00", 0, "the PDU claims 8 octets and has 9"),
        ("01 04 0000 00000014 01 19 18 00 c0000200 00000001", 0, "prefix length 25 and maxLength 24"),
        ("01 04 0000 00000014 01 18 21 00 c0000200 00000001", 0, "maxLength 33 do not fit an IPv4 prefix"),
        ("01 04 0000 00000014 01 18 18 00 c0000201 00000001", 0, "bits set after its first 24"),
        ("02 0b 01 00 0000000c 0000fbf0", 9, "the ASPA of AS64496 is announced without a provider"),
        ("02 0b 00 00 00000010 0000fbf0 0000fbf1", 9, "is withdrawn and yet lists providers"),
        ("02 0b 01 00 00000014 0000fbf0 0000fbf1 0000fbf1", 9, "lists its providers out of order or twice"),
        ("02 0b 01 00 00000014 0000fbf0 0000fbf2 0000fbf1", 9, "lists its providers out of order or twice"),
        ("02 0b 01 00 00000014 0000fbf0 00000000 0000fbf1", 9, "lists AS 0 beside other providers"),
        ("02 0b 01 00 0000000e 0000fbf0 0000", 0, "12 octets and 4 for each provider, not 14"),
        ("01 0a 0000 00000010 00000001 00000000", 0, "the parts of an Error Report do not add up"),
        ("01 0a 0000 00000010 ffffffff 00000000", 0, "the parts of an Error Report do not add up"),
    ],
)  # fmt: skip
def test_what_is_no_pdu_is_refused_with_its_error_code(octets, code, text):
    with pytest.raises(PduError, match=text) as error:
        decode(bytes.fromhex(octets))
    assert error.value.code == code


def test_reserved_bits_are_ignored():
    octets = bytearray(encode(PrefixPdu(True, V4), 1))
    octets[2:4] = b"\xff\xff"
    octets[8] |= 0xFE
    octets[11] = 0xFF
    assert decode(bytes(octets)) == (1, PrefixPdu(True, V4))


def test_intervals_out_of_their_range_are_moved_into_it():
    octets = bytes.fromhex("01 07 0007 00000018 00000009 00000000 ffffffff 00000001")
    assert decode(octets)[1] == EndOfData(7, 9, Timers(1, 7200, 7201))


@pytest.mark.parametrize(
    ("pdu", "version", "text"),
    [
        (AspaPdu(True, 1, (2,)), 1, "version 1 of the protocol has no PDU type 11"),
        (RouterKey(True, b"k" * 20, 1, b"x"), 0, "version 0 of the protocol has no PDU type 9"),
        (RouterKey(True, b"k", 1, b"x"), 1, "a subject key identifier has 20 octets, not 1"),
        (EndOfData(1, 2, None), 1, "End of Data has timers in every version but 0"),
        (SerialQuery(1, -1), 1, "does not fit its field"),
        (CacheResponse(65536), 1, "does not fit its field"),
        (AspaPdu(True, 1, tuple(range(1, MAX_PROVIDERS + 2))), 2, "has 12 to 65535 octets, not 65536"),
    ],
)
def test_what_has_no_octets_is_not_encoded(pdu, version, text):
    with pytest.raises(ValueError, match=text):
        encode(pdu, version)


def test_an_error_report_is_bounded_and_shows_no_control_characters():
    report = ErrorReport.of(ErrorCode.CORRUPT_DATA, b"x" * 70000, "\x1b[31m" * 1000)
    assert len(encode(report, 1)) < 2000
    assert str(report).startswith("Corrupt Data: '\\x1b[31m")
    assert str(ErrorReport(99)) == "error code 99"


@pytest.mark.parametrize("version", [0, 1, 2])
def test_an_error_is_reported_with_a_code_that_the_version_has(version):
    codes = {code_in_version(code, version) for code in ErrorCode}
    assert max(codes) == (7, 8, 13)[version]
    assert code_in_version(ErrorCode.UNEXPECTED_PROTOCOL_VERSION, 0) == ErrorCode.UNSUPPORTED_PROTOCOL_VERSION


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((0, 600, 7200), "the refresh interval is from 1 to 86400 seconds, not 0"),
        ((3600, 7201, 7200), "the retry interval is from 1 to 7200 seconds, not 7201"),
        ((10, 10, 599), "the expire interval is from 600 to 172800 seconds, not 599"),
        ((7200, 600, 7200), "has to be larger than the refresh interval"),
    ],
)
def test_intervals_that_a_cache_may_not_ask_for_are_refused(values, text):
    with pytest.raises(ValueError, match=text):
        Timers(*values)
