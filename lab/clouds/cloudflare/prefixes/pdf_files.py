"""Which uploaded files are usable PDFs, by what is in them."""

from __future__ import annotations

import re
from typing import Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.topology.problems import printable

LARGEST: Final = 10 * 1024 * 1024
_DEFAULT_NAME: Final = "loa_document.pdf"
_LONGEST_NAME: Final = 255
_NEAR_AN_END: Final = 1024
"""How many bytes of other things readers accept before the header and after the trailer."""
_ENCRYPTION: Final = re.compile(rb"/Encrypt\s*(?:\d{1,10}\s+\d{1,5}\s+R|<<)")
"""The entry of a trailer, or of the dictionary of a cross-reference stream, which is never compressed itself
(ISO 32000-1, 7.5.5 and 7.5.8)."""
_OTHER_KINDS: Final = {
    b"\xff\xd8\xff": "a JPEG image",
    b"\x89PNG": "a PNG image",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an office document",
}


def check_pdf(content: bytes) -> None:
    """Raises CloudflareError for a file that is empty, too large, no PDF, cut off or encrypted."""
    if not content:
        raise _refusal("The LOA document is empty; expected a PDF")
    if len(content) > LARGEST:
        raise _refusal(
            f"The LOA document has {len(content)} bytes; at most {LARGEST} (10 MB) can be uploaded"
        )
    if b"%PDF-" not in content[:_NEAR_AN_END]:
        kind = next((kind for magic, kind in _OTHER_KINDS.items() if content.startswith(magic)), "no PDF")
        raise _refusal(f"The LOA document is {kind}; expected a PDF, which transit providers accept")
    if b"%%EOF" not in content[-_NEAR_AN_END:]:
        raise _refusal("The PDF is cut off: it has no %%EOF at its end")
    if _ENCRYPTION.search(content):
        raise _refusal("The PDF is encrypted; expected one that transit providers can read")


def clean_filename(name: str) -> str:
    """The last part of a file's name, printable and short; a default where none was given."""
    last = printable(name.replace("\\", "/").rpartition("/")[2].strip())
    return last[:_LONGEST_NAME] or _DEFAULT_NAME


def _refusal(message: str) -> CloudflareError:
    return CloudflareError(400, codes.LOA_FILE, message, "/loa_document")
