"""Route origin authorisations (RFC 9582)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import WIDTH, Prefix
from lab.rpki.objects.certificate import Certificate
from lab.rpki.objects.der import decode
from lab.rpki.objects.errors import ObjectError, number_text
from lab.rpki.objects.resources import LAST_ASN, parse_address
from lab.rpki.objects.signed_object import Profile
from lab.rpki.objects.templates import RoaIpAddress, RouteOriginAttestation

_VERSION_OF_FAMILY: Final = {b"\x00\x01": 4, b"\x00\x02": 6}


@dataclass(frozen=True, slots=True)
class Roa:
    """The AS that may originate, and the prefixes with their maxLength, the prefix's own where absent."""

    asn: int
    prefixes: tuple[tuple[Prefix, int], ...]


def parse_roa(content: bytes) -> Roa:
    """Raises ObjectError for what RFC 9582 section 4 does not allow."""
    roa = decode(RouteOriginAttestation, content, "the ROA")
    if roa.version != 0:
        raise _error("version", f"the version is {number_text(roa.version)}, not 0", "4.1")
    if not 0 <= roa.as_id <= LAST_ASN:
        raise _error("asn", f"{number_text(roa.as_id)} is no AS number", "4.2")
    prefixes: list[tuple[Prefix, int]] = []
    versions: list[int] = []
    for family in roa.ip_addr_blocks:
        version = _VERSION_OF_FAMILY.get(family.address_family)
        if version is None:
            raise _error("address-family", f"{family.address_family.hex()} is no address family", "4.3.1")
        versions.append(version)
        if not family.addresses:
            raise _error("prefixes", f"there is no IPv{version} prefix in its list", "4.3.2")
        prefixes += [_prefix(version, entry) for entry in family.addresses]
    if not versions or len(set(versions)) != len(versions):
        raise _error("address-family", "an address family is missing or stands twice", "4.3")
    return Roa(roa.as_id, tuple(prefixes))


def check_roa(roa: Roa, certificate: Certificate, profile: Profile) -> None:
    """Hold a ROA against its EE certificate (RFC 9582 section 5). Raises ObjectError."""
    held = certificate.resources
    if held.ipv4 is None or held.ipv6 is None:
        raise _error("resources", "the EE certificate inherits addresses", "5")
    if profile is Profile.CURRENT and held.asns != ():
        raise _error("resources", "the EE certificate holds AS numbers", "5")
    for prefix, _ in roa.prefixes:
        if not held.covers_prefix(prefix):
            raise _error("resources", f"{prefix} is not in its EE certificate ({held})", "5")


def _prefix(version: int, entry: RoaIpAddress) -> tuple[Prefix, int]:
    prefix = parse_address(entry.address, version)
    if entry.max_length is None:
        return prefix, prefix.length
    if not prefix.length <= entry.max_length <= WIDTH[version]:
        raise _error(
            "max-length",
            f"the maxLength of {prefix} is {number_text(entry.max_length)}, "
            f"not {prefix.length} to {WIDTH[version]}",
            "4.3.2.2",
        )
    return prefix, entry.max_length


def _error(check: str, message: str, section: str) -> ObjectError:
    return ObjectError(check, f"the ROA: {message}", f"RFC 9582 section {section}")
