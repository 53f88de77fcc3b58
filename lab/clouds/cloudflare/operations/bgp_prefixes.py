"""BGP prefixes, and the advertisement status of a whole prefix, which is the older way to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, StrictBool, StrictInt, StrictStr

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.operations.pages import single_page
from lab.clouds.cloudflare.operations.prefixes import READING
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.bgp_prefix import BgpPrefix
from lab.clouds.cloudflare.prefixes.cidrs import parse_cidr
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.cloudflare.timestamps import timestamp

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

ADVERTISING = (
    Permission.MAGIC_TRANSIT_WRITE,
    Permission.IP_PREFIXES_WRITE,
    Permission.BGP_ON_DEMAND_WRITE,
)


class CreateBgpPrefix(Body):
    """The subnet that is to be announced by itself."""

    cidr: StrictStr = Field(max_length=64)


class OnDemand(Body):
    """Whether it is announced."""

    advertised: StrictBool | None = None


class EditBgpPrefix(Body):
    """What can be changed of a BGP prefix."""

    on_demand: OnDemand | None = None
    asn_prepend_count: StrictInt | None = None
    auto_advertise_withdraw: StrictBool | None = None


class EditStatus(Body):
    """Whether the whole prefix is announced."""

    advertised: StrictBool


def bgp_prefix_members(record: PrefixRecord, bgp: BgpPrefix) -> dict[str, Any]:
    """A BGP prefix as the API shows it. No BGP signals control it: the lab does not have them."""
    return {
        "id": bgp.id,
        "asn": bgp.asn,
        "asn_prepend_count": bgp.prepend,
        "auto_advertise_withdraw": bgp.auto_advertise_withdraw,
        "bgp_signal_opts": {"enabled": False, "modified_at": None},
        "cidr": str(bgp.cidr),
        "created_at": timestamp(bgp.created),
        "modified_at": timestamp(bgp.modified),
        "on_demand": {
            "advertised": bgp.advertised,
            "advertised_modified_at": _moment(bgp.advertised_modified),
            "on_demand_enabled": True,
            "on_demand_locked": record.on_demand_locked,
        },
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(seconds)


@operation(
    "POST",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/prefixes",
    *ADVERTISING,
    body=CreateBgpPrefix,
)
def create_bgp_prefix(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Create BGP Prefix."""
    body: CreateBgpPrefix = asked.body
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    return Answer(bgp_prefix_members(record, cloud.bgp_prefixes.create(record, parse_cidr(body.cidr))))


@operation("GET", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/prefixes", *READING)
def list_bgp_prefixes(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List BGP Prefixes."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    return single_page([bgp_prefix_members(record, bgp) for bgp in cloud.bgp_prefixes.of(record)])


@operation(
    "GET", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/prefixes/{bgp_prefix_id}", *READING
)
def bgp_prefix_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Fetch BGP Prefix."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    return Answer(bgp_prefix_members(record, cloud.bgp_prefixes.get(record, asked.path["bgp_prefix_id"])))


@operation(
    "PATCH",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/prefixes/{bgp_prefix_id}",
    *ADVERTISING,
    body=EditBgpPrefix,
)
def edit_bgp_prefix(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Update BGP Prefix."""
    body: EditBgpPrefix = asked.body
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    changed = cloud.bgp_prefixes.edit(
        record,
        cloud.bgp_prefixes.get(record, asked.path["bgp_prefix_id"]),
        advertised=body.on_demand.advertised if body.on_demand else None,
        prepend=body.asn_prepend_count,
        auto_advertise_withdraw=body.auto_advertise_withdraw,
    )
    return Answer(bgp_prefix_members(record, changed))


@operation(
    "DELETE",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/prefixes/{bgp_prefix_id}",
    *ADVERTISING,
)
def delete_bgp_prefix(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete BGP Prefix."""
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    cloud.bgp_prefixes.delete(record, cloud.bgp_prefixes.get(record, asked.path["bgp_prefix_id"]))
    return Answer()


def _status(record: PrefixRecord) -> dict[str, Any]:
    return {
        "advertised": record.advertised,
        "advertised_modified_at": _moment(record.advertised_modified),
    }


@operation("GET", "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/status", *READING)
def advertisement_status(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Get Advertisement Status."""
    return Answer(_status(cloud.prefixes.get(caller.account, asked.path["prefix_id"])))


@operation(
    "PATCH",
    "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/status",
    *ADVERTISING,
    body=EditStatus,
)
def edit_advertisement_status(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Update Prefix Dynamic Advertisement Status."""
    body: EditStatus = asked.body
    record = cloud.prefixes.get(caller.account, asked.path["prefix_id"])
    whole = cloud.bgp_prefixes.of_whole(record)
    if whole is None:
        raise CloudflareError(
            400,
            codes.NO_DEFAULT_BINDING,
            f"The prefix {record.prefix} has no BGP prefix of all of it: bind it to a service, or, if it is "
            "bound, create the BGP prefix again",
            "/advertised",
        )
    cloud.bgp_prefixes.edit(record, whole, advertised=body.advertised)
    return Answer(_status(cloud.prefixes.get(caller.account, record.id)))
