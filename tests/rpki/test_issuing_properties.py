"""Whatever is asked of the RPKI of a lab, in any order, a relying party takes exactly what was asked for."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.examples import examples
from support.rpki_small import ASNS, CUSTOMER_V4, CUSTOMER_V6, EYEBALL, FREE, all_files, small_rpki, validated

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import WIDTH, Prefix
from lab.rpki.issuing.errors import IssuingError
from lab.rpki.objects import oids
from lab.rpki.objects.crl import parse_crl
from lab.rpki.objects.manifest import Manifest, parse_manifest
from lab.rpki.objects.signed_object import Profile, parse_signed_object

SPACE = st.sampled_from((CUSTOMER_V4, CUSTOMER_V6, EYEBALL, FREE))
HOLDER = st.sampled_from(sorted(ASNS))
CA = st.sampled_from(("arin", "ripe", "arin/customer", "ripe/eyeball", "arin/eyeball", "ripe/unregistered"))
ASN = st.integers(64496, 64499)


@st.composite
def parts(draw: st.DrawFn) -> Prefix:
    """One of the holdings, or a part of one."""
    whole = draw(SPACE)
    length = draw(st.integers(whole.length, min(whole.length + 2, WIDTH[whole.version])))
    step = 1 << (WIDTH[whole.version] - length)
    number = draw(st.integers(0, (1 << (length - whole.length)) - 1))
    return Prefix(whole.version, whole.value + number * step, length)


def manifests(files: Mapping[str, bytes]) -> dict[str, Manifest]:
    """All manifests by URI."""
    return {
        uri: parse_manifest(parse_signed_object(data, oids.MANIFEST, Profile.CURRENT).content)
        for uri, data in files.items()
        if uri.endswith(".mft")
    }


class AnyOperations(RuleBasedStateMachine):
    """Operations beside a plain set of what should be valid."""

    def __init__(self) -> None:
        super().__init__()
        self.rpki = small_rpki()
        self.roas = {(roa.prefix, roa.max_length, roa.asn) for roa in self.rpki.roas}
        self.aspas: dict[int, tuple[int, ...]] = {}
        self.files = all_files(self.rpki)
        self.last = manifests(self.files)

    def attempt(self, operation: str, *arguments: object) -> object:
        """Do it; None if it was refused, which must change nothing."""
        try:
            return getattr(self.rpki, operation)(*arguments) or ()
        except IssuingError:
            assert all_files(self.rpki) == self.files
            return None

    @rule(prefix=parts(), longer=st.integers(0, 2), asn=ASN)
    def add_roa(self, prefix: Prefix, longer: int, asn: int) -> None:
        max_length = prefix.length + longer
        if self.attempt("add_roa", prefix, asn, max_length) is not None:
            self.roas.add((prefix, max_length, asn))

    @rule(number=st.integers(0, 100))
    def remove_roa(self, number: int) -> None:
        if self.roas:
            prefix, max_length, asn = roa = sorted(self.roas)[number % len(self.roas)]
            assert self.attempt("remove_roa", prefix, asn, max_length) is not None
            self.roas.remove(roa)

    @rule(
        customer=st.sampled_from((64496, 64500, 64510, 65000)), providers=st.sets(ASN, min_size=1, max_size=3)
    )
    def add_aspa(self, customer: int, providers: set[int]) -> None:
        if self.attempt("add_aspa", customer, providers) is not None:
            self.aspas[customer] = tuple(sorted(providers))

    @rule(customer=st.sampled_from((64496, 64500, 64510, 65000)))
    def remove_aspa(self, customer: int) -> None:
        if self.attempt("remove_aspa", customer) is not None:
            del self.aspas[customer]

    @rule(prefix=parts(), holder=HOLDER)
    def transfer(self, prefix: Prefix, holder: str) -> None:
        lost = self.attempt("transfer", prefix, holder)
        if isinstance(lost, tuple):
            self.roas -= {(roa.prefix, roa.max_length, roa.asn) for roa in lost}
            for roa in lost:
                assert roa.prefix.covers(prefix) or prefix.covers(roa.prefix)

    @rule(ca=CA)
    def roll_key(self, ca: str) -> None:
        self.attempt("roll_key", ca)

    @rule(ca=CA)
    def start_or_finish_a_key_roll(self, ca: str) -> None:
        if self.attempt("finish_key_roll", ca) is None:
            self.attempt("start_key_roll", ca)

    @rule(ca=CA)
    def renew(self, ca: str) -> None:
        self.attempt("renew", ca)

    @rule(seconds=st.sampled_from((1, 3600, 13 * 3600, 40 * 24 * 3600, 350 * 24 * 3600)))
    def advance(self, seconds: int) -> None:
        self.rpki.advance(self.rpki.now + seconds)

    @invariant()
    def a_relying_party_takes_exactly_this(self) -> None:
        found = validated(self.rpki)
        assert {(vrp.prefix, vrp.max_length, vrp.asn) for vrp in found.payloads.vrps} == self.roas
        assert set(found.payloads.vrps) == set(self.rpki.roas)
        assert {aspa.customer: aspa.providers for aspa in found.payloads.aspas} == self.aspas
        assert set(found.payloads.aspas) == set(self.rpki.aspas)
        assert not found.rejected
        assert not found.warnings

    @invariant()
    def numbers_and_times_only_rise(self) -> None:
        self.files = all_files(self.rpki)
        new = manifests(self.files)
        for uri in new.keys() & self.last.keys():
            if new[uri] != self.last[uri]:
                assert new[uri].number > self.last[uri].number
                assert new[uri].this_update > self.last[uri].this_update
            assert new[uri].this_update < self.rpki.now
        self.last = new

    @invariant()
    def nobody_holds_more_than_the_issuer_and_no_serial_is_used_twice(self) -> None:
        for ca in self.rpki.cas.values():
            assert ca.parent is None or ca.parent.resources.covers(ca.resources)
            used = [product.serial for product in ca.current.products.values()]
            assert len(used) == len(set(used))
            if ca.files():
                assert not parse_crl(ca.current.crl_data).revoked & set(used)


AnyOperations.TestCase.settings = settings(max_examples=examples(10), stateful_step_count=10)
test_any_operations = AnyOperations.TestCase


def test_aspas_are_made_for_every_as_number() -> None:
    aspas = [Aspa(asn, (64511,)) for asn in (1, 64500, 65536, 4294967295)]
    found = validated(small_rpki(roas=(), aspas=aspas))
    assert {aspa.customer for aspa in found.payloads.aspas} == {aspa.customer for aspa in aspas}
