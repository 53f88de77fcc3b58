"""What signed objects carry: manifests (RFC 9286), ROAs (RFC 9582) and ASPAs
(draft-ietf-sidrops-aspa-profile)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import BitString, GeneralizedTime, IA5String

from lab.bgp.prefix import WIDTH, Prefix
from lab.rpki.issuing.encoding import utc
from lab.rpki.objects import oids
from lab.rpki.objects.resources import bits
from lab.rpki.objects.templates import (
    AsProviderAttestation,
    FileAndHash,
    Manifest,
    RoaIpAddress,
    RoaIpAddressFamily,
    RouteOriginAttestation,
)

_ASPA_VERSION: Final = 1
_AFI: Final = {4: b"\x00\x01", 6: b"\x00\x02"}


def manifest_content(
    number: int, this_update: int, next_update: int, files: Iterable[tuple[str, bytes]]
) -> bytes:
    """A manifest of file names and their SHA-256 hashes, in the order given. Times are UNIX seconds."""
    return asn1.encode_der(
        Manifest(
            version=0,
            manifest_number=number,
            this_update=GeneralizedTime(utc(this_update)),
            next_update=GeneralizedTime(utc(next_update)),
            file_hash_alg=oids.SHA256,
            file_list=[
                FileAndHash(file=IA5String(name), hash=BitString(digest, 0)) for name, digest in files
            ],
        )
    )


def file_hash(data: bytes) -> bytes:
    """The hash under which a manifest lists a file (RFC 9286 section 4.2.1)."""
    return hashlib.sha256(data).digest()


def roa_content(asn: int, prefixes: Iterable[tuple[Prefix, int]]) -> bytes:
    """A ROA for prefixes, each with its maxLength, in canonical order (RFC 9582 section 4.3.3).

    A maxLength that is the prefix's own length is left out.
    """
    families: dict[int, list[RoaIpAddress]] = {}
    for prefix, max_length in sorted(set(prefixes)):
        families.setdefault(prefix.version, []).append(
            RoaIpAddress(
                address=bits(prefix.value, prefix.length, WIDTH[prefix.version]),
                max_length=None if max_length == prefix.length else max_length,
            )
        )
    return asn1.encode_der(
        RouteOriginAttestation(
            version=0,
            as_id=asn,
            ip_addr_blocks=[
                RoaIpAddressFamily(address_family=_AFI[version], addresses=addresses)
                for version, addresses in families.items()
            ],
        )
    )


def aspa_content(customer: int, providers: Iterable[int]) -> bytes:
    """An ASPA; its providers are written in ascending order (section 3 of the profile)."""
    return asn1.encode_der(
        AsProviderAttestation(version=_ASPA_VERSION, customer_asid=customer, providers=sorted(set(providers)))
    )
