"""Prefix lists from the IRR on live speakers: routes go and come, and a restarted one has its lists."""

from __future__ import annotations

import pytest
from support.live_lab import paths, prefix

from lab.bgp.commands import Originate, SetCustomerFilter
from lab.bgp.events import Rejection, RouteRejected
from lab.bgp.prefix_filter import PrefixFilter
from lab.bgp.router import CommandError

pytestmark = pytest.mark.live

HELD, OTHER = prefix("203.0.113.0/24"), prefix("2001:db8::/32")


def only(*allowed):
    return SetCustomerFilter("customer", PrefixFilter("AS-CUSTOMER", frozenset(allowed)))


def test_a_live_speaker_takes_what_its_list_has_and_says_what_is_missing_for_the_rest(chain):
    for announced in (HELD, OTHER):
        chain.apply("customer", Originate(announced))
    chain.apply("transit", only(OTHER))
    chain.converge()
    assert paths(chain, "tier1").keys() == {str(OTHER)}
    ((route, reason),) = chain.explain("transit", HELD).candidates
    assert route.rejection is Rejection.IRR_FILTERED
    assert reason == (
        "IRR filter: no route object of 203.0.113.0/24 has an origin in AS-CUSTOMER; allowed: 2001:db8::/32"
    )
    rejected = [event for event in chain.events() if isinstance(event, RouteRejected)]
    assert {(event.at, event.prefix, event.detail) for event in rejected} == {("transit", HELD, reason)}
    chain.apply("transit", only(HELD, OTHER))
    chain.converge()
    assert paths(chain, "tier1").keys() == {str(HELD), str(OTHER)}


def test_a_restarted_speaker_has_its_lists_again(chain):
    chain.apply("transit", only(OTHER))
    for announced in (HELD, OTHER):
        chain.apply("customer", Originate(announced))
    chain.converge()
    chain.kill("transit")
    chain.converge()
    assert paths(chain, "tier1").keys() == {str(OTHER)}
    assert chain.commands("transit") == [only(OTHER)]
    chain.kill("transit")
    chain.apply("transit", only(HELD))
    chain.converge()
    assert paths(chain, "tier1").keys() == {str(HELD)}, "the list of before it died is not the one it has"
    chain.apply("transit", SetCustomerFilter("customer", None))
    chain.converge()
    assert paths(chain, "tier1").keys() == {str(HELD), str(OTHER)}
    assert chain.commands("transit") == []


def test_a_list_of_many_prefixes_crosses_to_the_speaker_whole(chain):
    many = [prefix(f"2001:db8:{number:x}::/48") for number in range(5000)]
    chain.apply("customer", Originate(many[-1]))
    chain.apply("transit", only(*many[:-1]))
    chain.converge()
    assert paths(chain, "tier1") == {}
    chain.apply("transit", only(*many))
    chain.converge()
    assert paths(chain, "tier1").keys() == {str(many[-1])}


def test_a_live_speaker_refuses_a_list_for_who_is_no_customer(chain):
    with pytest.raises(CommandError, match="everything from tier1, which is no customer"):
        chain.apply("transit", SetCustomerFilter("tier1", PrefixFilter("AS64498")))
