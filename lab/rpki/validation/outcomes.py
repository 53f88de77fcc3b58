"""What became of one file of a publication point, whatever the time: what is remembered of it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from lab.bgp.prefix import Prefix
from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.resources import Ranges, Resources

ROA: Final = "roa"
ASPA: Final = "aspa"
CA: Final = "ca"
ROUTER: Final = "router"
CRL: Final = "crl"
OTHER: Final = "other"
"""A file that this validator does not read: its hash is all that is checked."""
FOREVER: Final = 1 << 62
Held = tuple[Ranges | None, Ranges | None, Ranges | None]
"""IPv4, IPv6 and ASNs, as in `Resources`."""


class Verified(NamedTuple):
    """An object whose bytes are right; whether it is valid now is another question.

    `serial` and the times (UNIX seconds) are those of its certificate; a file that is not read has none, and
    no serial number is -1. `held` are the resources in its certificate, None where they are just what the
    payload needs. `excess` is what it claims beyond its issuer's resources.

    `payload` is flat: of a ROA its ASN, then version, value, length and maxLength for each prefix; of an ASPA
    the customer and its providers; of a CA its certificate in DER. All this crosses processes and is written
    to disk.
    """

    kind: str
    serial: int
    not_before: int
    not_after: int
    held: Held | None
    excess: str
    payload: tuple[Any, ...]

    @property
    def resources(self) -> Resources:
        """The resources in its certificate."""
        return Resources(*self.held) if self.held is not None else needed(self.kind, self.payload)


def weight(kind: str, payload: tuple[Any, ...]) -> int:
    """What a payload counts against the limit of VRPs: prefixes, or providers."""
    if kind == ROA:
        return len(payload) // 4
    return len(payload) - 1 if kind == ASPA else 0


def needed(kind: str, payload: tuple[Any, ...]) -> Resources:
    """The resources that a payload needs, and no more."""
    if kind == ROA:
        return Resources.of(Prefix(*payload[at : at + 3]) for at in range(1, len(payload), 4))
    return Resources.of(asns=payload[:1]) if kind == ASPA else Resources()


class Failed(NamedTuple):
    """An object whose bytes break a rule, as an ObjectError says it."""

    check: str
    message: str
    rfc: str

    @property
    def error(self) -> ObjectError:
        """It as the error it was."""
        return ObjectError(self.check, self.message, self.rfc)


Outcome = Verified | Failed

UNREAD: Final = Verified(OTHER, -1, 0, FOREVER, None, "", ())
ROUTER_CERTIFICATE: Final = UNREAD._replace(kind=ROUTER)
THE_CRL: Final = UNREAD._replace(kind=CRL)
