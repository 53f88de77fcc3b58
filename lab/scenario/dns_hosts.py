"""Who hosts zones in a lab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.dns.zones import ZoneHost
    from lab.scenario.clouds import Clouds


@dataclass(frozen=True, slots=True)
class NamedHost:
    """`name` is `elsewhere` or `cloudflare`, with the name of the account whose zones `host` has."""

    name: str
    account: str | None
    host: ZoneHost


def named_hosts(clouds: Clouds) -> Iterator[NamedHost]:
    """Every host of the lab."""
    yield NamedHost("elsewhere", None, clouds.elsewhere)
    cloudflare = clouds.cloudflare
    if cloudflare is not None:
        for host in cloudflare.authoritative.hosts:
            yield NamedHost("cloudflare", cloudflare.identity.account(host.account).name, host)
