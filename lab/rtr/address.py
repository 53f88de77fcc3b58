"""Where a cache listens: `127.0.0.1:3323`, `[::1]:3323` or `unix:/run/lab/rtr.sock`."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any, Final

from lab.bgp.prefix import Address as IpAddress
from lab.bgp.prefix import Prefix, PrefixError
from lab.rtr.errors import RtrError

_EXAMPLES: Final = "for example 127.0.0.1:3323, [::1]:3323 or unix:/run/rtr.sock"
_MOST_PATH_BYTES: Final = 107
"""What the kernel has room for in the address of a UNIX socket."""
_SHOWN: Final = 80
_LOOPBACK: Final = {4: Prefix.parse("127.0.0.0/8"), 6: Prefix.parse("::1/128")}


class AddressError(RtrError, ValueError):
    """A text is no address of a cache; the message says what is wrong and what was expected."""


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """An IP address and a port; as a listener's, port 0 stands for any that is free."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    @property
    def sockaddr(self) -> Any:
        """What the socket functions take."""
        return (self.host, self.port)

    @property
    def is_local(self) -> bool:
        """Whether only this machine gets there."""
        address = IpAddress.parse(self.host)
        return _LOOPBACK[address.version].covers(address.host)


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """The path of a UNIX socket."""

    path: str

    def __str__(self) -> str:
        return f"unix:{self.path}"

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_UNIX

    @property
    def sockaddr(self) -> Any:
        """What the socket functions take."""
        return self.path

    @property
    def is_local(self) -> bool:
        """Whether only this machine gets there: always."""
        return True


Address = TcpAddress | UnixAddress


def parse_address(text: str) -> Address:
    """The address written as `127.0.0.1:3323`, `[::1]:3323` or `unix:PATH`. Raises AddressError."""
    shown = repr(text[:_SHOWN])
    if text.startswith("unix:"):
        return _unix(text.removeprefix("unix:"), shown)
    host, colon, port = text.rpartition(":")
    if not colon:
        raise AddressError(f"{shown} has no port; expected {_EXAMPLES}")
    if host.startswith("[") and host.endswith("]") and ":" in host:
        host = host[1:-1]
    elif ":" in host:
        raise AddressError(f"{shown}: an IPv6 address goes into brackets; expected {_EXAMPLES}")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        raise AddressError(f"{shown}: {port[:_SHOWN]!r} is not a port; expected 0 to 65535")
    try:
        return TcpAddress(str(IpAddress.parse(host)), int(port))
    except PrefixError:
        hint = f"did you mean 127.0.0.1:{int(port)}?" if host == "localhost" else f"expected {_EXAMPLES}"
        raise AddressError(f"{shown}: {host[:_SHOWN]!r} is not an IP address; {hint}") from None


def _unix(path: str, shown: str) -> UnixAddress:
    if not path or "\0" in path:
        raise AddressError(f"{shown} names no socket; expected {_EXAMPLES}")
    if len(path.encode("utf-8", "surrogateescape")) > _MOST_PATH_BYTES:
        raise AddressError(f"{shown}: the path of a UNIX socket has at most {_MOST_PATH_BYTES} bytes")
    return UnixAddress(path)
