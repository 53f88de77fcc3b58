"""Invitations: how an account outside of the organization comes to use what is shared with it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ram.records import (
    Association,
    AssociationKind,
    AssociationStatus,
    Invitation,
    InvitationStatus,
    Share,
)
from lab.clouds.aws.ram.shares import Shares, new_arn

LIFETIME: Final = 7 * 86400.0
"""Seconds in which an invitation can be accepted (RAM User Guide, "Accepting and rejecting resource share
invitations")."""
_ARN: Final = re.compile(
    r"arn:(aws|aws-us-gov):ram:[a-z0-9-]+:[0-9]{12}:resource-share-invitation/[0-9a-f-]{36}"
)


class Invitations:
    """The invitations of all accounts. One that is not answered in time expires by itself."""

    def __init__(self, basics: Basics, shares: Shares) -> None:
        self._basics = basics
        self._shares = shares
        self._table = basics.state.table("aws_ram_invitations", Invitation)

    def send(self, caller: Caller, share: Share, account: str) -> None:
        """Invite an account, unless an invitation of it to this share is still open."""
        if any(known.status is InvitationStatus.PENDING for known in self._of(share.arn, account)):
            return
        made = new_arn(self._basics, caller, "resource-share-invitation")
        now = self._basics.world.now()
        self._table.put(made, Invitation(made, share.arn, share.owner, account, now))

    def withdraw(self, share_arn: str, account: str | None = None) -> None:
        """Drop the open invitations to a share, those of one account or all."""
        for known in self._of(share_arn, account):
            if known.status is InvitationStatus.PENDING:
                self._table.remove(known.arn)

    def received(self, caller: Caller) -> list[Invitation]:
        """What the caller was sent in this Region."""
        return [
            self._as_of_now(known)
            for known in self._table.values()
            if known.receiver == caller.account and self._shares.get(known.share).region == caller.region
        ]

    def find(self, caller: Caller, arn: str) -> Invitation:
        """One that the caller was sent. Raises MalformedArnException,
        ResourceShareInvitationArnNotFoundException."""
        if not _ARN.fullmatch(arn):
            raise AwsError(
                "MalformedArnException", f"The resource share invitation ARN '{arn}' is not valid."
            )
        found = next((known for known in self.received(caller) if known.arn == arn), None)
        if found is None:
            raise AwsError(
                "ResourceShareInvitationArnNotFoundException",
                f"Account {caller.account} has no invitation {arn} in {caller.region}.",
            )
        return found

    def answer(self, caller: Caller, arn: str, *, accept: bool) -> Invitation:
        """Accept or reject an open invitation. Raises ResourceShareInvitationAlreadyAcceptedException,
        ...AlreadyRejectedException or ...ExpiredException, and what `find` raises."""
        invitation = self.find(caller, arn)
        if invitation.status is not InvitationStatus.PENDING:
            raise _answered(invitation)
        association = self._principal(invitation)
        if accept:
            self._shares.settle(association, AssociationStatus.ASSOCIATED)
        else:
            text = f"Account {caller.account} rejected the invitation."
            self._shares.settle(association, AssociationStatus.FAILED, text)
        status = InvitationStatus.ACCEPTED if accept else InvitationStatus.REJECTED
        return self._table.put(arn, replace(invitation, status=status))

    def judged(self, association: Association) -> Association:
        """The association as it is now: one whose invitation has expired has failed."""
        if association.status is not AssociationStatus.ASSOCIATING:
            return association
        if any(
            known.status is InvitationStatus.PENDING
            for known in self._of(association.share, association.entity)
        ):
            return association
        text = f"Account {association.entity} did not accept the invitation in time."
        return replace(association, status=AssociationStatus.FAILED, text=text)

    def _of(self, share_arn: str, account: str | None) -> list[Invitation]:
        return [
            self._as_of_now(known)
            for known in self._table.values()
            if known.share == share_arn and account in (None, known.receiver)
        ]

    def _as_of_now(self, invitation: Invitation) -> Invitation:
        late = self._basics.world.now() >= invitation.sent + LIFETIME
        if late and invitation.status is InvitationStatus.PENDING:
            return replace(invitation, status=InvitationStatus.EXPIRED)
        return invitation

    def _principal(self, invitation: Invitation) -> Association:
        found = self._shares.association(invitation.share, AssociationKind.PRINCIPAL, invitation.receiver)
        assert found is not None, "an invitation goes with the association it is for"
        return found


def _answered(invitation: Invitation) -> AwsError:
    name = {
        InvitationStatus.ACCEPTED: "AlreadyAccepted",
        InvitationStatus.REJECTED: "AlreadyRejected",
        InvitationStatus.EXPIRED: "Expired",
    }[invitation.status]
    return AwsError(
        f"ResourceShareInvitation{name}Exception",
        f"The invitation {invitation.arn} is {invitation.status.value}; only a PENDING one can be answered.",
    )
