"""Where publication servers listen, and what they say if they cannot."""

from __future__ import annotations

import socket

import lab.serving.listening
from lab.serving.listening import ListenError


class PublicationError(Exception):
    """A publication server cannot do what was asked; the message says why and what to do about it."""


def listen(address: str, port: int, allow_remote: bool = False) -> socket.socket:
    """As lab.serving.listening.listen. Raises PublicationError."""
    try:
        return lab.serving.listening.listen(address, port, allow_remote)
    except ListenError as error:
        raise PublicationError(str(error)) from None
