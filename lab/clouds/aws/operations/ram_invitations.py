"""RAM: invitations to take part in a share."""

from __future__ import annotations

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.cloud import Aws
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Members, Parameters, operation
from lab.clouds.aws.operations.ram_members import (
    active,
    in_scope,
    invitation_members,
    paged,
    resource_members,
)
from lab.clouds.aws.ram.records import AssociationKind, InvitationStatus
from lab.clouds.aws.ram.resource_types import type_of


@operation("ram", "GetResourceShareInvitations")
def get_resource_share_invitations(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The invitations that the caller has received in this Region."""
    for arn in asked.get("resourceShareInvitationArns", ()):
        aws.sharing.invitations.find(caller, arn)
    found = [
        each
        for each in aws.sharing.invitations.received(caller)
        if each.arn in asked.get("resourceShareInvitationArns", (each.arn,))
        and each.share in asked.get("resourceShareArns", (each.share,))
    ]
    return paged("resourceShareInvitations", found, asked, lambda each: invitation_members(aws, each))


@operation("ram", "AcceptResourceShareInvitation")
def accept_resource_share_invitation(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Take part in a share."""
    return _answer(aws, caller, asked, "AcceptResourceShareInvitation", accept=True)


@operation("ram", "RejectResourceShareInvitation")
def reject_resource_share_invitation(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """Take no part in a share."""
    return _answer(aws, caller, asked, "RejectResourceShareInvitation", accept=False)


@operation("ram", "ListPendingInvitationResources")
def list_pending_invitation_resources(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """What the caller would be able to use if it accepted an invitation."""
    invitation = aws.sharing.invitations.find(caller, asked["resourceShareInvitationArn"])
    if invitation.status is InvitationStatus.REJECTED:
        raise AwsError(
            "ResourceShareInvitationAlreadyRejectedException", f"{invitation.arn} was rejected already."
        )
    if invitation.status is InvitationStatus.EXPIRED:
        raise AwsError("ResourceShareInvitationExpiredException", f"{invitation.arn} has expired.")
    shares = [aws.sharing.share(invitation.share)] if invitation.status is InvitationStatus.PENDING else []
    found = [
        each
        for each in active(aws, shares, AssociationKind.RESOURCE)
        if in_scope(type_of(each.entity), asked)
    ]
    return paged("resources", found, asked, lambda each: resource_members(aws, each))


def _answer(aws: Aws, caller: Caller, asked: Parameters, name: str, *, accept: bool) -> Members:
    def answer() -> str:
        return aws.sharing.answer(caller, asked["resourceShareInvitationArn"], accept=accept).arn

    arn = aws.sharing.tokens.once(caller, name, asked, answer)
    invitation = aws.sharing.invitations.find(caller, arn)
    return {
        "resourceShareInvitation": invitation_members(aws, invitation),
        "clientToken": asked.get("clientToken"),
    }
