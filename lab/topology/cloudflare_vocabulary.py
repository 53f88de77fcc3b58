"""The words of Cloudflare that files share with who carries them out, on floors above.

Services and entitlements, which the model holds: `lab.topology.cloudflare_section`.
"""

from __future__ import annotations

from enum import Enum


class Permission(Enum):
    """What an API token may do, by the names of Cloudflare's permission groups. One that writes allows
    reading what it writes, too."""

    IP_PREFIXES_READ = "IP Prefixes: Read"
    IP_PREFIXES_WRITE = "IP Prefixes: Write"
    BGP_ON_DEMAND_READ = "IP Prefixes: BGP On Demand Read"
    BGP_ON_DEMAND_WRITE = "IP Prefixes: BGP On Demand Write"
    MAGIC_TRANSIT_READ = "Magic Transit Read"
    MAGIC_TRANSIT_WRITE = "Magic Transit Write"
    ADDRESS_MAPS_READ = "Address Maps Read"
    ADDRESS_MAPS_WRITE = "Address Maps Write"
    ZONE_READ = "Zone Read"
    ZONE_WRITE = "Zone Write"
    DNS_READ = "DNS Read"
    DNS_WRITE = "DNS Write"
    ZONE_SETTINGS_READ = "Zone Settings Read"
    ZONE_SETTINGS_WRITE = "Zone Settings Write"
    NOTIFICATIONS_READ = "Notifications Read"
    NOTIFICATIONS_WRITE = "Notifications Write"


class Role(Enum):
    """The roles of members, whose API keys may do what the role allows."""

    SUPER_ADMINISTRATOR = "Super Administrator - All Privileges"
    ADMINISTRATOR = "Administrator"
    READ_ONLY = "Administrator Read Only"
    DNS = "DNS"
    MINIMAL = "Minimal Account Access"


class Approval(Enum):
    """Whether Cloudflare has approved a prefix (`approved` of the API): pending, or verified."""

    PENDING = "P"
    VERIFIED = "V"


class ValidationState(Enum):
    """What Cloudflare found of a prefix in the IRR, in the RPKI and of its ownership."""

    PENDING = "pending"
    VALID = "valid"
    MISSING = "missing"
    INVALID = "invalid"
    MISMATCH_ASN = "mismatch_asn"


class BindingState(Enum):
    """Whether a service binding is in force (`provisioning.state` of the API)."""

    PROVISIONING = "provisioning"
    ACTIVE = "active"
    MAGIC_TRANSIT_ROUTE_MISSING = "magic_transit_route_missing"
