import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.payload_values import payloads

from lab.bgp.aspa import Aspa, AspaTable
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp
from lab.rpki.payloads import Payloads, Source
from lab.rtr.payload import merged_aspas

OURS = Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496, "arin")


@given(payloads(), st.randoms(use_true_random=False))
@settings(max_examples=examples(25))
def test_payloads_are_equal_whatever_the_order_and_however_often_they_were_found(found, random):
    items = [*found.items(), *found.items()]
    random.shuffle(items)
    assert Payloads.of(items) == found


def test_the_same_vrp_from_two_objects_has_both_as_its_sources():
    one, two = (
        Source("rsync://rpki.example/1.roa", "arin", 1),
        Source("rsync://rpki.example/2.roa", "arin", 2),
    )
    assert Payloads.of([(OURS, two), (OURS, one)]).vrps[OURS] == (one, two)
    assert Payloads.of([(OURS, one)]) != Payloads.of([(OURS, two)])


def test_payloads_cannot_be_changed():
    found = Payloads.of([(OURS, Source("", "arin", 1))])
    with pytest.raises(TypeError):
        found.vrps[OURS] = ()
    with pytest.raises(AttributeError):
        found.aspas = {}


def test_the_table_judges_routes_by_the_vrps():
    table = Payloads.of([(OURS, Source("", "arin", 1))]).vrp_table()
    assert table.validate(OURS.prefix, 64496) is RovState.VALID


@given(payloads())
@settings(max_examples=examples(25))
def test_a_customers_aspas_count_as_one_that_names_all_their_providers(found):
    merged, table = found.merged_aspas(), AspaTable(found.aspas)
    assert [aspa.customer for aspa in merged] == sorted({aspa.customer for aspa in found.aspas})
    assert merged_aspas(found.aspas) == {aspa.customer: aspa.providers for aspa in merged}  # what routers get
    for aspa in merged:
        assert set(aspa.providers) - {0} == table.providers(aspa.customer)
        assert aspa.problem() == ""
        assert 0 not in aspa.providers or aspa.providers == (0,)


def test_a_merged_aspa_names_a_trust_anchor_only_if_no_other_has_a_say():
    aspas = [Aspa(64496, (64500,), "arin"), Aspa(64496, (64501,), "ripe"), Aspa(64497, (0,), "ripe")]
    found = Payloads.of((aspa, Source("", aspa.ta, 1)) for aspa in aspas)
    assert found.merged_aspas() == (Aspa(64496, (64500, 64501)), Aspa(64497, (0,), "ripe"))
