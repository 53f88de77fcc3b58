"""The RDAP servers: what they answer, redirect and refuse. Every answer is held against the RFCs' forms."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.registry_lab import BASE, RegistryLab

from lab.http.messages import HttpRequest
from lab.registry.rdap.front import MAX_TARGET

LAB = RegistryLab()
RANGES = {
    "arin": "203.0.113.0/24",
    "ripe": "198.51.100.0/25",
    "apnic": "198.51.100.128/25",
    "lacnic": "192.0.2.0/25",
    "afrinic": "192.0.2.128/25",
}


@pytest.mark.seed(5)
@pytest.mark.parametrize("rir", RANGES)
def test_each_registry_answers_for_what_it_has_registered(rir: str) -> None:
    found = LAB.get(f"{rir}/ip/{RANGES[rir]}")
    assert found["objectClassName"] == "ip network"
    assert found["links"][0]["href"] == f"{BASE}/{rir}/ip/{RANGES[rir]}"
    assert found["port43"] == f"whois.{rir}.example"


@pytest.mark.seed(5)
@pytest.mark.parametrize("server", ["", *(f"{rir}/" for rir in RANGES)])
def test_nobody_answers_for_what_is_not_registered(server: str) -> None:
    assert LAB.refused(f"{server}ip/203.0.114.0/24")["errorCode"] == 404
    assert LAB.refused(f"{server}ip/0.0.0.0/0")["errorCode"] == 404
    assert LAB.refused(f"{server}autnum/64511")["errorCode"] == 404
    assert LAB.refused(f"{server}entity/stranger")["errorCode"] == 404


def test_the_most_specific_network_around_an_address_is_answered() -> None:
    assert LAB.get("arin/ip/203.0.113.7")["handle"] == "NET-203-0-113-0-2"
    assert LAB.get("arin/ip/203.0.113.7/32")["handle"] == "NET-203-0-113-0-2"
    assert LAB.get("arin/ip/203.0.113.130")["handle"] == "NET-203-0-113-0-1"
    assert LAB.get("arin/ip/2001:db8:100:1::/64")["handle"] == "NET6-2001-DB8-100-1"


@pytest.mark.parametrize("query", ["ip/198.51.100.0/25", "ip/198.51.100.9", "autnum/64497", "entity/paris"])
@pytest.mark.parametrize("server", ["", "arin/", "apnic/"])
def test_a_query_for_what_another_registry_has_is_redirected(server: str, query: str) -> None:
    response = LAB.request(f"{server}{query}")
    assert response.status == 302
    where = response.headers["Location"].removeprefix(f"{BASE}/")
    assert where.startswith("ripe/")
    LAB.get(where)


def test_an_entity_is_answered_wherever_it_holds_something() -> None:
    found = LAB.get("arin/entity/customer")
    assert [network["cidr0_cidrs"][0]["length"] for network in found["networks"]] == [24, 48]
    assert [autnum["handle"] for autnum in found["autnums"]] == ["AS64496"]
    assert LAB.get("arin/entity/CUSTOMER")["handle"] == "customer"
    assert LAB.get("ripe/entity/nobody")["networks"] == []


def test_help_says_what_is_answered() -> None:
    assert "notices" in LAB.get("help")
    for rir in RANGES:
        assert "cidr0" in LAB.get(f"{rir}/help")["rdapConformance"]


def test_parameters_that_rdap_does_not_know_are_ignored() -> None:
    assert LAB.request("arin/ip/203.0.113.0/24?x=1").body == LAB.request("arin/ip/203.0.113.0/24").body


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 400),
        ("arin", 400),
        ("arin/ip", 400),
        ("arin/ip/", 400),
        ("arin/ip/203.0.113.0/24/8", 400),
        ("arin/ip/203.0.113.1/24", 400),
        ("arin/ip/203.0.113/24", 400),
        ("arin/ip/203.0.113.0/33", 400),
        ("arin/ip/2001:db8::/129", 400),
        ("arin/ip/2001:db8::%25eth0", 400),
        ("arin/autnum/AS64496", 400),
        ("arin/autnum/4294967296", 400),
        ("arin/autnum/%D9%A1", 400),
        ("arin/autnum/-1", 400),
        ("arin/entity/", 400),
        ("arin/entity/%00", 400),
        ("arin/entity/%ff", 400),
        ("arin/entity/..%2f..%2fetc", 404),
        ("arin/nonsense/1", 400),
        ("iana/ip/203.0.113.0/24", 400),
        ("arin/domain/113.0.203.in-addr.arpa", 501),
        ("arin/nameserver/ns.example", 501),
        ("arin/entities?fn=Cust*", 501),
        ("ips?name=CUST*", 501),
    ],
)
def test_what_is_no_query_or_not_served_is_an_error_object(path: str, status: int) -> None:
    assert LAB.refused(path)["errorCode"] == status


def test_host_bits_are_named_with_the_prefix_that_was_meant() -> None:
    (description,) = LAB.refused("arin/ip/203.0.113.1/24")["description"]
    assert "did you mean 203.0.113.0/24" in description


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_rdap_is_only_read(method: str) -> None:
    assert LAB.request("arin/ip/203.0.113.0/24", method).status == 405


@pytest.mark.parametrize("path", ["arin/ip/203.0.113.0/24", "arin/ip/1.2.3.4", "ip/203.0.113.0/24", "help"])
def test_head_is_answered_as_get_is(path: str) -> None:
    assert LAB.request(path, "HEAD") == LAB.request(path)


def test_a_path_elsewhere_is_none_of_rdaps() -> None:
    for path in ("/", "/rdapx/help", "/help", "/rdap"):
        assert LAB.front.handle(HttpRequest("GET", path)).status == 400


def test_a_target_without_end_is_not_read() -> None:
    assert LAB.refused("arin/entity/" + "x" * MAX_TARGET)["errorCode"] == 414


_WORD = st.one_of(
    st.sampled_from(["arin", "ripe", "ip", "autnum", "entity", "help", "..", "", "%2f", "%00", "%ff", "0"]),
    st.ip_addresses().map(str),
    st.integers(-1, 2**33).map(str),
    st.text(max_size=12),
)


@given(st.lists(_WORD, max_size=6).map("/".join), st.sampled_from(["GET", "HEAD"]))
def test_any_path_has_an_answer_that_is_rdap(path: str, method: str) -> None:
    LAB.request(path, method)


@given(st.binary(max_size=40))
def test_any_bytes_for_a_path_have_an_answer_that_is_rdap(path: bytes) -> None:
    LAB.request(path.decode("latin-1"))


@given(st.ip_addresses(), st.integers(0, 128))
def test_the_bootstrap_server_and_a_registry_agree(address: object, length: int) -> None:
    query = f"ip/{address}/{length}"
    first = LAB.request(query)
    if first.status == 302:
        where = first.headers["Location"].removeprefix(f"{BASE}/")
        assert json.loads(LAB.request(where).body)["objectClassName"] == "ip network"
    else:
        assert first.status == LAB.request(f"arin/{query}").status
