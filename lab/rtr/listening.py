"""Sockets to listen on: loopback only unless told otherwise, UNIX sockets for one user only."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from typing import Final

from lab.rtr.address import Address, TcpAddress, UnixAddress
from lab.rtr.errors import ListenError

_BACKLOG: Final = 64
_OWNER_ONLY: Final = 0o600


class Listener:
    """A listening, non-blocking socket. `address` is where it really listens.

    Raises ListenError for an address that other machines reach, unless `allow_remote`, and for one that
    cannot be had. A UNIX socket that nobody listens on any more is replaced.
    """

    def __init__(self, address: Address, allow_remote: bool = False) -> None:
        if not address.is_local and not allow_remote:
            raise ListenError(f"{address} can be reached from other machines; only loopback is listened on")
        self.address = address
        self._inode: int | None = None
        self.sock = socket.socket(address.family, socket.SOCK_STREAM)
        try:
            self.address = self._bind(address)
            self.sock.listen(_BACKLOG)
        except OSError as error:
            self.close()
            raise ListenError(f"cannot listen on {address}: {error.strerror or error}") from None
        except ListenError:
            self.close()
            raise
        self.sock.setblocking(False)

    def _bind(self, address: Address) -> Address:
        if isinstance(address, UnixAddress):
            _remove_stale(address)
            self.sock.bind(address.sockaddr)
            os.chmod(address.path, _OWNER_ONLY)
            self._inode = os.lstat(address.path).st_ino
            return address
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family == socket.AF_INET6:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.sock.bind(address.sockaddr)
        return TcpAddress(address.host, self.sock.getsockname()[1])

    def accept(self) -> tuple[socket.socket, str]:
        """The next connection, non-blocking, and who it is. Raises OSError."""
        sock, peer = self.sock.accept()
        sock.setblocking(False)
        if isinstance(self.address, UnixAddress):
            return sock, str(self.address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return sock, str(TcpAddress(peer[0], peer[1]))

    def close(self) -> None:
        """Stop listening, and remove the UNIX socket if it is still this one."""
        self.sock.close()
        if isinstance(self.address, UnixAddress):
            with contextlib.suppress(OSError):
                if os.lstat(self.address.path).st_ino == self._inode:
                    os.unlink(self.address.path)


def _remove_stale(address: UnixAddress) -> None:
    """Make room for a UNIX socket. Raises ListenError if what is there is in use, or no socket."""
    try:
        mode = os.lstat(address.path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ListenError(f"cannot listen on {address}: there is a file that is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(address.path)
        except ConnectionRefusedError:
            os.unlink(address.path)
            return
        except BlockingIOError:
            pass
    raise ListenError(f"cannot listen on {address}: another process does")
