"""What rpki-client and Fort make of the lab's RPKI: every lab that ships, every operation, every fault."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from support.rpki_fault_effects import EFFECTS, Effect
from support.rpki_small import ASNS, CUSTOMER_V4, EYEBALL, FREE, HOLDINGS, ROAS, small_rpki
from support.rpki_validators import OutsideValidators, Verdict

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.issuing.faults import StaleManifest
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.topology.loading import load, shipped

pytestmark = pytest.mark.rpki
DAY = 24 * 3600


@pytest.fixture(scope="module")
def validators() -> Iterator[OutsideValidators]:
    rpki = small_rpki(int(time.time()))
    with OutsideValidators.made(rpki.files(), rpki.tals()) as made:
        yield made


def expect(validators: OutsideValidators, rpki: Rpki, wanted: set[Vrp]) -> None:
    """Both take exactly these, who have nothing from before; Fort does not say from which trust anchor."""
    validators.publish(rpki.files(), rpki.tals(), rpki.unreachable)
    agree(validators.rpki_client(), wanted)
    agree(validators.fort(), {vrp._replace(ta="") for vrp in wanted})


def agree(verdict: Verdict, wanted: set[Vrp]) -> None:
    assert set(verdict.vrps) == wanted, verdict.log


@pytest.mark.parametrize("name", shipped())
def test_both_take_exactly_the_roas_of_a_lab_that_ships(name: str, validators: OutsideValidators) -> None:
    topology = load(name)
    rpki = Rpki.of(topology, user_key_pool(), int(time.time()))
    wanted = set(rpki.roas)
    assert {vrp._replace(ta="") for vrp in wanted} == {vrp._replace(ta="") for vrp in topology.vrps}
    expect(validators, rpki, wanted)


OPERATIONS: dict[str, Callable[[Rpki], object]] = {
    "a ROA is added": lambda rpki: rpki.add_roa(CUSTOMER_V4, 64511, 26),
    "a ROA for AS0 is added": lambda rpki: rpki.add_roa(EYEBALL, 0),
    "a ROA for everything is added": lambda rpki: rpki.add_roa(Prefix.parse("::/0"), 64511, 128),
    "a ROA is added for space nobody registered": lambda rpki: rpki.add_roa(FREE, 64511),
    "a ROA is removed": lambda rpki: rpki.remove_roa(CUSTOMER_V4, 64496),
    "a ROA is revoked": lambda rpki: rpki.revoke("customer", "203-0-113-0-24-24-AS64496.roa"),
    "everything is renewed": lambda rpki: [rpki.renew(ca) for ca in list(rpki.cas)],
    "a key is staged": lambda rpki: rpki.start_key_roll("customer"),
    "keys are rolled": lambda rpki: [rpki.roll_key(ca) for ca in ("customer", "arin", "customer")],
    "half of a holding is transferred": lambda rpki: (
        rpki.transfer(Prefix.parse("203.0.113.0/25"), "eyeball"),
        rpki.add_roa(Prefix.parse("203.0.113.0/25"), 64500),
    ),
    "a holder gives everything away": lambda rpki: rpki.transfer(EYEBALL, "transit"),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_after_an_operation_both_take_exactly_what_is_asked_for(
    operation: Callable[[Rpki], object], validators: OutsideValidators
) -> None:
    rpki = small_rpki(int(time.time()))
    operation(rpki)
    expect(validators, rpki, set(rpki.roas))


@pytest.mark.seed(256)
def test_what_was_fetched_before_gives_way_to_what_is_published_next(validators: OutsideValidators) -> None:
    rpki = small_rpki(int(time.time()))
    validators.publish(rpki.files(), rpki.tals())
    agree(validators.rpki_client(), set(rpki.roas))
    validators.fort()
    for asn in (64501, 64502):
        rpki.add_roa(CUSTOMER_V4, asn)
        rpki.remove_roa(CUSTOMER_V4, asn - 1 if asn > 64501 else 64496)
        validators.publish(rpki.files())
        agree(validators.rpki_client(warm=True), set(rpki.roas))
        agree(validators.fort(warm=True), {roa._replace(ta="") for roa in rpki.roas})


@pytest.mark.parametrize("effect", EFFECTS, ids=str)
def test_a_fault_costs_both_what_it_should(effect: Effect, validators: OutsideValidators) -> None:
    now = int(time.time())
    rpki = small_rpki(now - 2 * DAY)
    rpki.inject(effect.fault)
    rpki.advance(now)
    validators.publish(rpki.files(), rpki.tals(), rpki.unreachable)
    left = {roa for roa in rpki.roas if roa.prefix not in effect.lost}
    agree(validators.rpki_client(), left)
    # Fort 1.5 gives up on everything when it cannot use one of the trust anchors.
    agree(validators.fort(), set() if effect.anchor else {roa._replace(ta="") for roa in left})


def test_rpki_client_uses_what_it_has_when_a_manifest_goes_stale(validators: OutsideValidators) -> None:
    rpki = small_rpki(int(time.time()))
    validators.publish(rpki.files(), rpki.tals())
    agree(validators.rpki_client(), set(rpki.roas))
    rpki.inject(StaleManifest("customer"))
    validators.publish(rpki.files())
    agree(validators.rpki_client(warm=True), set(rpki.roas))


def test_aspas_cost_nothing_where_they_are_not_understood(validators: OutsideValidators) -> None:
    """rpki-client 8 knows an older draft of the profile only; later ones must take ours."""
    aspas = [Aspa(64496, (64510, 64511)), Aspa(64500, (0,))]
    rpki = Rpki(HOLDINGS, ASNS, user_key_pool(), int(time.time()), roas=ROAS, aspas=aspas)
    validators.publish(rpki.files(), rpki.tals())
    verdict = validators.rpki_client()
    agree(verdict, set(rpki.roas))
    if isinstance(taken := verdict.document.get("aspas"), list):
        assert {(aspa["customer_asid"], tuple(aspa["providers"])) for aspa in taken} == {
            (aspa.customer, aspa.providers) for aspa in aspas
        }
    else:
        assert verdict.document["metadata"]["failedaspas"] == len(aspas), verdict.log
    agree(validators.fort(), {roa._replace(ta="") for roa in rpki.roas})
