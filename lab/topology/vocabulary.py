"""The words that files share with who carries them out: alerts, reasons for a drop, RPKI faults, statuses.

Those of AWS: `lab.topology.cloud_vocabulary`, of Cloudflare: `lab.topology.cloudflare_vocabulary`.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


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
    NOT_SERVED = "not-served"
    """It reached the cloud, which has nothing that serves the address."""
    TUNNEL_DOWN = "tunnel-down"
    """The tunnel that it has to go through does not reach its other end."""
    ELSEWHERE = "elsewhere"
    """It ended with somebody whom it was not for."""


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


STATUSES: Final[dict[str, tuple[str, ...]]] = {
    "AFRINIC": (
        "ALLOCATED PA",
        "ALLOCATED UNSPECIFIED",
        "ALLOCATED-BY-LIR",
        "ALLOCATED-BY-RIR",
        "ASSIGNED",
        "ASSIGNED ANYCAST",
        "ASSIGNED PA",
        "ASSIGNED PI",
        "SUB-ALLOCATED PA",
    ),
    "APNIC": (
        "ALLOCATED PORTABLE",
        "ALLOCATED NON-PORTABLE",
        "ASSIGNED PORTABLE",
        "ASSIGNED NON-PORTABLE",
    ),
    "ARIN": ("Direct Allocation", "Direct Assignment", "Reallocated", "Reassigned"),
    "LACNIC": ("allocated", "assigned", "reallocated", "reassigned"),
    "RIPE": (
        "AGGREGATED-BY-LIR",
        "ALLOCATED PA",
        "ALLOCATED PI",
        "ALLOCATED UNSPECIFIED",
        "ALLOCATED-ASSIGNED PA",
        "ALLOCATED-BY-LIR",
        "ALLOCATED-BY-RIR",
        "ASSIGNED",
        "ASSIGNED ANYCAST",
        "ASSIGNED PA",
        "ASSIGNED PI",
        "LEGACY",
        "SUB-ALLOCATED PA",
    ),
}
"""How space can be registered, by RIR in its own words: the network type at ARIN, the status elsewhere.

`lab.registry.rirs` takes them from here, so that a file is held to the same list as a running lab.
"""
