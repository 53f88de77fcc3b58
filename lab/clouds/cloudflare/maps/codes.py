"""The codes of errors about address maps. They are not published, and the lab's."""

from __future__ import annotations

from typing import Final

NOT_FOUND: Final = 1001
BAD_ADDRESS: Final = 1120
NOT_USABLE: Final = 1121
STATIC_ADDRESS: Final = 1122
BAD_MEMBER: Final = 1123
TAKEN: Final = 1124
MANAGED: Final = 1125
BAD_SNI: Final = 1126
TOO_MANY: Final = 1127
ENABLED: Final = 1128
