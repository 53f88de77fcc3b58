"""Who may share a resource, and where: asked of the rooms that have the resources."""

from __future__ import annotations

from collections.abc import Callable

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ram.resource_types import ResourceType, type_of


class Ownership:
    """By RAM's name of a type, functions from the ARN of a resource: to its owner's account (None: there is
    no such resource), and, where ARNs have no Region, to the Region in which it has to be shared.
    """

    def __init__(self) -> None:
        self.owners: dict[str, Callable[[str], str | None]] = {}
        self.homes: dict[str, Callable[[str], str | None]] = {}

    def owner(self, resource_arn: str) -> str | None:
        """The account that owns a resource; None if it does not exist."""
        owner = self.owners.get(type_of(resource_arn).name)
        return owner(resource_arn) if owner else None

    def check(self, caller: Caller, resource_arn: str) -> ResourceType:
        """The type of a resource that the caller may share here.

        Raises UnknownResourceException, OperationNotPermittedException, and what `type_of` raises.
        """
        resource_type = type_of(resource_arn)
        owner = self.owner(resource_arn)
        if owner is None:
            raise AwsError("UnknownResourceException", f"There is no resource {resource_arn}.")
        if owner != caller.account:
            raise AwsError(
                "OperationNotPermittedException",
                f"{resource_arn} is owned by account {owner}; account {caller.account} cannot share it.",
            )
        self._check_home(caller, resource_type, resource_arn)
        return resource_type

    def _check_home(self, caller: Caller, resource_type: ResourceType, resource_arn: str) -> None:
        home_of = self.homes.get(resource_type.name)
        home = home_of(resource_arn) if home_of else None
        if home not in (None, caller.region):
            raise AwsError(
                "OperationNotPermittedException",
                f"{resource_arn} can be shared in {home} only, the home Region of its IPAM, and not in "
                f"{caller.region}.",
            )
