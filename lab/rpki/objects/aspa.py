"""Autonomous system provider authorisations (draft-ietf-sidrops-aspa-profile)."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from lab.bgp.aspa import Aspa
from lab.rpki.objects.certificate import Certificate
from lab.rpki.objects.der import decode
from lab.rpki.objects.errors import ObjectError, number_text
from lab.rpki.objects.resources import LAST_ASN
from lab.rpki.objects.templates import AsProviderAttestation

ASPA_VERSION: Final = 1
_DRAFT: Final = "draft-ietf-sidrops-aspa-profile"


def parse_aspa(content: bytes) -> Aspa:
    """Raises ObjectError for what the profile's section 3 does not allow."""
    aspa = decode(AsProviderAttestation, content, "the ASPA")
    if aspa.version != ASPA_VERSION:
        raise _error("version", f"the version is {number_text(aspa.version)}, not {ASPA_VERSION}", "3.1")
    customer, providers = aspa.customer_asid, aspa.providers
    for asn in (customer, *providers):
        if not 0 <= asn <= LAST_ASN:
            raise _error("asn", f"{number_text(asn)} is no AS number", "3")
    if not providers:
        raise _error("providers", f"AS{customer} has an empty list of providers", "3.3")
    if customer in providers:
        raise _error("providers", f"AS{customer} is its own provider", "3.3")
    if any(first >= second for first, second in pairwise(providers)):
        raise _error("providers", f"the providers of AS{customer} are not in ascending order", "3.3")
    if len(providers) > 1 and providers[0] == 0:
        raise _error("providers", f"AS{customer} has AS0 beside other providers", "3.3")
    return Aspa(customer, tuple(providers))


def check_aspa(aspa: Aspa, certificate: Certificate) -> None:
    """Hold an ASPA against its EE certificate (section 4 of the profile). Raises ObjectError."""
    held = certificate.resources
    if held.asns is None:
        raise _error("resources", "the EE certificate inherits AS numbers", "4")
    if held.ipv4 != () or held.ipv6 != ():
        raise _error("resources", "the EE certificate holds addresses", "4")
    if not held.covers_asn(aspa.customer):
        raise _error("resources", f"AS{aspa.customer} is not in its EE certificate ({held})", "4")


def _error(check: str, message: str, section: str) -> ObjectError:
    return ObjectError(check, f"the ASPA: {message}", f"{_DRAFT} section {section}")
