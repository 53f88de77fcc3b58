"""The codes of errors about prefixes. 1108 is Cloudflare's own; the others are the lab's, as Cloudflare has
not published any."""

from __future__ import annotations

from typing import Final

NOT_FOUND: Final = 1001
CIDR: Final = 1100
ASN: Final = 1101
CONTRACT: Final = 1102
TAKEN: Final = 1103
NOT_REGISTERED: Final = 1104
NOT_APPROVED: Final = 1105
NO_DEFAULT_BINDING: Final = 1106
SERVICE: Final = 1107
BINDING_CONFLICT: Final = 1108
IN_USE: Final = 1109
LOA: Final = 1110
LOA_FILE: Final = 1111
DELEGATION: Final = 1112
LOCKED: Final = 1113
BGP_PREFIX: Final = 1114
NOTHING_TO_CHANGE: Final = 1115
TOO_MANY: Final = 1116
