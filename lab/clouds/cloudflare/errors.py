"""What Cloudflare says no with."""

from __future__ import annotations


class CloudflareError(Exception):
    """A refusal: the HTTP status, an error code of Cloudflare's and a message for people.

    `pointer` is a JSON pointer (RFC 6901) to the member of the body that is wrong, or "". The message names
    the rule, what was expected and the value seen. Nothing has changed when it is raised.
    """

    def __init__(self, status: int, code: int, message: str, pointer: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.pointer = pointer
