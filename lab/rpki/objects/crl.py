"""Certificate revocation lists (RFC 6487 section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.rpki.objects import oids
from lab.rpki.objects.certificate_names import check_name
from lab.rpki.objects.der import decode, parse, whole, whole_octets
from lab.rpki.objects.errors import ObjectError, number_text
from lab.rpki.objects.extensions import authority_key_identifier
from lab.rpki.objects.signature import check_algorithms
from lab.rpki.objects.templates import Extension, SignedStructure, TbsCertList
from lab.rpki.objects.times import unix_time

_RFC: Final = "RFC 6487 section 5"
_NUMBER_BITS: Final = 159


@dataclass(frozen=True, slots=True)
class Crl:
    """A CRL. `tbs` are the bytes that are signed, `issuer` is DER, times are UNIX seconds."""

    tbs: bytes
    signature: bytes
    issuer: bytes
    aki: bytes
    number: int
    this_update: int
    next_update: int
    revoked: frozenset[int]


def parse_crl(data: bytes) -> Crl:
    """Raises ObjectError for what RFC 6487 section 5 does not allow."""
    signed = decode(SignedStructure, data, "the CRL")
    tbs = parse(TbsCertList, signed.tbs, "the CRL")
    if tbs.version != 1:
        raise ObjectError("version", f"the CRL has version {number_text(tbs.version + 1)}, not 2", _RFC)
    check_algorithms(signed, tbs.signature, "the CRL", "RFC 5280 section 5.1.1.2")
    issuer = whole(tbs.issuer)
    check_name(issuer, "issuer", _RFC)
    aki, number = _extensions(tbs.crl_extensions)
    return Crl(
        whole(signed.tbs),
        whole_octets(signed.signature, "the CRL's signature"),
        issuer,
        aki,
        number,
        unix_time(tbs.this_update),
        unix_time(tbs.next_update),
        frozenset(entry.user_certificate for entry in tbs.revoked_certificates or ()),
    )


def _extensions(extensions: list[Extension]) -> tuple[bytes, int]:
    values = {extension.extn_id: extension.extn_value for extension in extensions}
    if len(extensions) != 2 or set(values) != {oids.AUTHORITY_KEY_IDENTIFIER, oids.CRL_NUMBER}:
        raise ObjectError("crl-extensions", "the CRL's extensions are not one AKI and one CRL number", _RFC)
    if any(extension.critical for extension in extensions):
        raise ObjectError("critical", "the CRL's extensions must not be critical", _RFC)
    number = decode(int, values[oids.CRL_NUMBER], "the CRL number")
    if number < 0 or number.bit_length() > _NUMBER_BITS:
        raise ObjectError(
            "crl-number", "the CRL number is negative or has more than 20 octets", "RFC 5280 section 5.2.3"
        )
    return authority_key_identifier(values[oids.AUTHORITY_KEY_IDENTIFIER]), number
