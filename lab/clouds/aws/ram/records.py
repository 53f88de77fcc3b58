"""What RAM keeps: resource shares, who and what belongs to one, and invitations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ShareStatus(Enum):
    """RAM's ResourceShareStatus, as far as a share of the lab comes."""

    ACTIVE = "ACTIVE"
    DELETED = "DELETED"


class AssociationKind(Enum):
    """RAM's ResourceShareAssociationType."""

    PRINCIPAL = "PRINCIPAL"
    RESOURCE = "RESOURCE"


class AssociationStatus(Enum):
    """RAM's ResourceShareAssociationStatus. ASSOCIATING: the invitation is not accepted yet."""

    ASSOCIATING = "ASSOCIATING"
    ASSOCIATED = "ASSOCIATED"
    FAILED = "FAILED"
    DISASSOCIATED = "DISASSOCIATED"


class InvitationStatus(Enum):
    """RAM's ResourceShareInvitationStatus."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Share:
    """A resource share. `permissions` are ARNs of managed permissions, one for each resource type at most."""

    arn: str
    name: str
    owner: str
    region: str
    allow_external: bool
    permissions: tuple[str, ...]
    created: float
    updated: float
    status: ShareStatus = ShareStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Association:
    """`entity` (an account, an organization's ARN or a resource's ARN) belongs to the share `share`.

    `external`: the principal is an account outside of the owner's organization.
    """

    share: str
    kind: AssociationKind
    entity: str
    created: float
    updated: float
    status: AssociationStatus = AssociationStatus.ASSOCIATED
    text: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """The account `receiver` is asked to take part in the share `share` of `sender`."""

    arn: str
    share: str
    sender: str
    receiver: str
    sent: float
    status: InvitationStatus = InvitationStatus.PENDING
