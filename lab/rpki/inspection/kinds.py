"""What kind of object a file of the RPKI is, by its content."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.asn1 import TLV
from cryptography.x509 import ObjectIdentifier

from lab.rpki.objects import oids
from lab.rpki.objects.ber import to_der
from lab.rpki.objects.der import decode, parse
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.templates import ContentInfo, SignedData, SignedStructure, TbsCertificate, TbsCertList

_TEXT_STARTS: Final = (b"rsync:", b"https:", b"#")
_TYPES: Final = {oids.MANIFEST: "manifest", oids.ROUTE_ORIGIN_AUTHZ: "ROA", oids.ASPA: "ASPA"}


def kind_of(data: bytes) -> str | None:
    """`TAL`, `certificate`, `CRL`, `manifest`, `ROA`, `ASPA` or `signed object`; None for anything else."""
    if data.lstrip().startswith(_TEXT_STARTS):
        return "TAL"
    for look in (_envelope_kind, _structure_kind):
        try:
            return look(data)
        except ObjectError:
            continue
    return None


def _envelope_kind(data: bytes) -> str:
    content_type, _, _ = envelope(data)
    return _TYPES.get(content_type, "signed object")


def _structure_kind(data: bytes) -> str:
    signed = decode(SignedStructure, data, "the file")
    try:
        parse(TbsCertificate, signed.tbs, "the certificate")
    except ObjectError:
        parse(TbsCertList, signed.tbs, "the CRL")
        return "CRL"
    return "certificate"


def envelope(data: bytes) -> tuple[ObjectIdentifier, bytes | None, TLV]:
    """Content type, content and certificates of a CMS envelope that need not be right. Raises ObjectError."""
    info = decode(ContentInfo, to_der(data), "the signed object")
    signed = parse(SignedData, info.content, "the signed object")
    inner = signed.encap_content_info
    return inner.e_content_type, inner.e_content, signed.certificates
