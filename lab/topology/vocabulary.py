"""The words a scenario file and the observers share: kinds of alert and reasons for a dropped packet."""

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
