"""Single faults of certificates: those that CAs and the EE certificates of signed objects can share, and
their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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
    integer,
    null,
    oid,
    sequence,
    set_of,
    text,
)
from support.rpki_mutations_drafts import STRANGER, Draft, Edit, Mutation, SignedDraft, TestKey, key
from support.rpki_mutations_edits import (
    added,
    append,
    at,
    both,
    common_name,
    extensions,
    flip,
    hash_key_again,
    insert,
    lengthen,
    name,
    pad,
    remove,
    retag,
    shift,
    unused,
    upper_case,
    within,
    write_time,
)
from support.rpki_mutations_extensions import AKI_EMPTY, CA_ONLY, EE_ONLY, EXTENSIONS
from support.rpki_mutations_resources import CA_RESOURCES, RESOURCES, ranges

from lab.rpki.objects import oids

DAY = 86400
SHA1_WITH_RSA = ObjectIdentifier("1.2.840.113549.1.1.5")
SHA512_WITH_RSA = ObjectIdentifier("1.2.840.113549.1.1.13")
_RSA_PSS = ObjectIdentifier("1.2.840.113549.1.1.10")
_ORGANIZATION = ObjectIdentifier("2.5.4.10")
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

# --- keys and signatures, by what they change of a draft ------------------------------------------------


def _rsa(size: int, exponent: int = 65537) -> Callable[[SignedDraft], None]:
    def change(draft: SignedDraft) -> None:
        draft.key = TestKey(rsa.generate_private_key(exponent, size))

    return change


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
    for what, edit in {**CA_RESOURCES, **CA_ONLY, **ranges(64)}.items():
        yield Mutation(f"CA certificate: {what}", _on_ca(_tbs(edit)))
    for what, edit in {**EE_ONLY, **ranges(0)}.items():
        yield Mutation(f"ROA's certificate: {what}", _on_roa(_tbs(edit)))


def _tbs(edit: Edit) -> Callable[[SignedDraft], object]:
    return lambda draft: draft.edits.append(edit)


def _on_ca(change: Callable[[SignedDraft], object]) -> Callable[[Draft], object]:
    return lambda draft: change(draft.certificate)


def _on_roa(change: Callable[[SignedDraft], object]) -> Callable[[Draft], object]:
    return lambda draft: change(draft.subject.certificate)
