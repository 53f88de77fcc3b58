"""The outside of a lab that stays up: RDAP and the clouds' APIs over HTTP, whois, and the DNS."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

from lab.dns.answering import answer
from lab.dns.server import DnsServer
from lab.engines.base import MachineError
from lab.http.server import Handler, HttpServer, Route
from lab.registry.irr.queries import Queries
from lab.registry.irr.server import WhoisServer
from lab.registry.irr.whois import WhoisSession
from lab.registry.rdap.front import RdapFront
from lab.scenario.cloudflare_showing import API_PATH
from lab.scenario.lab import Lab
from lab.scenario.ports import Ports
from lab.serving.listening import ListenError
from lab.serving.mailbox import Mailbox

RDAP_PATH: Final = "/rdap"
_HOST: Final = "127.0.0.1"


class Fronts:
    """RDAP below /rdap, Cloudflare below /client/v4 and AWS at the root of one port; whois and DNS on two.

    Whoever runs the mailbox carries the requests out.
    """

    def __init__(self, lab: Lab, mailbox: Mailbox, ports: Ports) -> None:
        """Raises MachineError where a port is not to be had."""
        self._servers = ExitStack()
        try:
            with self._servers.pop_all() as begun:
                self._begin(lab, mailbox, ports, begun)
                self._servers = begun.pop_all()
        except ListenError as error:
            raise MachineError(str(error)) from None

    def close(self) -> None:
        """End all conversations and release the ports. Idempotent."""
        self._servers.close()

    def _begin(self, lab: Lab, mailbox: Mailbox, ports: Ports, begun: ExitStack) -> None:
        clouds = lab.clouds
        http = _serve_http(lab, mailbox, ports.http)
        begun.callback(http.close)
        clouds.endpoint = http.url
        queries = Queries(clouds.irr, lambda: lab.vrps, lab.engine.calendar)
        whois = WhoisServer(lambda: WhoisSession(queries), mailbox.submit, _HOST, ports.whois)
        begun.callback(whois.close)
        clouds.whois_address = (_HOST, whois.port)
        dns = DnsServer(lambda packet, over: answer(packet, clouds.dns, over), mailbox.submit, ports.dns)
        begun.callback(dns.close)
        clouds.dns_address = (_HOST, dns.port)


def _serve_http(lab: Lab, mailbox: Mailbox, port: int) -> HttpServer:
    # RDAP's answers tell its own address, which is known when the server listens; nothing is answered before
    # somebody runs the mailbox.
    routes: dict[str, Handler | Route] = {RDAP_PATH: lambda request: rdap.handle(request)}
    if lab.clouds.has_aws:
        routes["/"] = lambda request: lab.clouds.aws_front.handle(request)
    if lab.clouds.has_cloudflare:
        from lab.clouds.cloudflare.wire.multipart import MAX_FORM

        routes[API_PATH] = Route(lambda request: lab.clouds.cloudflare_front.handle(request), MAX_FORM)
    server = HttpServer(routes, mailbox.submit, _HOST, port)
    rdap = RdapFront(lab.clouds.registry, f"{server.url}{RDAP_PATH}")
    return server
