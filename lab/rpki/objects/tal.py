"""Trust anchor locators (RFC 8630): where a trust anchor's certificate is, and the key it must have."""

from __future__ import annotations

import base64
import binascii
import textwrap
from dataclasses import dataclass
from typing import Final

from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.signature import public_key
from lab.rpki.uris import UriError, parse_https, parse_rsync_file

MAX_TAL: Final = 64 * 1024
MAX_URIS: Final = 16
_RFC: Final = "RFC 8630 section 2.2"


@dataclass(frozen=True, slots=True)
class TrustAnchorLocator:
    """`name` is the file's without its ending, `uris` in order of preference, `spki` the key in DER."""

    name: str
    uris: tuple[str, ...]
    spki: bytes

    def to_text(self) -> str:
        """It as the text of a .tal file."""
        key = "\n".join(textwrap.wrap(base64.b64encode(self.spki).decode("ascii"), 64))
        return "".join(f"{uri}\n" for uri in self.uris) + f"\n{key}\n"


def parse_tal(text: str, name: str) -> TrustAnchorLocator:
    """Raises ObjectError."""
    if len(text) > MAX_TAL:
        raise ObjectError("tal", f"the TAL {name} has more than {MAX_TAL} characters", _RFC)
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and lines[0].startswith("#"):
        del lines[0]
    uris, _, key = "\n".join(lines).partition("\n\n")
    locations = uris.split("\n")
    if len(locations) > MAX_URIS:
        raise ObjectError("tal", f"the TAL {name} has more than {MAX_URIS} URIs", _RFC)
    for uri in locations:
        try:
            parse_https(uri) if uri.startswith("https:") else parse_rsync_file(uri)
        except UriError as error:
            raise ObjectError("uri", f"the TAL {name}: {error}", _RFC) from None
    try:
        spki = base64.b64decode("".join(key.split()), validate=True)
    except (binascii.Error, ValueError):
        spki = b""
    if not spki:
        raise ObjectError("tal", f"the TAL {name} has no key in Base64 after an empty line", _RFC)
    public_key(spki)
    return TrustAnchorLocator(name, tuple(locations), spki)
