"""What the edge asks of Cloudflare's other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.prefixes.handlers import Handler
from lab.topology.cloudflare_section import Tunnel


@dataclass(frozen=True, slots=True)
class Application:
    """A Spectrum application that listens: its `name` in the DNS, and its origin's addresses."""

    name: str
    origins: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class ProxiedHost:
    """A host name that a zone at Cloudflare proxies. `account` is the ID of the zone's account, `origins` are
    the contents of its records."""

    zone: str
    account: str
    origins: tuple[Address, ...]


class Rooms(Protocol):
    """Read-only. Every answer is as of now, at one `site`."""

    def handler(self, address: Address, site: str) -> Handler | None:
        """What the site does with packets to an address; None where it is of no prefix at Cloudflare."""

    def origin_tunnel(self, address: Address, site: str) -> Tunnel | None:
        """The tunnel that what leaves Cloudflare for an address takes: that of the account whose Magic
        Transit prefix it is in, whatever else is bound to the address."""

    def tunnel(self, account: str) -> Tunnel | None:
        """The Magic Transit tunnel of the account with this ID."""

    def application(self, address: Address, protocol: str, port: int) -> Application | None:
        """The Spectrum application that listens there."""

    def proxied(self, host: str) -> ProxiedHost | None:
        """The host, if a zone has a proxied record for it."""

    def may_use(self, account: str, address: Address) -> bool:
        """Whether hosts of the account with this ID are served at an address."""

    def default_sni(self, address: Address) -> str | None:
        """The name that TLS handshakes without one are answered for at an address."""

    def is_own(self, address: Address) -> bool:
        """Whether it is one of Cloudflare's own addresses."""

    def own_address(self, version: int) -> Address | None:
        """The address that Cloudflare itself sends from, for what it asks of origins and for its end of
        tunnels; None where it has none of this IP version."""
