"""One thing is wrong with a tree: what is rejected, by which check, and what is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat import asn1
from support.rpki_mutations_der import Node, bits, oid, sequence, set_of, text
from support.signed_points import DAY, HOUR, NOW, Point, key

from lab.bgp.prefix import Prefix
from lab.rpki.fetching.source import MemorySource
from lab.rpki.issuing.certificates import CaLocations, Issuer, subject_name
from lab.rpki.objects import oids
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.signed_object import Profile
from lab.rpki.objects.templates import AuthorityKeyIdentifier, Extension
from lab.rpki.validation.results import PointState, Validation
from lab.rpki.validation.validator import validate

HELD = Resources.of([Prefix.parse("192.0.2.0/24")], [64496])
GOOD = "192.0.2.0/24"


class Tree:
    """A trust anchor with two CAs: `alice`, to whom it happens, and `bob`, who must not suffer."""

    def __init__(self) -> None:
        self.ta = Point("ta")
        self.alice = Point("alice", self.ta, HELD)
        self.alice.roa("good.roa", 64496, GOOD)
        self.bob = Point("bob", self.ta, Resources.of([Prefix.parse("203.0.113.0/24")]))
        self.bob.roa("bob.roa", 64511, "203.0.113.0/24")

    def validated(self, now: int = NOW, profile: Profile = Profile.CURRENT) -> Validation:
        return validate([self.ta.tal], MemorySource(self.ta.published()), now, profile=profile)

    def prefixes(self, result: Validation) -> list[str]:
        found = [str(vrp.prefix) for vrp in result.payloads.vrps]
        assert found.pop() == "203.0.113.0/24"
        return found


def renamed(point: Point, **parts: str) -> Issuer:
    """What a product of `point` says of its issuer, with something else in it."""
    own = point.issuer
    given = {
        "name": own.name,
        "identifier": own.identifier,
        "certificate_uri": own.certificate_uri,
        "crl_uri": own.crl_uri,
    }
    return Issuer(**{**given, **parts})  # type: ignore[arg-type]


# --- one object -------------------------------------------------------------------------------------------

Break = Callable[[Point], object]
BAD_OBJECTS: dict[str, tuple[str, Break]] = {
    "a ROA outside its CA": ("over-claim", lambda ca: ca.roa("bad.roa", 1, "198.51.100.0/24")),
    "a ROA outside its own certificate": (
        "resources",
        lambda ca: ca.roa("bad.roa", 1, GOOD, resources=Resources.of([Prefix.parse("192.0.2.0/25")])),
    ),
    "a ROA whose certificate over-claims": (
        "over-claim",
        lambda ca: ca.roa("bad.roa", 1, GOOD, resources=Resources.of([Prefix.parse("192.0.0.0/16")])),
    ),
    "a ROA whose certificate holds AS numbers": (
        "resources",
        lambda ca: ca.roa("bad.roa", 1, GOOD, resources=HELD),
    ),
    "a ROA that has expired": ("expired", lambda ca: ca.roa("bad.roa", 1, GOOD, not_after=NOW - 1)),
    "a ROA that is not yet valid": (
        "not-yet-valid",
        lambda ca: ca.roa("bad.roa", 1, GOOD, not_before=NOW + 1),
    ),
    "a ROA that is revoked": ("revoked", lambda ca: ca.revoked.add(ca.roa("bad.roa", 1, GOOD))),
    "a ROA signed by another key": (
        "signature",
        lambda ca: ca.roa("bad.roa", 1, GOOD, signer=key(24)),
    ),
    "a ROA that names another issuer": (
        "issuer-name",
        lambda ca: ca.roa("bad.roa", 1, GOOD, issuer=renamed(ca, name=subject_name(key(24).spki))),
    ),
    "a ROA that names another issuer's key": (
        "aki",
        lambda ca: ca.roa("bad.roa", 1, GOOD, issuer=renamed(ca, identifier=key(24).identifier)),
    ),
    "a ROA that names another CRL": (
        "crldp",
        lambda ca: ca.roa(
            "bad.roa", 1, GOOD, issuer=renamed(ca, crl_uri="rsync://rpki.example/repo/other.crl")
        ),
    ),
    "a ROA that says it is elsewhere": (
        "sia",
        lambda ca: ca.roa("bad.roa", 1, GOOD, object_uri="rsync://rpki.example/repo/other.roa"),
    ),
    "an ASPA in a file that is called a ROA": ("content-type", lambda ca: ca.aspa("bad.roa", 64496, 64500)),
    "an ASPA outside its CA": ("over-claim", lambda ca: ca.aspa("bad.asa", 64499, 64500)),
    "an ASPA outside its own certificate": (
        "resources",
        lambda ca: ca.aspa("bad.asa", 64497, 64500, resources=Resources.of(asns=[64496])),
    ),
    "something that is no DER": ("encoding", lambda ca: ca.products.update({"bad.roa": b"\x30\x80"})),
    "an empty file": ("encoding", lambda ca: ca.products.update({"bad.asa": b""})),
}


@pytest.mark.seed(272)
@pytest.mark.parametrize(("check", "do"), BAD_OBJECTS.values(), ids=BAD_OBJECTS)
def test_a_bad_object_is_rejected_and_nothing_else(check: str, do: Break) -> None:
    tree = Tree()
    do(tree.alice)
    result = tree.validated()
    assert [(each.uri[:-3], each.check) for each in result.rejected] == [
        ("rsync://rpki.example/repo/alice/bad.", check)
    ]
    assert tree.prefixes(result) == [GOOD]
    assert not result.payloads.aspas
    assert result.rejected[0].rfc
    assert all(point.state is PointState.FRESH for point in result.points)


def test_a_legacy_roa_may_hold_as_numbers() -> None:
    tree = Tree()
    tree.alice.roa("old.roa", 64497, GOOD, resources=HELD)
    assert len(tree.validated(profile=Profile.LEGACY).payloads) == 3


# --- a CA -------------------------------------------------------------------------------------------------


def elsewhere(ca: Point, **parts: str) -> CaLocations:
    given = {"repository": ca.repository, "manifest": ca.manifest_uri}
    return CaLocations(**{**given, **parts})  # type: ignore[arg-type]


BAD_CAS: dict[str, tuple[str, Break]] = {
    "a CA that claims more than its issuer holds": (
        "over-claim",
        lambda ca: ca.certify(ca.children[0], resources=Resources.everything()),
    ),
    "a CA whose certificate has expired": (
        "expired",
        lambda ca: ca.certify(ca.children[0], not_after=NOW - 1),
    ),
    "a CA that is revoked": ("revoked", lambda ca: ca.revoked.add(ca.certify(ca.children[0]))),
    "a CA whose manifest is not in its repository": (
        "sia",
        lambda ca: ca.certify(
            ca.children[0],
            locations=elsewhere(ca.children[0], manifest="rsync://rpki.example/repo/other/carol.mft"),
        ),
    ),
    "a CA that is its own ancestor": ("loop", lambda ca: ca.certify(ca.children[0], spki=ca.key.spki)),
    "a CA certified under another issuer's name": (
        "issuer-name",
        lambda ca: ca.certify(ca.children[0], issuer=renamed(ca, name=subject_name(ca.children[0].key.spki))),
    ),
}


@pytest.mark.parametrize(("check", "do"), BAD_CAS.values(), ids=BAD_CAS)
def test_a_bad_ca_loses_what_is_below_it_and_nothing_else(check: str, do: Break) -> None:
    tree = Tree()
    carol = Point("carol", tree.alice, Resources.of([Prefix.parse("192.0.2.0/25")]))
    carol.roa("carol.roa", 64500, "192.0.2.0/25")
    assert len(tree.validated().payloads) == 3
    do(tree.alice)
    tree.alice.publish()
    result = tree.validated()
    assert [(each.uri, each.check) for each in result.rejected] == [
        ("rsync://rpki.example/repo/alice/carol.cer", check)
    ]
    assert tree.prefixes(result) == [GOOD]


# --- a publication point ----------------------------------------------------------------------------------


def republished(ca: Point, **parts: object) -> None:
    """With a manifest in which something is different."""
    ca.number += 1
    crl = ca.crl()
    ca.number -= 1
    ca.publish(ca.made_at, crl=crl, manifest=ca.manifest(crl, number=1, **parts))  # type: ignore[arg-type]


def without(ca: Point, name: str) -> None:
    ca.publish()
    ca.absent.add(ca.repository + name)


def corrupted(ca: Point, name: str) -> None:
    ca.publish()
    uri = ca.repository + name
    ca.extra[uri] = ca.files[uri][:-1] + bytes([ca.files[uri][-1] ^ 1])


def listing(ca: Point, *names: str) -> list[tuple[str, bytes]]:
    return [(name, bytes(32)) for name in names]


BAD_POINTS: dict[str, tuple[str, str, Break]] = {
    "the manifest is missing": ("missing-manifest", "alice.mft", lambda ca: without(ca, "alice.mft")),
    "the manifest is damaged": ("cms-signature", "alice.mft", lambda ca: corrupted(ca, "alice.mft")),
    "the CRL is missing": ("missing-file", "alice.crl", lambda ca: without(ca, "alice.crl")),
    "the CRL is damaged": ("hash-mismatch", "alice.crl", lambda ca: corrupted(ca, "alice.crl")),
    "a ROA is missing": ("missing-file", "good.roa", lambda ca: without(ca, "good.roa")),
    "a ROA is damaged": ("hash-mismatch", "good.roa", lambda ca: corrupted(ca, "good.roa")),
    "the manifest is stale": (
        "stale-manifest",
        "alice.mft",
        lambda ca: republished(ca, this_update=NOW - DAY, next_update=NOW - 1),
    ),
    "the manifest is premature": (
        "premature-manifest",
        "alice.mft",
        lambda ca: republished(ca, this_update=NOW + 1),
    ),
    "the manifest's certificate has expired": (
        "expired",
        "alice.mft",
        lambda ca: republished(ca, not_after=NOW - 1),
    ),
    "the manifest's certificate is not yet valid": (
        "not-yet-valid",
        "alice.mft",
        lambda ca: republished(ca, not_before=NOW + HOUR),
    ),
    "the manifest's certificate does not inherit": (
        "manifest-resources",
        "alice.mft",
        lambda ca: republished(ca, resources=HELD),
    ),
    "the manifest was signed by another key": (
        "signature",
        "alice.mft",
        lambda ca: republished(ca, signer=key(24)),
    ),
    "the manifest says it is elsewhere": (
        "sia",
        "alice.mft",
        lambda ca: republished(ca, object_uri="rsync://rpki.example/repo/alice/other.mft"),
    ),
    "the manifest lists no CRL": (
        "manifest-crl",
        "alice.mft",
        lambda ca: republished(ca, files=listing(ca, "good.roa")),
    ),
    "the manifest lists two CRLs": (
        "manifest-crl",
        "alice.mft",
        lambda ca: republished(ca, files=listing(ca, "alice.crl", "other.crl")),
    ),
    "the CRL that the manifest's certificate names is not on it": (
        "crldp",
        "alice.mft",
        lambda ca: republished(ca, files=listing(ca, "other.crl")),
    ),
    "the manifest's certificate is revoked": (
        "revoked",
        "alice.mft",
        lambda ca: (ca.revoked.update(range(ca.serial, ca.serial + 3)), ca.publish()),
    ),
    "the CRL is stale": (
        "stale-crl",
        "alice.crl",
        lambda ca: ca.publish(crl=ca.crl(this_update=NOW - DAY, next_update=NOW - 1)),
    ),
    "the CRL is premature": (
        "premature-crl",
        "alice.crl",
        lambda ca: ca.publish(crl=ca.crl(this_update=NOW + HOUR)),
    ),
    "the CRL names another issuer": (
        "issuer-name",
        "alice.crl",
        lambda ca: ca.publish(crl=ca.crl(issuer=renamed(ca, name=subject_name(key(24).spki)))),
    ),
    "the CRL names another key": (
        "aki",
        "alice.crl",
        lambda ca: ca.publish(crl=ca.crl(issuer=renamed(ca, identifier=key(24).identifier))),
    ),
}


@pytest.mark.parametrize(("check", "name", "do"), BAD_POINTS.values(), ids=BAD_POINTS)
def test_a_bad_publication_point_is_lost_as_a_whole_and_nothing_else(
    check: str, name: str, do: Break
) -> None:
    tree = Tree()
    do(tree.alice)
    result = tree.validated()
    assert [(each.uri, each.check) for each in result.rejected] == [
        (f"rsync://rpki.example/repo/alice/{name}", check)
    ]
    assert tree.prefixes(result) == []
    lost = [point for point in result.points if point.state is PointState.LOST]
    assert [point.repository for point in lost] == ["rsync://rpki.example/repo/alice/"]
    assert result.rejected[0].message in lost[0].reason
    assert any(lost[0].reason in warned.message for warned in result.warnings)


def test_a_crl_signed_by_another_key_is_rejected() -> None:
    tree = Tree()
    template = tree.alice.crl()
    tree.alice.key, own = key(24), tree.alice.key
    forged = tree.alice.crl(
        issuer=Issuer(subject_name(own.spki), own.identifier, tree.alice.certificate_uri, tree.alice.crl_uri)
    )
    tree.alice.key = own
    assert forged != template
    tree.alice.publish(crl=forged)
    assert [each.check for each in tree.validated().rejected] == ["crl-signature"]


def test_a_ca_with_two_certificates_for_the_same_key_and_manifest_is_visited_once() -> None:
    tree = Tree()
    for number in range(3):
        tree.ta.products[f"alice{number}.cer"] = tree.ta.products["alice.cer"]
    result = tree.validated()
    assert tree.prefixes(result) == [GOOD]
    assert len(result.points) == 3
    assert result.accepted["ca"] == 2
    assert [each.check for each in result.rejected] == ["duplicate"] * 3
    assert "/ta/alice.cer is for the same key and manifest" in result.rejected[0].message


def test_a_key_with_an_exponent_too_long_to_write_is_refused() -> None:
    """Python refuses to write numbers of more than 4300 digits."""
    modulus, exponent = (Node(0x02, b"\x01" + bytes(size) + b"\x01") for size in (2046, 1873))
    algorithm = sequence(oid(oids.RSA_ENCRYPTION), Node(0x05, b""))
    spki = sequence(algorithm, bits(sequence(modulus, exponent).encode())).encode()

    def change(template: Any) -> None:
        template.subject_public_key_info = asn1.decode_der(asn1.TLV, spki)

    tree = Tree()
    tree.alice.roa("bad.roa", 64496, GOOD, change=change)
    tree.ta.certify(Point("carol", None, HELD, key_number=24), change=change)
    result = tree.validated()
    assert tree.prefixes(result) == [GOOD]
    assert sorted(each.check for each in result.rejected) == ["key", "key"]
    assert all("exponent a number of 149" in each.message for each in result.rejected)


def test_a_name_controls_no_terminal() -> None:
    name = sequence(set_of(sequence(oid(oids.COMMON_NAME), text(0x0C, "\x1b[2J\n" + "A" * 100_000)))).encode()

    def change(template: Any) -> None:
        template.subject = asn1.decode_der(asn1.TLV, name)

    tree = Tree()
    tree.ta.certify(tree.alice, change=change)
    shown = tree.validated().points[1].ca
    assert shown.isprintable()
    assert len(shown) == 64


# --- a trust anchor ---------------------------------------------------------------------------------------


def anchor(ta: Point, **parts: object) -> bytes:
    return ta.trust_anchor(**parts)  # type: ignore[arg-type]


BAD_ANCHORS: dict[str, tuple[str, Callable[[Point], bytes]]] = {
    "it is another's": ("trust-anchor-key", lambda ta: Point("other", key_number=24).trust_anchor()),
    "it has expired": ("expired", lambda ta: anchor(ta, not_after=NOW - 1)),
    "it is not yet valid": ("not-yet-valid", lambda ta: anchor(ta, not_before=NOW + 1)),
    "it inherits": ("resources", lambda ta: anchor(ta, resources=Resources(None, None, None))),
    "it was signed by another key": ("signature", lambda ta: _signed_by(key(24), ta)),
    "it names another issuer": ("issuer-name", lambda ta: _issued_by(key(24), ta)),
    "its AKI is another key's": ("aki", lambda ta: ta.trust_anchor(_with_aki_of(key(24).identifier))),
    "its manifest is elsewhere": (
        "sia",
        lambda ta: anchor(ta, locations=CaLocations(ta.repository, "rsync://rpki.example/repo/ta.mft")),
    ),
    "it is no certificate": ("encoding", lambda ta: b"nonsense"),
}


def _with_aki_of(identifier: bytes) -> Callable[[Any], None]:
    def change(template: Any) -> None:
        value = asn1.encode_der(AuthorityKeyIdentifier(key_identifier=identifier))
        template.extensions = [
            *(each for each in template.extensions if each.extn_id != oids.AUTHORITY_KEY_IDENTIFIER),
            Extension(extn_id=oids.AUTHORITY_KEY_IDENTIFIER, critical=False, extn_value=value),
        ]

    return change


def _signed_by(other: object, ta: Point) -> bytes:
    own, ta.key = ta.key, other  # type: ignore[assignment]
    data = ta.trust_anchor(spki=own.spki)
    ta.key = own
    return data


def _issued_by(other: object, ta: Point) -> bytes:
    def change(template: object) -> None:
        template.issuer = asn1.decode_der(asn1.TLV, subject_name(other.spki))  # type: ignore[attr-defined]

    return ta.trust_anchor(change)


@pytest.mark.parametrize(("check", "make"), BAD_ANCHORS.values(), ids=BAD_ANCHORS)
def test_a_bad_trust_anchor_begins_nothing(check: str, make: Callable[[Point], bytes]) -> None:
    tree = Tree()
    tree.ta.extra[tree.ta.certificate_uri] = make(tree.ta)
    result = tree.validated()
    assert [(each.uri, each.check) for each in result.rejected] == [(tree.ta.certificate_uri, check)]
    assert not result.payloads
    assert not result.points
    (status,) = result.trust_anchors
    assert not status.usable
    assert result.rejected[0].message in status.reason


@pytest.mark.parametrize("purposes", [(), (oids.BGPSEC_ROUTER,), (oids.ROUTE_ORIGIN_AUTHZ,)])
def test_only_a_router_has_a_certificate_without_basic_constraints(purposes: tuple[Any, ...]) -> None:
    tree = Tree()

    def change(template: Any) -> None:
        template.extensions = [each for each in template.extensions if each.extn_id != oids.BASIC_CONSTRAINTS]
        if purposes:
            value = sequence(*map(oid, purposes)).encode()
            extension = Extension(extn_id=oids.EXTENDED_KEY_USAGE, critical=False, extn_value=value)
            template.extensions = [*template.extensions, extension]

    tree.alice.certify(Point("bob", None, HELD, key_number=24), change=change)
    result = tree.validated()
    router = purposes == (oids.BGPSEC_ROUTER,)
    assert result.accepted.get("router", 0) == router
    checks = [(each.uri.rpartition("/")[2], each.check) for each in result.rejected]
    assert checks == ([] if router else [("bob.cer", "extensions")])
