"""A lab whose customer has everything at Cloudflare that a packet can meet there."""

from __future__ import annotations

from functools import cache

from lab.topology.loading import parse
from lab.topology.model import Topology

_HEAD = """\
name: packets
topology: cloudflare-byoip
clouds:
  cloudflare:
    accounts:
      example:
        id: 654c5f71c324478cc9f68d60065d4620
        entitlements: [byoip, magic-transit, cdn, spectrum]
        tunnel: {TUNNEL}
        onboarded: [{prefix: 203.0.113.0/24}]
    delays: {binding: [4h, 6h], enable: 5m, disable: 15m}
scenario:
  - irr: {add: {prefix: 203.0.113.0/24, origin: 13335}}
  - roa: {add: {prefix: 203.0.113.0/24, asn: 13335}}
  - cloudflare: {get: addressing/prefixes, save: {prefix: 0.id}}
  - cloudflare: {get: addressing/prefixes/$prefix/bgp/prefixes, save: {bgp: 0.id}}
"""


def _post(path: str, members: str, save: str = "") -> str:
    saving = f", save: {{{save}}}" if save else ""
    return f"  - cloudflare: {{post: {path}, with: {{{members}}}{saving}}}\n"


def _record(name: str, content: str, proxied: str = "true") -> str:
    members = f"type: A, name: {name}, content: {content}, proxied: {proxied}, ttl: 1"
    return _post("/zones/$zone/dns_records", members)


_SERVICES = "".join(
    [
        "  - cloudflare: {get: addressing/services, save: {cdn: name=CDN.id, spectrum: name=Spectrum.id}}\n",
        _post("addressing/prefixes/$prefix/bindings", "cidr: 203.0.113.96/29, service_id: $cdn"),
        _post("addressing/prefixes/$prefix/bindings", "cidr: 203.0.113.24/29, service_id: $spectrum"),
        _post("/zones", "name: example.com, account: {id: 654c5f71c324478cc9f68d60065d4620}", "zone: id"),
        _record("www", "203.0.113.150"),
        _record("same", "203.0.113.100"),
        _record("hosted", "192.0.2.70"),
        _record("direct", "192.0.2.200", "false"),
        _post(
            "addressing/address_maps",
            "description: web, enabled: true, ips: [203.0.113.100], "
            "memberships: [{identifier: $zone, kind: zone}]",
        ),
        _post(
            "/zones/$zone/spectrum/apps",
            "protocol: tcp/22, dns: {type: CNAME, name: ssh.example.com}, "
            'origin_direct: ["tcp://192.0.2.70:22"], edge_ips: {type: static, ips: [203.0.113.26]}',
        ),
        "  - wait: {for: 6h}\n",
    ]
)
_ADVERTISE = """\
  - cloudflare: {patch: addressing/prefixes/$prefix/bgp/prefixes/$bgp, with: {on_demand: {advertised: true}}}
  - wait: {for: 10m}
  - withdraw: {from: customer, prefix: 203.0.113.0/24}
"""


@cache
def onboarded(*, tunnel: str = "to: customer, endpoint: 192.0.2.193") -> Topology:
    """203.0.113.0/24 is bound to Magic Transit as a whole and withdrawn; the customer announces it."""
    return parse(_HEAD.replace("TUNNEL", tunnel), "packets.yaml")


@cache
def in_service(*, tunnel: str = "to: customer, endpoint: 192.0.2.193") -> Topology:
    """Parts of the prefix are bound to the CDN and to Spectrum, a zone has proxied hosts and an application,
    and Cloudflare alone announces the prefix."""
    return parse(_HEAD.replace("TUNNEL", tunnel) + _SERVICES + _ADVERTISE, "packets.yaml")
