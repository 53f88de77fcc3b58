"""Single faults of certificates: those that CAs and the EE certificates of signed objects can share, and
their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ObjectIdentifier
from support.rpki_mutations_der import (
    BMP_STRING,
    GENERALIZED_TIME,
    IA5_STRING,
    PRINTABLE_STRING,
    UTC_TIME,
    UTF8_STRING,
    Node,
    bits,
    boolean,
    context,
    integer,
    null,
    octets,
    oid,
    sequence,
    set_of,
    text,
    uri,
)
from support.rpki_mutations_drafts import STRANGER, Draft, Edit, Mutation, SignedDraft, TestKey, key
from support.rpki_mutations_edits import (
    add_more_specific,
    added,
    append,
    at,
    both,
    common_name,
    critical,
    cut,
    doubled,
    empty,
    extensions,
    flip,
    hash_key_again,
    insert,
    inside,
    lengthen,
    name,
    pad,
    remove,
    rename,
    repeat,
    retag,
    reverse,
    set_unused_bit,
    shift,
    split_in_halves,
    tail,
    unused,
    upper_case,
    valued,
    within,
    without,
    write_as_range,
    write_time,
)

from lab.rpki.objects import oids

DAY = 86400
SHA1_WITH_RSA = ObjectIdentifier("1.2.840.113549.1.1.5")
SHA512_WITH_RSA = ObjectIdentifier("1.2.840.113549.1.1.13")
_RSA_PSS = ObjectIdentifier("1.2.840.113549.1.1.10")
_ORGANIZATION = ObjectIdentifier("2.5.4.10")
_OCSP = ObjectIdentifier("1.3.6.1.5.5.7.48.1")
_ANY_POLICY = ObjectIdentifier("2.5.29.32.0")
_USER_NOTICE = ObjectIdentifier("1.3.6.1.5.5.7.2.2")
_UNKNOWN = ObjectIdentifier("1.3.6.1.4.1.32473.1")
"""IANA's example enterprise number (RFC 5612)."""
_SUBJECT_ALTERNATIVE_NAME = ObjectIdentifier("2.5.29.17")

# The fields of a certificate's signed part.
VERSION, SERIAL, ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY = range(7)
NOT_BEFORE, NOT_AFTER = 0, 1


def algorithm(identifier: ObjectIdentifier, *parameters: Node) -> Node:
    return sequence(oid(identifier), *parameters)


def _signed_by(identifier: ObjectIdentifier) -> Edit:
    return at(ALGORITHM, to=algorithm(identifier, null()))


_NULL_FREE = algorithm(oids.SHA256_WITH_RSA)

FIELDS: Mapping[str, Edit] = {
    "is version 1": remove(VERSION),
    "is version 2": at(VERSION, 0, to=integer(1)),
    "is version 4": at(VERSION, 0, to=integer(3)),
    "serial number 0": at(SERIAL, to=integer(0)),
    "serial number -1": at(SERIAL, to=integer(-1)),
    "serial number of 20 octets": at(SERIAL, to=integer((1 << 159) - 1)),
    "serial number of 21 octets": at(SERIAL, to=integer(1 << 159)),
    "serial number with a needless zero octet": at(SERIAL, to=Node(0x02, b"\0\x01")),
    "inner signature algorithm is sha512WithRSA": _signed_by(SHA512_WITH_RSA),
    "inner signature algorithm has no NULL": at(ALGORITHM, to=_NULL_FREE),
    "issuer is somebody else": at(ISSUER, to=common_name("somebody-else")),
    "issuer as UTF8String": within(ISSUER, edit=retag(UTF8_STRING)),
    "issuer in upper case": within(ISSUER, edit=upper_case),
    "valid from tomorrow": shift(VALIDITY, NOT_BEFORE, seconds=2 * DAY),
    "expired yesterday": shift(VALIDITY, NOT_AFTER, seconds=-31 * DAY),
    "ends before it begins": both(
        shift(VALIDITY, NOT_BEFORE, seconds=DAY / 2), shift(VALIDITY, NOT_AFTER, seconds=-40 * DAY)
    ),
    "outlives its issuer": shift(VALIDITY, NOT_AFTER, seconds=5 * 365 * DAY),
    "near times as GeneralizedTime": both(
        write_time(VALIDITY, NOT_BEFORE, tag=GENERALIZED_TIME, form="%Y%m%d%H%M%SZ"),
        write_time(VALIDITY, NOT_AFTER, tag=GENERALIZED_TIME, form="%Y%m%d%H%M%SZ"),
    ),
    "valid until 99991231235959Z": at(VALIDITY, NOT_AFTER, to=text(GENERALIZED_TIME, "99991231235959Z")),
    "time without seconds": write_time(VALIDITY, NOT_BEFORE, tag=UTC_TIME, form="%y%m%d%H%MZ"),
    "time with an offset": write_time(VALIDITY, NOT_BEFORE, tag=UTC_TIME, form="%y%m%d%H%M%S+0000"),
    "time with a fraction": write_time(VALIDITY, NOT_BEFORE, tag=GENERALIZED_TIME, form="%Y%m%d%H%M%S.5Z"),
    "time on 30 February": at(VALIDITY, NOT_BEFORE, to=text(UTC_TIME, "250230000000Z")),
    "unique identifiers": insert(7, new=Node(0x81, b"\0\x01")),
    "no extensions": lambda tbs: extensions(tbs).clear(),
    "extensions in another order": lambda tbs: extensions(tbs).reverse(),
    "an unknown extension": added(_UNKNOWN, null()),
    "an unknown critical extension": added(_UNKNOWN, null(), is_critical=True),
    "a subject alternative name": added(_SUBJECT_ALTERNATIVE_NAME, sequence(Node(0x82, b"rpki.example"))),
    "length in too many octets": pad,
}

SUBJECTS: Mapping[str, Node] = {
    "subject as UTF8String": common_name("subject", UTF8_STRING),
    "subject as IA5String": common_name("subject", IA5_STRING),
    "subject as BMPString": common_name("subject", BMP_STRING),
    "subject with a serialNumber": name(
        (oids.COMMON_NAME, PRINTABLE_STRING, "subject"), (oids.SERIAL_NUMBER, PRINTABLE_STRING, "1")
    ),
    "subject with a serialNumber in one set": sequence(
        set_of(
            sequence(oid(oids.SERIAL_NUMBER), text(PRINTABLE_STRING, "1")),
            sequence(oid(oids.COMMON_NAME), text(PRINTABLE_STRING, "subject")),
        )
    ),
    "subject with two common names": name(
        (oids.COMMON_NAME, PRINTABLE_STRING, "one"), (oids.COMMON_NAME, PRINTABLE_STRING, "two")
    ),
    "subject with an organization": name(
        (oids.COMMON_NAME, PRINTABLE_STRING, "subject"), (_ORGANIZATION, PRINTABLE_STRING, "Example")
    ),
    "subject is only an organization": name((_ORGANIZATION, PRINTABLE_STRING, "Example")),
    "subject is only a serialNumber": name((oids.SERIAL_NUMBER, PRINTABLE_STRING, "1")),
    "subject is empty": sequence(),
    "subject not printable in PrintableString": common_name("sub@ject*"),
    "subject is an empty string": common_name(""),
    "subject of 500 characters": common_name("s" * 500),
}

_SKI, _AKI, _USAGE = oids.SUBJECT_KEY_IDENTIFIER, oids.AUTHORITY_KEY_IDENTIFIER, oids.KEY_USAGE
_CRLDP, _AIA, _SIA = oids.CRL_DISTRIBUTION_POINTS, oids.AUTHORITY_INFO_ACCESS, oids.SUBJECT_INFO_ACCESS
_POLICIES = oids.CERTIFICATE_POLICIES
_DIRECTORY_NAME = context(4, common_name("directory"))
_ELSEWHERE = "rsync://elsewhere.example/repo/x"
_HTTPS = "https://elsewhere.example/repo/x"


def _policy(*qualifiers: Node) -> Node:
    more = (sequence(*qualifiers),) if qualifiers else ()
    return sequence(oid(oids.POLICY_IP_ADDR_ASN), *more)


_CPS = sequence(oid(oids.POLICY_QUALIFIER_CPS), text(IA5_STRING, "https://rpki.example/cps"))
_NOTICE = sequence(oid(_USER_NOTICE), sequence(text(UTF8_STRING, "notice")))

EXTENSIONS: Mapping[str, Edit] = {
    "SKI missing": without(_SKI),
    "SKI critical": critical(_SKI),
    "SKI twice": doubled(_SKI),
    "SKI not the key's hash": inside(_SKI, flip()),
    "SKI of 19 octets": inside(_SKI, cut),
    "SKI of 32 octets": valued(_SKI, octets(bytes(32))),
    "SKI empty": valued(_SKI, octets(b"")),
    "AKI missing": without(_AKI),
    "AKI critical": critical(_AKI),
    "AKI twice": doubled(_AKI),
    "AKI not the issuer's": inside(_AKI, flip(0)),
    "AKI of 19 octets": inside(_AKI, within(0, edit=cut)),
    "AKI with issuer and serial number": inside(
        _AKI, both(append(new=context(1, _DIRECTORY_NAME)), append(new=Node(0x82, b"\x01")))
    ),
    "key usage missing": without(_USAGE),
    "key usage not critical": critical(_USAGE, None),
    "key usage twice": doubled(_USAGE),
    "key usage has all nine bits": valued(_USAGE, bits(b"\xff\x80", 7)),
    "key usage empty": valued(_USAGE, bits(b"")),
    "key usage of five octets": valued(_USAGE, bits(b"\x06\0\0\0\x01")),
    "key usage with trailing zero bits": inside(_USAGE, unused(0)),
    "CRLDP missing": without(_CRLDP),
    "CRLDP critical": critical(_CRLDP),
    "CRLDP twice": doubled(_CRLDP),
    "CRLDP is not the CRL on the manifest": inside(_CRLDP, at(0, 0, 0, 0, to=uri(_ELSEWHERE))),
    "CRLDP only https": inside(_CRLDP, at(0, 0, 0, 0, to=uri(_HTTPS))),
    "CRLDP with https besides": inside(_CRLDP, append(0, 0, 0, new=uri(_HTTPS))),
    "CRLDP with https before": inside(_CRLDP, insert(0, 0, 0, 0, new=uri(_HTTPS))),
    "CRLDP with two distribution points": inside(_CRLDP, repeat(0)),
    "CRLDP with reasons": inside(_CRLDP, append(0, new=Node(0x81, b"\x07\x80"))),
    "CRLDP with a CRL issuer": inside(_CRLDP, append(0, new=context(2, _DIRECTORY_NAME))),
    "CRLDP empty": valued(_CRLDP, sequence()),
    "AIA missing": without(_AIA),
    "AIA critical": critical(_AIA),
    "AIA twice": doubled(_AIA),
    "AIA is not the issuer's certificate": inside(_AIA, at(0, 1, to=uri(_ELSEWHERE))),
    "AIA only https": inside(_AIA, at(0, 1, to=uri(_HTTPS))),
    "AIA with https besides": inside(
        _AIA, append(new=sequence(oid(oids.CA_ISSUERS), uri("https://rpki.example/ta.cer")))
    ),
    "AIA with OCSP besides": inside(_AIA, append(new=sequence(oid(_OCSP), uri("http://rpki.example/")))),
    "AIA a directory name": inside(_AIA, at(0, 1, to=_DIRECTORY_NAME)),
    "AIA empty": valued(_AIA, sequence()),
    "SIA missing": without(_SIA),
    "SIA critical": critical(_SIA),
    "SIA twice": doubled(_SIA),
    "SIA empty": valued(_SIA, sequence()),
    "SIA with an unknown method besides": inside(_SIA, append(new=sequence(oid(_UNKNOWN), uri(_HTTPS)))),
    "SIA URI not ASCII": inside(_SIA, append(new=sequence(oid(oids.RPKI_NOTIFY), Node(0x86, b"\xff\xfe")))),
    "policies missing": without(_POLICIES),
    "policies not critical": critical(_POLICIES, None),
    "policies twice": doubled(_POLICIES),
    "policy is another": valued(_POLICIES, sequence(sequence(oid(_ANY_POLICY)))),
    "policy and another": inside(_POLICIES, append(new=sequence(oid(_ANY_POLICY)))),
    "policy with a CPS pointer": valued(_POLICIES, sequence(_policy(_CPS))),
    "policy with two CPS pointers": valued(_POLICIES, sequence(_policy(_CPS, _CPS))),
    "policy with a user notice": valued(_POLICIES, sequence(_policy(_NOTICE))),
    "policy with octets after it": tail(_POLICIES, b"\x05\0"),
    "extended key usage": added(oids.EXTENDED_KEY_USAGE, sequence(oid(oids.BGPSEC_ROUTER))),
    "critical as 01 instead of FF": critical(_USAGE, 0x01),
    "not critical said in so many words": critical(_SKI, 0x00),
}

_IP, _AS = oids.IP_RESOURCES, oids.AS_RESOURCES
_IPV4, _IPV6 = 0, 1
_AFI_9 = octets(b"\0\x09")


RESOURCES: Mapping[str, Edit] = {
    "IP resources not critical": critical(_IP, None),
    "IP resources twice": doubled(_IP),
    "IP resources empty": valued(_IP, sequence()),
    "IPv6 before IPv4": inside(_IP, reverse()),
    "IPv4 twice": inside(_IP, repeat(_IPV4)),
    "IPv4 with a SAFI": inside(_IP, at(_IPV4, 0, to=octets(b"\0\x01\x01"))),
    "an unknown address family": inside(_IP, append(new=sequence(_AFI_9, sequence(bits(b"\x0a"))))),
    "IPv4 list empty": inside(_IP, empty(_IPV4, 1)),
    "addresses not sorted": inside(_IP, reverse(_IPV4, 1)),
    "a prefix twice": inside(_IP, repeat(_IPV4, 1, 0)),
    "a prefix inside another": inside(_IP, add_more_specific),
    "two prefixes that are one": inside(_IP, split_in_halves),
    "a range that is a prefix": inside(_IP, write_as_range),
    "a prefix of 40 bits in IPv4": inside(_IP, append(_IPV4, 1, new=bits(b"\xcb\0\x71\xff\x01"))),
    "a prefix with nine unused bits": inside(_IP, within(_IPV4, 1, 0, edit=unused(9))),
    "a prefix with unused bits that are set": inside(_IP, set_unused_bit),
    "IPv4 inherited": inside(_IP, at(_IPV4, 1, to=null())),
    "IPv4 inherited with content": inside(_IP, at(_IPV4, 1, to=Node(0x05, b"\0"))),
    "IP resources with octets after them": tail(_IP, b"\x05\0"),
}


def _ranges(first: int) -> Mapping[str, Edit]:
    """Ranges in 203.0.113.0/24 from its address `first` on."""

    def address(last_octet: int, unused_bits: int = 0) -> Node:
        return bits(bytes((203, 0, 113, first + last_octet)), unused_bits)

    return {
        "a range of addresses": inside(_IP, append(_IPV4, 1, new=sequence(address(4, 2), address(8, 3)))),
        "a range with needless zeros": inside(_IP, append(_IPV4, 1, new=sequence(address(4), address(8, 3)))),
        "a range that ends before it begins": inside(
            _IP, append(_IPV4, 1, new=sequence(address(9), address(1)))
        ),
    }


CA_RESOURCES: Mapping[str, Edit] = {
    "IP resources missing": without(_IP),
    "AS resources missing": without(_AS),
    "no resources at all": both(without(_IP), without(_AS)),
    "AS resources not critical": critical(_AS, None),
    "AS resources twice": doubled(_AS),
    "AS numbers not sorted": inside(_AS, reverse(0, 0)),
    "AS number twice": inside(_AS, repeat(0, 0, 0)),
    "AS numbers that are a range": inside(_AS, insert(0, 0, 1, new=integer(64501))),
    "AS range of one": inside(_AS, at(0, 0, 0, to=sequence(integer(64500), integer(64500)))),
    "AS range that ends before it begins": inside(
        _AS, at(0, 0, 0, to=sequence(integer(64510), integer(64500)))
    ),
    "AS number of 33 bits": inside(_AS, append(0, 0, new=integer(1 << 32))),
    "AS number -1": inside(_AS, insert(0, 0, 0, new=integer(-1))),
    "AS list empty": inside(_AS, empty(0, 0)),
    "AS numbers inherited": inside(_AS, at(0, 0, to=null())),
    "routing domain identifiers": inside(_AS, append(new=context(1, null()))),
    "only routing domain identifiers": inside(_AS, at(0, to=context(1, null()))),
    "everything inherited": both(
        valued(_IP, sequence(*(sequence(octets(afi), null()) for afi in (b"\0\x01", b"\0\x02")))),
        valued(_AS, sequence(context(0, null()))),
    ),
}

_CONSTRAINTS = oids.BASIC_CONSTRAINTS
_REPOSITORY, _MANIFEST = 0, 1

CA_ONLY: Mapping[str, Edit] = {
    "basic constraints missing": without(_CONSTRAINTS),
    "basic constraints not critical": critical(_CONSTRAINTS, None),
    "basic constraints twice": doubled(_CONSTRAINTS),
    "basic constraints say no CA": valued(_CONSTRAINTS, sequence()),
    "basic constraints say no CA in so many words": valued(_CONSTRAINTS, sequence(boolean(0))),
    "basic constraints with cA as 01": valued(_CONSTRAINTS, sequence(boolean(1))),
    "path length 0": inside(_CONSTRAINTS, append(new=integer(0))),
    "path length 5": inside(_CONSTRAINTS, append(new=integer(5))),
    "key usage of an EE certificate": valued(_USAGE, bits(b"\x80", 7)),
    "key usage without cRLSign": valued(_USAGE, bits(b"\x04", 2)),
    "key usage with digitalSignature besides": valued(_USAGE, bits(b"\x86", 1)),
    "SIA without a repository": inside(_SIA, remove(_REPOSITORY)),
    "SIA without a manifest": inside(_SIA, remove(_MANIFEST)),
    "SIA with a signed object": inside(_SIA, append(new=sequence(oid(oids.SIGNED_OBJECT), uri(_ELSEWHERE)))),
    "SIA repository without a slash": inside(_SIA, within(_REPOSITORY, 1, edit=cut)),
    "SIA repository only https": inside(_SIA, at(_REPOSITORY, 1, to=uri(_HTTPS))),
    "SIA repository twice": inside(_SIA, repeat(_REPOSITORY)),
    "SIA repository with https besides": inside(
        _SIA, append(new=sequence(oid(oids.CA_REPOSITORY), uri(_HTTPS)))
    ),
    "SIA manifest only https": inside(_SIA, at(_MANIFEST, 1, to=uri(_HTTPS))),
    "SIA manifest twice": inside(_SIA, repeat(_MANIFEST)),
    "SIA manifest in another directory": inside(_SIA, at(_MANIFEST, 1, to=uri(_ELSEWHERE + ".mft"))),
    "SIA manifest is not .mft": inside(_SIA, within(_MANIFEST, 1, edit=rename)),
    "SIA notification over http": inside(
        _SIA, append(new=sequence(oid(oids.RPKI_NOTIFY), uri("http://rrdp.example/n.xml")))
    ),
    "SIA two notifications": inside(
        _SIA,
        both(
            append(new=sequence(oid(oids.RPKI_NOTIFY), uri("https://a.example/n.xml"))),
            append(new=sequence(oid(oids.RPKI_NOTIFY), uri("https://b.example/n.xml"))),
        ),
    ),
    "claims more than its issuer": inside(_IP, append(_IPV4, 1, new=bits(b"\xcb\x00\x72"))),
}

EE_ONLY: Mapping[str, Edit] = {
    "basic constraints of a CA": added(_CONSTRAINTS, sequence(boolean(0xFF)), is_critical=True),
    "basic constraints that say no CA": added(_CONSTRAINTS, sequence(), is_critical=True),
    "key usage of a CA": valued(_USAGE, bits(b"\x06", 1)),
    "key usage with nonRepudiation besides": valued(_USAGE, bits(b"\xc0", 6)),
    "SIA is another place": inside(_SIA, at(0, 1, to=uri(_ELSEWHERE + ".roa"))),
    "SIA is another name": inside(_SIA, within(0, 1, edit=rename)),
    "SIA only https": inside(_SIA, at(0, 1, to=uri(_HTTPS))),
    "SIA twice the same object": inside(_SIA, repeat(0)),
    "SIA with https besides": inside(
        _SIA, append(new=sequence(oid(oids.SIGNED_OBJECT), uri("https://rpki.example/subject.roa")))
    ),
    "SIA with a notification besides": inside(
        _SIA, append(new=sequence(oid(oids.RPKI_NOTIFY), uri("https://rrdp.example/n.xml")))
    ),
    "SIA of a CA": valued(
        _SIA, sequence(sequence(oid(oids.CA_REPOSITORY), uri("rsync://ta.rpki.example/repo/x/")))
    ),
    "IP resources missing": without(_IP),
    "claims more than its CA": inside(_IP, append(_IPV4, 1, new=bits(b"\xcb\x00\x72"))),
    "everything inherited": valued(
        _IP, sequence(*(sequence(octets(afi), null()) for afi in (b"\0\x01", b"\0\x02")))
    ),
    "AS resources besides": added(_AS, sequence(context(0, sequence(integer(64500)))), is_critical=True),
    "AS resources inherited besides": added(_AS, sequence(context(0, null())), is_critical=True),
}


# --- keys and signatures, by what they change of a draft ------------------------------------------------


def _rsa(size: int, exponent: int = 65537) -> Callable[[SignedDraft], None]:
    def change(draft: SignedDraft) -> None:
        draft.key = _odd_key(size, exponent)

    return change


@cache
def _odd_key(size: int, exponent: int) -> TestKey:
    return TestKey(rsa.generate_private_key(exponent, size))


def _elliptic(draft: SignedDraft) -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    draft.edits.append(at(KEY, to=spki))
    draft.edits.append(hash_key_again)


def _spki(edit: Edit) -> Callable[[SignedDraft], None]:
    def change(draft: SignedDraft) -> None:
        draft.edits.append(within(KEY, edit=edit))
        draft.edits.append(hash_key_again)

    return change


def _stranger(draft: SignedDraft) -> None:
    draft.signer = key(STRANGER)


def _signed_with(identifier: ObjectIdentifier, algorithm_class: type) -> Callable[[SignedDraft], None]:
    def change(draft: SignedDraft) -> None:
        draft.edits.append(_signed_by(identifier))
        draft.signed_edits.append(at(1, to=algorithm(identifier, null())))
        draft.algorithm = algorithm_class()

    return change


def _afterwards(edit: Edit) -> Callable[[SignedDraft], None]:
    return lambda draft: draft.signed_edits.append(edit)


def _trailer(draft: SignedDraft) -> None:
    draft.trailer = b"\x05\0"


def _no_null(draft: SignedDraft) -> None:
    draft.edits.append(at(ALGORITHM, to=_NULL_FREE))
    draft.signed_edits.append(at(1, to=_NULL_FREE))


SIGNATURES: Mapping[str, Callable[[SignedDraft], object]] = {
    "signed by a stranger": _stranger,
    "signature has one wrong bit": _afterwards(flip(2)),
    "signature is empty": _afterwards(at(2, to=bits(b""))),
    "signed with SHA-1": _signed_with(SHA1_WITH_RSA, SHA1),
    "signed with SHA-512": _signed_with(SHA512_WITH_RSA, SHA512),
    "outer signature algorithm is sha512WithRSA": _afterwards(at(1, to=algorithm(SHA512_WITH_RSA, null()))),
    "signature algorithms have no NULL": _no_null,
    "octets after it": _trailer,
    "a fourth field": _afterwards(append(new=null())),
}

KEYS: Mapping[str, Callable[[SignedDraft], object]] = {
    "key of 1024 bits": _rsa(1024),
    "key of 3072 bits": _rsa(3072),
    "key of 4096 bits": _rsa(4096),
    "key with exponent 3": _rsa(2048, 3),
    "key on an elliptic curve": _elliptic,
    "key for RSA-PSS": _spki(at(0, 0, to=oid(_RSA_PSS))),
    "key algorithm has no NULL": _spki(remove(0, 1)),
    "key with unused bits": _spki(within(1, edit=unused(1))),
    "key with octets after it": _spki(within(1, edit=lengthen)),
    "key is garbage": _spki(at(1, to=bits(b"\x30\x80\x01"))),
}


def of_a_certificate() -> Iterator[tuple[str, Callable[[SignedDraft], object]]]:
    """The faults that any certificate can have."""
    for name_, edit in {**FIELDS, **EXTENSIONS, **RESOURCES}.items():
        yield name_, _tbs(edit)
    yield from SIGNATURES.items()
    yield from KEYS.items()


AKI_EMPTY = valued(_AKI, sequence())


def certificate_mutations() -> Iterator[Mutation]:
    """Every fault of CAs' certificates, and of the EE certificates in ROAs."""
    for what, change in of_a_certificate():
        yield Mutation(f"CA certificate: {what}", _on_ca(change))
        yield Mutation(f"ROA's certificate: {what}", _on_roa(change))
    for what, subject in SUBJECTS.items():
        yield Mutation(f"CA certificate: {what}", _on_ca(_tbs(at(SUBJECT, to=subject))))
        yield Mutation(f"ROA's certificate: {what}", _on_roa(_tbs(at(SUBJECT, to=subject))))
    yield Mutation("CA certificate: AKI empty", _on_ca(_tbs(AKI_EMPTY)), fatal=True)
    yield Mutation("ROA's certificate: AKI empty", _on_roa(_tbs(AKI_EMPTY)), fatal=True)
    for what, edit in {**CA_RESOURCES, **CA_ONLY, **_ranges(64)}.items():
        yield Mutation(f"CA certificate: {what}", _on_ca(_tbs(edit)))
    for what, edit in {**EE_ONLY, **_ranges(0)}.items():
        yield Mutation(f"ROA's certificate: {what}", _on_roa(_tbs(edit)))


def _tbs(edit: Edit) -> Callable[[SignedDraft], object]:
    return lambda draft: draft.edits.append(edit)


def _on_ca(change: Callable[[SignedDraft], object]) -> Callable[[Draft], object]:
    return lambda draft: change(draft.certificate)


def _on_roa(change: Callable[[SignedDraft], object]) -> Callable[[Draft], object]:
    return lambda draft: change(draft.subject.certificate)
