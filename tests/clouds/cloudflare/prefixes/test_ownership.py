"""Where the token must be to prove who a prefix's owner is."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_customer import Customer
from support.cloudflare_world import PREFIX
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.prefixes.ownership import judge_ownership
from lab.clouds.cloudflare.prefixes.record import CheckState, Finding
from lab.registry.irr.records import RouteObject

TOKEN = "9477b6c3-4344-4ceb-85c4-6463e7d2453f"
OTHER = "b2f8af96-d32d-4c46-a886-f97d925d7977"
ROA = Finding(CheckState.VALID)
ZONES = ("0.1.1.in-addr.arpa", "1.1.1.in-addr.arpa")


def by_irr(*, descr: tuple[str, ...] = (), remarks: tuple[str, ...] = (), origin: int = 13335) -> str:
    found = RouteObject(PREFIX, origin, "ARIN", "CUSTOMER-MNT", descr, remarks)
    return judge_ownership(TOKEN, [found], {}, ROA).state.value


def by_dns(*texts: tuple[str, ...]) -> Finding:
    return judge_ownership(TOKEN, [], dict(zip(ZONES, texts, strict=True)), ROA)


@pytest.mark.seed(136)
def test_the_token_may_be_in_a_description_or_a_remark_of_the_route_object() -> None:
    assert by_irr(remarks=(f"cf-validation: {TOKEN}",)) == "valid"
    assert by_irr(descr=(f"cf-validation: {TOKEN}",)) == "valid"
    assert by_irr(remarks=(TOKEN,)) == "missing"
    assert by_irr(remarks=(f"not-cf-validation: {TOKEN}",)) == "missing"
    assert by_irr(remarks=(f"cf-validation: {OTHER}",)) == "invalid"
    assert by_irr(remarks=(f"cf-validation: {OTHER}", f"cf-validation: {TOKEN}")) == "valid"


@pytest.mark.seed(269)
def test_the_token_may_be_on_a_continuation_line_of_the_description() -> None:
    assert by_irr(descr=("Example Company, Inc.", f"cf-validation: {TOKEN}")) == "valid"
    assert by_irr(descr=(f"Example Company, Inc.\n   cf-validation: {TOKEN}",)) == "valid"


@pytest.mark.seed(268)
def test_the_other_form_of_the_announcement_is_not_looked_for_and_the_finding_says_so() -> None:
    found = RouteObject(PREFIX, 65000, "ARIN", "EXAMPLE-MNT", (), (f"Validation Token: {TOKEN}",))
    finding = judge_ownership(TOKEN, [found], {}, ROA)
    assert finding.state is CheckState.MISSING
    assert "expected 'cf-validation: TOKEN'" in finding.why
    assert by_irr(remarks=(f"cf-validation: {TOKEN}",), origin=65000) == "valid"


@pytest.mark.seed(137, 270)
def test_the_token_may_be_a_txt_record_in_the_reverse_zone_of_the_prefix() -> None:
    customer = Customer()
    customer.add()
    customer.world.authorise()
    customer.world.add_route_object()
    customer.world.texts["cf-validation.113.0.203.in-addr.arpa"] = (customer.record.token,)
    customer.validate()
    assert (customer.record.approval, customer.states) == ("V", ("valid", "valid", "valid"))


@pytest.mark.seed(141)
def test_the_txt_record_must_be_in_all_reverse_zones() -> None:
    assert by_dns((TOKEN,), (TOKEN, "v=spf1 -all")).is_valid
    some = by_dns((TOKEN,), ())
    assert some.state is CheckState.MISSING
    assert ZONES[1] in some.why
    assert ZONES[0] not in some.why.replace("all 2 reverse zones", "")
    wrong = by_dns((TOKEN,), (OTHER,))
    assert wrong.state is CheckState.INVALID
    assert ZONES[1] in wrong.why
    assert by_dns((), ()).state is CheckState.MISSING


@pytest.mark.seed(138, 139, 141)
def test_a_23_has_two_reverse_zones_and_needs_the_token_in_both() -> None:
    customer = Customer()
    prefix = Prefix.parse("203.0.112.0/23")
    customer.world.register(prefix)
    customer.add(prefix)
    customer.world.authorise(prefix)
    customer.world.add_route_object(prefix)
    customer.world.texts["cf-validation.112.0.203.in-addr.arpa"] = (customer.record.token,)
    customer.validate()
    assert customer.states == ("valid", "valid", "missing")
    customer.world.texts["cf-validation.113.0.203.in-addr.arpa"] = (customer.record.token,)
    customer.validate()
    assert customer.states == ("valid", "valid", "valid")


@settings(max_examples=examples(200))
@given(st.lists(st.sampled_from([(), (TOKEN,), (OTHER,), (OTHER, TOKEN)]), min_size=1, max_size=8))
def test_dns_proves_ownership_exactly_where_every_zone_has_the_token(texts: list[tuple[str, ...]]) -> None:
    zones = {f"{number}.0.203.in-addr.arpa": there for number, there in enumerate(texts)}
    finding = judge_ownership(TOKEN, [], zones, ROA)
    assert finding.is_valid == all(TOKEN in there for there in texts)
    assert (finding.state is CheckState.INVALID) == any(there == (OTHER,) for there in texts)


@pytest.mark.seed(237)
@pytest.mark.parametrize("rpki", [CheckState.MISSING, CheckState.INVALID, CheckState.MISMATCH_ASN])
def test_the_token_proves_nothing_without_a_matching_roa(rpki: CheckState) -> None:
    finding = judge_ownership(TOKEN, [], {ZONES[0]: (TOKEN,)}, Finding(rpki))
    assert finding.state is CheckState.INVALID
    assert "no ROA matches" in finding.why


def test_a_token_in_an_irr_where_anybody_could_have_written_it_proves_nothing() -> None:
    customer = Customer()
    customer.add()
    customer.world.authorise()
    customer.world.add_route_object()
    remark = f"cf-validation: {customer.record.token}"
    customer.world.add_route_object(PREFIX, 13335, remark, rir="RIPE")
    customer.validate()
    assert customer.states == ("valid", "valid", "missing")


@pytest.mark.seed(271)
def test_each_prefix_gets_a_token_of_its_own_in_the_form_of_a_uuid() -> None:
    customer = Customer()
    other = Prefix.parse("198.51.100.0/24")
    customer.world.register(other)
    tokens = [customer.add().token, customer.add(other).token]
    assert len(set(tokens)) == 2
    for token in tokens:
        assert re.fullmatch("[0-9a-f-]{36}", token)
        assert uuid.UUID(token).version == 4
