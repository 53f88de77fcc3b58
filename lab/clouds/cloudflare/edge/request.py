"""What a client sends to Cloudflare's edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import Address
from lab.topology.dns_scalars import parse_port

HTTP_PORTS: Final = frozenset({80, 8080, 8880, 2052, 2082, 2086, 2095})
HTTPS_PORTS: Final = frozenset({443, 2053, 2083, 2087, 2096, 8443})
"""The ports on which Cloudflare proxies HTTP and HTTPS (its reference of network ports)."""
HTTP3_PORT: Final = 443
"""HTTP/3 comes over QUIC, which is UDP (RFC 9114)."""


@dataclass(frozen=True, slots=True)
class Request:
    """A packet's destination, and the `host` that its TLS handshake or HTTP request names; "" for none."""

    destination: Address
    protocol: str
    port: int
    host: str = ""

    @classmethod
    def parse(cls, destination: Address, port: str, host: str = "") -> Request:
        """`port` as `tcp/22` or `udp/53`. Raises ValueError for anything else."""
        protocol, _, number = parse_port(port).partition("/")
        return cls(destination, protocol, int(number), host.lower().removesuffix("."))

    @property
    def is_https(self) -> bool:
        """Whether it begins with a TLS handshake, which may name no host (non-SNI)."""
        return self.port in HTTPS_PORTS

    @property
    def is_for_http(self) -> bool:
        """Whether the CDN takes it."""
        if self.protocol == "udp":
            return self.port == HTTP3_PORT
        return self.port in HTTP_PORTS or self.is_https

    @property
    def text(self) -> str:
        """For people, such as `www.example.com on tcp/443`."""
        port = f"{self.protocol}/{self.port}"
        return f"{self.host} on {port}" if self.host else port
