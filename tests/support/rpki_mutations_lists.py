"""Single faults of CRLs and of manifests, and of what is published beside what the manifest says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509 import ObjectIdentifier
from support.rpki_mutations_certificates import SHA1_WITH_RSA, SHA512_WITH_RSA, algorithm
from support.rpki_mutations_der import (
    GENERALIZED_TIME,
    IA5_STRING,
    UTC_TIME,
    UTF8_STRING,
    Node,
    bits,
    context,
    integer,
    null,
    octets,
    oid,
    sequence,
    text,
    uri,
)
from support.rpki_mutations_drafts import (
    MANIFEST,
    STRANGER,
    SUBJECT,
    Draft,
    Edit,
    FileEdit,
    Mutation,
    SignedDraft,
    key,
)
from support.rpki_mutations_edits import (
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
    insert,
    inside,
    pad,
    remove,
    rename,
    repeat,
    retag,
    reverse,
    shift,
    valued,
    within,
    without,
    write_time,
)

from lab.rpki.objects import oids

DAY = 86400
_AKI, _NUMBER = oids.AUTHORITY_KEY_IDENTIFIER, oids.CRL_NUMBER
_ISSUING_DISTRIBUTION_POINT = ObjectIdentifier("2.5.29.28")
_REASON = ObjectIdentifier("2.5.29.21")
_UNKNOWN = ObjectIdentifier("1.3.6.1.4.1.32473.1")
_SHA1 = ObjectIdentifier("1.3.14.3.2.26")
_SHA512 = ObjectIdentifier("2.16.840.1.101.3.4.2.3")

# The fields of a CRL's signed part, before its extensions.
VERSION, ALGORITHM, ISSUER, THIS_UPDATE, NEXT_UPDATE = range(5)


def _entries(*entries: Node) -> Edit:
    """Revoked certificates, where there are none."""
    return insert(5, new=sequence(*entries))


def _entry(serial: int, *more: Node) -> Node:
    return sequence(integer(serial), text(UTC_TIME, "250101000000Z"), *more)


_REASONED = sequence(sequence(oid(_REASON), octets(Node(0x0A, b"\x01").encode())))

CRL_EDITS: Mapping[str, Edit] = {
    "is version 1": remove(VERSION),
    "is version 3": at(VERSION, to=integer(2)),
    "inner signature algorithm is sha512WithRSA": at(ALGORITHM, to=algorithm(SHA512_WITH_RSA, null())),
    "inner signature algorithm has no NULL": at(ALGORITHM, to=algorithm(oids.SHA256_WITH_RSA)),
    "issuer is somebody else": at(ISSUER, to=common_name("somebody-else")),
    "issuer as UTF8String": within(ISSUER, edit=retag(UTF8_STRING)),
    "made tomorrow": shift(THIS_UPDATE, seconds=DAY / 2),
    "next update was yesterday": shift(NEXT_UPDATE, seconds=-2 * DAY + 7200),
    "next update before this update": both(
        shift(THIS_UPDATE, seconds=-DAY), shift(NEXT_UPDATE, seconds=-3 * DAY)
    ),
    "no next update": remove(NEXT_UPDATE),
    "times as GeneralizedTime": both(
        write_time(THIS_UPDATE, tag=GENERALIZED_TIME, form="%Y%m%d%H%M%SZ"),
        write_time(NEXT_UPDATE, tag=GENERALIZED_TIME, form="%Y%m%d%H%M%SZ"),
    ),
    "AKI missing": without(_AKI),
    "AKI critical": critical(_AKI),
    "AKI not the CA's": inside(_AKI, flip(0)),
    "AKI twice": doubled(_AKI),
    "AKI of 19 octets": inside(_AKI, within(0, edit=cut)),
    "AKI with a serial number": inside(_AKI, append(new=Node(0x82, b"\x01"))),
    "number missing": without(_NUMBER),
    "number critical": critical(_NUMBER),
    "number twice": doubled(_NUMBER),
    "number 0": valued(_NUMBER, integer(0)),
    "number -1": valued(_NUMBER, integer(-1)),
    "number of 20 octets": valued(_NUMBER, integer((1 << 159) - 1)),
    "number of 21 octets": valued(_NUMBER, integer(1 << 159)),
    "number with a needless zero octet": valued(_NUMBER, Node(0x02, b"\0\x01")),
    "no extensions": lambda tbs: tbs.children.pop(),
    "an unknown extension": added(_UNKNOWN, null()),
    "an unknown critical extension": added(_UNKNOWN, null(), is_critical=True),
    "an issuing distribution point": added(
        _ISSUING_DISTRIBUTION_POINT, sequence(Node(0x81, b"\xff")), is_critical=True
    ),
    "empty list of revoked certificates": _entries(),
    "revokes a stranger": _entries(_entry(4711)),
    "revokes the same twice": _entries(_entry(4711), _entry(4711)),
    "an entry says why": _entries(_entry(4711, _REASONED)),
    "an entry of serial number -1": _entries(_entry(-1)),
    "an entry of serial number 0": _entries(_entry(0)),
    "an entry as GeneralizedTime": _entries(
        sequence(integer(4711), text(GENERALIZED_TIME, "20250101000000Z"))
    ),
    "length in too many octets": pad,
    "extensions in another order": lambda tbs: extensions(tbs).reverse(),
}


def _crl_stranger(draft: SignedDraft) -> None:
    draft.signer = key(STRANGER)


def _crl_sha1(draft: SignedDraft) -> None:
    draft.edits.append(at(ALGORITHM, to=algorithm(SHA1_WITH_RSA, null())))
    draft.signed_edits.append(at(1, to=algorithm(SHA1_WITH_RSA, null())))
    draft.algorithm = SHA1()


def _crl_trailer(draft: SignedDraft) -> None:
    draft.trailer = b"\x05\0"


CRL_SIGNATURES: Mapping[str, Callable[[SignedDraft], object]] = {
    "signed by a stranger": _crl_stranger,
    "signature has one wrong bit": lambda draft: draft.signed_edits.append(flip(2)),
    "signed with SHA-1": _crl_sha1,
    "octets after it": _crl_trailer,
}

# --- manifests ------------------------------------------------------------------------------------------

NUMBER, MADE, NEXT, HASH_ALGORITHM, FILES = range(5)


def _file(name: str, digest: Node | None = None, tag: int = IA5_STRING) -> Node:
    return sequence(text(tag, name), digest or bits(bytes(32)))


def _name(name: str) -> Edit:
    """One more file, listed and not there."""
    return append(FILES, new=_file(name))


MANIFEST_EDITS: Mapping[str, Edit] = {
    "version 0 in so many words": insert(0, new=context(0, integer(0))),
    "version 1": insert(0, new=context(0, integer(1))),
    "number 0": at(NUMBER, to=integer(0)),
    "number -1": at(NUMBER, to=integer(-1)),
    "number of 20 octets": at(NUMBER, to=integer((1 << 159) - 1)),
    "number of 21 octets": at(NUMBER, to=integer(1 << 159)),
    "number of 22 octets": at(NUMBER, to=integer(1 << 168)),
    "number with a needless zero octet": at(NUMBER, to=Node(0x02, b"\0\x07")),
    "made tomorrow": shift(MADE, seconds=DAY / 2),
    "stale": shift(NEXT, seconds=-DAY - 1800),
    "next update before this update": shift(NEXT, seconds=-2 * DAY),
    "this update is next update": lambda content: content[NEXT].become(content[MADE].copy()),
    "times as UTCTime": both(
        write_time(MADE, tag=UTC_TIME, form="%y%m%d%H%M%SZ"),
        write_time(NEXT, tag=UTC_TIME, form="%y%m%d%H%M%SZ"),
    ),
    "time with a fraction": write_time(MADE, tag=GENERALIZED_TIME, form="%Y%m%d%H%M%S.5Z"),
    "time with an offset": write_time(MADE, tag=GENERALIZED_TIME, form="%Y%m%d%H%M%S+0000"),
    "hash algorithm is SHA-1": at(HASH_ALGORITHM, to=oid(_SHA1)),
    "hash algorithm is SHA-512": at(HASH_ALGORITHM, to=oid(_SHA512)),
    "a hash of 31 octets": within(FILES, 0, 1, edit=cut),
    "a hash of 33 octets": within(FILES, 0, edit=append(new=null())),
    "a hash of 257 bits": within(
        FILES, 0, 1, edit=lambda node: node.become(bits(node.content[1:] + b"\0", 7))
    ),
    "a wrong hash": within(FILES, 2, edit=flip(1)),
    "the CRL's hash is wrong": within(FILES, 0, edit=flip(1)),
    "no files": empty(FILES),
    "not sorted": reverse(FILES),
    "a file twice": repeat(FILES, 2),
    "a file twice with two hashes": both(repeat(FILES, 2), within(FILES, 3, edit=flip(1))),
    "the CRL twice": repeat(FILES, 0),
    "a name as UTF8String": within(FILES, 2, edit=lambda each: _utf8(each)),
    "names a file that is not there": _name("missing.roa"),
    "names itself": _name("ca.mft"),
    "names a second CRL that is not there": _name("second.crl"),
    "a name with a space": _name("my file.roa"),
    "an empty name": _name(""),
    "a name of 300 characters": _name("f" * 296 + ".roa"),
    "a name that climbs": _name("../../escape.roa"),
    "a name in a directory": _name("sub/file.roa"),
    "an absolute name": _name("/etc/passwd.roa"),
    "a name with a zero octet": _name("file\0.roa"),
    "a sixth field": append(new=null()),
}

_GARBAGE = b"This is no DER at all, and longer than the smallest file that could be a signed object. " * 2


def _file_called(name: str) -> FileEdit:
    """One more file of garbage, on the manifest and there."""
    return lambda listed: listed.update({name: _GARBAGE + name.encode()})


_LISTED: Mapping[str, FileEdit] = {
    "a name without an ending": _file_called("file"),
    "a name with two dots": _file_called("my.file.txt"),
    "a name with an ending of four letters": _file_called("file.text"),
    "a name with an ending in capitals": _file_called("file.TXT"),
    "a name in capitals": _file_called("FILE.txt"),
    "names a file of seven octets": lambda listed: listed.update({"small.txt": b"garbage"}),
    "does not name the CRL": lambda listed: listed.pop("ca.crl"),
    "does not name a ROA that is there": lambda listed: listed.pop("subject.roa"),
    "names a second CRL": lambda listed: listed.update({"second.crl": listed["ca.crl"]}),
    "names a ROA of garbage": _file_called("garbage.roa"),
    "names an empty ROA": lambda listed: listed.update({"empty.roa": b""}),
    "names a certificate of garbage": _file_called("garbage.cer"),
    "names a ghostbusters record of garbage": _file_called("garbage.gbr"),
    "names a file of an unknown type": _file_called("notes.txt"),
    "names a ROA as .cer": lambda listed: listed.update({"subject.cer": listed.pop("subject.roa")}),
    "names a ROA as .asa": lambda listed: listed.update({"subject.asa": listed.pop("subject.roa")}),
    "names a ROA under two names": lambda listed: listed.update({"again.roa": listed["subject.roa"]}),
    "names the CRL as a ROA too": lambda listed: listed.update({"crl.roa": listed["ca.crl"]}),
}

_PUBLISHED: Mapping[str, FileEdit] = {
    "is missing": lambda files: files.pop("ca.mft"),
    "is empty": lambda files: files.update({"ca.mft": b""}),
    "is garbage": lambda files: files.update({"ca.mft": b"garbage"}),
    "is a ROA": lambda files: files.update({"ca.mft": files["subject.roa"]}),
    "lists a ROA that is missing": lambda files: files.pop("subject.roa"),
    "lists a ROA that is another file": lambda files: files.update({"subject.roa": files["control.roa"]}),
    "lists a ROA that is empty": lambda files: files.update({"subject.roa": b""}),
    "lists a CRL that is missing": lambda files: files.pop("ca.crl"),
    "does not list a file that is there": lambda files: files.update({"extra.txt": b"extra"}),
}


_ELSEWHERE = uri("rsync://elsewhere.example/repo/x")
_CRLDP, _AIA, _SIA = oids.CRL_DISTRIBUTION_POINTS, oids.AUTHORITY_INFO_ACCESS, oids.SUBJECT_INFO_ACCESS

MANIFEST_CERTIFICATE_EDITS: Mapping[str, Edit] = {
    "is version 1": remove(0),
    "issuer is somebody else": at(3, to=common_name("somebody-else")),
    "CRLDP is not the CRL on the manifest": inside(_CRLDP, at(0, 0, 0, 0, to=_ELSEWHERE)),
    "CRLDP missing": without(_CRLDP),
    "AIA is not the CA's certificate": inside(_AIA, at(0, 1, to=_ELSEWHERE)),
    "AIA missing": without(_AIA),
    "AKI missing": without(_AKI),
    "AKI not the CA's": inside(_AKI, flip(0)),
    "SIA missing": without(_SIA),
    "SIA is another name": inside(_SIA, within(0, 1, edit=rename)),
    "is expired": shift(4, 1, seconds=-DAY - 1800),
    "is valid from tomorrow": shift(4, 0, seconds=DAY / 2),
    "outlives the next update": shift(4, 1, seconds=365 * DAY),
    "holds an AS number": valued(oids.AS_RESOURCES, sequence(context(0, sequence(integer(64500))))),
    "holds no AS numbers": without(oids.AS_RESOURCES),
    "holds nothing": both(without(oids.AS_RESOURCES), without(oids.IP_RESOURCES)),
}


def _stranger(draft: Draft) -> None:
    draft.manifest.certificate.signer = key(STRANGER)


def _revokes(*roles: str) -> Callable[[Draft], object]:
    return lambda draft: draft.revoked.update(roles)


_DRAFTS: Mapping[str, Callable[[Draft], object]] = {
    "signed by a stranger": _stranger,
    "is revoked": _revokes(MANIFEST),
}


def list_mutations() -> Iterator[Mutation]:
    """Every fault of CRLs and manifests."""
    for name, edit in CRL_EDITS.items():
        yield Mutation(f"CRL: {name}", lambda draft, edit=edit: draft.crl.edits.append(edit))
    for name, change in CRL_SIGNATURES.items():
        yield Mutation(f"CRL: {name}", lambda draft, change=change: change(draft.crl))
    yield Mutation("CRL: revokes a ROA's certificate", _revokes(SUBJECT))
    for name, edit in MANIFEST_EDITS.items():
        yield Mutation(f"manifest: {name}", lambda draft, edit=edit: draft.manifest.content.append(edit))
    for name, change in _LISTED.items():
        yield Mutation(f"manifest: {name}", lambda draft, change=change: draft.listed.append(change))
    for name, change in _PUBLISHED.items():
        yield Mutation(f"manifest: {name}", lambda draft, change=change: draft.published.append(change))
    for name, edit in MANIFEST_CERTIFICATE_EDITS.items():
        yield Mutation(
            f"manifest's certificate: {name}",
            lambda draft, edit=edit: draft.manifest.certificate.edits.append(edit),
        )
    for name, draft_change in _DRAFTS.items():
        yield Mutation(f"manifest's certificate: {name}", draft_change)


def _utf8(entry: Node) -> None:
    entry[0].tag = UTF8_STRING
