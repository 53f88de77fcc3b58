"""Spectrum applications as JSON: what the API takes and gives."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from lab.bgp.prefix import Address, PrefixError
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.operation import Body
from lab.clouds.cloudflare.spectrum.app import (
    AppDraft,
    AppName,
    Connectivity,
    DnsKind,
    EdgeAddresses,
    ProxyProtocol,
    SpectrumApp,
    Tls,
    TrafficType,
)
from lab.clouds.cloudflare.spectrum.codes import BAD_EDGE
from lab.clouds.cloudflare.spectrum.origins import OriginName
from lab.clouds.cloudflare.timestamps import timestamp

LONGEST: Final = 255
Text = Annotated[str, Field(max_length=LONGEST)]


class DnsBody(Body):
    """The name that clients look up."""

    type: DnsKind = DnsKind.CNAME
    name: Text


class EdgeBody(Body):
    """Where clients arrive."""

    type: Literal["dynamic", "static"] = "dynamic"
    connectivity: Connectivity | None = None
    ips: list[Text] | None = None


class OriginDnsBody(Body):
    """The name of the origin."""

    name: Text
    type: Literal["", "A", "AAAA"] = ""
    ttl: int | None = Field(default=None, ge=1, le=86400)


class AppBody(Body):
    """What an application is made of."""

    protocol: Text
    dns: DnsBody
    traffic_type: TrafficType = TrafficType.DIRECT
    edge_ips: EdgeBody = EdgeBody()
    origin_direct: list[Text] = Field(default_factory=list)
    origin_dns: OriginDnsBody | None = None
    origin_port: int | Text | None = None
    proxy_protocol: ProxyProtocol = ProxyProtocol.OFF
    tls: Tls = Tls.OFF
    ip_firewall: bool = False
    argo_smart_routing: bool = False


def read_app(body: AppBody) -> AppDraft:
    """The application that a body describes. Raises CloudflareError."""
    origin = body.origin_dns
    return AppDraft(
        body.protocol,
        AppName(body.dns.type, body.dns.name),
        _edge(body.edge_ips),
        tuple(body.origin_direct),
        OriginName(origin.name, origin.type, origin.ttl) if origin else None,
        "" if body.origin_port is None else str(body.origin_port),
        body.traffic_type,
        body.proxy_protocol,
        body.tls,
        body.ip_firewall,
        body.argo_smart_routing,
    )


def _edge(body: EdgeBody) -> EdgeAddresses:
    if body.type == "dynamic":
        if body.ips:
            raise _bad_edge("ips go with the type static", "/edge_ips/ips")
        return EdgeAddresses((), body.connectivity or Connectivity.ALL)
    if not body.ips:
        raise _bad_edge("the type static needs ips", "/edge_ips/ips")
    if body.connectivity is not None:
        raise _bad_edge("connectivity goes with the type dynamic", "/edge_ips/connectivity")
    found: list[Address] = []
    for place, text in enumerate(body.ips):
        try:
            found.append(Address.parse(text))
        except PrefixError as error:
            raise _bad_edge(str(error), f"/edge_ips/ips/{place}") from None
    return EdgeAddresses(tuple(found))


def _bad_edge(reason: str, pointer: str) -> CloudflareError:
    return CloudflareError(400, BAD_EDGE, f"edge_ips is invalid: {reason}", pointer)


def app_members(app: SpectrumApp) -> dict[str, Any]:
    """An application as the API shows it."""
    draft = app.draft
    return {
        "id": app.id,
        "protocol": draft.protocol,
        "dns": {"type": draft.dns.kind.value, "name": app.name},
        **_origin_members(draft),
        "ip_firewall": draft.ip_firewall,
        "proxy_protocol": draft.proxy_protocol.value,
        "tls": draft.tls.value,
        "traffic_type": draft.traffic_type.value,
        "edge_ips": _edge_members(draft.edge),
        "argo_smart_routing": draft.argo_smart_routing,
        "created_on": timestamp(app.created),
        "modified_on": timestamp(app.modified),
    }


def _origin_members(draft: AppDraft) -> dict[str, Any]:
    if draft.origin_name is None:
        return {"origin_direct": list(draft.origin_direct)}
    named = draft.origin_name
    ttl = {} if named.ttl is None else {"ttl": named.ttl}
    port: int | str = int(draft.origin_port) if draft.origin_port.isdigit() else draft.origin_port
    return {"origin_dns": {"type": named.kind, "name": named.name, **ttl}, "origin_port": port}


def _edge_members(edge: EdgeAddresses) -> dict[str, Any]:
    if edge.is_static:
        return {"type": "static", "ips": [str(address) for address in edge.static]}
    return {"type": "dynamic", "connectivity": edge.connectivity.value}
