"""What API tokens may do, by the names of Cloudflare's permission groups, and what members' roles allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lab.topology.cloudflare_vocabulary import Permission as Permission
from lab.topology.cloudflare_vocabulary import Role

EVERYTHING: Final = frozenset(Permission)
READING: Final = frozenset(permission for permission in Permission if permission.value.endswith("Read"))

ROLES: Final[Mapping[str, frozenset[Permission]]] = {
    Role.SUPER_ADMINISTRATOR.value: EVERYTHING,
    Role.ADMINISTRATOR.value: EVERYTHING,
    Role.READ_ONLY.value: READING,
    Role.DNS.value: frozenset({Permission.DNS_READ, Permission.DNS_WRITE, Permission.ZONE_READ}),
    Role.MINIMAL.value: frozenset(),
}
"""What a member may do with the API key, by role."""
