"""What a DNS server needs of those who host zones. Names are lower case, without the final dot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    """`rtype` is `A`, `AAAA`, `CNAME`, `MX`, `NS`, `PTR`, `TXT` ...; `content` as a zone file has it (RFC
    1035 section 5), but names in it are whole, and of a TXT record it is the text in one piece, unquoted."""

    name: str
    rtype: str
    content: str
    ttl: int = 300


class HostedZone(Protocol):
    """One zone as its host answers for it now."""

    @property
    def origin(self) -> str:
        """The zone's name, such as `example.com` or `113.0.203.in-addr.arpa`."""

    def names(self) -> Collection[str]:
        """Every name that has records, whole (`www.example.com`)."""

    def exists(self, name: str) -> bool:
        """Whether there are records at a name of the zone, or at one below it."""

    def records(self, name: str) -> Iterable[ResourceRecord]:
        """The records at a name; none where there is no such name. SOA and NS of the zone itself are the
        server's business."""


class ZoneHost(Protocol):
    """Somebody who runs name servers: Cloudflare, or anybody else."""

    @property
    def nameservers(self) -> tuple[str, ...]:
        """The names of its servers."""

    def zones(self) -> Mapping[str, HostedZone]:
        """The zones it serves, by origin."""
