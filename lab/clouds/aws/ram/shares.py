"""Resource shares, and who and what belongs to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ids import arn
from lab.clouds.aws.ram.records import Association, AssociationKind, AssociationStatus, Share, ShareStatus

_ARN: Final = re.compile(r"arn:(aws|aws-us-gov):ram:[a-z0-9-]+:[0-9]{12}:resource-share/[0-9a-f-]{36}")


class Shares:
    """The tables of shares and associations, and how a record of them is found and changed."""

    def __init__(self, basics: Basics) -> None:
        self._basics = basics
        self._shares = basics.state.table("aws_ram_shares", Share)
        self._associations = basics.state.table("aws_ram_associations", Association)

    def make(self, caller: Caller, name: str, *, allow_external: bool, permissions: tuple[str, ...]) -> Share:
        """A new share without anybody or anything in it."""
        now = self._basics.world.now()
        share_arn = new_arn(self._basics, caller, "resource-share")
        share = Share(share_arn, name, caller.account, caller.region, allow_external, permissions, now, now)
        return self._shares.put(share_arn, share)

    def change(self, share: Share) -> Share:
        """Keep a share that was changed just now."""
        return self._shares.put(share.arn, replace(share, updated=self._basics.world.now()))

    def all(self) -> Iterable[Share]:
        """Every share of every account, deleted ones too."""
        return self._shares.values()

    def get(self, share_arn: str) -> Share:
        """The share of an ARN that is known to exist."""
        return self._shares[share_arn]

    def owned(self, caller: Caller, share_arn: str) -> Share:
        """A share of the caller's in this Region that is not deleted.

        Raises MalformedArnException, UnknownResourceException, OperationNotPermittedException.
        """
        share = self.find(caller, share_arn)
        if share.owner != caller.account:
            raise AwsError(
                "OperationNotPermittedException",
                f"{share_arn} is owned by account {share.owner}; only that account may change it.",
            )
        if share.status is ShareStatus.DELETED:
            raise AwsError("UnknownResourceException", f"ResourceShare {share_arn} is deleted.")
        return share

    def find(self, caller: Caller, share_arn: str) -> Share:
        """Any share of this Region. Raises MalformedArnException, UnknownResourceException."""
        if not _ARN.fullmatch(share_arn):
            raise AwsError(
                "MalformedArnException",
                f"The resource share ARN '{share_arn}' is not valid; expected for example "
                f"{arn('ram', caller.region, caller.account, 'resource-share/')}"
                "7ab63972-b505-7e2a-420d-6f5d3EXAMPLE.",
            )
        share = self._shares.get(share_arn)
        if share is None or share.region != caller.region:
            raise AwsError(
                "UnknownResourceException",
                f"ResourceShare {share_arn} could not be found in {caller.region}; shares are regional.",
            )
        return share

    def connect(
        self, share: Share, kind: AssociationKind, entity: str, *, external: bool = False
    ) -> Association:
        """Let a principal or a resource belong to a share. An external principal has to accept first."""
        known = self.association(share.arn, kind, entity)
        if known and known.status in (AssociationStatus.ASSOCIATED, AssociationStatus.ASSOCIATING):
            return known
        now = self._basics.world.now()
        status = AssociationStatus.ASSOCIATING if external else AssociationStatus.ASSOCIATED
        made = Association(share.arn, kind, entity, now, now, status, external=external)
        return self._associations.put(_key(made), made)

    def settle(self, association: Association, status: AssociationStatus, text: str = "") -> Association:
        """Change the status of an association."""
        now = self._basics.world.now()
        changed = replace(association, status=status, text=text, updated=now)
        return self._associations.put(_key(association), changed)

    def association(self, share_arn: str, kind: AssociationKind, entity: str) -> Association | None:
        """The association of one entity with one share."""
        return self._associations.get(f"{share_arn} {kind.value} {entity}")

    def associations(
        self, kind: AssociationKind | None = None, *, share_arn: str | None = None
    ) -> list[Association]:
        """The associations of a kind, of one share or of all."""
        return [
            known
            for known in self._associations.values()
            if kind in (None, known.kind) and share_arn in (None, known.share)
        ]

    def resources(self, share_arn: str) -> list[Association]:
        """What is shared by a share now."""
        return [
            known
            for known in self.associations(AssociationKind.RESOURCE, share_arn=share_arn)
            if known.status is AssociationStatus.ASSOCIATED
        ]


def new_arn(basics: Basics, caller: Caller, kind: str) -> str:
    """An ARN of RAM: the kind, a slash, and a fresh UUID."""
    digits = basics.ids.hexadecimal(32)
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return arn("ram", caller.region, caller.account, f"{kind}/{'-'.join(parts)}")


def _key(association: Association) -> str:
    return f"{association.share} {association.kind.value} {association.entity}"
