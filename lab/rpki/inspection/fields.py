"""What the objects of the RPKI say, as named values: text, numbers, or lists of these or of further names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from lab.bgp.aspa import Aspa
from lab.rpki.objects.certificate import Certificate
from lab.rpki.objects.certificate_names import common_name
from lab.rpki.objects.crl import Crl
from lab.rpki.objects.manifest import Manifest
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.roa import Roa
from lab.rpki.objects.signature import key_identifier, public_key
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.validation.horizon import utc

Fields = dict[str, Any]
Beside = Callable[[str], bytes | None]
"""The file of a name in the same directory, None where there is none."""

PRESENT: Final = "as listed"
MISSING: Final = "missing"
OTHER_HASH: Final = "another file"


def tal_fields(tal: TrustAnchorLocator) -> Fields:
    """Where the trust anchor is, and its key."""
    return {"uris": list(tal.uris), **_key_fields(tal.spki)}


def certificate_fields(certificate: Certificate) -> Fields:
    """All of it but the signature; what a certificate does not have is left out."""
    return {
        "subject": common_name(certificate.subject),
        "issuer": common_name(certificate.issuer),
        "serial": certificate.serial,
        "valid_from": utc(certificate.not_before),
        "valid_until": utc(certificate.not_after),
        "resources": resources_list(certificate.resources),
        **_key_fields(certificate.spki),
        **_given("authority_key", None if certificate.aki is None else certificate.aki.hex()),
        **_given("crl", certificate.crl_uri),
        **_given("issuer_certificate", certificate.issuer_uri),
        **_given("repository", certificate.ca_repository),
        **_given("manifest", certificate.manifest_uri),
        **_given("rrdp_notification", certificate.notify_uri),
        **_given("signed_object", certificate.signed_object_uri),
    }


def crl_fields(crl: Crl) -> Fields:
    """Its number, times and what it revokes."""
    return {
        "issuer": common_name(crl.issuer),
        "authority_key": crl.aki.hex(),
        "number": crl.number,
        "this_update": utc(crl.this_update),
        "next_update": utc(crl.next_update),
        "revoked_serials": sorted(crl.revoked),
    }


def manifest_fields(manifest: Manifest, beside: Beside | None) -> Fields:
    """Its number, times and files; with `beside` how each file there compares with its hash."""
    return {
        "number": manifest.number,
        "this_update": utc(manifest.this_update),
        "next_update": utc(manifest.next_update),
        "files": [
            {"file": name}
            | ({} if beside is None else {"state": _state(beside(name), digest)})
            | {"sha256": digest.hex()}
            for name, digest in manifest.files
        ],
    }


def roa_fields(roa: Roa) -> Fields:
    """The AS that may originate what."""
    return {
        "origin": f"AS{roa.asn}",
        "prefixes": [
            {"prefix": str(prefix), "max_length": max_length} for prefix, max_length in roa.prefixes
        ],
    }


def aspa_fields(aspa: Aspa) -> Fields:
    """The customer and its providers."""
    return {"customer": f"AS{aspa.customer}", "providers": [f"AS{asn}" for asn in aspa.providers]}


def resources_list(resources: Resources) -> list[str]:
    """Resources one by one."""
    return str(resources).split(", ")


def _key_fields(spki: bytes) -> Fields:
    return {"key": f"RSA, {public_key(spki).key_size} bits", "key_identifier": key_identifier(spki).hex()}


def _given(name: str, value: str | None) -> Fields:
    return {} if value is None else {name: value}


def _state(content: bytes | None, digest: bytes) -> str:
    if content is None:
        return MISSING
    return PRESENT if hashlib.sha256(content).digest() == digest else OTHER_HASH
