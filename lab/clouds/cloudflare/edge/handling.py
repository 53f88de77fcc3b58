"""What a site of Cloudflare does with a packet that has reached it."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.edge.request import Request
from lab.clouds.cloudflare.edge.rooms import Rooms
from lab.clouds.cloudflare.prefixes.handlers import Handler, HandlerState
from lab.clouds.cloudflare.timestamps import to_the_second
from lab.topology.cloudflare_section import ServiceName, Tunnel


@dataclass(frozen=True, slots=True)
class Tunnelled:
    """Magic Transit: the packet goes through the tunnel as it is."""

    tunnel: Tunnel
    text: str


@dataclass(frozen=True, slots=True)
class Proxied:
    """The CDN or Spectrum ends the client's connection and opens one to an origin."""

    origins: tuple[Address, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Unserved:
    """The packet goes no further, or its request nowhere; `text` says why."""

    text: str


Handling = Tunnelled | Proxied | Unserved


def handle(rooms: Rooms, request: Request, site: str) -> Handling | None:
    """What `site` does with a request; None for an address that Cloudflare has nothing to do with, and for
    one of its own that nothing in particular is asked of."""
    handler = rooms.handler(request.destination, site)
    if handler is None:
        return _at_own_address(rooms, request) if rooms.is_own(request.destination) else None
    if not handler.is_ready:
        return Unserved(_disruption(handler, site))
    match handler.service:
        case ServiceName.MAGIC_TRANSIT:
            return _magic_transit(rooms, handler)
        case ServiceName.CDN:
            return _told_of_application(rooms, request, _cdn(rooms, request))
        case ServiceName.SPECTRUM:
            return _spectrum(rooms, request)
    return Unserved(f"{request.destination} is bound to {_service(handler)}, which takes no requests")


def _service(handler: Handler) -> str:
    return handler.service.value if handler.service else "nothing"


def _disruption(handler: Handler, site: str) -> str:
    if handler.binding is None:
        return f"nothing is bound to the address, of {handler.prefix.prefix}: {site} drops the packet"
    what = {
        HandlerState.PROVISIONING: "is on its way to",
        HandlerState.DELETING: "is being removed from",
    }[handler.state]
    until = f" until {to_the_second(handler.until)}" if handler.until is not None else ""
    return (
        f"the binding of {handler.binding.cidr} to {_service(handler)} {what} {site} "
        f"since {to_the_second(handler.since)}{until}: the address is disrupted there"
    )


def _magic_transit(rooms: Rooms, handler: Handler) -> Handling:
    tunnel = rooms.tunnel(handler.account)
    if tunnel is None:
        return Unserved("Magic Transit has no tunnel of the account to send it through")
    return Tunnelled(tunnel, f"Magic Transit sends it to {tunnel.to}")


def _at_own_address(rooms: Rooms, request: Request) -> Handling | None:
    if rooms.application(request.destination, request.protocol, request.port) is not None:
        return _spectrum(rooms, request)
    if request.host or (request.is_https and rooms.default_sni(request.destination)):
        return _cdn(rooms, request)
    return None


def _cdn(rooms: Rooms, request: Request) -> Handling:
    if not request.is_for_http:
        return Unserved(f"the CDN takes HTTP and HTTPS on their ports only, and nothing on {request.text}")
    host = request.host
    if not host and request.is_https:
        host = rooms.default_sni(request.destination) or ""
    if not host:
        without = "and no address map has a default SNI for" if request.is_https else "which HTTP asks for at"
        return Unserved(f"the request names no host, {without} {request.destination}")
    proxied = rooms.proxied(host)
    if proxied is None:
        return Unserved(f"no zone at Cloudflare proxies {host}")
    if not rooms.may_use(proxied.account, request.destination):
        why = f"whose account may not use {request.destination} (error 1034, Edge IP Restricted)"
        return Unserved(f"the CDN does not proxy {host} of zone {proxied.zone} here, {why}")
    named = "" if request.host else ", the default SNI,"
    return _to_origins(f"the CDN proxies {host}{named} of zone {proxied.zone}", proxied.origins)


def _told_of_application(rooms: Rooms, request: Request, handling: Handling) -> Handling:
    """What becomes of a request to an address of the CDN, with the Spectrum application that waits for it in
    vain."""
    if not isinstance(handling, Unserved):
        return handling
    application = rooms.application(request.destination, request.protocol, request.port)
    if application is None:
        return handling
    return Unserved(
        f"{handling.text}; the Spectrum application {application.name} waits for it, but "
        f"{request.destination} is bound to CDN and not to Spectrum"
    )


def _spectrum(rooms: Rooms, request: Request) -> Handling:
    application = rooms.application(request.destination, request.protocol, request.port)
    if application is None:
        port = f"{request.protocol}/{request.port}"
        return Unserved(f"no Spectrum application listens on {port} of {request.destination}")
    return _to_origins(f"Spectrum proxies {application.name}", application.origins)


def _to_origins(text: str, origins: tuple[Address, ...]) -> Handling:
    if not origins:
        return Unserved(f"{text}, whose origin has no address")
    return Proxied(origins, f"{text} to {' or '.join(map(str, origins))}")
