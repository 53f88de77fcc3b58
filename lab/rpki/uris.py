"""The URIs of RPKI objects, checked strictly, because they come from strangers and name files.

An rsync URI is `rsync://host[:port]/module/path` (RFC 5781). No segment may start with a dot, so that no URI
climbs out of its module, nor hold a character that an rsync server would expand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_LENGTH: Final = 2048
"""The longest URI accepted, in characters."""
MAX_SEGMENTS: Final = 32
HTTPS_PORT: Final = 443
_MAX_SEGMENT: Final = 240
_SEGMENT: Final = re.compile(r"(?!\.)[A-Za-z0-9._~%!$&()+,;=:@-]{1,240}")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]{{2,45}}\])"
_FLAGS: Final = re.IGNORECASE | re.ASCII  # without ASCII, "k" matches the Kelvin sign too
_RSYNC: Final = re.compile(rf"rsync://({_HOST})(?::([0-9]{{1,5}}))?/(.*)", _FLAGS | re.DOTALL)
_HTTPS: Final = re.compile(
    rf"https://({_HOST})(?::([0-9]{{1,5}}))?(/[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?", _FLAGS
)


class UriError(ValueError):
    """A URI cannot be used; the message says what is wrong with it and what was expected."""


@dataclass(frozen=True, slots=True)
class RsyncUri:
    """`authority` is the host in lower case with `:port` if one is given; `path` the segments in the module.

    `directory` is whether the URI ends with a slash; the module itself is a directory either way.
    """

    authority: str
    module: str
    path: tuple[str, ...]
    directory: bool

    @property
    def module_uri(self) -> str:
        """The URI of the whole module, with the slash at its end."""
        return f"rsync://{self.authority}/{self.module}/"


@dataclass(frozen=True, slots=True)
class HttpsUri:
    """`host` is in lower case, without the brackets of an IPv6 address; `target` is path and query."""

    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, int]:
        """What the same-origin rule of RFC 9674 compares; the scheme is always https."""
        return self.host, self.port

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}{'' if self.port == HTTPS_PORT else f':{self.port}'}{self.target}"


def parse_rsync(uri: str) -> RsyncUri:
    """Take an rsync URI apart. Raises UriError."""
    match = _RSYNC.fullmatch(_bounded(uri))
    if match is None:
        raise UriError(f"{shown(uri)} is not an rsync URI; expected rsync://host/module/path")
    host, port, rest = match.groups()
    directory = rest.endswith("/")
    segments = (rest[:-1] if directory else rest).split("/")
    if len(segments) > MAX_SEGMENTS:
        raise UriError(f"{shown(uri)} has {len(segments)} segments; at most {MAX_SEGMENTS} are accepted")
    for segment in segments:
        _check_segment(segment, uri)
    authority = host.lower() + (f":{_port(port, uri)}" if port else "")
    return RsyncUri(authority, segments[0], tuple(segments[1:]), directory or len(segments) == 1)


def parse_rsync_file(uri: str) -> RsyncUri:
    """Take the rsync URI of a file apart. Raises UriError, also for a directory."""
    parsed = parse_rsync(uri)
    if parsed.directory:
        raise UriError(f"{shown(uri)} is a directory; expected a file")
    return parsed


def parse_https(uri: str) -> HttpsUri:
    """Take an https URI apart. Raises UriError."""
    match = _HTTPS.fullmatch(_bounded(uri))
    if match is None:
        raise UriError(f"{shown(uri)} is not an https URI; expected https://host/path")
    host, port, target = match.groups()
    return HttpsUri(host.lower().strip("[]"), _port(port, uri) if port else HTTPS_PORT, target or "/")


def is_segment(name: str) -> bool:
    """Whether `name` can be a file or directory in an rsync URI."""
    return _SEGMENT.fullmatch(name) is not None


def shown(text: str) -> str:
    """`text` for a message: short, quoted, printable ASCII only."""
    return ascii(text) if len(text) <= 100 else f"{text[:100]!a}… ({len(text)} characters)"


def _check_segment(segment: str, uri: str) -> None:
    if is_segment(segment):
        return
    if not segment:
        what = "has an empty segment"
    elif segment.startswith("."):
        what = f"has the segment {shown(segment)}, which starts with a dot"
    elif len(segment) > _MAX_SEGMENT:
        what = f"has a segment of {len(segment)} characters; at most {_MAX_SEGMENT} are accepted"
    else:
        what = f"has the segment {shown(segment)}; expected letters, digits and ._~%!$&()+,;=:@-"
    raise UriError(f"{shown(uri)} {what}")


def _bounded(uri: str) -> str:
    if len(uri) > MAX_LENGTH:
        raise UriError(f"{shown(uri)} is longer than {MAX_LENGTH} characters")
    return uri


def _port(text: str, uri: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise UriError(f"{shown(uri)} has port {port}; expected 1 to 65535")
    return port
