"""What the wire refuses by itself, and the codes that Cloudflare has for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FAULT: Final = 10500
"""A fault of the lab's own; the lab's choice."""
NOT_VALID: Final = 10001
"""A member of the body or a parameter of the query that the endpoint does not take; the lab's choice, too."""
TOO_LARGE: Final = 10413
"""A body that is too long; the lab's choice, too."""
BAD_HEADERS: Final = 6003
BAD_EMAIL_FORMAT: Final = 6102
BAD_KEY_FORMAT: Final = 6103
BAD_CONTENT_TYPE: Final = 6105
BAD_AUTHORIZATION_FORMAT: Final = 6111
MALFORMED_JSON: Final = 6007
NO_ROUTE: Final = 7000
NO_METHOD: Final = 7001
COULD_NOT_ROUTE: Final = 7003
UNKNOWN_TOKEN: Final = 1000
UNKNOWN_KEY: Final = 9103
NO_CREDENTIALS: Final = 9106
BAD_TOKEN: Final = 9109
NOT_ALLOWED: Final = 10000
"""Cloudflare's own, with its messages, as programs that call it and public threads have them."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong with a request. `pointer` is a JSON pointer (RFC 6901) into the body, or "";
    `chain` is what is behind it."""

    code: int
    message: str
    pointer: str = ""
    chain: tuple[Trouble, ...] = ()


class RefusedError(Exception):
    """A request that reaches no operation: the HTTP status and what is wrong, without any secret."""

    def __init__(self, status: int, *troubles: Trouble, allow: tuple[str, ...] = ()) -> None:
        """`allow` are the methods that the path has, for a 405 (RFC 9110 section 15.5.6)."""
        super().__init__("; ".join(trouble.message for trouble in troubles))
        self.status = status
        self.troubles = troubles
        self.allow = allow


def harmless(text: str, most: int = 200) -> str:
    """What a stranger sent, for messages and the timeline: short, and with no character that a terminal acts
    on."""
    return ascii(text[:most])[1:-1] + ("…" if len(text) > most else "")


def bad_headers(*troubles: Trouble) -> RefusedError:
    """The refusal of a request for its headers: what is wrong with them is in the error's chain."""
    return RefusedError(400, Trouble(BAD_HEADERS, "Invalid request headers", chain=troubles))


def not_valid(message: str, pointer: str = "") -> RefusedError:
    """The refusal of a member of the body, or of a parameter of the query."""
    return RefusedError(400, Trouble(NOT_VALID, message, pointer))
