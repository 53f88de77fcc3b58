"""The codes of errors about Spectrum applications.

11000 and 11019 are Cloudflare's own, with its messages; the others are the lab's choice.
"""

from __future__ import annotations

from typing import Final

BAD_ORIGIN: Final = 11000
BAD_PROTOCOL: Final = 11001
BAD_NAME: Final = 11002
TAKEN: Final = 11003
NOT_FOUND: Final = 11004
BAD_OPTION: Final = 11005
TOO_MANY: Final = 11006
BAD_EDGE: Final = 11018
NOT_AUTHORIZED: Final = 11019
UDP_WITH_OWN_IPS: Final = 11020
