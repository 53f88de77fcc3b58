"""The objects of RDAP as JSON values: IP networks, AS numbers, entities (RFC 9083 section 5)."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from lab.registry.database import RegistryDatabase
from lab.registry.rdap.flavours import FLAVOURS, Flavour, first_and_last
from lab.registry.records import Autnum, Holder, HolderKind, Registration
from lab.registry.rirs import RIRS

Json = dict[str, Any]

MEDIA_TYPE: Final = "application/rdap+json"
MAX_NETWORKS: Final = 100
"""Networks shown with an entity: one that has more says that they are not all."""

_KINDS: Final = {HolderKind.ORGANIZATION: "org", HolderKind.INDIVIDUAL: "individual"}
"""The jCard kinds (RFC 6350 section 6.1.4)."""
_BY_RIR: Final = {flavour.rir: flavour for flavour in FLAVOURS.values()}


class Objects:
    """The objects that one RIR's server shows. `url` is the base URL of the servers of all."""

    def __init__(self, database: RegistryDatabase, url: str, flavour: Flavour) -> None:
        self._database = database
        self._servers = url
        self._flavour = flavour

    def network(self, registration: Registration) -> Json:
        """An IP network with its registrant (RFC 9083 section 5.4)."""
        url = self.url(f"ip/{registration.prefix}")
        return {
            **self._bare_network(registration, url),
            "entities": self._registrant(registration.holder, url),
        }

    def autnum(self, autnum: Autnum) -> Json:
        """An AS number with its registrant (RFC 9083 section 5.5)."""
        url = self.url(f"autnum/{autnum.asn}")
        entities = self._registrant(autnum.holder, url)
        return {**self._bare_autnum(autnum, url), "entities": entities}

    def entity(self, holder: Holder) -> Json:
        """A holder with what it has at this RIR (RFC 9083 section 5.1)."""
        url = self.url(f"entity/{quote(holder.handle)}")
        held = (each for each in self._database.held_by(holder.handle) if each.rir == self._flavour.rir)
        shown = list(itertools.islice(held, MAX_NETWORKS + 1))
        networks = [self._bare_network(each, url) for each in shown[:MAX_NETWORKS]]
        found = {**self._bare_entity(holder, url), "networks": networks}
        if len(shown) > MAX_NETWORKS:
            found["remarks"] = [*found.get("remarks", []), _truncated()]
        autnum = self._database.autnum(holder.asn)
        if autnum is not None and (autnum.rir, autnum.holder) == (self._flavour.rir, holder.handle):
            found["autnums"] = [self._bare_autnum(autnum, url)]
        return found

    def url(self, path: str) -> str:
        """The URL of a query at this RIR's server."""
        return f"{self._servers}/{self._flavour.slug}/{path}"

    def _registrant(self, handle: str, context: str) -> list[Json]:
        holder = self._database.holder(handle)
        return [] if holder is None else [{**self._bare_entity(holder, context), "roles": ["registrant"]}]

    def _bare_network(self, registration: Registration, context: str) -> Json:
        prefix = registration.prefix
        first, last = first_and_last(prefix)
        parent = self._database.parent(registration)
        links = [_link(context, "self", self.url(f"ip/{prefix}"))]
        found: Json = {
            "objectClassName": "ip network",
            "handle": self._handle(registration),
            "startAddress": first,
            "endAddress": last,
            "ipVersion": f"v{prefix.version}",
            "name": registration.name,
            "status": ["active"],
            "cidr0_cidrs": [{f"v{prefix.version}prefix": prefix.network, "length": prefix.length}],
            "events": _events(registration.registered, registration.changed),
            "port43": self._flavour.port43,
        }
        if registration.status:
            found["type"] = self._flavour.type_of(registration)
        if parent is not None:
            found["parentHandle"] = self._handle(parent)
            links.append(_link(context, "up", self.url(f"ip/{parent.prefix}")))
        if registration.remarks:
            found["remarks"] = self._flavour.remarks(registration.remarks)
        return {**found, "links": links}

    def _handle(self, registration: Registration) -> str:
        number, around = 1, self._database.parent(registration)
        while around is not None and around.prefix.value == registration.prefix.value:
            number, around = number + 1, self._database.parent(around)
        return self._flavour.handle(registration.prefix, number)

    def _bare_autnum(self, autnum: Autnum, context: str) -> Json:
        return {
            "objectClassName": "autnum",
            "handle": f"AS{autnum.asn}",
            "startAutnum": autnum.asn,
            "endAutnum": autnum.asn,
            "name": autnum.holder.upper(),
            "status": ["active"],
            "events": _events(autnum.registered, autnum.registered),
            "links": [_link(context, "self", self.url(f"autnum/{autnum.asn}"))],
            "port43": self._flavour.port43,
        }

    def _bare_entity(self, holder: Holder, context: str) -> Json:
        found: Json = {
            "objectClassName": "entity",
            "handle": holder.handle,
            "vcardArray": _jcard(holder),
            "events": _events(holder.registered, holder.changed),
            "links": [_link(context, "self", self.url(f"entity/{quote(holder.handle)}"))],
            "port43": self._flavour.port43,
        }
        remarks = RIRS[self._flavour.rir].own(holder.remarks)
        return {**found, "remarks": self._flavour.remarks(remarks)} if remarks else found


def flavour_of(rir: str) -> Flavour:
    """How the RIR of this name answers."""
    return _BY_RIR[rir]


def _link(context: str, relation: str, url: str) -> Json:
    return {"value": context, "rel": relation, "href": url, "type": MEDIA_TYPE}


def _jcard(holder: Holder) -> list[Any]:
    """RFC 7095."""
    properties = [
        ["version", {}, "text", "4.0"],
        ["fn", {}, "text", holder.name],
        ["kind", {}, "text", _KINDS[holder.kind]],
    ]
    return ["vcard", properties]


def _events(registered: float, changed: float) -> list[Json]:
    return [
        {"eventAction": "registration", "eventDate": _date(registered)},
        {"eventAction": "last changed", "eventDate": _date(changed)},
    ]


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _truncated() -> Json:
    return {
        "title": "Networks",
        "type": "object truncated due to excessive load",
        "description": [f"Only the first {MAX_NETWORKS} networks are shown."],
    }
