"""What a CA does wrong, on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.rpki.issuing.requests import RoaRequest
from lab.rpki.objects.resources import Resources

NOTHING: Final = Resources()


@dataclass(frozen=True, slots=True)
class Deviations:
    """How one CA departs from the rules; by default it does not. Files are named without their directory."""

    crl_expired: bool = False
    """Its CRL's nextUpdate has passed."""
    manifest_stale: bool = False
    """Its manifest's nextUpdate has passed, and with it the manifest's EE certificate."""
    asleep: bool = False
    """Nothing is renewed because time passes."""
    certificate_expired: bool = False
    """Its own certificate has expired."""
    claims: Resources = NOTHING
    """What its certificate has in it beyond what it holds."""
    roas: tuple[RoaRequest, ...] = ()
    """ROAs it signs for space that it does not hold."""
    expired: frozenset[str] = frozenset()
    """Files whose EE certificate has expired."""
    revoked: frozenset[str] = frozenset()
    """Files that are published although their EE certificate is revoked."""
    missing: frozenset[str] = frozenset()
    """Files on the manifest that are not there."""
    corrupt: frozenset[str] = frozenset()
    """Files that are not what the manifest says."""


NONE: Final = Deviations()
