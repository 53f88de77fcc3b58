"""One file of a publication point, held against its profile and its issuer (RFC 6487, 6488, 9582, ASPA
profile).

Pure: the outcome depends on the bytes, the issuer and the profile, not on the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab.rpki.objects import oids
from lab.rpki.objects.aspa import check_aspa, parse_aspa
from lab.rpki.objects.certificate import Certificate, CertificateKind, certificate_kind, parse_certificate
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.roa import check_roa, parse_roa
from lab.rpki.objects.signed_object import Profile, SignedObject, parse_signed_object
from lab.rpki.validation.issuer import Issuer, check_ca_locations
from lab.rpki.validation.limits import over_limit
from lab.rpki.validation.outcomes import (
    ASPA,
    CA,
    ROA,
    ROUTER_CERTIFICATE,
    THE_CRL,
    UNREAD,
    Failed,
    Outcome,
    Verified,
    needed,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the files of one publication point are held against."""

    issuer: Issuer
    crl_uri: str
    profile: Profile
    prefixes_per_roa: int
    providers_per_aspa: int


def verify_file(name: str, data: bytes, rules: Rules) -> Outcome:
    """What becomes of a listed file. The name's ending decides what it must be (RFC 6481)."""
    if name.endswith(".crl"):
        return THE_CRL
    verify = _BY_ENDING.get(name[-4:])
    if verify is None:
        return UNREAD
    try:
        return verify(name, data, rules)
    except ObjectError as error:
        return Failed(error.check, error.message, error.rfc)


def check_signed_object(signed: SignedObject, uri: str, issuer: Issuer, crl_uri: str) -> None:
    """Hold a signed object's EE certificate against the CA and the object's URI. Raises ObjectError."""
    certificate = signed.certificate
    issuer.check_issued(certificate, crl_uri)
    if certificate.signed_object_uri != uri:
        raise ObjectError(
            "sia",
            f"its certificate says that the object is {certificate.signed_object_uri}, and it is {uri}",
            "RFC 6487 section 4.8.8.2",
        )


def _roa(name: str, data: bytes, rules: Rules) -> Verified:
    signed = parse_signed_object(data, oids.ROUTE_ORIGIN_AUTHZ, rules.profile)
    roa = parse_roa(signed.content)
    if len(roa.prefixes) > rules.prefixes_per_roa:
        raise over_limit("prefixes of one ROA", len(roa.prefixes), rules.prefixes_per_roa)
    check_signed_object(signed, rules.issuer.repository + name, rules.issuer, rules.crl_uri)
    check_roa(roa, signed.certificate, rules.profile)
    payload = [roa.asn]
    for prefix, max_length in roa.prefixes:
        payload += (*prefix, max_length)
    return _verified(ROA, signed.certificate, rules, tuple(payload))


def _aspa(name: str, data: bytes, rules: Rules) -> Verified:
    signed = parse_signed_object(data, oids.ASPA, rules.profile)
    aspa = parse_aspa(signed.content)
    if len(aspa.providers) > rules.providers_per_aspa:
        raise over_limit("providers of one ASPA", len(aspa.providers), rules.providers_per_aspa)
    check_signed_object(signed, rules.issuer.repository + name, rules.issuer, rules.crl_uri)
    check_aspa(aspa, signed.certificate)
    return _verified(ASPA, signed.certificate, rules, (aspa.customer, *aspa.providers))


def _certificate(name: str, data: bytes, rules: Rules) -> Verified:
    if certificate_kind(data) is CertificateKind.ROUTER:
        return ROUTER_CERTIFICATE
    certificate = parse_certificate(data, CertificateKind.CA)
    rules.issuer.check_issued(certificate, rules.crl_uri)
    check_ca_locations(certificate)
    return _verified(CA, certificate, rules, (data,))


def _verified(kind: str, certificate: Certificate, rules: Rules, payload: tuple[Any, ...]) -> Verified:
    resources = certificate.resources
    return Verified(
        kind,
        certificate.serial,
        certificate.not_before,
        certificate.not_after,
        None if resources == needed(kind, payload) else (resources.ipv4, resources.ipv6, resources.asns),
        rules.issuer.excess(resources),
        payload,
    )


_BY_ENDING = {".roa": _roa, ".asa": _aspa, ".cer": _certificate}
