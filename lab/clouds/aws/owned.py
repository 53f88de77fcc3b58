"""Finding what an account owns in a region: another account's resource is as good as none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError


class Owned(Protocol):
    """A record of a resource: the account that owns it, and its region."""

    @property
    def owner(self) -> str: ...

    @property
    def region(self) -> str: ...


R = TypeVar("R", bound=Owned)


def find_owned(table: Mapping[str, R], caller: Caller, resource_id: str, code: str, noun: str) -> R:
    """The caller's own resource of this ID. Raises AwsError `code`, with `noun` for what it is."""
    record = table.get(resource_id)
    if record is None or (record.owner, record.region) != (caller.account, caller.region):
        raise AwsError(
            code,
            f"The {noun} '{resource_id}' does not exist in {caller.region} of account {caller.account}",
        )
    return record


def owned_by(table: Mapping[str, R], caller: Caller) -> list[R]:
    """All resources of a table that are the caller's own, in the order in which they were made."""
    return [
        record
        for record in table.values()
        if (record.owner, record.region) == (caller.account, caller.region)
    ]
