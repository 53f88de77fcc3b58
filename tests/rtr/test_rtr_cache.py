"""What a cache holds and answers: minimal deltas, a bounded history, the order that routers need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rtr_values import any_vrps, contents, read_pdus

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rtr import cache as cache_module
from lab.rtr.cache import Cache, next_serial
from lab.rtr.pdu import AspaPdu, PrefixPdu

DOC = Prefix.parse("192.0.2.0/24")
SIX = Prefix.parse("2001:db8::/32")


def vrp(text, asn=64496, max_length=None, ta=""):
    prefix = Prefix.parse(text)
    return Vrp(prefix, max_length or prefix.length, asn, ta)


def changes(cache, since, version=2):
    found = cache.state.changes(since, version)
    return None if found is None else [pdu for _, pdu in read_pdus([found])]


def everything(cache, version=2):
    return [pdu for _, pdu in read_pdus([cache.state.everything(version)])]


def test_vrps_that_differ_in_their_trust_anchor_only_are_one():
    cache = Cache(1)
    cache.update([vrp("192.0.2.0/24", ta="arin"), vrp("192.0.2.0/24", ta="ripe")])
    assert everything(cache) == [PrefixPdu(True, vrp("192.0.2.0/24"))]
    assert not cache.update([vrp("192.0.2.0/24", ta="apnic")])
    assert cache.state.serial == 0


def test_all_aspas_of_a_customer_become_one_without_as_0():
    cache = Cache(1)
    cache.update([], [Aspa(64496, (64499,), "arin"), Aspa(64496, (64497, 64499), "ripe"), Aspa(64496, (0,))])
    assert everything(cache) == [AspaPdu(True, 64496, (64497, 64499))]


def test_as_0_alone_is_served():
    cache = Cache(1)
    cache.update([], [Aspa(64496, (0,))])
    assert everything(cache) == [AspaPdu(True, 64496, (0,))]


def test_aspas_are_for_version_2_only():
    cache = Cache(1)
    cache.update([vrp("192.0.2.0/24")], [Aspa(64496, (64497,))])
    cache.update([vrp("192.0.2.0/24")], [Aspa(64496, (64498,))])
    for version in (0, 1):
        assert everything(cache, version) == [PrefixPdu(True, vrp("192.0.2.0/24"))]
        assert changes(cache, 0, version) == []


def test_an_aspa_with_other_providers_is_replaced_without_a_withdrawal():
    cache = Cache(1)
    cache.update([], [Aspa(64496, (64497,)), Aspa(64500, (64501,))])
    cache.update([], [Aspa(64496, (64497, 64498))])
    assert changes(cache, 0) == [AspaPdu(True, 64496, (64497, 64498)), AspaPdu(False, 64500, ())]


def test_what_was_withdrawn_and_announced_again_is_not_mentioned():
    cache = Cache(1)
    kept, moved, aspa = vrp("192.0.2.0/24"), vrp("198.51.100.0/24"), Aspa(64496, (64497,))
    cache.update([kept, moved], [aspa])
    cache.update([kept], [])
    cache.update([kept, moved], [aspa])
    assert changes(cache, 0) == []
    assert changes(cache, 1) == [PrefixPdu(True, moved), AspaPdu(True, 64496, (64497,))]


@given(contents, st.lists(contents, min_size=1, max_size=6), st.data())
def test_the_changes_since_any_update_lead_to_what_is_there_now(first, updates, data):
    cache = Cache(1, serial=2**32 - 2)
    seen = {}
    for vrps, aspas in (first, *updates):
        cache.update(vrps, aspas)
        seen[cache.state.serial] = set(vrps), {aspa.customer: aspa.providers for aspa in aspas}
    since = data.draw(st.sampled_from(sorted(seen)))
    vrps, providers = seen[since]
    mentioned = set()
    for pdu in changes(cache, since):
        if isinstance(pdu, AspaPdu):
            assert pdu.customer not in mentioned
            mentioned.add(pdu.customer)
            assert providers.pop(pdu.customer, ()) != pdu.providers
            if pdu.announce:
                providers[pdu.customer] = pdu.providers
        else:
            assert pdu.vrp not in mentioned
            mentioned.add(pdu.vrp)
            assert pdu.announce is (pdu.vrp not in vrps)
            vrps ^= {pdu.vrp}
    assert (vrps, providers) == seen[cache.state.serial]


def place(pdu):
    """The order that draft-ietf-sidrops-8210bis section 11.2 demands, as a key to sort by."""
    if isinstance(pdu, AspaPdu):
        return (11, not pdu.announce, pdu.customer)
    prefix, max_length, asn, _ = pdu.vrp
    sign = -1 if pdu.announce else 1
    kind = 4 if prefix.version == 4 else 6
    key = (prefix.value, max_length, prefix.length, asn)
    return (kind, not pdu.announce, *(sign * value for value in key))


@given(st.lists(any_vrps, max_size=12), st.lists(any_vrps, max_size=12), contents, contents)
def test_pdus_are_in_the_order_that_avoids_races(one, two, first, second):
    cache = Cache(1)
    cache.update({*one, *first[0]}, first[1])
    cache.update({*two, *second[0]}, second[1])
    for pdus in (everything(cache), changes(cache, 0)):
        assert pdus == sorted(pdus, key=place)
    for version in (0, 1):
        assert all(spoken == version for spoken, _ in read_pdus([cache.state.everything(version)]))


def test_a_more_specific_vrp_comes_first_and_as_0_last():
    cache = Cache(1)
    wanted = [
        vrp("192.0.2.0/25"),
        vrp("192.0.2.0/24", 64496, 25),
        vrp("192.0.2.0/24"),
        vrp("192.0.2.0/24", 0),
    ]
    cache.update(wanted[::-1])
    assert everything(cache)[:2] == [PrefixPdu(True, wanted[0]), PrefixPdu(True, wanted[1])]
    assert everything(cache)[-1] == PrefixPdu(True, wanted[3])
    cache.update([])
    assert changes(cache, 0)[0] == PrefixPdu(False, wanted[3])


def test_vrps_of_one_address_are_next_to_each_other_whatever_they_cover():
    """A VRP with a longer maxLength comes before one that it covers: the draft sorts by maxLength first."""
    cache = Cache(1)
    wanted = [
        vrp("192.0.2.128/25"),
        vrp("192.0.2.0/24", max_length=26),
        vrp("192.0.2.0/25"),
        vrp("192.0.2.0/24", 0),
    ]
    cache.update(wanted[::-1])
    assert everything(cache) == [PrefixPdu(True, each) for each in wanted]


def test_what_several_updates_changed_is_encoded_once_and_kept_within_bounds(monkeypatch):
    cache = Cache(1)
    for number in range(4):
        cache.update([vrp(f"192.0.2.{number}/32")])
    first = cache.state.changes(0, 1)
    assert cache.state.changes(0, 1) is first
    assert cache.state.changes(0, 2) != first
    monkeypatch.setattr(cache_module, "KEPT_OCTETS", len(first) + 1)
    cache.state.changes(1, 1)
    again = cache.state.changes(0, 1)
    assert again == first
    assert again is not first
    assert cache.state.changes(0, 1) is again


def test_serials_wrap():
    assert next_serial(2**32 - 1) == 0
    cache = Cache(1, serial=2**32 - 1)
    cache.update([])
    cache.update([vrp("192.0.2.0/24")])
    assert cache.state.serial == 0
    assert changes(cache, 2**32 - 1) == [PrefixPdu(True, vrp("192.0.2.0/24"))]
    assert changes(cache, 0) == []
    assert changes(cache, 1) is None


def test_the_history_is_bounded_in_updates_and_in_changes(monkeypatch):
    monkeypatch.setattr(cache_module, "KEPT_DELTAS", 3)
    monkeypatch.setattr(cache_module, "KEPT_CHANGES", 5)
    cache = Cache(1)
    cache.update([])
    for number in range(5):
        cache.update([vrp(f"192.0.2.{number}/32")])
    assert [changes(cache, since) is None for since in range(6)] == [True, True, True, False, False, False]
    cache.update([vrp(f"198.51.100.{number}/32") for number in range(9)])
    assert [changes(cache, since) is None for since in range(7)] == [True] * 6 + [False]


@pytest.mark.parametrize(
    ("vrps", "aspas", "text"),
    [
        ([Vrp(DOC, 23, 64496)], [], "a maxLength is from 24 to 32, not 23"),
        ([Vrp(DOC, 33, 64496)], [], "a maxLength is from 24 to 32, not 33"),
        ([Vrp(SIX, 129, 64496)], [], "a maxLength is from 32 to 128, not 129"),
        ([Vrp(DOC, 24, 2**32)], [], "an ASN is from 0 to 4294967295"),
        ([Vrp(DOC, 24, -1)], [], "an ASN is from 0 to 4294967295"),
        ([Vrp(Prefix(4, DOC.value + 1, 24), 24, 1)], [], "bits set beyond its length"),
        ([], [Aspa(64496, ())], "the ASPA of AS64496 names no provider; AS 0 says that there is none"),
        ([], [Aspa(64496, (2**32,))], "an ASN is from 0 to 4294967295"),
        ([], [Aspa(64496, tuple(range(1, 16383)))], "AS64496 has 16382 providers; a PDU has room for 16380"),
    ],
)
def test_data_that_no_pdu_can_carry_change_nothing(vrps, aspas, text):
    cache = Cache(1)
    cache.update([vrp("192.0.2.0/24")])
    before = cache.state
    with pytest.raises(ValueError, match=text):
        cache.update([vrp("198.51.100.0/24"), *vrps], aspas)
    assert cache.state is before


def test_every_version_has_a_session_of_its_own():
    assert [Cache(65535).session_id(version) for version in (0, 1, 2)] == [65535, 0, 1]
