"""What the edge asks of the rooms of one Cloudflare, and of the DNS around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lab.bgp.prefix import WIDTH, Address
from lab.clouds.cloudflare.edge.rooms import Application, ProxiedHost
from lab.topology.cloudflare_section import ServiceName, Tunnel

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare
    from lab.clouds.cloudflare.prefixes.handlers import Handler
    from lab.clouds.cloudflare.settings import CloudflareSettings

Resolve = Callable[[str, str], Iterable[Address]]
"""The addresses of a name in the DNS, by record type (`A`, `AAAA`)."""


class RoomsOfCloudflare:
    """The `Rooms` of a Cloudflare as it is now."""

    def __init__(self, cloudflare: Cloudflare, resolve: Resolve) -> None:
        self._cloudflare = cloudflare
        self._resolve = resolve

    def handler(self, address: Address, site: str) -> Handler | None:
        """What the site does with packets to an address."""
        return self._cloudflare.bindings.at_address(address, site)

    def origin_tunnel(self, address: Address, site: str) -> Tunnel | None:
        """The tunnel of the account whose Magic Transit prefix the address is in, if the site has it."""
        rooms = self._cloudflare
        record = rooms.prefixes.covering(address)
        default = None if record is None else rooms.bindings.default(record)
        if default is None or default.service is not ServiceName.MAGIC_TRANSIT:
            return None
        return self.tunnel(default.account) if rooms.bindings.is_ready(default, site) else None

    def tunnel(self, account: str) -> Tunnel | None:
        """The tunnel of the account with this ID."""
        accounts = self._settings.accounts.values()
        return next((known.tunnel for known in accounts if known.id == account), None)

    def application(self, address: Address, protocol: str, port: int) -> Application | None:
        """The Spectrum application that listens there. An origin that is a name is looked up now."""
        app = self._cloudflare.spectrum.app_at(address, protocol, port)
        if app is None:
            return None
        name = app.origin_name
        if name is None:
            return Application(app.name, tuple(endpoint.address for endpoint in app.origins(port)))
        return Application(app.name, self._resolved(name.name, name.kind))

    def proxied(self, host: str) -> ProxiedHost | None:
        """The host, if a zone has a proxied record for it."""
        zone = self._cloudflare.authoritative.zone_of(host)
        if zone is None:
            return None
        origin = self._cloudflare.authoritative.origin(host)
        if origin is None:
            return None
        return ProxiedHost(zone.name, zone.account, origin.addresses or self._resolved(origin.name))

    def may_use(self, account: str, address: Address) -> bool:
        """Whether hosts of the account are served there: at the addresses that it has brought, or that are
        delegated to it, and at Cloudflare's own that no other account has leased."""
        if self.is_own(address):
            others = (known for known in self._settings.accounts.values() if known.id != account)
            return not any(address in known.static_ips for known in others)
        return self._cloudflare.delegations.may_use(account, address)

    def default_sni(self, address: Address) -> str | None:
        """The name that TLS handshakes without one are answered for at an address."""
        return self._cloudflare.maps.sni_for(address)

    def is_own(self, address: Address) -> bool:
        """Whether it is one of Cloudflare's own addresses."""
        return any(prefix.covers(address.host) for prefix in self._settings.anycast)

    def own_address(self, version: int) -> Address | None:
        """The first address of Cloudflare's own space that a host can have."""
        for prefix in self._settings.anycast:
            if prefix.version == version:
                return Address(version, prefix.value + (1 if WIDTH[version] - prefix.length > 1 else 0))
        return None

    def _resolved(self, name: str, kind: str = "") -> tuple[Address, ...]:
        kinds = () if not name else (kind,) if kind else ("A", "AAAA")
        return tuple(address for kind in kinds for address in self._resolve(name, kind))

    @property
    def _settings(self) -> CloudflareSettings:
        return self._cloudflare.basics.settings
