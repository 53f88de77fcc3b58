"""Tags of resources (Amazon EC2 User Guide, "Tag your Amazon EC2 resources")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Parameters

MOST_TAGS: Final = 50
LONGEST_KEY: Final = 128
LONGEST_VALUE: Final = 256
_RESERVED: Final = "aws:"


@dataclass(frozen=True, slots=True)
class TagSet:
    """The tags of one resource, by key."""

    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tagged:
    """One tag of one resource. `resource_type` as the API names types: `vpc`, `elastic-ip`, ..."""

    resource_id: str
    resource_type: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class _Kind:
    resource_type: str
    find: Callable[[Caller, str], object]


class Tags:
    """The tags of all resources.

    Rooms tag what they make with `set`, and `forget` it when it goes. With `of_kind` they say who may tag it
    afterwards (CreateTags, DeleteTags, DescribeTags).
    """

    def __init__(self, basics: Basics) -> None:
        self._table = basics.state.table("aws_tags", TagSet)
        self._kinds: dict[str, _Kind] = {}

    def of_kind(self, kind: str, resource_type: str, find: Callable[[Caller, str], object]) -> None:
        """Resources whose IDs begin with `kind` (`vpc`, `eipalloc`) are of the API's `resource_type`.

        `find` raises AwsError for a resource that is not there for the caller to tag.
        """
        self._kinds[kind] = _Kind(resource_type, find)

    def of(self, resource_id: str) -> dict[str, str]:
        """The tags of a resource, by key; none if it has none."""
        found = self._table.get(resource_id)
        return dict(found.tags) if found else {}

    def members(self, resource_id: str) -> list[dict[str, str]]:
        """The tags of a resource as the API shows them: a list of `Key` and `Value`."""
        return [{"Key": key, "Value": value} for key, value in self.of(resource_id).items()]

    def set(self, resource_id: str, tags: Mapping[str, str]) -> None:
        """Add tags, and replace those with the same keys. Raises TagLimitExceeded beyond 50."""
        if not tags:
            return
        together = {**self.of(resource_id), **tags}
        if len(together) > MOST_TAGS:
            raise _too_many(f"{resource_id} would have {len(together)} tags")
        self._table.put(resource_id, TagSet(together))

    def remove(self, resource_id: str, keys: Iterable[str]) -> None:
        """Take tags away; keys that are not there do not matter."""
        gone = set(keys)
        left = {key: value for key, value in self.of(resource_id).items() if key not in gone}
        if left:
            self._table.put(resource_id, TagSet(left))
        else:
            self.forget(resource_id)

    def forget(self, resource_id: str) -> None:
        """Drop all tags of a resource that ceases to exist."""
        if resource_id in self._table:
            self._table.remove(resource_id)

    def find(self, caller: Caller, resource_id: str) -> None:
        """Check that the caller may tag this resource. Raises InvalidID, or the resource's own NotFound."""
        kind = self._kinds.get(resource_id.rpartition("-")[0])
        if kind is None:
            kinds = ", ".join(f"{kind}-…" for kind in sorted(self._kinds))
            raise AwsError("InvalidID", f"The ID '{resource_id}' is not valid. Expected one of: {kinds}")
        kind.find(caller, resource_id)

    def visible(self, caller: Caller) -> Iterator[Tagged]:
        """Every tag of every resource that the caller may tag."""
        for resource_id, found in self._table.items():
            try:
                self.find(caller, resource_id)
            except AwsError:
                continue
            resource_type = self._kinds[resource_id.rpartition("-")[0]].resource_type
            for key, value in found.tags.items():
                yield Tagged(resource_id, resource_type, key, value)


def tags_from(asked: Parameters, resource_type: str, member: str = "TagSpecifications") -> dict[str, str]:
    """The tags asked for a resource that is being made, by key.

    Raises AwsError where they are for another type of resource or break a rule of `checked_tags`.
    """
    pairs: list[Mapping[str, Any]] = []
    for specification in asked.get(member) or ():
        named = specification.get("ResourceType")
        if named != resource_type:
            raise AwsError(
                "InvalidParameterValue",
                f"'{named}' is not a valid taggable resource type for this operation; "
                f"expected '{resource_type}'",
            )
        pairs += specification.get("Tags") or ()
    return checked_tags((pair.get("Key"), pair.get("Value")) for pair in pairs)


def checked_tags(pairs: Iterable[tuple[str | None, str | None]]) -> dict[str, str]:
    """Tags by key, held against AWS's rules: each key once, 1 to 128 characters that do not begin with
    `aws:`, values of at most 256, 50 tags. Raises InvalidParameterValue or TagLimitExceeded.
    """
    tags: dict[str, str] = {}
    for key, value in pairs:
        _check_key(key or "")
        if (key or "") in tags:
            raise AwsError("InvalidParameterValue", f"Duplicate tag key '{key}' specified.")
        if len(value or "") > LONGEST_VALUE:
            raise AwsError(
                "InvalidParameterValue",
                f"Tag value exceeds the maximum length of {LONGEST_VALUE} characters: "
                f"that of '{key}' has {len(value or '')}",
            )
        tags[key or ""] = value or ""
    if len(tags) > MOST_TAGS:
        raise _too_many(f"{len(tags)} were given")
    return tags


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= LONGEST_KEY:
        raise AwsError(
            "InvalidParameterValue",
            f"Tag keys have 1 to {LONGEST_KEY} characters; '{key[:20]}' has {len(key)}",
        )
    if key.lower().startswith(_RESERVED):
        raise AwsError(
            "InvalidParameterValue", f"Tag keys starting with 'aws:' are reserved for internal use: '{key}'"
        )


def _too_many(seen: str) -> AwsError:
    return AwsError("TagLimitExceeded", f"A resource has at most {MOST_TAGS} tags; {seen}")
