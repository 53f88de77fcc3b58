"""What all objects are put together from: names, times, algorithms, and the signed structure around a part.

Nothing here judges: whatever it is given becomes strict DER, so that wrong objects can be made as easily as
right ones.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, GeneralizedTime, Null, UTCTime

from lab.rpki.issuing.keys import KeyPair
from lab.rpki.objects import oids
from lab.rpki.objects.der import SEQUENCE, SET, element
from lab.rpki.objects.templates import AlgorithmIdentifier, TbsCertificate, TbsCertList

PRINTABLE_STRING: Final = 0x13
BIT_STRING: Final = 0x03

SHA256_WITH_RSA: Final = AlgorithmIdentifier(algorithm=oids.SHA256_WITH_RSA, parameters=Null())
"""How certificates and CRLs are signed (RFC 7935 section 2)."""
RSA_ENCRYPTION: Final = AlgorithmIdentifier(algorithm=oids.RSA_ENCRYPTION, parameters=Null())
"""How signed objects say they are signed (RFC 7935 section 2)."""
SHA256: Final = AlgorithmIdentifier(algorithm=oids.SHA256, parameters=None)
_FIRST_YEAR_OF_GENERALIZED_TIME: Final = 2050


@lru_cache(maxsize=4096)
def tlv(der: bytes) -> TLV:
    """An element that is encoded already, for a template's field."""
    return asn1.decode_der(TLV, der)


def x509_time(seconds: int) -> UTCTime | GeneralizedTime:
    """A UNIX time as certificates and CRLs write it (RFC 5280 section 4.1.2.5). Raises ValueError after year
    9999."""
    moment = utc(seconds)
    return UTCTime(moment) if moment.year < _FIRST_YEAR_OF_GENERALIZED_TIME else GeneralizedTime(moment)


def utc(seconds: int) -> datetime:
    """A UNIX time as a date and time. Raises ValueError after year 9999."""
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=4096)
def common_name(text: str) -> bytes:
    """The DER of a name that is one CommonName in a PrintableString (RFC 6487 sections 4.4 and 4.5)."""
    attribute = asn1.encode_der(oids.COMMON_NAME) + element(PRINTABLE_STRING, text.encode("ascii"))
    return element(SEQUENCE, element(SET, element(SEQUENCE, attribute)))


def bit_string(data: bytes, padding: int = 0) -> bytes:
    """The DER of a BIT STRING whose last `padding` bits do not count."""
    return element(BIT_STRING, bytes((padding,)) + data)


def sign_structure(tbs: bytes, key: KeyPair, algorithm: AlgorithmIdentifier = SHA256_WITH_RSA) -> bytes:
    """A certificate or a CRL: the part to be signed, in DER, with `key`'s signature."""
    return element(SEQUENCE, tbs + _encoded(algorithm) + bit_string(key.sign(tbs)))


def signed(tbs: TbsCertificate | TbsCertList, key: KeyPair) -> bytes:
    """A certificate or a CRL from its template."""
    return sign_structure(asn1.encode_der(tbs), key)


def _encoded(algorithm: AlgorithmIdentifier) -> bytes:
    return _SHA256_WITH_RSA if algorithm is SHA256_WITH_RSA else asn1.encode_der(algorithm)


_SHA256_WITH_RSA: Final = asn1.encode_der(SHA256_WITH_RSA)
