import json

from hypothesis import given, settings
from support.examples import examples
from support.payload_values import payloads

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp
from lab.rpki.diff import AspaChange, RouteChange, VrpChange, diff, diff_data, diff_text
from lab.rpki.payloads import Payloads, Source

NET, HALF = Prefix.parse("203.0.113.0/24"), Prefix.parse("203.0.113.0/25")
ROA = Source("rsync://rpki.example/customer/a.roa", "arin", 1767325445)
OURS, WIDE = Vrp(NET, 24, 64496, "arin"), Vrp(NET, 25, 64497, "arin")


def one(*found) -> Payloads:
    return Payloads.of((payload, ROA) for payload in found)


def test_a_roa_that_came_is_shown_with_its_file_and_the_routes_it_decides():
    found = diff(Payloads.empty(), one(OURS))
    assert found.added == (VrpChange(OURS, (ROA,)),)
    assert found.routes == (RouteChange(NET, 64496, RovState.NOT_FOUND, RovState.VALID),)
    assert diff_text(found) == (
        "1 VRP added, 0 removed\n"
        "+ 203.0.113.0/24 AS64496 (arin)  rsync://rpki.example/customer/a.roa\n"
        "  203.0.113.0/24 from AS64496: not-found -> valid"
    )


def test_routes_that_were_seen_are_judged_when_they_are_given():
    found = diff(one(WIDE), one(OURS), [(HALF, 64497), (HALF, 64496), (Prefix.parse("192.0.2.0/24"), 64496)])
    assert found.routes == (RouteChange(HALF, 64497, RovState.VALID, RovState.INVALID),)


def test_providers_of_one_customer_change_as_one():
    found = diff(one(Aspa(64496, (64500,), "arin")), one(Aspa(64496, (0,), "arin")))
    assert found.aspas == (AspaChange(64496, (64500,), (0,)),)
    assert diff_text(found) == (
        "0 VRPs added, 0 removed; the ASPAs of 1 AS changed\n~ ASPA of AS64496: AS64500 -> no providers"
    )
    assert diff_text(diff(found_none := Payloads.empty(), found_none)) == "no difference"


def test_a_renewed_object_is_no_difference():
    assert not diff(one(OURS), Payloads.of([(OURS, Source(ROA.uri, "arin", ROA.expires + 1))]))


@given(payloads(), payloads())
@settings(max_examples=examples(25))
def test_what_was_added_and_removed_leads_from_the_old_set_to_the_new(old, new):
    found = diff(old, new)
    removed = {change.vrp for change in found.removed}
    assert (set(old.vrps) - removed) | {change.vrp for change in found.added} == set(new.vrps)
    aspas = {aspa.customer: aspa.providers for aspa in old.merged_aspas()}
    aspas |= {change.customer: change.new for change in found.aspas}
    after = {aspa.customer: aspa.providers for aspa in new.merged_aspas()}
    assert {customer: providers for customer, providers in aspas.items() if providers is not None} == after


@given(payloads(), payloads())
@settings(max_examples=examples(25))
def test_the_way_back_is_the_same_the_other_way_round(old, new):
    there, back = diff(old, new), diff(new, old)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert [(c.prefix, c.origin, c.old, c.new) for c in there.routes] == [
        (c.prefix, c.origin, c.new, c.old) for c in back.routes
    ]


@given(payloads(), payloads())
@settings(max_examples=examples(25))
def test_every_difference_is_in_the_text_and_the_json(old, new):
    found = diff(old, new)
    lines = 0 if not found else len(diff_text(found).splitlines()) - 1
    assert lines == len(found.added) + len(found.removed) + len(found.aspas) + len(found.routes)
    data = json.loads(json.dumps(diff_data(found)))
    assert [entry["vrp"]["asn"] for entry in data["added"]] == [change.vrp.asn for change in found.added]


def test_a_name_with_a_line_break_makes_no_line_of_its_own():
    forged = Vrp(NET, 24, 64496, "arin\n+ 192.0.2.0/24 AS64511\x1b[2J")
    text = diff_text(diff(Payloads.empty(), one(forged)))
    assert len(text.splitlines()) == 3
    assert "(arin\\n+ 192.0.2.0/24 AS64511\\x1b[2J)" in text
