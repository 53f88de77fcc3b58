"""The content of TXT records: plain, or in quotes as in a zone file (RFC 1035 section 5.1)."""

from __future__ import annotations

import re
from typing import Final

_QUOTED: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PART: Final = re.compile(r"\\[0-9]{3}|\\.|[^\\]", re.DOTALL)


def plain_text(content: str) -> str:
    """The whole text: of quoted strings the parts in a row without quotes and escapes, else as it is.

    Octets that are no UTF-8 become surrogates, as `surrogateescape` has them. Raises ValueError for quotes
    that do not match.
    """
    if not content.lstrip().startswith('"'):
        return content
    octets = b""
    position = 0
    while position < len(content.rstrip()):
        match = _QUOTED.match(content, position)
        if match is None:
            raise ValueError(f"expected a quoted string at character {position + 1} of {content!r}")
        octets += b"".join(_octets(part) for part in _PART.findall(match[1]))
        position = match.end()
    return octets.decode("utf-8", "surrogateescape")


def _octets(part: str) -> bytes:
    if len(part) == 4:
        if int(part[1:]) > 255:
            raise ValueError(f"{part} is no octet: expected \\000 to \\255")
        return bytes([int(part[1:])])
    return part.removeprefix("\\").encode() if len(part) == 2 else part.encode()
