"""The words that scenario files share with who carries them out: alerts, reasons for a drop, RPKI faults."""

from __future__ import annotations

from enum import Enum


class AlertKind(Enum):
    """What the detector can raise."""

    ORIGIN_HIJACK = "origin-hijack"
    SUBPREFIX_HIJACK = "subprefix-hijack"
    FORGED_ORIGIN = "forged-origin"
    ROUTE_LEAK = "route-leak"
    RPKI_INVALID = "rpki-invalid"
    MOAS = "moas"
    VISIBILITY_LOSS = "visibility-loss"


class DropReason(Enum):
    """Why a packet was dropped."""

    URPF_STRICT = "urpf-strict"
    URPF_LOOSE = "urpf-loose"
    URPF_FEASIBLE = "urpf-feasible"
    URPF_EFP_A = "urpf-efp-a"
    URPF_EFP_B = "urpf-efp-b"
    NO_ROUTE = "no-route"
    BLACKHOLE = "blackhole"
    TTL = "ttl"


class RpkiFault(Enum):
    """What can be broken in the RPKI (`lab.rpki.issuing.faults` says what each does)."""

    EXPIRED_CRL = "expired-crl"
    STALE_MANIFEST = "stale-manifest"
    MISSING_FILE = "missing-file"
    CORRUPT_FILE = "corrupt-file"
    OVER_CLAIMING_CA = "over-claiming-ca"
    EXPIRED_CA = "expired-ca"
    EXPIRED_ROA = "expired-roa"
    WRONG_ROA = "wrong-roa"
    REVOKED_ROA = "revoked-roa"
    STOP_RENEWING = "stop-renewing"
    UNREACHABLE_REPOSITORY = "unreachable-repository"
