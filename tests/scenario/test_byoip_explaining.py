"""`lab explain` walks the way of a range, from the registry to who accepts it, and says where it breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.engines.sim.engine import SimEngine
from lab.scenario.lab import Lab
from lab.scenario.route_showing import explain
from lab.scenario.running import run_step
from lab.topology.loading import open_document, parse_step

V4, V6 = "203.0.113.0/24", "2001:db8:1000::/44"
PAPERWORK = (
    {"roa": {"add": {"prefix": V4, "asn": 16509}}},
    {"roa": {"add": {"prefix": V4, "asn": 14618}}},
    {"registry": {"prefix": V4, "certificate": {}}},
)
BRING = {"aws": {"call": "provision-byoip-cidr", "with": {"Cidr": V4}, "authorize": True}}
ADVERTISE = {"aws": {"call": "advertise-byoip-cidr", "with": {"Cidr": V4}}}


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab("aws-byoip", SimEngine) as lab:
        yield lab


def do(lab: Lab, *steps: dict) -> None:
    document = open_document("aws-byoip")
    for step in steps:
        run_step(lab, parse_step(step, document))


def links(lab: Lab, speaker: str, prefix: str) -> dict[str, tuple[bool | None, str]]:
    return {link["name"]: (link["ok"], link["text"]) for link in explain(lab, speaker, prefix)["byoip"]}


def test_a_route_that_aws_has_nothing_to_do_with_is_explained_by_bgp_alone(lab: Lab) -> None:
    assert links(lab, "eyeball", V4) == {}


def test_a_range_that_nobody_brought_is_missing_at_the_first_step_that_is(lab: Lab) -> None:
    do(lab, {"withdraw": {"from": "customer", "prefix": V4}})
    found = links(lab, "eyeball", V4)
    assert found["registry"][0] is True
    assert found["certificate"][0] is False
    assert found["ROA"] == (
        False,
        f"no ROA authorizes AS16509 to originate {V4}; those that cover it are {V4} AS64496; "
        f"no ROA authorizes AS14618 to originate {V4}; those that cover it are {V4} AS64496",
    )
    assert list(found)[-1] == "provision"
    assert found["provision"][0] is False


def test_an_address_is_no_range_that_could_be_brought(lab: Lab) -> None:
    do(lab, {"withdraw": {"from": "customer", "prefix": V4}})
    ((name, (ok, text)),) = links(lab, "eyeball", "203.0.113.0/32").items()
    assert (name, ok) == ("size", False)
    assert "/24" in text


def test_the_chain_ends_with_who_accepts_the_route_and_who_refuses_it_and_why(lab: Lab) -> None:
    do(lab, *PAPERWORK, BRING, {"wait": {"for": "1h"}}, ADVERTISE, {"wait": {"for": "1m"}})
    found = links(lab, "eyeball", V4)
    assert [ok for ok, _ in list(found.values())[:6]] == [True] * 6
    assert found["accepted"] == (True, "by transit-b, eyeball")
    assert found["elsewhere"][1].startswith("another origin is preferred by customer (origin AS64496)")

    do(
        lab,
        {"withdraw": {"from": "customer", "prefix": V4}},
        {"roa": {"remove": {"prefix": V4, "asn": 16509}}},
    )
    found = links(lab, "campus", V4)
    assert found["ROA"][0] is False
    assert found["accepted"] == (True, "by transit-b, eyeball")
    assert found["rejected"][0] is False
    assert "transit-a (from aws-use1: rov-invalid" in found["rejected"][1]
    assert found["not received"] == (False, "by customer, campus: nobody passes it on to them")


def test_a_range_that_ipam_could_not_take_is_explained_by_what_ipam_missed(lab: Lab) -> None:
    scope = {"scope": "Ipam.PublicDefaultScopeId"}
    pool = {"IpamScopeId": "$scope", "AddressFamily": "ipv6", "PubliclyAdvertisable": True}
    cidr = {"IpamPoolId": "$pool", "Cidr": V6}
    do(
        lab,
        {"aws": {"call": "create-ipam", "with": {"OperatingRegions": []}, "save": scope}},
        {"wait": {"for": "10s"}},
        {"aws": {"call": "create-ipam-pool", "with": pool, "save": {"pool": "IpamPool.IpamPoolId"}}},
        {"wait": {"for": "10s"}},
        {"aws": {"call": "provision-ipam-pool-cidr", "with": cidr, "authorize": True}},
        {"wait": {"for": "1h"}},
    )
    found = links(lab, "eyeball", V6)
    ok, text = found["IPAM"]
    assert ok is False
    assert text.startswith(f"{V6} is failed-provision in ipam-pool-")
    assert "certificate" in text
    assert "expected ROAs for it with AS16509 and AS14618" in text
    assert "message" not in found
    assert found["advertise"] == (False, "a pool with a locale must have it first")
