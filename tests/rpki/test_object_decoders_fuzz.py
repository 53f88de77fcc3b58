"""Objects of every kind with bytes or elements of their structure changed: only typed errors escape."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.rpki_mutations_der import Node
from support.rpki_small import all_files, small_rpki

from lab.bgp.aspa import Aspa
from lab.rpki.objects import oids
from lab.rpki.objects.aspa import check_aspa, parse_aspa
from lab.rpki.objects.ber import to_der
from lab.rpki.objects.certificate import CertificateKind, certificate_kind, parse_certificate
from lab.rpki.objects.crl import parse_crl
from lab.rpki.objects.der import element
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.manifest import parse_manifest
from lab.rpki.objects.roa import check_roa, parse_roa
from lab.rpki.objects.signed_object import Profile, parse_signed_object
from lab.rpki.objects.tal import parse_tal

Decoder = Callable[[bytes], object]


def roa(data: bytes) -> None:
    signed = parse_signed_object(data, oids.ROUTE_ORIGIN_AUTHZ, Profile.CURRENT)
    check_roa(parse_roa(signed.content), signed.certificate, Profile.CURRENT)


def aspa(data: bytes) -> None:
    signed = parse_signed_object(data, oids.ASPA, Profile.LEGACY)
    check_aspa(parse_aspa(signed.content), signed.certificate)


def manifest(data: bytes) -> None:
    parse_manifest(parse_signed_object(data, oids.MANIFEST, Profile.CURRENT).content)


def ca(data: bytes) -> None:
    certificate_kind(data)
    parse_certificate(data, CertificateKind.CA)


@cache
def sample(ending: str) -> bytes:
    """One object, by the ending of its file's name."""
    files = all_files(small_rpki(aspas=[Aspa(64496, (64500,))]))
    return next(data for uri, data in sorted(files.items()) if uri.endswith(ending) and "/ta." not in uri)


def content(ending: str, content_type: oids.Oid) -> bytes:
    return parse_signed_object(sample(ending), content_type, Profile.CURRENT).content


KINDS: dict[str, tuple[Callable[[], bytes], Decoder]] = {
    "CA certificate": (lambda: sample(".cer"), ca),
    "CRL": (lambda: sample(".crl"), parse_crl),
    "manifest": (lambda: sample(".mft"), manifest),
    "ROA": (lambda: sample(".roa"), roa),
    "ASPA": (lambda: sample(".asa"), aspa),
    "content of a manifest": (lambda: content(".mft", oids.MANIFEST), parse_manifest),
    "content of a ROA": (lambda: content(".roa", oids.ROUTE_ORIGIN_AUTHZ), parse_roa),
    "content of an ASPA": (lambda: content(".asa", oids.ASPA), parse_aspa),
    "BER": (lambda: sample(".roa"), to_der),
}


def outcome(decode: Decoder, data: bytes) -> str:
    """The check that refuses it, or that it was taken; what is not an ObjectError fails the test."""
    try:
        decode(data)
    except ObjectError as error:
        return error.check
    return "taken"


@st.composite
def other_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """`data` with some bytes replaced, put in, taken out or cut off."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(changed)))
        size = draw(st.integers(0, 4))
        changed[at : at + size] = draw(st.binary(max_size=4))
    return bytes(changed[: draw(st.none() | st.integers(0, len(changed)))])


INTEGERS = st.integers(-(1 << 200), 1 << 200) | st.sampled_from([0, -1, 1 << 31, 1 << 32, 1 << 64])
CONTENTS = st.binary(max_size=24) | INTEGERS.map(lambda n: n.to_bytes(32, "big", signed=True))


@st.composite
def other_structures(draw: st.DrawFn, data: bytes) -> bytes:
    """`data` with elements dropped, repeated, swapped, retagged, filled anew, nested or badly written.

    What is inside octet strings is reached, too.
    """
    tree = Node.parse(data)
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, draw(st.sampled_from(list(tree.nodes()))))
    return tree.encode()


def _change(draw: st.DrawFn, node: Node) -> None:
    if node.tag == 0x04 and draw(st.booleans()):
        try:
            inside = Node.parse(node.content)
        except (ValueError, IndexError):
            pass
        else:
            _change(draw, draw(st.sampled_from(list(inside.nodes()))))
            node.content = inside.encode()
            return
    kind = draw(st.sampled_from(["drop", "repeat", "swap", "tag", "content", "nest", "pad", "indefinite"]))
    some = draw(st.integers(0, max(0, len(node.children) - 1)))
    match kind:
        case "drop" if node.children:
            del node.children[some]
        case "repeat" if node.children:
            node.children.insert(some, node.children[some].copy())
        case "swap" if node.children:
            node.children.append(node.children.pop(some))
        case "tag":
            node.tag = draw(st.integers(0, 255))
        case "content":
            node.children.clear()
            node.content = draw(CONTENTS)
        case "nest":
            node.children, node.tag = [node.copy()], node.tag | 0x20
        case "pad":
            node.length_padding = draw(st.integers(1, 5))
        case "indefinite":
            node.indefinite = True


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=examples(120))
@given(data=st.data())
def test_other_bytes_are_refused_with_a_check(kind: str, data: st.DataObject) -> None:
    make, decode = KINDS[kind]
    outcome(decode, data.draw(other_bytes(make())))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=examples(120))
@given(data=st.data())
def test_other_structures_are_refused_with_a_check(kind: str, data: st.DataObject) -> None:
    make, decode = KINDS[kind]
    outcome(decode, data.draw(other_structures(make())))


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_of_an_object_is_refused_as_the_whole(kind: str) -> None:
    make, decode = KINDS[kind]
    whole = make()
    assert outcome(decode, whole) == "taken"
    assert {outcome(decode, whole[:size]) for size in range(len(whole))} == {"encoding"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_in_itself_is_refused(kind: str) -> None:
    make, decode = KINDS[kind]
    for tag in (0x04, 0x30, 0x31, 0xA0):
        assert outcome(decode, element(tag, make()) + b"\0") == "encoding"


@pytest.mark.parametrize("kind", KINDS)
def test_deep_nesting_and_very_many_elements_are_refused(kind: str) -> None:
    _, decode = KINDS[kind]
    deep = b"\x05\0"
    for _ in range(2_000):
        deep = element(0x30, deep)
    assert outcome(decode, deep) == "encoding"
    assert outcome(decode, b"\x30\x80" * 1_000_000) == "encoding"
    assert outcome(decode, element(0x30, b"\x30\0" * 1_000_000)) == "encoding"


@settings(max_examples=examples(200))
@given(st.text(max_size=200) | st.text("rsynchttp:/.example\n# AB=", max_size=200))
def test_any_text_is_a_tal_or_is_refused(text: str) -> None:
    assert outcome(lambda data: parse_tal(data.decode(), "any"), text.encode(errors="replace"))
