"""What a Spectrum application must be by itself."""

from __future__ import annotations

from typing import Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.spectrum.app import AppDraft, DnsKind, ProxyProtocol, Tls, TrafficType
from lab.clouds.cloudflare.spectrum.codes import (
    BAD_EDGE,
    BAD_NAME,
    BAD_OPTION,
    BAD_ORIGIN,
    BAD_PROTOCOL,
    UDP_WITH_OWN_IPS,
)
from lab.clouds.cloudflare.spectrum.origins import parse_origin
from lab.clouds.cloudflare.spectrum.ports import Ports, parse_ports, parse_protocol
from lab.dns.names import DomainNameError, is_within, record_name

MOST_EDGE_IPS: Final = 64
MOST_ORIGINS: Final = 64
"""Bounds of the lab for one application."""


def check_app(draft: AppDraft, zone: str) -> None:
    """Refuse an application that could not be in the zone of this name. Raises CloudflareError."""
    try:
        ports = parse_protocol(draft.protocol)
    except ValueError as error:
        raise CloudflareError(400, BAD_PROTOCOL, str(error), "/protocol") from None
    if not is_within(draft.dns.name, zone):
        raise CloudflareError(400, BAD_NAME, f"{draft.dns.name} is not in the zone {zone}", "/dns/name")
    _check_edge(draft, ports)
    _check_options(draft, ports)
    _check_origin(draft, ports)


def _check_edge(draft: AppDraft, ports: Ports) -> None:
    edge = draft.edge
    if edge.is_static and ports.transport == "udp":
        raise CloudflareError(
            400,
            UDP_WITH_OWN_IPS,
            "Spectrum UDP applications are not supported with BYOIP: use tcp",
            "/protocol",
        )
    if not edge.is_static and draft.dns.kind is DnsKind.ADDRESS:
        message = "Dynamic edge_ips are only valid with a dns of type CNAME; static ones with either"
        raise CloudflareError(400, BAD_EDGE, message, "/dns/type")
    if len(edge.static) > MOST_EDGE_IPS or len(set(edge.static)) < len(edge.static):
        message = f"edge_ips has 1 to {MOST_EDGE_IPS} addresses, each once"
        raise CloudflareError(400, BAD_EDGE, message, "/edge_ips/ips")


def _check_options(draft: AppDraft, ports: Ports) -> None:
    is_direct = draft.traffic_type is TrafficType.DIRECT
    is_tcp = ports.transport == "tcp"
    wrong = {
        "/traffic_type": (
            draft.traffic_type is TrafficType.WORKER and "the lab runs no Workers: use direct, http or https"
        )
        or (not is_direct and not is_tcp and f"{draft.traffic_type.value} needs tcp"),
        "/argo_smart_routing": draft.argo_smart_routing and not is_direct and "needs traffic_type direct",
        "/ip_firewall": draft.ip_firewall and not is_tcp and "needs tcp",
        "/tls": draft.tls is not Tls.OFF and not is_tcp and "needs tcp",
        "/proxy_protocol": (
            draft.proxy_protocol in (ProxyProtocol.V1, ProxyProtocol.V2)
            and not is_tcp
            and "needs tcp; udp has simple"
        )
        or (draft.proxy_protocol is ProxyProtocol.SIMPLE and is_tcp and "needs udp; tcp has v1 and v2"),
    }
    for pointer, reason in wrong.items():
        if reason:
            raise CloudflareError(400, BAD_OPTION, f"{pointer[1:]} is not possible so: {reason}", pointer)


def _check_origin(draft: AppDraft, ports: Ports) -> None:
    if bool(draft.origin_direct) == (draft.origin_name is not None):
        raise _bad_origin("expected either origin_direct or origin_dns with origin_port", "/origin_direct")
    if draft.origin_name is not None:
        _check_named(draft, ports)
    elif draft.origin_port:
        raise _bad_origin(
            "origin_port goes with origin_dns; origin_direct has its port itself", "/origin_port"
        )
    if len(draft.origin_direct) > MOST_ORIGINS:
        raise _bad_origin(f"at most {MOST_ORIGINS} origins, not {len(draft.origin_direct)}", "/origin_direct")
    for place, text in enumerate(draft.origin_direct):
        pointer = f"/origin_direct/{place}"
        try:
            _, there = parse_origin(text)
        except ValueError as error:
            raise _bad_origin(str(error), pointer) from None
        _check_ports(ports, there, pointer)


def _check_named(draft: AppDraft, ports: Ports) -> None:
    try:
        record_name(draft.origin_name.name if draft.origin_name else "")
    except DomainNameError as error:
        raise _bad_origin(str(error), "/origin_dns/name") from None
    try:
        there = parse_ports(draft.origin_port, ports.transport)
    except ValueError as error:
        raise _bad_origin(f"origin_dns needs an origin_port: {error}", "/origin_port") from None
    _check_ports(ports, there, "/origin_port")


def _check_ports(edge: Ports, origin: Ports, pointer: str) -> None:
    if edge.transport != origin.transport:
        raise _bad_origin(f"the application is {edge.transport}, the origin {origin.transport}", pointer)
    if origin.count not in (1, edge.count):
        raise _bad_origin(f"{origin.count} ports at the origin for {edge.count} at the edge", pointer)


def _bad_origin(reason: str, pointer: str) -> CloudflareError:
    return CloudflareError(400, BAD_ORIGIN, f"The origin configuration is invalid. {reason}", pointer)
