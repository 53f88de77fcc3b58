"""What the edge of Cloudflare asks of other rooms, filled by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.edge.rooms import Application, ProxiedHost
from lab.clouds.cloudflare.prefixes.handlers import Handler, handler_of
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.cloudflare.prefixes.service_binding import ServiceBinding
from lab.topology.cloudflare_section import ServiceName, Tunnel

ACCOUNT = "654c5f71c324478cc9f68d60065d4620"
BYOIP = Prefix.parse("203.0.113.0/24")
BOUND = 1_767_225_600.0
"""2026-01-01 00:00 UTC, when every binding of these rooms began."""


@dataclass
class FakeRooms:
    """One prefix, its bindings by CIDR, a tunnel, and what listens and is proxied. At sites of `arrives` a
    binding is there from a time on, at all others at once."""

    prefix: Prefix = BYOIP
    bindings: list[ServiceBinding] = field(default_factory=list)
    time: float = BOUND
    the_tunnel: Tunnel | None = None
    applications: dict[tuple[Address, str, int], Application] = field(default_factory=dict)
    hosts: dict[str, ProxiedHost] = field(default_factory=dict)
    snis: dict[Address, str] = field(default_factory=dict)
    own: tuple[Prefix, ...] = (Prefix.parse("192.0.2.0/26"),)
    is_known: bool = True

    def bind(self, service: ServiceName, cidr: Prefix | str = BYOIP, **members: object) -> FakeRooms:
        """Bind a CIDR of the prefix to a service."""
        prefix = Prefix.parse(cidr) if isinstance(cidr, str) else cidr
        number = f"{len(self.bindings)}"
        self.bindings.append(
            ServiceBinding(number, "1", ACCOUNT, prefix, service, BOUND, **members)  # type: ignore[arg-type]
        )
        return self

    def proxy(self, host: str, *origins: str, account: str = ACCOUNT) -> FakeRooms:
        """Have a proxied record for a host."""
        self.hosts[host] = ProxiedHost("example.com", account, tuple(map(Address.parse, origins)))
        return self

    def listen(self, address: str, protocol: str, port: int, *origins: str) -> FakeRooms:
        """Have a Spectrum application."""
        app = Application("ssh.example.com", tuple(map(Address.parse, origins)))
        self.applications[Address.parse(address), protocol, port] = app
        return self

    def handler(self, address: Address, site: str) -> Handler | None:
        if not self.is_known or not self.prefix.covers(address.host):
            return None
        record = PrefixRecord("1", ACCOUNT, self.prefix, 13335, BOUND, BOUND, approved=BOUND)
        return handler_of(record, self.bindings, address, site, self.time)

    def origin_tunnel(self, address: Address, site: str) -> Tunnel | None:
        default = next((each for each in self.bindings if each.cidr == self.prefix), None)
        magic = default is not None and default.service is ServiceName.MAGIC_TRANSIT
        return self.the_tunnel if magic and self.prefix.covers(address.host) else None

    def tunnel(self, account: str) -> Tunnel | None:
        return self.the_tunnel if account == ACCOUNT else None

    def application(self, address: Address, protocol: str, port: int) -> Application | None:
        return self.applications.get((address, protocol, port))

    def proxied(self, host: str) -> ProxiedHost | None:
        return self.hosts.get(host)

    def may_use(self, account: str, address: Address) -> bool:
        return account == ACCOUNT or self.is_own(address)

    def default_sni(self, address: Address) -> str | None:
        return self.snis.get(address)

    def is_own(self, address: Address) -> bool:
        return any(prefix.covers(address.host) for prefix in self.own)

    def own_address(self, version: int) -> Address | None:
        own = (prefix for prefix in self.own if prefix.version == version)
        return next((Address(version, prefix.value + 1) for prefix in own), None)
