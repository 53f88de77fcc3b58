"""Where relying parties differ on a single fault: which way ours goes, the text that decides it, and why.

A key is a mutation's name, or what follows the colon in it, for all objects that can have that fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple


class Difference(NamedTuple):
    """`accepted` is what ours does; `why` says what the text says, not in its words."""

    accepted: bool
    text: str
    why: str


def difference(mutation: str) -> tuple[str, Difference] | None:
    """The row that is about a mutation, with its key."""
    for row in (mutation, mutation.partition(": ")[2]):
        if row in DIFFERENCES:
            return row, DIFFERENCES[row]
    return None


def _refused(text: str, why: str, *rows: str) -> Iterable[tuple[str, Difference]]:
    return ((row, Difference(False, text, why)) for row in rows)


def _accepted(text: str, why: str, *rows: str) -> Iterable[tuple[str, Difference]]:
    return ((row, Difference(True, text, why)) for row in rows)


_DER: Final = "RFC 5280 section 4.1, X.690 sections 10 and 11"
_DER_WHY: Final = "What is signed is DER, which has one encoding for each value; OpenSSL reads BER too."

DIFFERENCES: Final[Mapping[str, Difference]] = dict(
    [
        # --- encodings ----------------------------------------------------------------------------------
        *_refused(
            _DER,
            _DER_WHY,
            "CA certificate: length in too many octets",
            "CRL: length in too many octets",
            "key usage with trailing zero bits",
            "critical as 01 instead of FF",
            "not critical said in so many words",
            "basic constraints with cA as 01",
            "CA certificate: a prefix with unused bits that are set",
            "ROA's certificate: a prefix with unused bits that are set",
            "CRL: number with a needless zero octet",
        ),
        *_refused(
            "X.690 sections 8.3.2, 10.1, 11.2.2 and 11.5",
            "The content of a signed object is DER, too.",
            "ROA: length in too many octets",
            "ROA: a prefix with unused bits that are set",
            "ROA: version 0 in so many words",
            "manifest: version 0 in so many words",
            "ROA: AS number with a needless zero octet",
            "manifest: number with a needless zero octet",
        ),
        *_refused(
            "RFC 5280 section 4.2",
            "An extension's value is the encoding of one ASN.1 value, with nothing after it.",
            "policy with octets after it",
            "IP resources with octets after them",
        ),
        *_refused(
            "RFC 3279 section 2.3.1",
            "The bit string of an RSA key is one DER sequence, and the algorithm's parameters are NULL.",
            "key with octets after it",
            "key algorithm has no NULL",
        ),
        *_refused("X.690 section 8.1", "A file is one object, with nothing after it.", "octets after it"),
        *_refused(
            "X.680 section 41.4",
            "PrintableString has no @ and no *.",
            "subject not printable in PrintableString",
        ),
        *_refused(
            "RFC 5280 section 4.1.2.5.2, RFC 9286 section 4.2.1",
            "A GeneralizedTime ends with seconds and Z.",
            "manifest: time with a fraction",
            "manifest: time with an offset",
        ),
        # --- fields of certificates ---------------------------------------------------------------------
        *_refused(
            "RFC 6487 section 4.1",
            "A resource certificate is of version 3.",
            "CA certificate: is version 1",
            "ROA's certificate: is version 1",
            "manifest's certificate: is version 1",
            "is version 2",
            "is version 4",
        ),
        *_refused(
            "RFC 6487 section 4.2, RFC 5280 section 4.1.2.2",
            "A serial number is positive and has at most 20 octets. All take 0, and so does this one.",
            "serial number -1",
            "serial number of 21 octets",
        ),
        *_refused(
            "RFC 6487 section 4",
            "Fields that the profile does not name must not appear.",
            "unique identifiers",
        ),
        *_refused(
            "RFC 6487 sections 4.4 and 4.5",
            "A name is one CommonName and at most one serialNumber; it is a PrintableString. UTF8String and "
            "IA5String are taken because all take them.",
            "subject with an organization",
            "subject is only an organization",
            "subject is only a serialNumber",
            "subject is empty",
            "subject with two common names",
            "subject as BMPString",
        ),
        *_accepted(
            "RFC 5280 section 7.1",
            "Names are compared without regard to case; OpenSSL does, Fort compares octets.",
            "issuer in upper case",
        ),
        *_refused(
            "RFC 7935 sections 2 and 3",
            "Keys are RSA of 2048 bits with exponent 65537, signatures are made with SHA-256.",
            "key of 1024 bits",
            "key of 4096 bits",
            "key with exponent 3",
            "signed with SHA-1",
            "signed with SHA-512",
        ),
        # --- extensions ---------------------------------------------------------------------------------
        *_refused(
            "RFC 6487 section 4.8.1",
            "Basic constraints are critical, and only CAs have them.",
            "basic constraints not critical",
            "basic constraints of a CA",
            "basic constraints that say no CA",
        ),
        *_refused(
            "RFC 6487 section 4.8.2",
            "The SKI is the SHA-1 hash of the key.",
            "SKI not the key's hash",
        ),
        *_refused(
            "RFC 6487 section 4.8.3",
            "The AKI has a key identifier. Without one, Fort 1.5.4 dies.",
            "AKI empty",
        ),
        *_refused(
            "RFC 6487 section 4.8.4",
            "The key usage is critical, and just those bits are set.",
            "key usage not critical",
            "key usage of five octets",
        ),
        *_refused(
            "RFC 6487 section 4.8.5",
            "CAs, and EE certificates of signed objects, have no extended key usage.",
            "extended key usage",
        ),
        *_refused(
            "RFC 6487 section 4.8.6",
            "There is one distribution point, not critical, with an rsync URI and no CRL issuer.",
            "CRLDP missing",
            "CRLDP critical",
            "CRLDP only https",
            "CRLDP with two distribution points",
            "CRLDP with a CRL issuer",
            "CRLDP empty",
            "trust anchor: CRL distribution points",
        ),
        *_refused(
            "RFC 6487 section 7.2",
            "Revoked is what is on the CRL that the certificate's CRLDP names; the CA's CRL is that on its "
            "manifest.",
            "CA certificate: CRLDP is not the CRL on the manifest",
            "ROA's certificate: CRLDP is not the CRL on the manifest",
        ),
        *_refused("RFC 6487 section 4.8.7", "There is an rsync URI.", "AIA only https"),
        *_accepted(
            "RFC 6487 section 4.8.7",
            "Other access methods may stand beside the rsync URI.",
            "AIA with https besides",
            "AIA with OCSP besides",
        ),
        *_accepted(
            "RFC 6487 section 7.2",
            "It should name the issuer's certificate, but validation does not look at it.",
            "ROA's certificate: AIA is not the issuer's certificate",
            "manifest's certificate: AIA is not the CA's certificate",
        ),
        *_refused("RFC 5280 section 4.2", "An extension appears once.", "SIA twice"),
        *_accepted(
            "RFC 6487 section 4.8.8.1",
            "There may be several locations of each kind; the first rsync URI is used.",
            "SIA repository twice",
            "SIA repository with https besides",
            "SIA manifest twice",
        ),
        *_accepted(
            "RFC 6487 section 4.8.8.1",
            "Unlike for EE certificates, it does not forbid other methods; RFC 8182 added one.",
            "CA certificate: SIA with an unknown method besides",
            "SIA with a signed object",
        ),
        *_refused(
            "RFC 8182 section 3.2",
            "There is at most one notification, and its URI is https.",
            "SIA two notifications",
            "SIA notification over http",
        ),
        *_refused(
            "RFC 6487 section 4.8.8.2",
            "An EE certificate's SIA has no other methods than signedObject. A notification is let pass, as "
            "all do.",
            "ROA's certificate: SIA with an unknown method besides",
        ),
        *_accepted(
            "RFC 6487 section 4.8.8.2",
            "There may be several URIs of the one object.",
            "SIA twice the same object",
        ),
        *_refused(
            "RFC 6487 section 4.8.8.2",
            "The signedObject URI is where the object is.",
            "SIA is another place",
            "SIA is another name",
        ),
        *_refused(
            "RFC 6487 section 4.8.9, RFC 7318 section 2",
            "The policies are critical: the RPKI's one policy, with at most a CPS pointer.",
            "policies not critical",
            "policies missing",
            "policy is another",
            "policy and another",
            "policy with two CPS pointers",
            "policy with a user notice",
        ),
        # --- resources ----------------------------------------------------------------------------------
        *_refused(
            "RFC 3779 section 3.2.3.8",
            "A range begins before it ends; one number is written as a number.",
            "AS range of one",
        ),
        *_accepted(
            "RFC 3779 section 2.2.3.5",
            "A CA may inherit each family.",
            "CA certificate: IPv4 inherited",
            "CA certificate: everything inherited",
        ),
        *_refused(
            "RFC 9582 section 5",
            "A ROA's certificate holds addresses, inherits none, and has no AS numbers.",
            "ROA's certificate: IPv4 inherited",
            "ROA's certificate: everything inherited",
            "AS resources besides",
            "AS resources inherited besides",
        ),
        # --- trust anchors ------------------------------------------------------------------------------
        *_refused(
            "RFC 8630 section 2.3",
            "A trust anchor's certificate is self-signed.",
            "trust anchor: signature has one wrong bit",
        ),
        # --- CRLs ---------------------------------------------------------------------------------------
        *_refused(
            "RFC 6487 section 5",
            "A CRL is of version 2, with a next update, an AKI, a number, no other extension and no entry "
            "extension.",
            "CRL: is version 1",
            "CRL: is version 3",
            "CRL: no next update",
            "CRL: number missing",
            "CRL: number twice",
            "CRL: an unknown extension",
            "CRL: an issuing distribution point",
            "CRL: an entry says why",
        ),
        *_refused(
            "RFC 5280 section 5.2.3",
            "A CRL number is not negative and has at most 20 octets.",
            "CRL: number -1",
            "CRL: number of 21 octets",
        ),
        *_refused(
            "RFC 5280 section 5.1.1.2",
            "The two signature algorithms are the same.",
            "CRL: inner signature algorithm is sha512WithRSA",
            "CRL: inner signature algorithm has no NULL",
        ),
        # --- manifests ----------------------------------------------------------------------------------
        *_refused(
            "RFC 9286 section 4.2.1",
            "The number is not negative and has at most 20 octets.",
            "manifest: number of 21 octets",
        ),
        *_refused(
            "RFC 9286 section 4.2.1",
            "Each file is listed once, and exactly one CRL is.",
            "manifest: a file twice",
            "manifest: the CRL twice",
            "manifest: names a second CRL",
        ),
        *_refused(
            "RFC 9286 section 4.2.1",
            "The manifest is not on itself: its hash cannot be.",
            "manifest: names itself",
        ),
        *_refused(
            "RFC 9286 section 4.2.2",
            "A name is letters, digits, hyphens and underscores, one dot, and three letters.",
            "manifest: an empty name",
            "manifest: a name without an ending",
            "manifest: a name with two dots",
            "manifest: a name with an ending of four letters",
        ),
        *_accepted(
            "RFC 9286 section 6.4",
            "The file is there and has that hash. It is refused as the object it should be, by itself.",
            "manifest: names an empty ROA",
            "manifest: names a ROA under two names",
            "manifest: names the CRL as a ROA too",
        ),
        *_accepted(
            "RFC 9286 section 5.1",
            "Resources are inherited; it does not say that both kinds must be there.",
            "manifest's certificate: holds no AS numbers",
        ),
        *_refused(
            "RFC 9286 section 5.1, RFC 6487 section 4.8.10",
            "Resources are there, and inherited.",
            "manifest's certificate: holds an AS number",
            "manifest's certificate: holds nothing",
        ),
        # --- ROAs and ASPAs -----------------------------------------------------------------------------
        *_refused(
            "RFC 9582 section 4.2",
            "An AS number is from 0 to 4294967295.",
            "ROA: AS-1",
        ),
        *_refused(
            "RFC 9582 section 4.3",
            "There is a list with at least one prefix for IPv4, IPv6 or both, each once. Fort passes on the "
            "prefixes that stand before a wrong one.",
            "ROA: an unknown address family",
            "ROA: IPv4 twice",
            "ROA: three address families",
            "ROA: IPv4 without prefixes",
            "ROA: a prefix of 33 bits in IPv4",
        ),
        *_refused(
            "RFC 9582 section 4.3.2.2",
            "maxLength is at least the prefix's length and at most the family's. Fort passes on the prefixes "
            "that stand before a wrong one.",
            "ROA: maxLength shorter than the prefix",
            "ROA: maxLength 33",
            "ROA: maxLength -1",
            "ROA: maxLength of 129 in IPv6",
        ),
        *_refused(
            "RFC 9582 section 5",
            "Every prefix is held by the ROA's certificate. Fort passes on the ones before.",
            "ROA: a prefix that its certificate does not hold",
        ),
        *_refused(
            "draft-ietf-sidrops-aspa-profile section 3.3",
            "AS0 stands alone or not at all.",
            "ASPA: AS0 and other providers",
        ),
        # --- envelopes ----------------------------------------------------------------------------------
        *_refused(
            "RFC 9589 section 5",
            "There is a signing-time, and no binary-signing-time.",
            "CMS: no signing-time",
            "CMS: a binary-signing-time besides",
            "CMS: a binary-signing-time instead",
        ),
        *_refused(
            "RFC 5652 section 11.3",
            "A signing-time is a time.",
            "CMS: signing-time of garbage",
        ),
        *_refused(
            "RFC 6488 sections 2.1 and 3",
            "Versions are 3, and there are one digest algorithm, one certificate and no CRLs.",
            "CMS: version 1",
            "CMS: version 4",
            "CMS: two digest algorithms",
            "CMS: two certificates",
            "CMS: CRLs",
            "CMS: signer is version 1",
        ),
    ]
)
