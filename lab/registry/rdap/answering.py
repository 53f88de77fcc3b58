"""RDAP answers as HTTP: JSON, errors and redirections (RFC 7480 section 5, RFC 9083 section 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from lab.http.messages import HttpResponse
from lab.registry.rdap.flavours import FLAT_ASNS, PROFILE, Flavour
from lab.registry.rdap.objects import MEDIA_TYPE, Json

_HEADERS: Final = {"Content-Type": MEDIA_TYPE, "Access-Control-Allow-Origin": "*"}


def found(body: Json, flavour: Flavour, url: str) -> HttpResponse:
    """An object with what its RIR says in every answer. `url` is that of the query."""
    conformance = [*PROFILE, FLAT_ASNS] if body["objectClassName"] == "autnum" else list(PROFILE)
    return _json(200, {"rdapConformance": conformance, "notices": _notices(flavour, url), **body})


def help_of(flavour: Flavour, url: str) -> HttpResponse:
    """What an RIR's server answers and to whose terms (RFC 9083 section 7)."""
    return _json(
        200, {"rdapConformance": [*PROFILE, FLAT_ASNS], "notices": [_SERVED, *_notices(flavour, url)]}
    )


def help_of_all() -> HttpResponse:
    """What the server answers that knows which RIR to ask."""
    return _json(200, {"rdapConformance": ["rdap_level_0"], "notices": [_SERVED, _REDIRECTS]})


def error(
    status: int, description: str, flavour: Flavour | None, url: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """An error object (RFC 9083 section 6)."""
    body: Json = {
        "rdapConformance": list(PROFILE) if flavour else ["rdap_level_0"],
        "errorCode": status,
        "title": HTTPStatus(status).phrase,
        "description": [description],
    }
    if flavour:
        body["notices"] = _notices(flavour, url)
    return _json(status, body, headers)


def redirect(url: str) -> HttpResponse:
    """To the server that has the answer (RFC 7480 section 5.2)."""
    return HttpResponse(302, {"Location": url, "Access-Control-Allow-Origin": "*"})


def _json(status: int, body: Json, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(status, {**_HEADERS, **(headers or {})}, json.dumps(body, indent=1).encode())


def _notices(flavour: Flavour, url: str) -> list[Json]:
    """The two links that the NRO's profile wants in every answer."""
    return [
        {
            "title": flavour.terms_title,
            "description": [flavour.terms],
            "links": [_page(url, "terms-of-service", f"{flavour.site}/terms")],
        },
        {
            "title": "Whois Inaccuracy Reporting",
            "description": ["If you see inaccuracies in the results, please visit:"],
            "links": [_page(url, "inaccuracy-report", f"{flavour.site}/inaccuracy")],
        },
    ]


def _page(context: str, relation: str, url: str) -> Json:
    return {"value": context, "rel": relation, "href": url, "type": "text/html"}


_SERVED: Final = {
    "title": "Queries",
    "description": [
        "ip/<address> and ip/<prefix>/<length>: the most specific registration around them",
        "autnum/<number>, in decimal",
        "entity/<handle>",
        "There is no search, and there are no domains or name servers.",
    ],
}
_REDIRECTS: Final = {
    "title": "Servers",
    "description": ["Queries are redirected to the server of the RIR that has the registration."],
}
