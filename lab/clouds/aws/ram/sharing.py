"""Resource Access Manager: what an account shares, and what others may do with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.client_tokens import ClientTokens
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ram import permissions
from lab.clouds.aws.ram.invitations import Invitations
from lab.clouds.aws.ram.organization import Organization
from lab.clouds.aws.ram.ownership import Ownership
from lab.clouds.aws.ram.principals import principal_of
from lab.clouds.aws.ram.records import (
    Association,
    AssociationKind,
    AssociationStatus,
    Invitation,
    Share,
    ShareStatus,
)
from lab.clouds.aws.ram.resource_types import type_of
from lab.clouds.aws.ram.shares import Shares
from lab.clouds.aws.tags import Tags


class Sharing:
    """All resource shares. Shares are regional: what is shared in a Region is managed there.

    A room with resources that can be shared puts a function into `owners_may_share` (and `home_regions`,
    where their ARNs have no Region): see Ownership.
    """

    def __init__(self, basics: Basics, tags: Tags) -> None:
        self.organization = Organization(basics.settings)
        self.tokens = ClientTokens(basics, "aws_ram_client_tokens")
        self._ownership = Ownership()
        self.owners_may_share = self._ownership.owners
        self.home_regions = self._ownership.homes
        self._tags = tags
        self._shares = Shares(basics)
        self.invitations = Invitations(basics, self._shares)

    def is_shared(self, account: str, resource_arn: str, action: str | None = None) -> bool:
        """Whether a share lets `account` use the resource; with `action` (`ec2:AllocateIpamPoolCidr`), also
        whether the permission of that share allows it."""
        return any(
            association.entity == resource_arn and (action is None or _allows(share, resource_arn, action))
            for share, association in self._usable(account)
        )

    def shared_with(self, account: str) -> frozenset[str]:
        """The ARNs of the resources that other accounts let this one use."""
        return frozenset(association.entity for _, association in self._usable(account))

    def create(
        self,
        caller: Caller,
        name: str,
        *,
        resources: Sequence[str] = (),
        principals: Sequence[str] = (),
        allow_external: bool = True,
        permission_arns: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
    ) -> Share:
        """A new share in the caller's Region. Raises what `associate` raises."""
        granted = permissions.one_for_each_type(list(permission_arns))
        share = self._shares.make(caller, name, allow_external=allow_external, permissions=granted)
        self._tags.set(share.arn, tags or {})
        self._add(caller, share, resources, principals)
        return self._shares.get(share.arn)

    def update(
        self, caller: Caller, share_arn: str, *, name: str | None = None, allow_external: bool | None = None
    ) -> Share:
        """Change a share's name, or whether accounts outside of the organization may join. Those that have
        joined stay."""
        share = self._shares.owned(caller, share_arn)
        external = share.allow_external if allow_external is None else allow_external
        return self._shares.change(replace(share, name=name or share.name, allow_external=external))

    def delete(self, caller: Caller, share_arn: str) -> None:
        """End a share at once. It stays to be seen as DELETED."""
        share = self._shares.owned(caller, share_arn)
        self.invitations.withdraw(share_arn)
        for association in self._shares.associations(share_arn=share_arn):
            self._shares.settle(association, AssociationStatus.DISASSOCIATED)
        self._tags.forget(share_arn)
        self._shares.change(replace(share, status=ShareStatus.DELETED))

    def associate(
        self, caller: Caller, share_arn: str, resources: Sequence[str] = (), principals: Sequence[str] = ()
    ) -> list[Association]:
        """Add resources and principals. Those that are in it already do not matter.

        Raises MalformedArnException, UnknownResourceException, InvalidParameterException,
        OperationNotPermittedException.
        """
        share = self._shares.owned(caller, share_arn)
        _not_empty(resources, principals)
        return self._add(caller, share, resources, principals)

    def disassociate(
        self, caller: Caller, share_arn: str, resources: Sequence[str] = (), principals: Sequence[str] = ()
    ) -> list[Association]:
        """Take resources and principals out: from now on nobody may use them by this share. What was
        allocated stays. Raises UnknownResourceException for what is not in the share, and what `associate`
        raises."""
        share = self._shares.owned(caller, share_arn)
        _not_empty(resources, principals)
        for account in principals:
            self.invitations.withdraw(share_arn, account)
        wanted = [(AssociationKind.RESOURCE, entity) for entity in resources]
        wanted += [(AssociationKind.PRINCIPAL, entity) for entity in principals]
        return [self._take_out(share, kind, entity) for kind, entity in wanted]

    def find(self, caller: Caller, share_arn: str) -> Share:
        """A share that the caller owns or takes part in. Raises MalformedArnException,
        UnknownResourceException."""
        share = self._shares.find(caller, share_arn)
        if share.owner != caller.account and share not in self.received(caller):
            raise AwsError(
                "UnknownResourceException",
                f"ResourceShare {share_arn} is neither owned by account {caller.account} nor shared with it.",
            )
        return share

    def own(self, caller: Caller, share_arn: str) -> Share:
        """A share that the caller may change. Raises what `associate` raises."""
        return self._shares.owned(caller, share_arn)

    def owned(self, caller: Caller) -> list[Share]:
        """The caller's shares in this Region, deleted ones too."""
        mine = [share for share in self._shares.all() if share.owner == caller.account]
        return [share for share in mine if share.region == caller.region]

    def received(self, caller: Caller) -> list[Share]:
        """The shares of others in this Region that the caller takes part in."""
        return [share for share in self._taking_part(caller.account) if share.region == caller.region]

    def share(self, share_arn: str) -> Share:
        """The share that an association or invitation names."""
        return self._shares.get(share_arn)

    def associations(self, shares: Sequence[Share], kind: AssociationKind) -> list[Association]:
        """What belongs to these shares, as of now."""
        arns = {share.arn for share in shares}
        found = [known for known in self._shares.associations(kind) if known.share in arns]
        return [self.invitations.judged(known) for known in found]

    def answer(self, caller: Caller, invitation_arn: str, *, accept: bool) -> Invitation:
        """Accept or reject an invitation. Raises what Invitations.answer raises."""
        return self.invitations.answer(caller, invitation_arn, accept=accept)

    def exists(self, resource_arn: str) -> bool:
        """Whether what is shared is still there."""
        return self._ownership.owner(resource_arn) is not None

    def _usable(self, account: str) -> Iterator[tuple[Share, Association]]:
        for share in self._taking_part(account):
            for association in self._shares.resources(share.arn):
                yield share, association

    def _taking_part(self, account: str) -> list[Share]:
        found: dict[str, Share] = {}
        for association in self._shares.associations(AssociationKind.PRINCIPAL):
            share = self._shares.get(association.share)
            if association.status is AssociationStatus.ASSOCIATED and account != share.owner:
                members = self.organization.colleagues(share.owner)
                by_all = association.entity == self.organization.arn and account in members
                if by_all or association.entity == account:
                    found[share.arn] = share
        return list(found.values())

    def _add(
        self, caller: Caller, share: Share, resources: Sequence[str], named: Sequence[str]
    ) -> list[Association]:
        made = [self._add_resource(caller, share, resource_arn) for resource_arn in resources]
        for text in named:
            principal = principal_of(text, share.owner, self.organization, share.allow_external)
            if principal.external:
                self._invite(caller, share, principal.id)
            made.append(
                self._shares.connect(
                    share, AssociationKind.PRINCIPAL, principal.id, external=principal.external
                )
            )
        return made

    def _invite(self, caller: Caller, share: Share, account: str) -> None:
        known = self._shares.association(share.arn, AssociationKind.PRINCIPAL, account)
        if known is None or known.status is not AssociationStatus.ASSOCIATED:
            self.invitations.send(caller, share, account)

    def _add_resource(self, caller: Caller, share: Share, resource_arn: str) -> Association:
        resource_type = self._ownership.check(caller, resource_arn)
        share = self._shares.get(share.arn)
        granted = [permissions.permission(arn).resource_type for arn in share.permissions]
        if resource_type.name not in granted:
            default = permissions.default_permission(resource_type.name)
            self._shares.change(replace(share, permissions=(*share.permissions, default.arn)))
        return self._shares.connect(share, AssociationKind.RESOURCE, resource_arn)

    def _take_out(self, share: Share, kind: AssociationKind, entity: str) -> Association:
        known = self._shares.association(share.arn, kind, entity)
        if known is None:
            raise AwsError("UnknownResourceException", f"{entity} is not in the resource share {share.arn}.")
        return self._shares.settle(known, AssociationStatus.DISASSOCIATED)


def _allows(share: Share, resource_arn: str, action: str) -> bool:
    wanted = type_of(resource_arn).name
    granted = (permissions.permission(arn) for arn in share.permissions)
    return any(known.resource_type == wanted and action in known.actions for known in granted)


def _not_empty(resources: Sequence[str], named: Sequence[str]) -> None:
    if not resources and not named:
        raise AwsError("InvalidParameterException", "Name at least one of resourceArns and principals.")
