"""What a pool may be like: family, locale, announcement, source and allocation rules (CreateIpamPool)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Final

from lab.bgp.prefix import WIDTH
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import AllocationRules, Manager, Pool, Scope, ScopeType

POOL_DEPTH: Final = 10


@dataclass(frozen=True, slots=True)
class PoolRequest:
    """What CreateIpamPool asks for; None where it says nothing. `version` is 4 or 6."""

    version: int
    source_pool_id: str | None = None
    locale: str | None = None
    description: str | None = None
    auto_import: bool = False
    advertisable: bool | None = None
    service: str | None = None
    ip_source: str | None = None
    rules: AllocationRules = field(default_factory=AllocationRules)


def check_source(source: Pool, scope: Scope, version: int) -> None:
    """Raises AwsError unless `source` can be the source of a pool in `scope`."""
    if source.scope_id != scope.id:
        raise AwsError(
            "InvalidParameterCombination",
            f"The source pool {source.id} is in {source.scope_id}, not {scope.id}.",
        )
    if source.version != version:
        raise AwsError(
            "InvalidParameterCombination",
            f"The source pool {source.id} has the address family {source.family}, not ipv{version}.",
        )
    if source.service is not None:
        raise AwsError(
            "InvalidParameterValue",
            f"{source.id} has the service {source.service}: its space goes to resources, so it cannot be a "
            "source pool. Expected a pool without AwsService.",
        )
    if source.depth >= POOL_DEPTH:
        raise AwsError(
            "IpamPoolDepthLimitExceeded", f"{source.id} has depth {source.depth}, which is the quota."
        )


def locale_of(asked: PoolRequest, source: Pool | None, manager: Manager) -> str | None:
    """The locale of a pool: its source's, if that has one. Raises AwsError where it cannot be as asked."""
    if source and source.locale:
        if asked.locale not in {None, source.locale}:
            raise AwsError(
                "InvalidParameterValue",
                f"The locale {asked.locale} is not that of the source pool {source.id}, {source.locale}.",
            )
        return source.locale
    if asked.locale and asked.locale not in manager.operating_regions:
        raise AwsError(
            "InvalidParameterValue",
            f"The locale {asked.locale} is no operating region of {manager.id}. Expected one of "
            f"{', '.join(manager.operating_regions)}; ModifyIpam adds others.",
        )
    return asked.locale


def ip_source_of(asked: PoolRequest, source: Pool | None, scope: Scope) -> str | None:
    """Where the space of a public pool comes from. Raises AwsError where it cannot be as asked."""
    if scope.kind is ScopeType.PRIVATE:
        for name, value in (("PublicIpSource", asked.ip_source), ("AwsService", asked.service)):
            if value is not None:
                raise AwsError(
                    "InvalidParameterCombination",
                    f"The request can only contain {name} for a pool in the public scope; {scope.id} is "
                    "private.",
                )
        return None
    if source and asked.ip_source not in {None, source.ip_source or "byoip"}:
        raise AwsError(
            "InvalidParameterCombination",
            f"PublicIpSource is {asked.ip_source}, but that of the source pool {source.id} is "
            f"{source.ip_source or 'byoip'}.",
        )
    return source.ip_source if source else asked.ip_source


def advertisable_of(asked: PoolRequest, source: Pool | None, scope: Scope) -> bool | None:
    """Whether CIDRs of the pool can be announced: as in its source. None where that is no question.

    Raises AwsError where it cannot be as asked.
    """
    is_question = (
        scope.kind is ScopeType.PUBLIC and asked.version == 6 and (asked.ip_source or "byoip") == "byoip"
    )
    if not is_question:
        if asked.advertisable is not None:
            raise AwsError(
                "InvalidParameterCombination",
                "The request can only contain PubliclyAdvertisable if the AddressFamily is IPv6 and "
                "PublicIpSource is byoip.",
            )
        return None
    if source:
        if asked.advertisable not in {None, source.advertisable}:
            raise AwsError(
                "InvalidParameterValue",
                f"PubliclyAdvertisable is {_json(asked.advertisable)}, but the source pool {source.id} "
                f"passes on {_json(source.advertisable)}.",
            )
        return source.advertisable
    if asked.advertisable is None:
        raise AwsError(
            "InvalidParameterCombination",
            "The request must contain PubliclyAdvertisable if the AddressFamily is IPv6 and PublicIpSource "
            "is byoip.",
        )
    return asked.advertisable


def check_rules(rules: AllocationRules, version: int) -> None:
    """Raises AwsError unless shortest <= default <= longest, all within the family's width."""
    width = WIDTH[version]
    named = (
        ("AllocationMinNetmaskLength", rules.shortest),
        ("AllocationDefaultNetmaskLength", rules.default),
        ("AllocationMaxNetmaskLength", rules.longest),
    )
    for name, value in named:
        if value is not None and value > width:
            raise AwsError(
                "InvalidParameterValue", f"{name} is {value}; ipv{version} netmask lengths are 0 to {width}."
            )
    given = [(name, value) for name, value in named if value is not None]
    for (name, value), (next_name, next_value) in itertools.pairwise(given):
        if value > next_value:
            raise AwsError(
                "InvalidParameterValue", f"{name}, {value}, must not exceed {next_name}, {next_value}."
            )


def _json(value: bool | None) -> str:
    return "true" if value else "false"
