"""The RDAP servers of the five RIRs, and one that sends a client to the right one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlsplit

from lab.http.messages import HttpRequest, HttpResponse
from lab.registry.database import RegistryDatabase
from lab.registry.rdap import answering
from lab.registry.rdap.asking import Query, QueryError, parse
from lab.registry.rdap.objects import Json, Objects, flavour_of
from lab.registry.records import Holder

MAX_TARGET: Final = 2048
"""Characters of a request's target; a longer one is refused unread."""
_METHODS: Final = ("GET", "HEAD")


class RdapFront:
    """Answers RDAP requests below `base_url`, as `http://127.0.0.1:8080/rdap`.

    Each RIR's server is at `<base_url>/<rir>`: arin, ripe, apnic, lacnic, afrinic. It answers for what it has
    registered and redirects to the others for what they have. So does `base_url` itself for all of them, like
    a bootstrap server. Never raises.
    """

    def __init__(self, database: RegistryDatabase, base_url: str) -> None:
        self._database = database
        self._url = base_url.rstrip("/")
        self._mount = urlsplit(self._url).path

    def handle(self, request: HttpRequest) -> HttpResponse:
        """The answer to one request; for a HEAD that to a GET, of which the server leaves the body out."""
        if request.method not in _METHODS:
            allow = {"Allow": ", ".join(_METHODS)}
            return answering.error(405, "RDAP is read with GET and HEAD only.", None, self._url, allow)
        if len(request.target) > MAX_TARGET:
            description = f"The target has {len(request.target)} characters; at most {MAX_TARGET} are read."
            return answering.error(414, description, None, self._url)
        below = request.path.startswith(f"{self._mount}/")
        try:
            query = parse(request.path.removeprefix(self._mount) if below else "")
        except QueryError as error:
            return answering.error(error.status, error.description, None, self._url)
        return self._ask(query)

    def _ask(self, query: Query) -> HttpResponse:
        url = self._query_url(query)
        if query.is_help:
            return answering.help_of(query.flavour, url) if query.flavour else answering.help_of_all()
        homes, show = self._look_up(query)
        if not homes:
            return answering.error(404, f"Nothing is registered for {query.path}.", query.flavour, url)
        if query.flavour is None or query.flavour.rir not in homes:
            return answering.redirect(self._query_url(replace(query, flavour=flavour_of(homes[0]))))
        return answering.found(show(Objects(self._database, self._url, query.flavour)), query.flavour, url)

    def _look_up(self, query: Query) -> tuple[list[str], Callable[[Objects], Json]]:
        """The RIRs that have it, and how their servers show it."""
        if query.prefix is not None and (registration := self._database.find(query.prefix)):
            return [registration.rir], lambda objects: objects.network(registration)
        if query.asn is not None and (autnum := self._database.autnum(query.asn)):
            return [autnum.rir], lambda objects: objects.autnum(autnum)
        if query.handle is not None and (holder := self._database.holder(query.handle)):
            return self._homes(holder), lambda objects: objects.entity(holder)
        return [], lambda objects: {}

    def _homes(self, holder: Holder) -> list[str]:
        rirs = [registration.rir for registration in self._database.held_by(holder.handle)]
        autnum = self._database.autnum(holder.asn)
        return [*rirs, autnum.rir] if autnum is not None else rirs

    def _query_url(self, query: Query) -> str:
        server = f"{self._url}/{query.flavour.slug}" if query.flavour else self._url
        return f"{server}/{quote(query.path, safe='/:')}"
