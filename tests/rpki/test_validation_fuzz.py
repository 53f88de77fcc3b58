"""Objects with bytes changed at random: no run ends in anything but a result, and nobody else loses a VRP."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.signed_points import NOW, Point

from lab.bgp.prefix import Prefix
from lab.rpki.fetching.source import MemorySource
from lab.rpki.objects import oids
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.templates import AsProviderAttestation, RouteOriginAttestation
from lab.rpki.validation.disk_store import DiskStore
from lab.rpki.validation.validator import validate

SPACE = Resources.of([Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8::/32")], [64496])


@cache
def tree() -> Point:
    ta = Point("ta")
    alice = Point("alice", ta, SPACE)
    alice.roa("a.roa", 64496, "192.0.2.0/24", "2001:db8::/48")
    alice.aspa("a.asa", 64496, 64500)
    Point("carol", alice, SPACE, key_number=24).roa("c.roa", 64497, "192.0.2.0/25")
    bob = Point("bob", ta, Resources.of([Prefix.parse("203.0.113.0/24")]))
    bob.roa("bob.roa", 64511, "203.0.113.0/24")
    ta.published()
    return ta


@st.composite
def mutations(draw: st.DrawFn, data: bytes) -> bytes:
    """`data` with some bytes replaced, removed, repeated or put in."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(changed)))
        match draw(st.sampled_from(["replace", "insert", "delete", "repeat", "cut"])):
            case "replace" if at < len(changed):
                changed[at] = draw(st.integers(0, 255))
            case "insert":
                changed[at:at] = draw(st.binary(min_size=1, max_size=4))
            case "delete":
                del changed[at : at + draw(st.integers(1, 8))]
            case "repeat":
                changed[at:at] = changed[at : at + draw(st.integers(1, 64))]
            case "cut":
                del changed[at:]
    return bytes(changed)


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_damaged_objects_with_the_right_hash_never_end_a_run(data: st.DataObject) -> None:
    ta = tree()
    alice = ta.children[0]
    files = dict(ta.published())
    products = dict(alice.products)
    name = data.draw(st.sampled_from([*products, "alice.crl", "alice.mft", "ta.cer"]))
    crl = files[alice.crl_uri]
    manifest = files[alice.manifest_uri]
    if name == "ta.cer":
        files[ta.certificate_uri] = data.draw(mutations(files[ta.certificate_uri]))
    elif name == "alice.mft":
        files[alice.manifest_uri] = data.draw(mutations(manifest))
    else:
        original = crl if name == "alice.crl" else products[name]
        changed = data.draw(mutations(original))
        files[alice.repository + name] = changed
        listed = {"alice.crl": crl, **products, name: changed}
        files[alice.manifest_uri] = alice.manifest(
            crl, files=[(each, hashlib.sha256(content).digest()) for each, content in listed.items()]
        )
    result = validate([ta.tal], MemorySource(files), NOW)
    assert name == "ta.cer" or any(vrp.asn == 64511 for vrp in result.payloads.vrps)
    assert all(each.check and each.rfc and each.message for each in result.rejected)


HUGE = 1 << 40_000
"""More digits than Python writes."""


@pytest.mark.parametrize(
    ("name", "content_type", "content"),
    [
        ("b.roa", oids.ROUTE_ORIGIN_AUTHZ, RouteOriginAttestation(version=HUGE, as_id=1, ip_addr_blocks=[])),
        ("b.roa", oids.ROUTE_ORIGIN_AUTHZ, RouteOriginAttestation(version=0, as_id=HUGE, ip_addr_blocks=[])),
        ("b.asa", oids.ASPA, AsProviderAttestation(version=HUGE, customer_asid=1, providers=[2])),
        ("b.asa", oids.ASPA, AsProviderAttestation(version=1, customer_asid=1, providers=[HUGE])),
    ],
)
def test_a_number_too_long_to_be_written_is_rejected_like_any_other(
    name: str, content_type: ObjectIdentifier, content: object
) -> None:
    ta = Point("ta")
    ta.signed_object(name, content_type, asn1.encode_der(content), resources=SPACE)
    ta.roa("good.roa", 64496, "192.0.2.0/24")
    result = validate([ta.tal], MemorySource(ta.published()), NOW)
    assert [each.uri for each in result.rejected] == [ta.repository + name]
    assert len(result.payloads) == 1


def test_a_crl_that_revokes_a_number_too_long_to_be_written_can_be_used_and_kept(tmp_path: Path) -> None:
    ta = Point("ta")
    ta.revoked = {HUGE, ta.roa("bad.roa", 64497, "192.0.2.0/24")}
    ta.roa("good.roa", 64496, "192.0.2.0/24")
    result = validate([ta.tal], MemorySource(ta.published()), NOW, store=DiskStore(tmp_path))
    assert [each.check for each in result.rejected] == ["revoked"]
    assert [vrp.asn for vrp in result.payloads.vrps] == [64496]


def test_what_is_said_of_very_many_resources_is_short() -> None:
    ta = Point("ta")
    alice = Point("alice", ta, SPACE)
    many = Resources((), tuple((1 + number * 4, 2 + number * 4) for number in range(20_000)), ())
    alice.roa("many.roa", 64496, "192.0.2.0/24", resources=many)
    Point("bob", alice, many, key_number=24)
    rejected = validate([ta.tal], MemorySource(ta.published()), NOW).rejected
    assert {each.check for each in rejected} == {"over-claim", "resources"}
    assert all("more ranges of IPv6" in each.message for each in rejected)
    assert all(len(each.message) < 10_000 for each in rejected)
