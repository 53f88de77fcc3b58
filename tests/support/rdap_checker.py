"""RDAP answers held against RFC 7480, 7095, 9083 and the NRO's profile, member by member.

Written from the texts and independent of what is tested: it knows which members each object may have, of
which form, and refuses all others.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from lab.http.messages import HttpResponse

STATUSES = {200, 302, 400, 404, 405, 414, 501}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_RELATIONS = {"self", "up", "terms-of-service", "inaccuracy-report"}
_TRUNCATIONS = {
    f"{what} truncated due to {why}"
    for what in ("result set", "object")
    for why in ("authorization", "excessive load", "unexplainable reasons")
}


def check(response: HttpResponse) -> None:
    """Raises AssertionError for the first thing that is not as the RFCs have it."""
    assert response.status in STATUSES, response
    assert response.headers["Access-Control-Allow-Origin"] == "*", "RFC 7480 section 5.6"
    if response.status == 302:
        _url(response.headers["Location"])
        assert not response.body
        return
    assert response.headers["Content-Type"] == "application/rdap+json", "RFC 7480 section 4.2"
    body = json.loads(response.body)
    if response.status == 405:
        assert response.headers["Allow"] == "GET, HEAD"
    if response.status >= 400:
        _error(body, response.status)
    else:
        _answer(body)


def _error(body: dict[str, Any], status: int) -> None:
    """RFC 9083 section 6."""
    assert body.pop("errorCode") == status
    _text(body.pop("title"))
    _texts(body.pop("description"))
    _top(body)
    assert not body, f"unknown members {sorted(body)}"


def _answer(body: dict[str, Any]) -> None:
    conformance = _top(body)
    if not body:
        return  # help
    if "cidr0_cidrs" in body:
        assert "cidr0" in conformance
    _object(body)


def _top(body: dict[str, Any]) -> list[str]:
    conformance = body.pop("rdapConformance")
    _texts(conformance)
    assert "rdap_level_0" in conformance, "RFC 9083 section 4.1"
    notices = body.pop("notices", [])
    for notice in notices:
        _notice(notice)
    if "nro_rdap_profile_0" in conformance:
        relations = [link["rel"] for notice in notices for link in notice.get("links", ())]
        assert relations.count("terms-of-service") == relations.count("inaccuracy-report") == 1
        assert "cidr0" in conformance
    return conformance


def _object(value: dict[str, Any]) -> None:
    required, optional = _CLASSES[value["objectClassName"]]
    missing = required.keys() - value.keys()
    unknown = value.keys() - required.keys() - optional.keys()
    assert not missing | unknown, f"missing {sorted(missing)}, unknown {sorted(unknown)}"
    for name, inner in value.items():
        ({**required, **optional}[name])(inner)
    if value["objectClassName"] == "ip network":
        _network_agrees(value)


def _network_agrees(network: dict[str, Any]) -> None:
    first = ipaddress.ip_address(network["startAddress"])
    last = ipaddress.ip_address(network["endAddress"])
    assert network["ipVersion"] == f"v{first.version}"
    assert network["startAddress"] == str(first), "RFC 5952"
    (cidr,) = network["cidr0_cidrs"]
    assert cidr.keys() == {f"v{first.version}prefix", "length"}
    whole = ipaddress.ip_network(f"{cidr[f'v{first.version}prefix']}/{cidr['length']}")
    assert (whole[0], whole[-1]) == (first, last)


def _notice(value: dict[str, Any]) -> None:
    """A notice or a remark: RFC 9083 section 4.3."""
    assert value.keys() <= {"title", "type", "description", "links"}
    _texts(value["description"])
    if "title" in value:
        _text(value["title"])
    if "type" in value:
        assert value["type"] in _TRUNCATIONS, "RFC 9083 section 10.2.1"
    _links(value.get("links", []))


def _links(value: list[dict[str, Any]]) -> None:
    for link in value:
        assert link.keys() == {"value", "rel", "href", "type"}
        _url(link["value"])
        _url(link["href"])
        assert link["rel"] in _RELATIONS
        _text(link["type"])


def _own_links(value: list[dict[str, Any]]) -> None:
    _links(value)
    assert [link["rel"] for link in value].count("self") == 1, "NRO profile, section 4.2"


def _events(value: list[dict[str, Any]]) -> None:
    """RFC 9083 section 4.5; no action twice."""
    actions = [event["eventAction"] for event in value]
    assert sorted(actions) == ["last changed", "registration"]
    for event in value:
        assert event.keys() == {"eventAction", "eventDate"}
        assert _DATE.fullmatch(event["eventDate"]), "RFC 3339"


def _jcard(value: list[Any]) -> None:
    """RFC 7095 section 3: version first, and each property is name, parameters, type and value."""
    name, properties = value
    assert name == "vcard"
    assert properties[0] == ["version", {}, "text", "4.0"]
    for prop, parameters, kind, text in properties:
        assert prop == prop.lower()
        assert isinstance(parameters, dict)
        assert kind == "text"
        _text(text)
    found = {prop[0]: prop[3] for prop in properties}
    assert found["fn"]
    assert found["kind"] in {"individual", "group", "org", "location"}, "RFC 6350 section 6.1.4"


def _text(value: Any) -> None:
    assert isinstance(value, str)
    assert value


def _texts(value: Any) -> None:
    assert isinstance(value, list)
    assert value
    assert all(isinstance(text, str) for text in value)


def _number(value: Any) -> None:
    assert value in range(2**32)


def _url(value: Any) -> None:
    parts = urlsplit(value)
    assert parts.scheme in ("http", "https")
    assert parts.netloc.endswith(".example"), "nothing may lead to a real registry"


def _each(check_one: Callable[[Any], None]) -> Callable[[Any], None]:
    def check_all(value: Any) -> None:
        assert isinstance(value, list)
        for inner in value:
            check_one(inner)

    return check_all


def _host(value: Any) -> None:
    assert re.fullmatch(r"whois\.[a-z]+\.example", value)


def _status(value: Any) -> None:
    assert value == ["active"], "RFC 9083 section 10.2.2"


def _roles(value: Any) -> None:
    assert value == ["registrant"], "RFC 9083 section 10.2.4"


def _version(value: Any) -> None:
    assert value in ("v4", "v6")


_Form = dict[str, Callable[[Any], None]]
_COMMON: _Form = {
    "objectClassName": _text,
    "handle": _text,
    "links": _own_links,
    "events": _events,
    "port43": _host,
}
_CLASSES: dict[str, tuple[_Form, _Form]] = {
    "ip network": (
        {
            **_COMMON,
            "startAddress": _text,
            "endAddress": _text,
            "ipVersion": _version,
            "name": _text,
            "status": _status,
            "cidr0_cidrs": lambda value: None,
        },
        {"type": _text, "parentHandle": _text, "remarks": _each(_notice), "entities": _each(_object)},
    ),
    "autnum": (
        {**_COMMON, "startAutnum": _number, "endAutnum": _number, "name": _text, "status": _status},
        {"entities": _each(_object)},
    ),
    "entity": (
        {**_COMMON, "vcardArray": _jcard},
        {
            "roles": _roles,
            "remarks": _each(_notice),
            "networks": _each(_object),
            "autnums": _each(_object),
        },
    ),
}
