"""A prefix at Cloudflare, and what its checks have found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from lab.bgp.prefix import Prefix


class CheckState(Enum):
    """The state of one kind of validation, as the API shows it."""

    PENDING = "pending"
    VALID = "valid"
    MISSING = "missing"
    INVALID = "invalid"
    MISMATCH_ASN = "mismatch_asn"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check has found. `why` is for people: the API shows the state only."""

    state: CheckState
    why: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether the check has passed."""
        return self.state is CheckState.VALID


WAITING = Finding(CheckState.PENDING, "no validation has ended yet")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the three checks of a prefix have found."""

    irr: Finding = WAITING
    rpki: Finding = WAITING
    ownership: Finding = WAITING

    @property
    def are_valid(self) -> bool:
        """Whether all three have passed, which approves a prefix."""
        return self.irr.is_valid and self.rpki.is_valid and self.ownership.is_valid


@dataclass(frozen=True, slots=True)
class PrefixRecord:
    """A prefix of the account with this ID. Times are UNIX seconds of the calendar.

    `approved` is when it was approved (`V`), None while it is pending (`P`). `validate_due` is when a
    validation that is under way ends. `advertised` and `advertised_modified` are those of the BGP prefix of
    the whole prefix, None until there is one. `self_serve` is False for what the account team has onboarded.
    """

    id: str
    account: str
    prefix: Prefix
    asn: int
    created: float
    modified: float
    description: str = ""
    delegate_loa_creation: bool = False
    loa_document_id: str | None = None
    token: str = field(default="", repr=False)
    findings: Findings = Findings()
    approved: float | None = None
    validate_due: float | None = None
    on_demand_enabled: bool = False
    on_demand_locked: bool = False
    advertised: bool | None = None
    advertised_modified: float | None = None
    self_serve: bool = True

    @property
    def is_approved(self) -> bool:
        """Whether services can be bound to it."""
        return self.approved is not None

    @property
    def approval(self) -> str:
        """`V` for an approved prefix, `P` for a pending one."""
        return "V" if self.is_approved else "P"
