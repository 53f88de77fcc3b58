"""What each fault costs a relying party that has nothing from before, in the small RPKI."""

from __future__ import annotations

from dataclasses import dataclass

from support.rpki_small import CUSTOMER_V4, CUSTOMER_V6, EYEBALL

from lab.bgp.prefix import Prefix
from lab.rpki.issuing.faults import (
    CorruptFile,
    ExpiredCa,
    ExpiredCrl,
    ExpiredRoa,
    Fault,
    MissingFile,
    OverClaimingCa,
    RevokedRoa,
    StaleManifest,
    StopRenewing,
    UnreachableRepository,
    WrongRoa,
)

BOTH = frozenset((CUSTOMER_V4, CUSTOMER_V6))


@dataclass(frozen=True)
class Effect:
    """`lost` are the prefixes whose ROAs are not taken, `check` what one object is rejected for by our own.

    `anchor` is whether a whole trust anchor is lost.
    """

    fault: Fault
    check: str
    lost: frozenset[Prefix]
    anchor: bool = False

    def __str__(self) -> str:
        return str(self.fault).replace("/", "-")


EFFECTS = (
    Effect(ExpiredCrl("customer"), "stale-crl", BOTH),
    Effect(ExpiredCrl("arin"), "stale-crl", BOTH),
    Effect(StaleManifest("customer"), "stale-manifest", BOTH),
    Effect(MissingFile("customer"), "missing-file", BOTH),
    Effect(MissingFile("customer", "customer.mft"), "missing-manifest", BOTH),
    Effect(MissingFile("customer", "customer.crl"), "missing-file", BOTH),
    Effect(CorruptFile("customer"), "hash-mismatch", BOTH),
    Effect(OverClaimingCa("customer"), "over-claim", BOTH),
    Effect(OverClaimingCa("customer", Prefix.parse("203.0.112.0/23")), "over-claim", BOTH),
    Effect(ExpiredCa("customer"), "expired", BOTH),
    Effect(ExpiredCa("arin"), "expired", BOTH),
    Effect(ExpiredCa("arin-ta"), "expired", BOTH, anchor=True),
    Effect(ExpiredRoa("customer"), "expired", frozenset((CUSTOMER_V6,))),
    Effect(ExpiredRoa("customer", "203-0-113-0-24-24-AS64496.roa"), "expired", frozenset((CUSTOMER_V4,))),
    Effect(WrongRoa("customer", EYEBALL), "over-claim", frozenset()),
    Effect(RevokedRoa("customer"), "revoked", frozenset((CUSTOMER_V6,))),
    Effect(StopRenewing("eyeball"), "stale-manifest", frozenset((EYEBALL,))),
    Effect(UnreachableRepository("arin"), "missing-trust-anchor", BOTH, anchor=True),
)
"""The names in the first column are those of `small_rpki`; every kind of fault is there."""
