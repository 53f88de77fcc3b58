import pytest

from lab.bgp.attributes import BLACKHOLE
from lab.bgp.commands import Leak, SetNeighbor
from lab.bgp.prefix import Prefix
from lab.observe.events import AlertRaised
from lab.observe.findings import evidence
from lab.topology.vocabulary import AlertKind

HELD = "203.0.113.0/24"
PART = "203.0.113.0/25"


def alert(lab, kind):
    """The one open alert of a kind."""
    (found,) = (each for each in lab.detector.open_alerts() if each.kind is AlertKind(kind))
    return found


# --- hijacks ----------------------------------------------------------------------------------------------


def test_the_holder_announcing_its_prefix_is_no_alert(byoip):
    assert byoip.announce("customer", HELD) == []


@pytest.mark.parametrize("prefix", [HELD, "2001:db8:100::/48"])
def test_anothers_prefix_from_the_wrong_origin_is_an_origin_hijack(byoip, observe, prefix):
    byoip.announce("customer", prefix)
    events = byoip.announce("attacker", prefix)
    assert observe.short(events) == ["+origin-hijack attacker", "+moas"]
    found = alert(byoip, "origin-hijack")
    assert (found.prefix, found.asn, found.at) == (Prefix.parse(prefix), 64499, "collector")
    assert found.path == (64499,)
    assert "attacker" in found.seen_by
    assert "customer" not in found.seen_by
    assert found.text.startswith(
        f"attacker (AS64499) originates {prefix}, which customer (AS64496) holds; "
        "no VRP covers it, so origin validation cannot stop it; seen at attacker"
    )


def test_a_part_of_anothers_prefix_is_a_subprefix_hijack_and_names_the_whole(byoip, observe):
    byoip.announce("customer", HELD)
    assert observe.short(byoip.announce("attacker", PART)) == ["+subprefix-hijack attacker"]
    found = alert(byoip, "subprefix-hijack")
    assert found.prefix == Prefix.parse(PART)
    assert "originates 203.0.113.0/25, part of 203.0.113.0/24, which customer (AS64496) holds" in found.text
    assert set(found.seen_by) == {speaker.name for speaker in byoip.topology.routers()}


def test_the_holder_may_announce_parts_of_its_prefix(byoip):
    byoip.announce("customer", HELD)
    assert byoip.announce("customer", PART) == []
    assert byoip.announce("customer", "203.0.113.9/32", communities=(BLACKHOLE,)) == []


def test_a_prefix_nobody_holds_may_be_announced_by_anyone(byoip):
    assert byoip.announce("attacker", "198.51.100.0/24") == []


def test_a_vrp_makes_another_origin_right_for_exactly_what_it_authorises(byoip, observe):
    byoip.authorise(HELD, 16509)
    assert byoip.announce("cloud-east", HELD) == []
    assert observe.short(byoip.announce("cloud-east", PART)) == ["+subprefix-hijack", "+rpki-invalid"]


def test_the_holders_asn_counts_for_all_its_speakers(observe):
    lab = observe.Watched(
        observe.topology(
            {"east": 16509, "west": 16509, "transit": 64510},
            ["east -> transit", "west -> transit"],
            held={"east": [HELD]},
        )
    )
    assert lab.announce("west", HELD) == []


def test_without_a_registry_the_declared_prefixes_say_who_holds_what(observe):
    lab = observe.Watched(
        observe.topology(
            {"holder": 64496, "attacker": 64499, "transit": 64510},
            ["holder -> transit", "attacker -> transit"],
            declared={"holder": [HELD]},
        )
    )
    assert lab.announce("holder", HELD) == []
    assert "+origin-hijack attacker" in observe.short(lab.announce("attacker", HELD))


def test_declaring_a_registered_prefix_makes_nobody_its_holder(observe):
    lab = observe.Watched(
        observe.topology(
            {"holder": 64496, "attacker": 64499, "transit": 64510},
            ["holder -> transit", "attacker -> transit"],
            held={"holder": [HELD]},
            declared={"attacker": [HELD, PART]},
        )
    )
    assert observe.short(lab.announce("attacker", PART)) == ["+subprefix-hijack attacker"]


def test_a_sub_allocation_belongs_to_whom_it_is_registered(observe):
    lab = observe.Watched(
        observe.topology(
            {"isp": 64510, "customer": 64496},
            ["customer -> isp"],
            held={"isp": [HELD], "customer": [PART]},
        )
    )
    assert lab.announce("customer", PART) == []
    assert observe.short(lab.announce("isp", PART)) == ["+origin-hijack isp", "+moas"]


def test_an_offender_with_several_speakers_is_named_by_its_asn(byoip):
    byoip.announce("cloud-west", HELD)
    found = alert(byoip, "origin-hijack")
    assert (found.by, found.asn) == ("", 16509)
    assert found.text.startswith("AS16509 (cloud-east, cloud-west) originates")


# --- forged origins ---------------------------------------------------------------------------------------


def test_a_forged_origin_is_found_by_the_link_that_does_not_exist(byoip, observe):
    byoip.authorise(HELD, 64496)
    byoip.announce("customer", HELD)
    assert observe.short(byoip.announce("attacker", HELD, path=(64496,))) == ["+forged-origin attacker"]
    found = alert(byoip, "forged-origin")
    assert found.path == (64499, 64496)
    assert "attacker (AS64499) and customer (AS64496) are not connected" in found.text
    assert "the forged origin makes it RPKI-valid, so origin validation does not stop it" in found.text


def test_the_offender_of_a_longer_forged_path_is_still_its_sender(byoip, observe):
    events = byoip.announce("attacker", PART, path=(64500, 64510, 64496))
    assert observe.short(events) == ["+forged-origin attacker"]


def test_a_hijack_in_the_name_of_a_third_party_is_its_senders(byoip, observe):
    assert observe.short(byoip.announce("attacker", HELD, path=(64500,))) == ["+origin-hijack attacker"]
    text = (
        "attacker (AS64499), as eyeball (AS64500), originates 203.0.113.0/24, which customer (AS64496) holds"
    )
    assert alert(byoip, "origin-hijack").text.startswith(text)


def test_prepending_is_no_forgery(byoip):
    assert byoip.announce("customer", HELD, prepend=3) == []


def test_prepending_by_a_transit_is_no_forgery(byoip):
    byoip.announce("customer", HELD)
    assert byoip.apply("transit-b", SetNeighbor("eyeball", prepend=2)) == []
    assert byoip.table().paths[Prefix.parse(HELD)]["eyeball"] == (64500, 64511, 64511, 64511, 64496)


def test_the_holder_may_put_others_into_its_own_path(byoip):
    assert byoip.announce("customer", HELD, path=(64500, 64496)) == []


def test_two_clients_of_a_route_server_are_connected(observe):
    lab = observe.Watched(
        observe.topology(
            {"a": 64500, "b": 64496, "rs": 64505, "up": 64510, "below": 64501},
            ["rs => a", "rs => b", "a -> up", "below -> a"],
            held={"b": [HELD]},
        )
    )
    assert lab.announce("b", HELD) == []
    assert lab.table().paths[Prefix.parse(HELD)]["below"] == (64501, 64500, 64496)


# --- route leaks ------------------------------------------------------------------------------------------

LEAKS = {
    1: (["leaker -> left", "leaker -> right"], "hairpin turn"),
    2: (["leaker -- left", "leaker -- right"], "lateral leak"),
    3: (["leaker -> left", "leaker -- right"], "a provider's route to a peer"),
    4: (["leaker -- left", "leaker -> right"], "a peer's route to a provider"),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_a_leak_names_the_leaker_the_ways_and_the_type_of_rfc_7908(observe, kind):
    links, name = LEAKS[kind]
    lab = observe.Watched(
        observe.topology(
            {"origin": 64496, "left": 64510, "leaker": 64500, "right": 64511, "beyond": 64501},
            ["origin -> left", *links, "beyond -> right"],
            held={"origin": [HELD]},
        )
    )
    assert lab.announce("origin", HELD) == []
    assert observe.short(lab.apply("leaker", Leak())) == ["+route-leak leaker"]
    found = alert(lab, "route-leak")
    assert set(found.seen_by) == {"right", "beyond"}
    assert found.path == (64511, 64500, 64510, 64496)
    assert found.text.startswith(
        f"leaker (AS64500) leaks {HELD} from left (AS64510) to right (AS64511) (RFC 7908 type {kind}, {name}"
    )
    assert observe.short(lab.apply("leaker", Leak(active=False))) == ["-route-leak leaker"]


def test_a_leaker_cannot_hide_behind_prepending(byoip, observe):
    byoip.announce("cloud-east", "198.51.100.0/24")
    byoip.apply("customer", SetNeighbor("transit-b", prepend=2))
    assert observe.short(byoip.apply("customer", Leak(to="transit-b"))) == ["+route-leak customer"]
    assert alert(byoip, "route-leak").path == (64511, 64496, 64496, 64496, 64510, 16509)


def test_a_route_server_clients_leak_between_exchanges_is_lateral(observe):
    lab = observe.Watched(
        observe.topology(
            {"a": 64496, "leaker": 64500, "b": 64501, "rs1": 64505, "rs2": 64506},
            ["rs1 => a", "rs1 => leaker", "rs2 => leaker", "rs2 => b"],
            held={"a": [HELD]},
        )
    )
    lab.announce("a", HELD)
    assert observe.short(lab.apply("leaker", Leak())) == ["+route-leak leaker"]
    assert "(RFC 7908 type 2," in alert(lab, "route-leak").text


def test_ases_with_several_relationships_are_judged_by_the_most_permissive(observe):
    """AS16509 is a customer of transit at one site and its peer at another: its peer's route may go on."""
    lab = observe.Watched(
        observe.topology(
            {"east": 16509, "west": 16509, "transit": 64510, "peer": 64511},
            ["east -> transit", "west -- transit", "transit -- peer"],
            held={"west": [HELD]},
        )
    )
    lab.announce("west", HELD)
    assert lab.apply("transit", Leak()) == []
    assert "peer" in lab.table().paths[Prefix.parse(HELD)]


def test_a_forged_path_accuses_nobody_behind_the_forgery_of_a_leak(byoip):
    """The false link ends what is true: 64510 is a customer of nobody, yet did not pass on this route."""
    byoip.announce("attacker", PART, path=(64510, 64496, 64511, 64500, 64496))
    assert byoip.kinds() == ["forged-origin"]


# --- covering prefixes ------------------------------------------------------------------------------------

AROUND = "203.0.112.0/23"


def test_a_prefix_around_a_held_one_is_a_hijack_and_names_what_it_captures(byoip, observe):
    byoip.announce("customer", HELD)
    byoip.withdraw("customer", HELD)
    assert observe.short(byoip.announce("attacker", AROUND)) == ["+origin-hijack attacker"]
    assert alert(byoip, "origin-hijack").text.startswith(
        "attacker (AS64499) originates 203.0.112.0/23, which nobody holds and which covers 203.0.113.0/24 of "
        "customer (AS64496); it captures what it covers wherever the more specific route is gone; "
        "no VRP covers it"
    )
    assert observe.short(byoip.withdraw("attacker", AROUND)) == ["-origin-hijack attacker"]


def test_a_default_route_of_an_as_without_customers_is_a_hijack(byoip, observe):
    assert observe.short(byoip.announce("attacker", "0.0.0.0/0")) == ["+origin-hijack attacker"]


@pytest.mark.parametrize("default", ["0.0.0.0/0", "::/0"])
def test_a_default_route_of_a_provider_is_no_hijack(byoip, default):
    assert byoip.announce("transit-b", default) == []


def test_holding_a_little_of_the_world_gives_no_right_to_a_default_route(observe):
    lab = observe.Watched(
        observe.topology(
            {"customer": 64496, "stub": 64500, "transit": 64510},
            ["customer -> transit", "stub -> transit"],
            held={"customer": [HELD], "stub": ["198.51.100.0/24"]},
        )
    )
    assert observe.short(lab.announce("stub", "0.0.0.0/0")) == ["+origin-hijack stub"]


def test_the_holder_of_a_part_may_announce_an_aggregate(byoip):
    assert byoip.announce("customer", AROUND) == []


def test_a_vrp_makes_a_covering_prefix_right(byoip):
    byoip.authorise(AROUND, 16509)
    assert byoip.announce("cloud-west", AROUND) == []


def test_the_holder_of_a_block_may_announce_it_around_what_it_delegated(observe):
    lab = observe.Watched(
        observe.topology(
            {"isp": 64510, "customer": 64496},
            ["customer -> isp"],
            held={"isp": [AROUND], "customer": [HELD]},
        )
    )
    assert lab.announce("isp", AROUND) == []
    assert lab.announce("customer", HELD) == []


def test_declaring_a_prefix_around_a_registered_one_makes_nobody_its_holder(observe):
    lab = observe.Watched(
        observe.topology(
            {"holder": 64496, "attacker": 64499, "transit": 64510},
            ["holder -> transit", "attacker -> transit"],
            held={"holder": [HELD]},
            declared={"attacker": [AROUND]},
        )
    )
    assert observe.short(lab.announce("attacker", AROUND)) == ["+origin-hijack attacker"]


def test_declaring_a_default_route_makes_nobody_the_holder_of_everything(observe):
    lab = observe.Watched(
        observe.topology(
            {"customer": 64496, "transit": 64510},
            ["customer -> transit"],
            declared={"transit": ["0.0.0.0/0"]},
        )
    )
    assert lab.announce("transit", "0.0.0.0/0") == []
    assert lab.announce("customer", HELD) == []


def test_a_forged_origin_of_a_covering_prefix_is_its_senders(byoip, observe):
    assert observe.short(byoip.announce("attacker", AROUND, path=(64496,))) == ["+forged-origin attacker"]


def test_a_long_list_of_captured_prefixes_is_counted(observe):
    held = [f"203.0.113.{number}/32" for number in range(9)]
    lab = observe.Watched(
        observe.topology(
            {"holder": 64496, "attacker": 64499, "transit": 64510},
            ["holder -> transit", "attacker -> transit"],
            held={"holder": held},
        )
    )
    lab.announce("attacker", HELD)
    listed = ", ".join(f"{prefix} of holder (AS64496)" for prefix in held[:6])
    assert f"covers {listed}, 3 more; it captures" in alert(lab, "origin-hijack").text


# --- the holder's own path --------------------------------------------------------------------------------


def test_poisoning_ones_own_provider_is_no_leak(byoip):
    assert byoip.announce("customer", HELD, path=(64511, 64496)) == []
    assert byoip.table().paths[Prefix.parse(HELD)]["transit-a"] == (64510, 64496, 64511, 64496)


def test_a_leaker_cannot_hide_behind_poisoning(byoip, observe):
    byoip.announce("cloud-east", "198.51.100.0/24")
    events = byoip.announce("customer", "198.51.100.0/24", path=(64505, 64496, 64510, 16509))
    assert observe.short(events) == ["+route-leak customer"]


@pytest.mark.parametrize(
    "path", [(3356,), (64511,), (64511, 3356), (3356, 64511), (64511, 64500), (16509,)], ids=str
)
def test_whatever_the_holder_writes_into_its_path_accuses_nobody(byoip, path):
    assert byoip.announce("customer", HELD, path=path) == []


def test_a_broken_origin_of_the_holder_is_its_own_rpki_invalid_route(byoip, observe):
    byoip.authorise(HELD, 64496)
    assert observe.short(byoip.announce("customer", HELD, path=(3356,))) == ["+rpki-invalid customer"]
    assert alert(byoip, "rpki-invalid").text.startswith(
        "the route to 203.0.113.0/24 from customer (AS64496), as AS3356, is RPKI-invalid"
    )


def test_a_withdrawn_prefix_with_a_broken_origin_is_a_loss_of_visibility(byoip, observe):
    byoip.announce("customer", HELD, path=(3356,))
    assert observe.short(byoip.withdraw("customer", HELD)) == ["+visibility-loss"]


def test_a_hijack_that_the_holder_itself_believes_is_seen_there_too(byoip):
    byoip.announce("transit-b", HELD)
    found = alert(byoip, "origin-hijack")
    assert found.by == "transit-b"
    assert byoip.table().paths[Prefix.parse(HELD)]["customer"] == (64496, 64511)
    assert "customer" in found.seen_by


# --- origin validation, MOAS, visibility ------------------------------------------------------------------


def test_an_invalid_route_is_explained(byoip, observe):
    byoip.announce("customer", PART)
    assert observe.short(byoip.authorise(HELD, 64496)) == ["+rpki-invalid customer"]
    assert alert(byoip, "rpki-invalid").text.startswith(
        "the route to 203.0.113.0/25 from customer (AS64496) is RPKI-invalid; "
        "VRP 203.0.113.0/24 AS64496: /25 is longer than maxLength 24; seen at"
    )
    assert observe.short(byoip.authorise(PART, 64496)) == ["-rpki-invalid customer"]


def test_a_legitimate_moas_is_still_reported_with_all_origins(byoip, observe):
    byoip.authorise(HELD, 64496)
    byoip.authorise(HELD, 16509)
    byoip.announce("customer", HELD)
    assert observe.short(byoip.announce("cloud-east", HELD)) == ["+moas"]
    found = alert(byoip, "moas")
    assert (found.by, found.asn) == ("", None)
    assert found.text.startswith(
        "203.0.113.0/24 has 2 origin ASes; AS16509 (cloud-east, cloud-west) at 1 of 7 vantage points, valid; "
        "customer (AS64496) at 6 of 7 vantage points, valid; seen at"
    )


def test_a_withdrawal_is_a_loss_of_visibility_until_it_is_announced_again(byoip, observe):
    byoip.announce("customer", HELD)
    assert observe.short(byoip.withdraw("customer", HELD)) == ["+visibility-loss"]
    assert alert(byoip, "visibility-loss").text == (
        "203.0.113.0/24 is seen by none of 7 vantage points; it was seen by 7; "
        "a withdrawal by its holder looks the same as a fault from here"
    )
    (event,) = byoip.announce("customer", HELD)
    assert event.text == "203.0.113.0/24 is visible again, at 7 of 7 vantage points"


def test_a_hijack_that_ends_is_no_loss_of_visibility(byoip, observe):
    byoip.announce("customer", HELD)
    byoip.announce("attacker", PART)
    assert observe.short(byoip.withdraw("attacker", PART)) == ["-subprefix-hijack attacker"]


def test_a_forged_origin_that_ends_is_no_loss_of_visibility(byoip, observe):
    byoip.announce("customer", HELD)
    byoip.announce("attacker", PART, path=(64496,))
    assert observe.short(byoip.withdraw("attacker", PART)) == ["-forged-origin attacker"]


def test_an_invalid_route_with_a_forged_origin_is_its_senders(byoip, observe):
    byoip.authorise(HELD, 64496)
    byoip.announce("attacker", PART, path=(64496,))
    assert byoip.kinds() == ["forged-origin", "rpki-invalid"]
    found = alert(byoip, "rpki-invalid")
    assert found.by == "attacker"
    assert found.text.startswith(
        "the route to 203.0.113.0/25 from attacker (AS64499), as customer (AS64496), is RPKI-invalid"
    )


def test_a_partition_of_the_network_is_a_loss_of_visibility(byoip, observe):
    byoip.announce("cloud-east", "198.51.100.0/24")  # cloud-west cannot see it: its own ASN is in the path
    for link in (("transit-a", "transit-b"), ("customer", "transit-a")):
        byoip.engine.set_link(*link, False)
    assert observe.short(byoip.look()) == ["+visibility-loss"]
    assert "is seen by 2 of 7 vantage points; it was seen by 6" in alert(byoip, "visibility-loss").text
    byoip.engine.set_link("transit-a", "transit-b", True)
    assert observe.short(byoip.look()) == ["-visibility-loss"]


# --- the life of an alert ---------------------------------------------------------------------------------


def test_an_alert_is_raised_once_resolved_once_and_raised_again_when_it_returns(byoip, observe):
    byoip.announce("customer", HELD)
    assert observe.short(byoip.announce("attacker", PART)) == ["+subprefix-hijack attacker"]
    assert byoip.look() == []
    (resolved,) = byoip.withdraw("attacker", PART)
    assert observe.short([resolved]) == ["-subprefix-hijack attacker"]
    assert resolved.text.startswith("no longer: attacker (AS64499) originates 203.0.113.0/25")
    assert byoip.look() == []
    (again,) = byoip.announce("attacker", PART)
    assert isinstance(again, AlertRaised)
    assert resolved.raised < resolved.time < again.time


def test_one_offender_more_is_one_alert_more(byoip, observe):
    byoip.announce("attacker", HELD)
    events = byoip.announce("eyeball", HELD)
    assert observe.short(events) == ["+origin-hijack eyeball", "+moas"]
    assert byoip.kinds() == ["moas", "origin-hijack", "origin-hijack"]


def test_the_text_names_few_vantage_points_and_counts_the_rest():
    few = {f"v{number}": (64500 + number, 64496) for number in range(8)}
    assert evidence(few).startswith(
        "seen at v0, v1, v2, v3, v4, v5, v6, v7; for example with path 64500 64496"
    )
    assert evidence(few | {"v8": (64496,)}) == (
        "seen at v0, v1, v2, v3, v4, v5, 3 more; for example with path 64496"
    )
    assert evidence({}) == ""


def test_open_alerts_keep_the_time_they_were_raised(byoip):
    (raised,) = byoip.announce("attacker", PART)
    byoip.announce("customer", HELD)
    assert byoip.detector.open_alerts() == [raised]
