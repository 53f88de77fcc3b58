"""Points in time as certificates, CRLs and manifests write them, as UNIX seconds."""

from __future__ import annotations

from cryptography.hazmat.asn1 import GeneralizedTime, UTCTime

from lab.rpki.objects.errors import ObjectError


def unix_time(time: UTCTime | GeneralizedTime) -> int:
    """Seconds since 1970. Raises ObjectError for fractions of a second (RFC 5280 section 4.1.2.5.2)."""
    moment = time.as_datetime()
    if moment.microsecond:
        raise ObjectError(
            "time", f"the time {moment} has a fraction of a second", "RFC 5280 section 4.1.2.5.2"
        )
    return int(moment.timestamp())
