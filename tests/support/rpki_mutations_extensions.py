"""Single faults of certificates' extensions, those for resources excepted."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.x509 import ObjectIdentifier
from support.rpki_mutations_der import (
    IA5_STRING,
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
    text,
    uri,
)
from support.rpki_mutations_drafts import Edit
from support.rpki_mutations_edits import (
    added,
    append,
    at,
    both,
    common_name,
    critical,
    cut,
    doubled,
    flip,
    insert,
    inside,
    remove,
    rename,
    repeat,
    tail,
    unused,
    valued,
    within,
    without,
)

from lab.rpki.objects import oids

_OCSP = ObjectIdentifier("1.3.6.1.5.5.7.48.1")
_ANY_POLICY = ObjectIdentifier("2.5.29.32.0")
_USER_NOTICE = ObjectIdentifier("1.3.6.1.5.5.7.2.2")
_UNKNOWN = ObjectIdentifier("1.3.6.1.4.1.32473.1")
"""IANA's example enterprise number (RFC 5612)."""
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

AKI_EMPTY = valued(_AKI, sequence())
"""Apart, because it kills Fort 1.5."""

_IP, _AS = oids.IP_RESOURCES, oids.AS_RESOURCES
_IPV4 = 0
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
