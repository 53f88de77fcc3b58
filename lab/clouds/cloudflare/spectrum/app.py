"""What is kept of a Spectrum application."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.spectrum.origins import Endpoint, OriginName, origin_port, parse_origin
from lab.clouds.cloudflare.spectrum.ports import Ports, parse_ports, parse_protocol


class TrafficType(Enum):
    """Whether bytes are passed on as they are, or go through the HTTP pipeline."""

    DIRECT = "direct"
    HTTP = "http"
    HTTPS = "https"
    WORKER = "worker"


class ProxyProtocol(Enum):
    """How the origin is told who the client is."""

    OFF = "off"
    V1 = "v1"
    V2 = "v2"
    SIMPLE = "simple"


class Tls(Enum):
    """How TLS is terminated."""

    OFF = "off"
    FLEXIBLE = "flexible"
    FULL = "full"
    STRICT = "strict"


class Connectivity(Enum):
    """The families of dynamic edge IPs."""

    ALL = "all"
    IPV4 = "ipv4"
    IPV6 = "ipv6"


class DnsKind(Enum):
    """The type of record at the application's name."""

    CNAME = "CNAME"
    ADDRESS = "ADDRESS"


@dataclass(frozen=True, slots=True)
class AppName:
    """The name that clients look up."""

    kind: DnsKind
    name: str


@dataclass(frozen=True, slots=True)
class EdgeAddresses:
    """Where clients arrive: at `static` addresses of the customer's; if there are none, at Cloudflare's."""

    static: tuple[Address, ...] = ()
    connectivity: Connectivity = Connectivity.ALL

    @property
    def is_static(self) -> bool:
        """Whether the addresses are the customer's own."""
        return bool(self.static)


@dataclass(frozen=True, slots=True)
class AppDraft:
    """An application as somebody wants it. `protocol` is such as `tcp/22` or `tcp/1000-2000`.

    `origin_port` is a port or a range, as text; it goes with `origin_name`.
    """

    protocol: str
    dns: AppName
    edge: EdgeAddresses = EdgeAddresses()
    origin_direct: tuple[str, ...] = ()
    origin_name: OriginName | None = None
    origin_port: str = ""
    traffic_type: TrafficType = TrafficType.DIRECT
    proxy_protocol: ProxyProtocol = ProxyProtocol.OFF
    tls: Tls = Tls.OFF
    ip_firewall: bool = False
    argo_smart_routing: bool = False


@dataclass(frozen=True, slots=True)
class SpectrumApp:
    """`zone` and `account` are IDs. Times are UNIX seconds of the calendar."""

    id: str
    zone: str
    account: str
    draft: AppDraft
    created: float
    modified: float

    @property
    def name(self) -> str:
        """The name that clients look up."""
        return self.draft.dns.name

    @property
    def ports(self) -> Ports:
        """The ports that it listens on at the edge."""
        return parse_protocol(self.draft.protocol)

    @property
    def origin_name(self) -> OriginName | None:
        """The name of its origin; None where it has addresses."""
        return self.draft.origin_name

    def origins(self, port: int) -> tuple[Endpoint, ...]:
        """The addresses, and the ports there, that traffic to this port of the edge may be passed on to.

        Empty where the origin is a name: what it resolves to is for the edge to find out, and the port there
        is `port_of_named_origin`.
        """
        found = [parse_origin(text) for text in self.draft.origin_direct]
        return tuple(Endpoint(address, origin_port(self.ports, ports, port)) for address, ports in found)

    def port_of_named_origin(self, port: int) -> int:
        """The port at `origin_name` for this port of the edge."""
        return origin_port(self.ports, parse_ports(self.draft.origin_port, self.ports.transport), port)
