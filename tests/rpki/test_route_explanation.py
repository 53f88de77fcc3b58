import json

import pytest

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp
from lab.rpki.explaining import explain_route, explanation_data, explanation_text
from lab.rpki.payloads import Payloads, Source
from lab.rpki.validation.results import Rejected

NET, HALF = Prefix.parse("203.0.113.0/24"), Prefix.parse("203.0.113.0/25")
ROA = Source("rsync://rpki.example/customer/a.roa", "arin", 1767325445)
HELD = Payloads.of([(Vrp(NET, 24, 64496, "arin"), ROA)])


def holders(prefix: Prefix) -> frozenset[int] | None:
    return frozenset({64496}) if NET.covers(prefix) else None


def test_an_invalid_route_is_explained_by_its_roa_file_its_trust_anchor_and_the_way_out():
    found = explain_route(HALF, 64496, HELD, holders=holders)
    assert found.state is RovState.INVALID
    assert found.covering[0].sources == (ROA,)
    assert explanation_text(found) == (
        "203.0.113.0/25 from AS64496 is invalid\n"
        "  203.0.113.0/24 AS64496: /25 is longer than maxLength 24\n"
        "    rsync://rpki.example/customer/a.roa (arin), valid until 2026-01-02T03:44:05Z\n"
        "to make it valid: it is more specific than its ROA's maxLength allows; "
        "this ROA lets AS64496 announce exactly 203.0.113.0/25\n"
        "  lab roa add 203.0.113.0/25 64496\n"
        "  caution: only if AS64496 itself announces 203.0.113.0/25: "
        "a forged origin looks the same (RFC 9319)"
    )


def test_a_valid_route_needs_nothing():
    found = explain_route(NET, 64496, HELD, holders=holders)
    assert (found.state, found.fix) == (RovState.VALID, None)
    assert explanation_data(found)["commands"] == []


def test_the_way_out_for_a_hijack_is_a_warning():
    found = explain_route(NET, 64511, HELD, holders=holders)
    assert "AS64511 does not hold 203.0.113.0/24" in found.fix.caution


def test_a_route_that_no_roa_covers_says_so():
    found = explain_route(Prefix.parse("198.51.100.0/24"), 64496, HELD)
    assert found.state is RovState.NOT_FOUND
    assert "no ROA covers 198.51.100.0/24" in explanation_text(found)


@pytest.mark.parametrize(
    ("uri", "message", "related"),
    [
        ("rsync://rpki.example/x/203.0.113.0-24.roa", "expired", True),
        ("rsync://rpki.example/x/as64496.roa", "expired", True),
        ("rsync://rpki.example/x/1.roa", "its resources 203.0.113.0/24 are not its CA's", True),
        ("rsync://rpki.example/customer/x.mft", "stale", True),
        ("rsync://rpki.example/x/203.0.113.128-25.roa", "expired", False),
        ("rsync://rpki.example/x/as644960.roa", "expired", False),
        ("rsync://rpki.example/customer-b/x.mft", "stale", False),
        ("rsync://rpki.example/x/1.roa", "expired", False),
    ],
)
def test_rejected_objects_that_name_the_route_or_its_holder_are_hints(uri, message, related):
    rejected = Rejected(uri, "validity", message, "RFC 6487 section 4.6")
    found = explain_route(HALF, 64496, Payloads.empty(), rejected=[rejected], authorities=("customer",))
    assert found.hints == ((rejected,) if related else ())
    assert (uri in explanation_text(found)) is related


def test_the_json_holds_what_the_text_says():
    data = json.loads(json.dumps(explanation_data(explain_route(HALF, 64496, HELD))))
    assert (data["prefix"], data["origin"], data["state"]) == ("203.0.113.0/25", 64496, "invalid")
    assert data["covering"][0]["sources"][0]["uri"] == ROA.uri
    assert data["commands"] == ["lab roa add 203.0.113.0/25 64496"]
