"""Text inside XML and HTML."""

from __future__ import annotations

import html
import re
from typing import Final

_UNPRINTABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped (section 2.2)."""


def escaped(value: object) -> str:
    """The value as text that is safe between tags and in quoted attributes."""
    return html.escape(_UNPRINTABLE.sub("\ufffd", str(value)))
