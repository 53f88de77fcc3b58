"""For each endpoint of Cloudflare a call that does something for the tenant who makes it."""

from __future__ import annotations

from typing import Any

from support.cloudflare_customer import A_PDF

from lab.clouds.cloudflare.prefixes.services import service_id
from lab.topology.cloudflare_section import ServiceName

FORM = {"content_type": "multipart/form-data; boundary=cut"}

ADDRESSING = "/accounts/{account_id}/addressing"
PREFIX = ADDRESSING + "/prefixes/{prefix_id}"
MAP = ADDRESSING + "/address_maps/{address_map_id}"
POLICIES = "/accounts/{account_id}/alerting/v3/policies"
ZONE = "/zones/{zone_id}"


def form(content: bytes) -> bytes:
    """A form with an LOA document."""
    head = b'--cut\r\nContent-Disposition: form-data; name="loa_document"\r\n\r\n'
    return head + content + b"\r\n--cut--\r\n"


BODIES: dict[str, Any] = {
    f"POST {ADDRESSING}/prefixes": {"cidr": "{net}fe::/48", "asn": 13335},
    f"PATCH {PREFIX}": {"description": "changed"},
    f"POST {PREFIX}/bindings": {"cidr": "{net}10::/64", "service_id": service_id(ServiceName.SPECTRUM)},
    f"POST {PREFIX}/bgp/prefixes": {"cidr": "{net}11::/48"},
    f"PATCH {PREFIX}/bgp/prefixes/{{bgp_prefix_id}}": {"on_demand": {"advertised": True}},
    f"PATCH {PREFIX}/bgp/status": {"advertised": True},
    f"POST {PREFIX}/delegations": {"cidr": "{net}12::/64", "delegated_account_id": "{partner}"},
    f"POST {ADDRESSING}/loa_documents": form(A_PDF),
    f"POST {ADDRESSING}/address_maps": {"description": "more", "enabled": False, "ips": ["{net}01::9"]},
    f"PATCH {MAP}": {"enabled": True},
    "POST /zones": {"name": "more.{name}-zone.example", "account": {"id": "{account_id}"}},
    f"POST {ZONE}/dns_records": {"type": "A", "name": "more", "content": "192.0.2.200"},
    f"PUT {ZONE}/dns_records/{{dns_record_id}}": {"type": "A", "name": "www", "content": "192.0.2.201"},
    f"PATCH {ZONE}/dns_records/{{dns_record_id}}": {"content": "192.0.2.202"},
    f"POST {ZONE}/spectrum/apps": {
        "protocol": "tcp/2222",
        "dns": {"type": "CNAME", "name": "git.{name}-zone.example"},
        "edge_ips": {"type": "static", "ips": ["{net}01::"]},
        "origin_direct": ["tcp://192.0.2.200:22"],
    },
    f"PUT {ZONE}/spectrum/apps/{{app_id}}": {
        "protocol": "tcp/22",
        "dns": {"type": "CNAME", "name": "ssh.{name}-zone.example"},
        "origin_direct": ["tcp://192.0.2.201:22"],
    },
    f"POST {POLICIES}": {
        "name": "more",
        "alert_type": "bgp_hijack_notification",
        "enabled": True,
        "mechanisms": {"email": [{"id": "noc@{name}-zone.example"}]},
    },
    f"PUT {POLICIES}/{{policy_id}}": {"enabled": False},
}
"""What each endpoint with a body is sent. `{name}`, `{net}`, `{partner}` and parameters are the tenant's."""

PARAMETERS: dict[str, dict[str, str]] = {
    f"DELETE {PREFIX}": {"prefix_id": "spare_prefix"},
    f"POST {PREFIX}/validate": {"prefix_id": "spare_prefix"},
    f"PUT {MAP}/ips/{{ip_address}}": {"ip_address": "spare_address"},
    f"PUT {MAP}/zones/{{member_zone_id}}": {"member_zone_id": "spare_zone"},
    "DELETE /zones/{zone_id}": {"zone_id": "spare_zone"},
}
"""Where a parameter has to be another than usual."""

CALLERS: dict[str, str] = {
    "GET /user/tokens/verify": "{name}-token",
    "GET /accounts/{account_id}/tokens/verify": "{name}-token",
}

BEFORE: dict[str, str] = {
    f"DELETE {MAP}/accounts/{{member_account_id}}": f"PUT {MAP}/accounts/{{member_account_id}}",
}
"""What has to be done first, for there to be something."""
