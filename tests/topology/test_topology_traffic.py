"""The steps that send packets and edit the DNS, and what is expected of both."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.dns.contents import RECORD_TYPES as ANSWERED
from lab.dns.contents import rdata
from lab.topology.dns_scalars import DEFAULT_PORT, RECORD_TYPES, parse_host, parse_port
from lab.topology.duration_bound import DurationBound, parse_duration_bound
from lab.topology.loading import parse, parse_step, read_document
from lab.topology.problems import TopologyError
from lab.topology.steps import Probe

TEXT = """\
name: small
ases:
  customer: {asn: 64496}
  cf-ams: {asn: 13335, cloud: cloudflare}
links: [customer -> cf-ams]
"""


def step(**data: Any) -> Any:
    """The body of a step as it would be typed at a small lab."""
    return parse_step(data, read_document(TEXT)).body


def refusal(**data: Any) -> str:
    with pytest.raises(TopologyError) as caught:
        step(**data)
    return str(caught.value)


def scenario(*steps: str) -> None:
    parse(TEXT + "scenario:\n" + "".join(f"  - {each}\n" for each in steps))


# --- packets ----------------------------------------------------------------------------------------------

FROM = {"from": "customer", "source": "203.0.113.9"}


@pytest.mark.parametrize("kind", ["probe", "flow"])
def test_packets_go_to_an_address_or_to_a_host_and_to_https_unless_a_port_is_named(kind: str) -> None:
    name = {"name": "web"} if kind == "flow" else {}
    found = step(**{kind: {**FROM, **name, "host": "WWW.Example.COM."}})
    assert (found.host, found.destination, found.port) == ("www.example.com", None, DEFAULT_PORT)
    found = step(**{kind: {**FROM, **name, "destination": "192.0.2.1", "port": "udp/53"}})
    assert (found.host, str(found.destination), found.port) == (None, "192.0.2.1", "udp/53")
    for wrong in ({}, {"host": "www.example.com", "destination": "192.0.2.1"}):
        assert "expected either 'destination' or 'host'" in refusal(**{kind: {**FROM, **name, **wrong}})
    assert "must both be IPv4 or both IPv6" in refusal(
        **{kind: {**FROM, **name, "destination": "2001:db8::1"}}
    )


def test_traffic_ends_by_its_name_alone() -> None:
    assert step(flow={"name": "web", "stop": True}).text == "the traffic web ends"
    assert "'from' has no meaning with 'stop'" in refusal(flow={**FROM, "name": "web", "stop": True})


def test_traffic_is_begun_before_it_ends_or_is_expected() -> None:
    begin = "flow: {name: web, from: customer, source: 203.0.113.9, destination: 192.0.2.1}"
    end, expect = "flow: {name: web, stop: true}", "expect: {flow: web, lost: 0s}"
    scenario(begin, expect, end, expect, begin, end)
    for bad in ([expect, begin], [end], [begin, end, end]):
        with pytest.raises(TopologyError, match="no step before this one begins the traffic web"):
            scenario(*bad)
    with pytest.raises(TopologyError, match="the traffic web goes on already"):
        scenario(begin, begin)


@given(st.sampled_from(["tcp", "udp", "icmp", "TCP", ""]), st.integers(-1, 70000), st.sampled_from(["", "0"]))
def test_a_port_is_of_tcp_or_udp_and_from_1_to_65535(protocol: str, number: int, zeros: str) -> None:
    text = f"{protocol}/{zeros}{number}"
    if protocol in ("tcp", "udp") and 1 <= number <= 65535 and not zeros:
        assert parse_port(text) == text
    else:
        with pytest.raises(ValueError, match="is not a port"):
            parse_port(text)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"destination": "192.0.2.1"}, "customer sends a packet from 203.0.113.9 to 192.0.2.1"),
        (
            {"host": "www.example.com", "port": "tcp/22"},
            "customer sends a packet from 203.0.113.9 to www.example.com tcp/22",
        ),
    ],
)
def test_a_packet_is_told_as_a_sentence(body: dict[str, str], text: str) -> None:
    assert step(probe={**FROM, **body}).text == text
    assert isinstance(step(probe={**FROM, **body}), Probe)


def test_traffic_is_told_as_a_sentence() -> None:
    found = step(flow={"name": "web", **FROM, "host": "www.example.com"})
    assert found.text == "the traffic web begins, from customer's 203.0.113.9 to www.example.com"


# --- bounds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("0s", DurationBound("=", 0)),
        ("< 30s", DurationBound("<", 30)),
        (">10m", DurationBound(">", 600)),
        ("<= 1.5h", DurationBound("<=", 5400)),
        (" >= 20ms ", DurationBound(">=", 0.02)),
        ("= 1d", DurationBound("=", 86400)),
    ],
)
def test_a_bound_on_a_time_is_an_operator_and_a_duration(text: str, bound: DurationBound) -> None:
    assert parse_duration_bound(text) == bound
    assert step(expect={"flow": "web", "lost": text}).lost == bound


@pytest.mark.parametrize("text", ["", "30", "< 30", "<< 3s", "3s <", "1..5s", ".s", "-1s", "< 3 s", "0 s"])
def test_what_is_no_bound_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected for example"):
        parse_duration_bound(text)


NUMBERS = st.integers(0, 10**6)


@given(st.sampled_from(["<", "<=", "=", ">=", ">"]), NUMBERS, NUMBERS)
def test_a_bound_holds_for_what_is_within_it(operator: str, limit: int, seconds: int) -> None:
    held = {
        "<": seconds < limit,
        "<=": seconds <= limit,
        "=": seconds == limit,
        ">=": seconds >= limit,
        ">": seconds > limit,
    }
    bound = DurationBound(operator, limit)
    assert bound.holds(seconds) == held[operator]


def test_lost_and_state_of_traffic_can_be_expected_and_no_state_of_a_range() -> None:
    found = step(expect={"flow": "web", "lost": "< 30s", "state": "down"})
    assert (found.state, found.lost) == ("down", DurationBound("<", 30))
    assert "is not a state of traffic" in refusal(expect={"flow": "web", "state": "advertised"})


# --- the DNS ----------------------------------------------------------------------------------------------


def test_a_record_is_added_to_a_zone_and_removed_by_its_name() -> None:
    zone = {"zone": "113.0.203.IN-ADDR.arpa."}
    record = {"name": "cf-validation", "type": "TXT", "content": "a token"}
    added = step(dns={**zone, "add": record})
    assert (added.zone, added.add.name, added.add.ttl) == ("113.0.203.in-addr.arpa", "cf-validation", 300)
    assert added.text == "the DNS record cf-validation.113.0.203.in-addr.arpa TXT is added: a token"
    removed = step(dns={**zone, "remove": {"name": "@"}})
    assert removed.text == "the DNS records 113.0.203.in-addr.arpa are removed"
    assert step(dns={**zone, "remove": {"name": "www", "type": "A"}}).text.endswith("arpa A are removed")


def test_a_zone_is_delegated_to_hosts_or_to_nobody() -> None:
    to = step(dns={"delegate": "203.0.113.0/24", "to": ["cloudflare", "NS1.example.com"]})
    assert (to.delegate, to.to) == (Prefix.parse("203.0.113.0/24"), ("cloudflare", "ns1.example.com"))
    assert to.text == "the reverse zones of 203.0.113.0/24 are delegated to cloudflare, ns1.example.com"
    away = step(dns={"delegate": "113.0.203.in-addr.arpa", "to": []})
    assert (away.delegate, away.to) == ("113.0.203.in-addr.arpa", ())
    assert away.text == "the reverse zones of 113.0.203.in-addr.arpa are delegated no more"


def test_a_zone_is_delegated_to_the_name_servers_of_an_account_that_there_is() -> None:
    to = step(dns={"delegate": "203.0.113.0/24", "to": ["cloudflare/lab", "elsewhere"]})
    assert to.to == ("cloudflare/lab", "elsewhere")
    document = read_document(TEXT)
    with pytest.raises(TopologyError, match="no account is called 'lba'"):
        parse_step({"dns": {"delegate": "203.0.113.0/24", "to": ["cloudflare/lba"]}}, document)
    for wrong in ("cloudflare/", "aws/lab", "cloudflare/a b", "cloudflare/lab/x"):
        with pytest.raises(TopologyError):
            parse_step({"dns": {"delegate": "203.0.113.0/24", "to": [wrong]}}, document)


def test_a_zone_cannot_be_delegated_to_a_cloudflare_that_is_not_there() -> None:
    document = read_document(TEXT.replace(", cloud: cloudflare", ""))
    with pytest.raises(TopologyError, match="there is no Cloudflare in this lab"):
        parse_step({"dns": {"delegate": "203.0.113.0/24", "to": ["cloudflare"]}}, document)


def test_every_type_of_record_that_a_file_may_have_can_be_answered() -> None:
    assert set(RECORD_TYPES) <= set(ANSWERED)


@given(
    st.sampled_from(["A", "AAAA"]), st.ip_addresses().map(str) | st.text("0123456789abcdef.:", max_size=12)
)
@settings(max_examples=examples(60))
def test_an_address_record_that_a_file_may_have_can_be_answered(kind: str, content: str) -> None:
    add = {"name": "www", "type": kind, "content": content}
    try:
        step(dns={"zone": "example.com", "add": add})
    except TopologyError:
        return
    assert str(rdata(kind, content))


@pytest.mark.parametrize(
    "text", ["", ".", "a..b", "-a", "a-", "a b", "a/b", "a" * 64, "é", ".".join(["a"] * 128)]
)
def test_what_is_no_name_of_the_dns_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a name of the DNS"):
        parse_host(text)


def test_the_longest_names_are_read() -> None:
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert (len(longest), parse_host(f"{longest}."), parse_host("_dmarc.A")) == (253, longest, "_dmarc.a")
    assert step(expect={"dns": longest, "answer": []}).dns == longest


def test_an_answer_is_what_records_of_its_type_hold() -> None:
    found = step(expect={"dns": "www.example.com", "answer": ["192.0.2.1"]})
    assert (found.record, found.answer) == (None, ("192.0.2.1",))
    assert "is not an IPv4 address" in refusal(expect={"dns": "a.example", "answer": ["2001:db8::1"]})
    assert step(expect={"dns": "a.example", "record": "AAAA", "answer": ["2001:db8::1"]}).record == "AAAA"
    assert step(expect={"dns": "a.example", "record": "TXT", "answer": ["anything at all"]}).record == "TXT"
    assert "'dns' needs 'answer'" in refusal(expect={"dns": "www.example.com"})
