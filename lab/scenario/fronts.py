"""The HTTP side of a lab that stays up: the registries' RDAP and the clouds' APIs on one port."""

from __future__ import annotations

from typing import Final

from lab.engines.base import MachineError
from lab.http.listening import ListenError
from lab.http.server import Handler, HttpServer
from lab.http.submitting import Mailbox
from lab.registry.rdap.front import RdapFront
from lab.scenario.lab import Lab

RDAP_PATH: Final = "/rdap"


def serve_fronts(lab: Lab, mailbox: Mailbox, port: int) -> HttpServer:
    """Serve RDAP below /rdap and AWS at the root. Whoever runs the mailbox carries the requests out.

    Raises MachineError where the port is not to be had.
    """
    # RDAP's answers tell its own address, which is known when the server listens; nothing is answered before
    # somebody runs the mailbox.
    routes: dict[str, Handler] = {RDAP_PATH: lambda request: rdap.handle(request)}
    if lab.clouds.has_aws:
        routes["/"] = lambda request: lab.clouds.aws_front.handle(request)
    try:
        server = HttpServer(routes, mailbox.submit, port=port)
    except ListenError as error:
        raise MachineError(str(error)) from None
    lab.clouds.endpoint = server.url
    rdap = RdapFront(lab.clouds.registry, f"{server.url}{RDAP_PATH}")
    return server
