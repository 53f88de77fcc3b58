"""The DNS server held against dig."""

from __future__ import annotations

import pytest
from support.dns_lab import ELSEWHERE, TOKEN, Dig

pytestmark = pytest.mark.dns

ZONE = "2.0.192.in-addr.arpa"
NAME = f"cf-validation.{ZONE}"


def _answers(output: str) -> list[list[str]]:
    """The words of the records that `+noall +answer` prints."""
    return [line.split(None, 4) for line in output.splitlines()]


@pytest.mark.seed(137, 142, 270)
@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig_finds_the_token_of_a_zone(dig: Dig, transport: str) -> None:
    output = dig(transport, "+noall", "+answer", NAME, "TXT")
    assert _answers(output) == [[f"{NAME}.", "300", "IN", "TXT", f'"{TOKEN}"']]
    assert dig(transport, "+short", NAME, "TXT") == f'"{TOKEN}"\n'


@pytest.mark.seed(138, 140, 141)
def test_dig_finds_the_token_in_each_zone_of_a_prefix_that_is_split(dig: Dig) -> None:
    for nibble in "0123":
        assert dig("+short", f"cf-validation.{nibble}.8.b.d.0.1.0.0.2.ip6.arpa", "TXT") == f'"{TOKEN}"\n'
    assert "status: NXDOMAIN" in dig("cf-validation.4.8.b.d.0.1.0.0.2.ip6.arpa", "TXT")


@pytest.mark.seed(142)
def test_dig_sees_who_serves_a_zone_and_what_the_rir_has(dig: Dig) -> None:
    assert set(dig("+short", ZONE, "NS").split()) == {f"{name}." for name in ELSEWHERE}
    assert dig("+short", ZONE, "SOA").startswith("ns1.dns.example. hostmaster.dns.example. ")
    assert set(dig("+short", "192.in-addr.arpa", "NS").split()) == {"ns1.rir.example.", "ns2.rir.example."}
    assert "192.in-addr.arpa." in dig("+noall", "+authority", "1.192.in-addr.arpa", "SOA")


def test_dig_finds_the_name_of_an_address(dig: Dig) -> None:
    assert dig("+short", "-x", "192.0.2.7") == "www.example.com.\n"
    assert "status: NXDOMAIN" in dig("-x", "192.0.2.8")


def test_dig_follows_an_alias(dig: Dig) -> None:
    assert dig("+short", "www.example.com", "AAAA").split() == ["web.example.com.", "2001:db8::7"]
    output = dig("+noall", "+answer", "wWw.eXample.com", "A")
    assert _answers(output) == [
        ["wWw.eXample.com.", "300", "IN", "CNAME", "web.example.com."],
        ["web.example.com.", "60", "IN", "A", "192.0.2.7"],
    ]


def test_dig_sees_a_long_text_in_strings(dig: Dig) -> None:
    assert dig("+short", "long.example.com", "TXT") == f'"{"y" * 255}" "{"y" * 45}"\n'


def test_dig_asks_again_over_tcp_what_udp_is_too_small_for(dig: Dig) -> None:
    small = dig("+noedns", "+ignore", "many.example.com", "TXT")
    assert ("flags: qr tc rd ra;" in small, "ANSWER: 0" in small) == (True, True)
    for words in (["+noedns"], ["+bufsize=600"], ["+bufsize=4096"]):
        output = dig(*words, "many.example.com", "TXT")
        assert "ANSWER: 10" in output
        assert ("(TCP)" in output) is (words != ["+bufsize=4096"])


def test_dig_is_told_flags_and_options(dig: Dig) -> None:
    output = dig(NAME, "TXT")
    assert "flags: qr aa rd ra;" in output
    assert "EDNS: version: 0, flags:; udp: 1232" in output
    assert "EDNS" not in dig("+noedns", NAME, "TXT")
    assert "status: BADVERS" in dig("+edns=1", "+noednsneg", NAME, "TXT")
    assert "status: NOTIMP" in dig("+opcode=notify", NAME, "SOA")
    assert "status: REFUSED" in dig("example.org", "A")
    assert "HINFO" in dig("+notcp", "web.example.com", "ANY")
    assert '"RFC8482" ""' in dig("+notcp", "+short", "web.example.com", "ANY")
    assert "Transfer failed" in dig("example.com", "AXFR")


def test_dig_is_referred_without_recursion_and_fails_with_it(dig: Dig) -> None:
    referral = dig("+norecurse", "a.gone.example.com", "A")
    assert "status: NOERROR" in referral
    assert "flags: qr ra;" in referral
    assert "ns1.gone.example." in dig("+norecurse", "+noall", "+authority", "a.gone.example.com", "A")
    assert "status: SERVFAIL" in dig("a.gone.example.com", "A")
