"""How accounts outside of the organization come into a share."""

from __future__ import annotations

import pytest
from support.aws_sharing import MEMBER, OUTSIDER, OWNER, POOL, STRANGER, Ram, ram_with
from support.aws_world import OTHER_ACCOUNT

from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ram.invitations import LIFETIME
from lab.clouds.aws.ram.records import AssociationKind, AssociationStatus, InvitationStatus


def _invited() -> tuple[Ram, str, str]:
    ram = ram_with()
    share = ram.sharing.create(OWNER, "x", resources=[POOL], principals=[STRANGER])
    [invitation] = ram.sharing.invitations.received(OUTSIDER)
    return ram, share.arn, invitation.arn


def _status(ram: Ram) -> AssociationStatus:
    [found] = ram.sharing.associations(ram.sharing.owned(OWNER), AssociationKind.PRINCIPAL)
    return found.status


@pytest.mark.seed(110)
def test_an_account_of_the_organization_needs_no_invitation_and_another_one_does() -> None:
    ram = ram_with()
    ram.sharing.create(OWNER, "x", resources=[POOL], principals=[OTHER_ACCOUNT, STRANGER])
    assert ram.sharing.invitations.received(MEMBER) == []
    assert ram.sharing.is_shared(OTHER_ACCOUNT, POOL)
    assert [each.status for each in ram.sharing.invitations.received(OUTSIDER)] == [InvitationStatus.PENDING]
    assert not ram.sharing.is_shared(STRANGER, POOL)


def test_without_an_organization_every_account_is_invited() -> None:
    ram = ram_with(organization=False)
    ram.sharing.create(OWNER, "x", resources=[POOL], principals=[OTHER_ACCOUNT])
    assert not ram.sharing.is_shared(OTHER_ACCOUNT, POOL)
    [invitation] = ram.sharing.invitations.received(MEMBER)
    ram.sharing.answer(MEMBER, invitation.arn, accept=True)
    assert ram.sharing.is_shared(OTHER_ACCOUNT, POOL)


def test_an_accepted_invitation_shares() -> None:
    ram, _, invitation = _invited()
    assert _status(ram) is AssociationStatus.ASSOCIATING
    assert ram.sharing.answer(OUTSIDER, invitation, accept=True).status is InvitationStatus.ACCEPTED
    assert _status(ram) is AssociationStatus.ASSOCIATED
    assert ram.sharing.is_shared(STRANGER, POOL)
    with pytest.raises(AwsError, match="ResourceShareInvitationAlreadyAcceptedException"):
        ram.sharing.answer(OUTSIDER, invitation, accept=False)


def test_a_rejected_invitation_shares_nothing_and_the_owner_may_invite_again() -> None:
    ram, share, invitation = _invited()
    ram.sharing.answer(OUTSIDER, invitation, accept=False)
    assert _status(ram) is AssociationStatus.FAILED
    assert not ram.sharing.is_shared(STRANGER, POOL)
    with pytest.raises(AwsError, match="ResourceShareInvitationAlreadyRejectedException"):
        ram.sharing.answer(OUTSIDER, invitation, accept=True)
    ram.sharing.associate(OWNER, share, principals=[STRANGER])
    statuses = [each.status for each in ram.sharing.invitations.received(OUTSIDER)]
    assert statuses == [InvitationStatus.REJECTED, InvitationStatus.PENDING]


def test_an_invitation_expires_after_seven_days() -> None:
    ram, _, invitation = _invited()
    ram.world.time += LIFETIME - 1
    assert _status(ram) is AssociationStatus.ASSOCIATING
    ram.world.time += 1
    assert _status(ram) is AssociationStatus.FAILED
    with pytest.raises(AwsError, match="ResourceShareInvitationExpiredException"):
        ram.sharing.answer(OUTSIDER, invitation, accept=True)


def test_an_invitation_is_found_by_its_receiver_only() -> None:
    ram, _, invitation = _invited()
    for caller in (OWNER, MEMBER):
        with pytest.raises(AwsError, match="ResourceShareInvitationArnNotFoundException"):
            ram.sharing.answer(caller, invitation, accept=True)
    with pytest.raises(AwsError, match="MalformedArnException"):
        ram.sharing.answer(OUTSIDER, "x", accept=True)


@pytest.mark.parametrize("end", ["disassociate", "delete"])
def test_an_invitation_goes_with_what_it_invites_to(end: str) -> None:
    ram, share, _ = _invited()
    if end == "delete":
        ram.sharing.delete(OWNER, share)
    else:
        ram.sharing.disassociate(OWNER, share, principals=[STRANGER])
    assert ram.sharing.invitations.received(OUTSIDER) == []
    assert _status(ram) is AssociationStatus.DISASSOCIATED


def test_a_share_without_external_principals_refuses_an_account_outside_of_the_organization() -> None:
    ram = ram_with()
    share = ram.sharing.create(OWNER, "x", principals=[OTHER_ACCOUNT], allow_external=False)
    with pytest.raises(AwsError, match=f"OperationNotPermittedException.*{STRANGER}"):
        ram.sharing.associate(OWNER, share.arn, principals=[STRANGER])
    ram.sharing.update(OWNER, share.arn, allow_external=True)
    ram.sharing.associate(OWNER, share.arn, principals=[STRANGER])
    assert len(ram.sharing.invitations.received(OUTSIDER)) == 1
