"""Listening sockets: on loopback, unless the caller says otherwise."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

_BACKLOG: Final = 128


class ListenError(Exception):
    """A server cannot listen where it was told to; the message says why and what to do about it."""


def listen(address: str, port: int, allow_remote: bool = False) -> socket.socket:
    """A TCP socket that listens at an IP address; port 0 lets the system choose.

    Raises ListenError if the address is not loopback and `allow_remote` is false, or cannot be had.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise ListenError(f"{address!a} is not an IP address; expected for example 127.0.0.1") from None
    if not parsed.is_loopback and not allow_remote:
        raise ListenError(f"{address} is not a loopback address, and remote clients are not allowed")
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    # asyncio sends small packets at once (TCP_NODELAY) only where the protocol is named; without that, a
    # client waits 40 ms for the second part of each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "expected port 0 to 65535"
        raise ListenError(
            f"cannot listen at {address} port {port}: {reason}; port 0 takes a free one"
        ) from None
    return listener
