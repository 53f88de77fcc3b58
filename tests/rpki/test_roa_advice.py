import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.payload_values import ASNS, prefixes, vrps

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.rpki.advice import Advice, Announcement, AnnouncementStanding, RoaStanding, advice_text
from lab.rpki.roa_analysis import advise

NET = Prefix.parse("203.0.113.0/24")
LOW, HIGH = Prefix.parse("203.0.113.0/25"), Prefix.parse("203.0.113.128/25")
VICTIM, ATTACKER = 64496, 64511


def holds(*held: tuple[Prefix, int]):
    """The registry: the most specific of these holdings that covers a prefix decides."""

    def holders(prefix: Prefix) -> frozenset[int] | None:
        covering = [(each.length, each) for each, _ in held if each.covers(prefix)]
        if not covering:
            return None
        _, most_specific = max(covering)
        return frozenset(asn for each, asn in held if each == most_specific)

    return holders


REGISTRY = holds((NET, VICTIM))


def applied(advice: Advice, held: set[Vrp], cautious: bool = True) -> set[Vrp]:
    """The ROAs there are after the suggestions."""
    todo = advice.suggestions(cautious)
    gone = {vrp for each in todo for vrp in each.remove}
    return (held - gone) | {vrp for each in todo for vrp in each.add}


def the_roa(vrp, announcements, others=(), holders=None):
    return next(each for each in advise(announcements, [vrp, *others], holders).roas if each.vrp == vrp)


def the_announcement(announcement, roas, holders=None):
    return next(
        each
        for each in advise([announcement], roas, holders).announcements
        if each.announcement == announcement
    )


# --- announcements ----------------------------------------------------------------------------------------


def test_an_announcement_without_a_roa_gets_one_for_exactly_itself():
    advice = the_announcement(Announcement(NET, VICTIM), [], REGISTRY)
    assert advice.standing is AnnouncementStanding.NOT_FOUND
    assert advice.suggestion.commands == ("lab roa add 203.0.113.0/24 64496",)
    assert advice.suggestion.caution == ""


def test_the_fix_for_a_hijack_warns_that_it_would_authorise_one():
    advice = the_announcement(Announcement(NET, ATTACKER), [Vrp(NET, 24, VICTIM)], REGISTRY)
    assert advice.standing is AnnouncementStanding.INVALID_ASN
    assert advice.suggestion.commands == ("lab roa add 203.0.113.0/24 64511",)
    assert advice.suggestion.caution.startswith("AS64511 does not hold 203.0.113.0/24, AS64496 does")


def test_without_a_registry_the_fix_for_an_invalid_origin_is_never_safe():
    advice = the_announcement(Announcement(NET, ATTACKER), [Vrp(NET, 24, VICTIM)])
    assert "would authorise a hijack" in advice.suggestion.caution


def test_a_more_specific_of_the_holder_may_be_a_forged_origin_and_is_not_authorised_unasked():
    advice = the_announcement(Announcement(LOW, VICTIM), [Vrp(NET, 24, VICTIM)], REGISTRY)
    assert advice.standing is AnnouncementStanding.INVALID_LENGTH
    assert "a forged origin looks the same" in advice.suggestion.caution


@pytest.mark.parametrize("others", [[], [Announcement(NET, VICTIM, 20)]], ids=["alone", "with the /24"])
def test_a_more_specific_of_a_holding_or_an_announcement_is_not_authorised_unasked(others):
    """The same where no ROA is there yet: a hijacker with a forged origin would get it."""
    advice = advise([*others, Announcement(LOW, VICTIM)], [], REGISTRY)
    assert "a forged origin looks the same" in advice.announcements[-1].suggestion.caution
    assert not [command for command in advice.commands() if str(LOW) in command]


def test_without_a_registry_no_new_roa_is_safe():
    assert "would authorise a hijack" in the_announcement(Announcement(NET, ATTACKER), []).suggestion.caution


def test_an_announcement_that_only_as_0_roas_cover_is_disallowed():
    advice = the_announcement(Announcement(NET, VICTIM), [Vrp(NET, 24, 0)], REGISTRY)
    assert advice.standing is AnnouncementStanding.DISALLOWED
    assert "an AS 0 ROA says that nobody may announce" in advice.suggestion.caution


def test_a_default_route_gets_no_roa_because_it_would_make_all_others_invalid():
    everything = Prefix.parse("0.0.0.0/0")
    assert the_announcement(Announcement(everything, VICTIM), []).suggestion is None


def test_a_roa_that_would_make_a_customers_route_invalid_says_so_and_comes_after_the_customers_own():
    customer = Announcement(LOW, 64500)
    advice = advise([Announcement(NET, VICTIM), customer], [], holds((NET, VICTIM), (LOW, 64500)))
    assert [each.invalidates for each in advice.announcements] == [(customer,), ()]
    assert advice.commands() == ("lab roa add 203.0.113.0/25 64500", "lab roa add 203.0.113.0/24 64496")


def test_a_roa_that_would_make_a_working_route_invalid_which_gets_none_is_not_safe():
    customer = Announcement(LOW, 64500)  # whom the registry does not know
    advice = advise([Announcement(NET, VICTIM), customer], [], REGISTRY)
    assert advice.commands() == ()
    assert f"need not work: {customer}" in advice.announcements[0].suggestion.caution


def test_what_sees_an_announcement_adds_up():
    advice = advise([Announcement(NET, VICTIM, 2), Announcement(NET, VICTIM, 3)], [])
    assert [each.announcement.seen_by for each in advice.announcements] == [5]


# --- ROAs -------------------------------------------------------------------------------------------------


def test_a_roa_for_exactly_what_is_announced_is_left_alone():
    advice = the_roa(Vrp(NET, 24, VICTIM), [Announcement(NET, VICTIM)])
    assert (advice.standing, advice.suggestion) == (RoaStanding.SEEN, None)


def test_a_max_length_beyond_what_is_announced_is_replaced_and_a_prefix_at_risk_is_named():
    advice = the_roa(Vrp(NET, 26, VICTIM), [Announcement(NET, VICTIM), Announcement(LOW, VICTIM)])
    assert advice.standing is RoaStanding.TOO_PERMISSIVE
    assert advice.exposure.count == 5  # one /25 and four /26
    assert str(advice.exposure.example) == "203.0.113.0/26"
    assert advice.suggestion.commands == (
        "lab roa add 203.0.113.0/25 64496",
        "lab roa add 203.0.113.0/24 64496",
        "lab roa remove 203.0.113.0/24 64496 --max-length 26",
    )


@pytest.mark.parametrize("holders", [None, REGISTRY])
@pytest.mark.parametrize("seen", [(NET, LOW), (LOW,)])
def test_a_loose_roa_is_not_made_one_for_a_more_specific_unasked(seen, holders):
    advice = advise([Announcement(prefix, VICTIM) for prefix in seen], [Vrp(NET, 25, VICTIM)], holders)
    assert "a forged origin looks the same" in advice.roas[0].suggestion.caution
    assert advice.commands() == ()


def test_a_max_length_of_which_everything_is_announced_is_seen_but_all_of_it_may_be_forged():
    seen = [Announcement(prefix, VICTIM) for prefix in (NET, LOW, HIGH)]
    advice = advise(seen, [Vrp(NET, 25, VICTIM)])
    assert advice.roas[0].standing is RoaStanding.SEEN
    assert f"only if AS{VICTIM} itself announces {LOW}" in advice.roas[0].caution
    assert advice.roas[0].caution in advice_text(advice)
    exact_one = the_roa(Vrp(NET, 24, VICTIM), seen[:1])
    assert (exact_one.standing, exact_one.caution) == (RoaStanding.SEEN, "")


def test_a_roa_within_another_is_redundant_unless_that_one_is_too_permissive():
    wide = Vrp(NET, 25, VICTIM)
    seen = [Announcement(prefix, VICTIM) for prefix in (NET, LOW, HIGH)]
    advice = the_roa(Vrp(LOW, 25, VICTIM), seen, [wide])
    assert (advice.standing, advice.covered_by) == (RoaStanding.REDUNDANT, (wide,))
    assert the_roa(Vrp(LOW, 25, VICTIM), seen[:2], [wide]).standing is RoaStanding.SEEN


def test_of_the_same_roa_under_two_trust_anchors_one_stays():
    twins = {Vrp(NET, 24, VICTIM, "arin"), Vrp(NET, 24, VICTIM, "ripe")}
    assert len(applied(advise([Announcement(NET, VICTIM)], twins), twins)) == 1


def test_a_roa_of_which_nothing_is_seen_is_removed_only_with_a_caution():
    advice = the_roa(Vrp(NET, 24, VICTIM), [])
    assert advice.standing is RoaStanding.UNSEEN
    assert "a backup" in advice.suggestion.caution


def test_a_roa_that_only_makes_routes_invalid_may_be_what_stops_a_hijack():
    hijack = Announcement(NET, ATTACKER)
    advice = the_roa(Vrp(NET, 24, VICTIM), [hijack])
    assert (advice.standing, advice.disallows) == (RoaStanding.DISALLOWING, (hijack,))
    assert "what stops a hijack" in advice.suggestion.caution


def test_an_as_0_roa_is_redundant_where_another_that_stays_covers_its_prefix():
    nobody = Vrp(LOW, 25, 0)
    assert the_roa(nobody, []).standing is RoaStanding.AS0
    seen = [Announcement(NET, VICTIM)]
    assert the_roa(nobody, seen, [Vrp(NET, 24, VICTIM)]).standing is RoaStanding.AS0_REDUNDANT
    assert the_roa(nobody, [], [Vrp(NET, 24, VICTIM)]).standing is RoaStanding.AS0


def test_a_roa_for_what_nobody_holds_is_to_be_removed():
    foreign = Vrp(Prefix.parse("198.51.100.0/24"), 24, VICTIM)
    advice = the_roa(foreign, [Announcement(foreign.prefix, VICTIM)], holders=REGISTRY)
    assert advice.standing is RoaStanding.NOT_HELD
    assert advice.suggestion.commands == ("lab roa remove 198.51.100.0/24 64496",)


# --- all of it --------------------------------------------------------------------------------------------


@given(st.sets(st.tuples(prefixes(), ASNS), max_size=8), st.sets(vrps(), max_size=8))
def test_all_suggestions_together_make_legitimate_routes_valid_and_leave_no_roa_too_loose(routes, roas):
    advice = advise([Announcement(*route) for route in routes], roas, holds(*routes))
    table = VrpTable(applied(advice, roas, cautious=False))
    assert all(table.validate(*route) is RovState.VALID for route in routes)
    for vrp in table:
        allowed = {(prefix, asn) for prefix, asn in routes if asn == vrp.asn and vrp.prefix.covers(prefix)}
        count = sum(prefix.length <= vrp.max_length for prefix, _ in allowed)
        assert vrp.asn == 0 or count == 2 ** (vrp.max_length - vrp.prefix.length + 1) - 1
    again = advise([Announcement(*route) for route in routes], table, holds(*routes))
    # What was published now may cover what an AS 0 ROA was for; nothing else is left to be said.
    assert {each.standing for each in again.roas if each.suggestion} <= {RoaStanding.AS0_REDUNDANT}
    assert not [each for each in again.announcements if each.suggestion]


@given(st.sets(st.tuples(prefixes(), ASNS), max_size=8), st.sets(vrps(), max_size=8))
def test_suggestions_that_nothing_speaks_against_make_no_route_worse_and_keep_every_protection(routes, roas):
    advice = advise([Announcement(*route) for route in routes], roas, holds(*routes))
    before, after = VrpTable(roas), VrpTable(applied(advice, roas))
    for prefix, origin in routes:
        if before.validate(prefix, origin) is RovState.VALID:
            assert after.validate(prefix, origin) is RovState.VALID
    held = holds(*routes)
    for prefix, _ in routes:
        if before.validate(prefix, ATTACKER) is RovState.INVALID and not after.covering(prefix):
            assert all(held(vrp.prefix) is None for vrp in before.covering(prefix))


HOLDINGS = st.sets(st.tuples(prefixes(), ASNS), max_size=5)


@given(st.sets(st.tuples(prefixes(), ASNS), max_size=8), st.sets(vrps(), max_size=8), st.none() | HOLDINGS)
@settings(max_examples=examples(200))
def test_suggestions_that_nothing_speaks_against_make_no_working_route_invalid_whoever_holds_what(
    routes, roas, held
):
    holders = None if held is None else holds(*held)
    advice = advise([Announcement(*route) for route in routes], roas, holders)
    before, after = VrpTable(roas), VrpTable(applied(advice, roas))
    for prefix, origin in routes:
        if before.validate(prefix, origin) is not RovState.INVALID:
            assert after.validate(prefix, origin) is not RovState.INVALID


@given(st.sets(st.tuples(prefixes(), ASNS), max_size=8), st.sets(vrps(), max_size=8), st.none() | HOLDINGS)
@settings(max_examples=examples(200))
def test_suggestions_that_nothing_speaks_against_let_nothing_new_be_announced_but_what_is_held_as_a_whole(
    routes, roas, held
):
    holders = None if held is None else holds(*held)
    advice = advise([Announcement(*route) for route in routes], roas, holders)
    before = VrpTable(roas)
    for vrp in applied(advice, roas) - roas:
        allowed = before.validate(vrp.prefix, vrp.asn) is RovState.VALID
        assert allowed or (held is not None and (vrp.prefix, vrp.asn) in held)


@given(st.sets(st.tuples(prefixes(), ASNS), max_size=6), st.sets(vrps(), max_size=6))
@settings(max_examples=examples(30))
def test_advice_does_not_depend_on_the_order_of_its_input(routes, roas):
    seen = [Announcement(*route) for route in sorted(routes)]
    assert advise(seen, sorted(roas)) == advise(seen[::-1], sorted(roas, reverse=True))
