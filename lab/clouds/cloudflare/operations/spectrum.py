"""Spectrum applications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Paged, operation
from lab.clouds.cloudflare.operations.listing import ORDERING, in_order
from lab.clouds.cloudflare.operations.zones import own_zone
from lab.clouds.cloudflare.prefixes.contracts import check_contract
from lab.clouds.cloudflare.spectrum.app import SpectrumApp
from lab.clouds.cloudflare.spectrum.reading import AppBody, app_members, read_app
from lab.topology.cloudflare_section import Entitlement

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

READ: Final = (Permission.ZONE_SETTINGS_READ, Permission.ZONE_SETTINGS_WRITE)
WRITE: Final = Permission.ZONE_SETTINGS_WRITE
_PATH: Final = "/zones/{zone_id}/spectrum/apps"
_ONE: Final = "/zones/{zone_id}/spectrum/apps/{app_id}"


@operation("POST", _PATH, WRITE, body=AppBody, one_in_list=True)
def create_app(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Create Spectrum application."""
    zone = own_zone(cloud, caller, asked)
    check_contract(cloud.basics.settings, caller.account, Entitlement.SPECTRUM)
    return Answer(app_members(cloud.spectrum.create(zone, read_app(asked.body))))


_ORDERS: Final[Mapping[str, Callable[[SpectrumApp], Any]]] = {
    "protocol": lambda app: app.draft.protocol,
    "app_id": lambda app: app.id,
    "created_on": lambda app: app.created,
    "modified_on": lambda app: app.modified,
    "dns": lambda app: app.name,
}


@operation("GET", _PATH, *READ, query=ORDERING)
def list_apps(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Spectrum applications."""
    zone = own_zone(cloud, caller, asked)
    apps = in_order(cloud.spectrum.of_zone(zone), asked.query, _ORDERS)
    return Paged([app_members(app) for app in apps])


@operation("GET", _ONE, *READ)
def app_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Spectrum application configuration."""
    zone = own_zone(cloud, caller, asked)
    return Answer(app_members(cloud.spectrum.get(zone, asked.path["app_id"])))


@operation("PUT", _ONE, WRITE, body=AppBody)
def update_app(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Update Spectrum application."""
    zone = own_zone(cloud, caller, asked)
    draft = read_app(asked.body)
    return Answer(app_members(cloud.spectrum.change(zone, asked.path["app_id"], draft)))


@operation("DELETE", _ONE, WRITE)
def delete_app(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete Spectrum application."""
    zone = own_zone(cloud, caller, asked)
    app_id = asked.path["app_id"]
    cloud.spectrum.delete(zone, app_id)
    return Answer({"id": app_id})
