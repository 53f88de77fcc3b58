"""Single faults of what signed objects carry, ROAs and ASPAs, and of the CMS envelope around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cryptography.x509 import ObjectIdentifier
from support.rpki_mutations_certificates import SHA1_WITH_RSA, algorithm
from support.rpki_mutations_der import (
    GENERALIZED_TIME,
    UTC_TIME,
    Node,
    bits,
    context,
    integer,
    null,
    octets,
    oid,
    sequence,
    set_of,
    text,
)
from support.rpki_mutations_drafts import STRANGER, Draft, Edit, Mutation, ObjectDraft, SignedDraft, key
from support.rpki_mutations_edits import (
    added,
    append,
    at,
    attribute,
    both,
    common_name,
    cut,
    empty,
    flip,
    insert,
    pad,
    remove,
    repeat,
    reverse,
    shift,
    sorted_set,
    valued,
    within,
    within_attribute,
    without_attribute,
    write_time,
)

from lab.rpki.objects import oids

DAY = 86400
_DATA = ObjectIdentifier("1.2.840.113549.1.7.1")
_SHA1 = ObjectIdentifier("1.3.14.3.2.26")
_UNKNOWN = ObjectIdentifier("1.3.6.1.4.1.32473.1")

# --- ROAs: AS number, families of addresses (no version, which is 0) -----------------------------------

_FAMILIES, _IPV4, _IPV6 = 1, 0, 1

ROA_EDITS: Mapping[str, Edit] = {
    "version 0 in so many words": insert(0, new=context(0, integer(0))),
    "version 1": insert(0, new=context(0, integer(1))),
    "AS0": at(0, to=integer(0)),
    "AS4294967295": at(0, to=integer(0xFFFFFFFF)),
    "AS4294967296": at(0, to=integer(1 << 32)),
    "AS-1": at(0, to=integer(-1)),
    "AS number with a needless zero octet": at(0, to=Node(0x02, b"\0\0\xfb\xf0")),
    "no address family": empty(_FAMILIES),
    "IPv4 without prefixes": empty(_FAMILIES, _IPV4, 1),
    "an unknown address family": append(
        _FAMILIES, new=sequence(octets(b"\0\x09"), sequence(sequence(bits(b"\x0a"))))
    ),
    "IPv4 with a SAFI": at(_FAMILIES, _IPV4, 0, to=octets(b"\0\x01\x01")),
    "IPv4 twice": repeat(_FAMILIES, _IPV4),
    "three address families": append(
        _FAMILIES, new=sequence(octets(b"\0\x01"), sequence(sequence(bits(b"\x0a"))))
    ),
    "IPv6 before IPv4": reverse(_FAMILIES),
    "prefixes not sorted": reverse(_FAMILIES, _IPV4, 1),
    "a prefix twice": repeat(_FAMILIES, _IPV4, 1, 1),
    "a prefix of 33 bits in IPv4": at(_FAMILIES, _IPV4, 1, 1, 0, to=bits(b"\x0a\0\0\0\0", 7)),
    "a prefix with unused bits that are set": within(
        _FAMILIES, _IPV4, 1, 1, 0, edit=lambda prefix: _set_last_bit(prefix)
    ),
    "maxLength is the prefix's own": append(_FAMILIES, _IPV4, 1, 1, new=integer(27)),
    "maxLength shorter than the prefix": append(_FAMILIES, _IPV4, 1, 1, new=integer(26)),
    "maxLength 32": append(_FAMILIES, _IPV4, 1, 1, new=integer(32)),
    "maxLength 33": append(_FAMILIES, _IPV4, 1, 1, new=integer(33)),
    "maxLength -1": append(_FAMILIES, _IPV4, 1, 1, new=integer(-1)),
    "maxLength of 129 in IPv6": append(_FAMILIES, _IPV6, 1, 0, new=integer(129)),
    "a prefix that its certificate does not hold": append(
        _FAMILIES, _IPV4, 1, new=sequence(bits(b"\xcb\0\x71"))
    ),
    "a third field": append(new=null()),
    "length in too many octets": pad,
}

# --- ASPAs: version, customer, providers ---------------------------------------------------------------

_VERSION, _CUSTOMER, _PROVIDERS = range(3)

ASPA_EDITS: Mapping[str, Edit] = {
    "nothing is wrong": lambda content: None,
    "no version": remove(_VERSION),
    "version 0 in so many words": at(_VERSION, 0, to=integer(0)),
    "version 2": at(_VERSION, 0, to=integer(2)),
    "another customer": at(_CUSTOMER, to=integer(64500)),
    "customer of 33 bits": at(_CUSTOMER, to=integer(1 << 32)),
    "customer -1": at(_CUSTOMER, to=integer(-1)),
    "no providers": empty(_PROVIDERS),
    "providers not sorted": reverse(_PROVIDERS),
    "a provider twice": repeat(_PROVIDERS, 0),
    "the customer is a provider": lambda content: content[_PROVIDERS].children.append(
        content[_CUSTOMER].copy()
    ),
    "provider of 33 bits": append(_PROVIDERS, new=integer(1 << 32)),
    "provider -1": insert(_PROVIDERS, 0, new=integer(-1)),
    "AS0 and other providers": insert(_PROVIDERS, 0, new=integer(0)),
    "providers by address family": lambda content: _by_family(content),
    "a fourth field": append(new=null()),
}


def _by_family(content: Node) -> None:
    """As drafts of the profile before version 1 had it."""
    for index, provider in enumerate(content[_PROVIDERS].children):
        content[_PROVIDERS].children[index] = sequence(provider, octets(b"\0\x01"))


_ADDRESSES = sequence(sequence(octets(b"\0\x01"), sequence(bits(b"\xcb\0\x71\0", 6))))
ASPA_CERTIFICATE_EDITS: Mapping[str, Edit] = {
    "its certificate inherits AS numbers": valued(oids.AS_RESOURCES, sequence(context(0, null()))),
    "its certificate holds another AS number": valued(
        oids.AS_RESOURCES, sequence(context(0, sequence(integer(64500))))
    ),
    "its certificate holds addresses besides": added(oids.IP_RESOURCES, _ADDRESSES, is_critical=True),
    "its certificate inherits addresses besides": added(
        oids.IP_RESOURCES, sequence(sequence(octets(b"\0\x01"), null())), is_critical=True
    ),
}


# --- the set of signed attributes -----------------------------------------------------------------------

_TYPE, _DIGEST, _TIME, _BINARY = (
    oids.CONTENT_TYPE,
    oids.MESSAGE_DIGEST,
    oids.SIGNING_TIME,
    oids.BINARY_SIGNING_TIME,
)
_BINARY_TIME = sequence(oid(_BINARY), set_of(integer(1_700_000_000)))

ATTRIBUTE_EDITS: Mapping[str, Edit] = {
    "no content-type": without_attribute(_TYPE),
    "content-type of another": within_attribute(_TYPE, at(1, 0, to=oid(oids.MANIFEST))),
    "content-type twice": lambda attributes: attributes.children.append(attribute(attributes, _TYPE).copy()),
    "no message-digest": without_attribute(_DIGEST),
    "message-digest of something else": within_attribute(_DIGEST, flip(1, 0)),
    "message-digest of 31 octets": within_attribute(_DIGEST, within(1, 0, edit=cut)),
    "two message-digests in one": within_attribute(_DIGEST, repeat(1, 0)),
    "no signing-time": without_attribute(_TIME),
    "signing-time tomorrow": within_attribute(_TIME, shift(1, 0, seconds=DAY)),
    "signing-time as GeneralizedTime": within_attribute(
        _TIME, write_time(1, 0, tag=GENERALIZED_TIME, form="%Y%m%d%H%M%SZ")
    ),
    "signing-time without a value": within_attribute(_TIME, empty(1)),
    "signing-time of garbage": within_attribute(_TIME, at(1, 0, to=text(UTC_TIME, "garbage"))),
    "signing-time twice": lambda attributes: attributes.children.append(attribute(attributes, _TIME).copy()),
    "a binary-signing-time besides": both(append(new=_BINARY_TIME), sorted_set),
    "a binary-signing-time instead": both(without_attribute(_TIME), append(new=_BINARY_TIME), sorted_set),
    "an unknown attribute": both(append(new=sequence(oid(_UNKNOWN), set_of(null()))), sorted_set),
    "attributes not sorted": reverse(),
    "no attributes in the set": empty(),
}

# --- the envelope ---------------------------------------------------------------------------------------
# ContentInfo: type, [0] SignedData: version, digest algorithms, content, [0] certificates, signer infos.

_SIGNED = (1, 0)
_CONTENT, _CERTIFICATES, _SIGNERS = (*_SIGNED, 2), (*_SIGNED, 3), (*_SIGNED, 4)
_SIGNER = (*_SIGNERS, 0)
_S_VERSION, _S_ID, _S_DIGEST, _S_ATTRIBUTES, _S_ALGORITHM, _S_SIGNATURE = range(6)


def _everything_indefinite(tree: Node) -> None:
    """BER, where the signatures do not look."""
    for place in ((), (1,), _SIGNED, _CONTENT, (*_CONTENT, 1), _CERTIFICATES, _SIGNERS, _SIGNER):
        node = tree
        for index in place:
            node = node[index]
        node.indefinite = True


def _content_in_pieces(tree: Node) -> None:
    content = tree[1][0][2][1][0]
    half = len(content.content) // 2
    content.children = [octets(content.content[:half]), octets(content.content[half:])]
    content.tag = 0x24


ENVELOPE_EDITS: Mapping[str, Edit] = {
    "is data": at(0, to=oid(_DATA)),
    "version 1": at(*_SIGNED, 0, to=integer(1)),
    "version 4": at(*_SIGNED, 0, to=integer(4)),
    "no digest algorithm": empty(*_SIGNED, 1),
    "two digest algorithms": append(*_SIGNED, 1, new=algorithm(_SHA1)),
    "digest algorithm is SHA-1": at(*_SIGNED, 1, 0, to=algorithm(_SHA1)),
    "digest algorithm with NULL": at(*_SIGNED, 1, 0, to=algorithm(oids.SHA256, null())),
    "content type is another": at(*_CONTENT, 0, to=oid(oids.MANIFEST)),
    "no content": remove(*_CONTENT, 1),
    "content is NULL": at(*_CONTENT, 1, 0, to=null()),
    "content is empty": at(*_CONTENT, 1, 0, to=octets(b"")),
    "no certificate": remove(*_CERTIFICATES),
    "empty set of certificates": empty(*_CERTIFICATES),
    "two certificates": repeat(*_CERTIFICATES, 0),
    "CRLs": insert(*_SIGNERS, new=Node(0xA1)),
    "no signer": empty(*_SIGNERS),
    "two signers": repeat(*_SIGNER),
    "signer is version 1": at(*_SIGNER, _S_VERSION, to=integer(1)),
    "signer by issuer and serial number": at(*_SIGNER, _S_ID, to=sequence(common_name("issuer"), integer(1))),
    "signer is another key": flip(*_SIGNER, _S_ID),
    "signer's digest algorithm is SHA-1": at(*_SIGNER, _S_DIGEST, to=algorithm(_SHA1)),
    "signer's digest algorithm with NULL": at(*_SIGNER, _S_DIGEST, to=algorithm(oids.SHA256, null())),
    "signature algorithm is sha256WithRSA": at(
        *_SIGNER, _S_ALGORITHM, to=algorithm(oids.SHA256_WITH_RSA, null())
    ),
    "signature algorithm is sha1WithRSA": at(*_SIGNER, _S_ALGORITHM, to=algorithm(SHA1_WITH_RSA, null())),
    "signature algorithm has no NULL": at(*_SIGNER, _S_ALGORITHM, to=algorithm(oids.RSA_ENCRYPTION)),
    "no signed attributes": remove(*_SIGNER, _S_ATTRIBUTES),
    "empty signed attributes afterwards": empty(*_SIGNER, _S_ATTRIBUTES),
    "unsigned attributes": append(*_SIGNER, new=context(1, sequence(oid(_UNKNOWN), set_of(null())))),
    "signature has one wrong bit": flip(*_SIGNER, _S_SIGNATURE),
    "signature is empty": at(*_SIGNER, _S_SIGNATURE, to=octets(b"")),
    "indefinite lengths": _everything_indefinite,
    "content in pieces": _content_in_pieces,
    "length in too many octets": pad,
}


def _stranger(draft: ObjectDraft) -> None:
    draft.signer = key(STRANGER)


def _trailer(draft: ObjectDraft) -> None:
    draft.trailer = b"\x05\0"


_SIGNING: Mapping[str, Callable[[ObjectDraft], object]] = {
    "signed by a stranger": _stranger,
    "octets after it": _trailer,
}


def content_mutations() -> Iterator[Mutation]:
    """Every fault of ROAs, ASPAs and their envelopes."""
    for name, edit in ROA_EDITS.items():
        yield Mutation(f"ROA: {name}", lambda draft, edit=edit: draft.subject.content.append(edit))
    for name, edit in ATTRIBUTE_EDITS.items():
        yield Mutation(f"CMS: {name}", lambda draft, edit=edit: draft.subject.attributes.append(edit))
    for name, edit in ENVELOPE_EDITS.items():
        yield Mutation(f"CMS: {name}", lambda draft, edit=edit: draft.subject.envelope.append(edit))
    for name, change in _SIGNING.items():
        yield Mutation(f"CMS: {name}", lambda draft, change=change: change(draft.subject))
    for name, edit in ASPA_EDITS.items():
        yield Mutation(f"ASPA: {name}", lambda draft, edit=edit: _aspa(draft, content=[edit]))
    for name, edit in ASPA_CERTIFICATE_EDITS.items():
        certified = SignedDraft(edits=[edit])
        yield Mutation(f"ASPA: {name}", lambda draft, made=certified: _aspa(draft, certificate=made))


def _aspa(draft: Draft, **parts: object) -> None:
    draft.aspa = ObjectDraft(**parts)  # type: ignore[arg-type]


def _set_last_bit(node: Node) -> None:
    node.content = node.content[:-1] + bytes((node.content[-1] | 1,))
