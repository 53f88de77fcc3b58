"""`lab explain` walks the way of a prefix to Cloudflare, from the registry to who accepts it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.engines.sim.engine import SimEngine
from lab.scenario.lab import Lab
from lab.scenario.route_showing import explain
from lab.scenario.running import run_step
from lab.topology.loading import open_document, parse_step

HELD = "203.0.113.0/24"
ADD = {"post": "addressing/prefixes", "save": {"prefix": "id", "token": "ownership_validation_token"}}
ADDED = {"cloudflare": {**ADD, "with": {"cidr": HELD, "asn": 13335, "delegate_loa_creation": True}}}
PROOFS = (
    {"roa": {"add": {"prefix": HELD, "asn": 13335}}},
    {"irr": {"add": {"prefix": HELD, "origin": 13335, "descr": "cf-validation: $token"}}},
)
VALIDATE = {"cloudflare": {"post": "addressing/prefixes/$prefix/validate"}}
SERVICES = {"cloudflare": {"get": "addressing/services", "save": {"cdn": "name=CDN.id"}}}
BIND = {
    "cloudflare": {
        "post": "addressing/prefixes/$prefix/bindings",
        "with": {"cidr": HELD, "service_id": "$cdn"},
    }
}
BGP = {"cloudflare": {"get": "addressing/prefixes/$prefix/bgp/prefixes", "save": {"bgp": "0.id"}}}
ADVERTISE = {
    "cloudflare": {
        "patch": "addressing/prefixes/$prefix/bgp/prefixes/$bgp",
        "with": {"on_demand": {"advertised": True}},
    }
}
LEAVE = {"withdraw": {"from": "customer", "prefix": HELD}}


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab("cloudflare-byoip", SimEngine) as lab:
        yield lab


def do(lab: Lab, *steps: dict) -> None:
    document = open_document("cloudflare-byoip")
    for step in steps:
        run_step(lab, parse_step(step, document))


def passing(time: str) -> dict:
    return {"wait": {"for": time}}


def links(lab: Lab, prefix: str = HELD, speaker: str = "eyeball") -> dict[str, tuple[bool | None, str]]:
    return {link["name"]: (link["ok"], link["text"]) for link in explain(lab, speaker, prefix)["cloudflare"]}


def test_a_route_that_cloudflare_has_nothing_to_do_with_is_explained_by_bgp_alone(lab: Lab) -> None:
    assert links(lab) == {}
    do(lab, ADDED)
    assert links(lab, "198.51.100.0/24") == {}


def test_the_first_thing_that_is_missing_is_told_with_what_to_do(lab: Lab) -> None:
    do(lab, ADDED)
    found = links(lab)
    assert list(found) == ["registry", "IRR", "RPKI", "ownership", "approved"]
    assert found["registry"] == (True, f"{HELD} is registered to customer at ARIN")
    assert [found[name][0] for name in ("IRR", "RPKI", "ownership", "approved")] == [False] * 4
    assert found["RPKI"][1].startswith("mismatch_asn: ")
    assert found["approved"][1].startswith("P: mend what is missing, then POST .../prefixes/")


def test_proofs_are_looked_at_as_they_are_now_and_not_as_the_last_validation_found_them(lab: Lab) -> None:
    do(lab, ADDED, *PROOFS)
    found = links(lab)
    assert [found[name][0] for name in ("IRR", "RPKI", "ownership")] == [True] * 3
    assert found["approved"][0] is False
    do(lab, VALIDATE)
    ok, text = links(lab)["approved"]
    assert ok is None
    assert text.startswith("P: a validation ends at 2026-01-01T")


def test_a_binding_and_an_advertisement_on_their_way_are_neither_right_nor_wrong(lab: Lab) -> None:
    do(lab, ADDED, *PROOFS, VALIDATE, passing("5m"))
    assert links(lab)["LOA"][0] is True
    assert links(lab)["default binding"] == (
        False, "there is none: POST .../bindings with the whole prefix",
    )  # fmt: skip
    do(lab, SERVICES, BIND)
    ok, text = links(lab)["default binding"]
    assert ok is None
    assert text.startswith("CDN, provisioning: at all sites from 2026-01-01T")
    do(lab, passing("6h"), BGP)
    found = links(lab)
    assert found["default binding"] == (True, "CDN, active")
    assert found["advertised"][0] is False
    assert found["advertised"][1].startswith(f"{HELD} is withdrawn (PATCH .../bgp/prefixes/")
    assert "accepted" not in found
    do(lab, ADVERTISE)
    ok, text = links(lab)["advertised"]
    assert ok is None
    assert text.startswith(f"{HELD} is announced from 2026-01-01T")


def test_an_approved_prefix_without_a_letter_is_told_to_get_one_before_a_binding(lab: Lab) -> None:
    added = {"cloudflare": {**ADD, "with": {"cidr": HELD, "asn": 13335}}}
    do(lab, added, *PROOFS, VALIDATE, passing("5m"))
    found = links(lab)
    assert list(found)[-2:] == ["approved", "LOA"]
    assert found["LOA"][0] is False
    assert "upload a PDF (POST .../loa_documents) and set loa_document_id" in found["LOA"][1]


def test_the_chain_ends_with_who_accepts_the_route_and_who_refuses_it_and_why(lab: Lab) -> None:
    do(lab, ADDED, *PROOFS, VALIDATE, passing("5m"), SERVICES, BIND, passing("6h"), BGP, ADVERTISE)
    do(lab, passing("7m"))
    found = links(lab)
    assert found["advertised"] == (True, f"every site of Cloudflare announces {HELD}")
    assert found["accepted"] == (True, "by transit-b, eyeball, shop")
    assert found["elsewhere"][1].startswith("another origin is preferred by customer (origin AS64496)")
    do(lab, LEAVE)
    found = links(lab)
    assert found["accepted"] == (True, "by customer, transit-a, transit-b, campus, eyeball, shop")
    assert [ok for ok, _ in found.values()] == [True] * len(found)

    do(lab, {"irr": {"remove": {"prefix": HELD, "origin": 13335}}})
    found = links(lab)
    assert found["IRR"][0] is False
    assert found["IRR"][1].startswith("mismatch_asn: ")
    assert found["IRR"][1].endswith("whoever filters by the IRR drops the route now")
    assert found["ownership"][0] is True
    assert "rejected" not in found, "transit-a takes it from its peer instead"
    do(lab, {"link": {"between": ["transit-a", "transit-b"], "state": "down"}})
    found = links(lab)
    assert found["accepted"] == (True, "by transit-b, eyeball, shop")
    assert found["rejected"] == (False, "by transit-a (from cf-ams: irr-filtered)")
    assert found["not received"] == (False, "by customer, campus: nobody passes it on to them")


def test_a_part_of_a_prefix_is_explained_by_the_prefix_and_by_the_bgp_prefixes_around_it(lab: Lab) -> None:
    do(lab, ADDED, *PROOFS, VALIDATE, passing("5m"), SERVICES, BIND, passing("6h"), BGP, ADVERTISE)
    do(lab, passing("7m"), LEAVE)
    found = links(lab, "203.0.113.64/28")
    assert found["advertised"] == (True, f"every site of Cloudflare announces {HELD}")
    assert found["accepted"][0] is True
