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
    # asyncio sends small packets at once (TCP_NODELAY) only where the protocol is named; without that, a
    # client waits 40 ms for the second part of each answer.
    listener = socket.socket(_family(address, allow_remote), socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _bind(listener, address, port)
    return listener


def listen_datagrams(address: str, port: int, allow_remote: bool = False) -> socket.socket:
    """A UDP socket at an IP address, as `listen` has one of TCP. Raises ListenError."""
    bound = socket.socket(_family(address, allow_remote), socket.SOCK_DGRAM)
    bound.setblocking(False)
    _bind(bound, address, port)
    return bound


def _family(address: str, allow_remote: bool) -> socket.AddressFamily:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise ListenError(f"{address!a} is not an IP address; expected for example 127.0.0.1") from None
    if not parsed.is_loopback and not allow_remote:
        raise ListenError(f"{address} is not a loopback address, and remote clients are not allowed")
    return socket.AF_INET if parsed.version == 4 else socket.AF_INET6


def _bind(unbound: socket.socket, address: str, port: int) -> None:
    """Bind a socket, and have it listen if it is one of TCP. Closes it if that is impossible."""
    try:
        unbound.bind((address, port))
        if unbound.type is socket.SOCK_STREAM:
            unbound.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        unbound.close()
        reason = error.strerror if isinstance(error, OSError) else "expected port 0 to 65535"
        raise ListenError(
            f"cannot listen at {address} port {port}: {reason}; port 0 takes a free one"
        ) from None
