"""Lists take every parameter that the official SDK can send, and honour it."""

from __future__ import annotations

import importlib
import typing
from collections.abc import Callable, Iterator
from typing import Any

import cloudflare
import pytest
from support.cloudflare_site import Site
from support.cloudflare_world import ACCOUNT, START
from typing_extensions import is_typeddict

from lab.clouds.cloudflare.alerting.policy import Sent
from lab.clouds.cloudflare.operations import OPERATIONS
from lab.clouds.cloudflare.operations.listing import compares
from lab.clouds.cloudflare.wire.queries import PAGING
from lab.clouds.cloudflare.zones.zone import ZoneKind

PARAMETERS = {
    "/zones": "zones.zone_list_params.ZoneListParams",
    "/zones/{zone_id}/dns_records": "dns.record_list_params.RecordListParams",
    "/zones/{zone_id}/spectrum/apps": "spectrum.app_list_params.AppListParams",
    "/accounts": "accounts.account_list_params.AccountListParams",
    "/accounts/{account_id}/alerting/v3/history": "alerting.history_list_params.HistoryListParams",
}
NOT_SERVED = {"include_shadow_metadata", "shadowed_by_name", "shadowing_name"}
"""Records below a delegation within a zone, of which the lab tells nothing more."""


def _names(params: Any) -> Iterator[str]:
    for name, hint in typing.get_type_hints(params).items():
        if is_typeddict(hint):
            yield from (f"{name}.{below}" for below in _names(hint))
        elif name not in ("zone_id", "account_id"):
            yield name


@pytest.mark.parametrize("path", PARAMETERS)
def test_every_parameter_of_the_sdk_is_taken(path: str) -> None:
    module, _, name = PARAMETERS[path].rpartition(".")
    params = getattr(importlib.import_module(f"cloudflare.types.{module}"), name)
    assert set(_names(params)) - NOT_SERVED <= {*OPERATIONS["GET", path].query, *PAGING}


def test_there_are_no_other_lists_with_parameters() -> None:
    lists = {path for (method, path), each in OPERATIONS.items() if method == "GET" and each.query}
    assert lists == set(PARAMETERS)


@pytest.fixture(scope="module")
def site() -> Site:
    site = Site()
    for name in ("b.example", "A.example", "c.example.com"):
        site.zone(name)
    site.do(lambda: site.cloud.zones.create(ACCOUNT, "inside.example", ZoneKind.INTERNAL))
    site.do(lambda: site.cloud.zones.create(ACCOUNT, "partial.example", ZoneKind.PARTIAL))
    zone = site.cloud.zones.named(ACCOUNT, "b.example")
    assert zone is not None
    site.record(zone, "www", "A", "203.0.113.9", proxied=True, comment="The Web", tags=("team:dns", "old"))
    site.record(zone, "mail", "A", "203.0.113.10", ttl=600, tags=("team:mail",))
    site.record(zone, "txt", "TXT", "Hello", ttl=60, comment="text")
    site.app(zone, "ssh", protocol="tcp/22")
    site.app(zone, "alt", protocol="tcp/2222")
    return site


@pytest.fixture(scope="module")
def client(site: Site) -> cloudflare.Cloudflare:
    return site.client()


ZONES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["b.example", "a.example", "c.example.com", "partial.example"]),
    ({"order": "name"}, ["a.example", "b.example", "c.example.com", "partial.example"]),
    ({"order": "name", "direction": "desc"}, ["partial.example", "c.example.com", "b.example", "a.example"]),
    ({"order": "status", "direction": "desc", "name": "ends_with:a.example"}, ["a.example"]),
    ({"order": "status", "name": "contains:example"},
     ["b.example", "a.example", "c.example.com", "partial.example"]),
    ({"name": "B.EXAMPLE."}, ["b.example"]),
    ({"name": "contains:EXAMPLE.c"}, ["c.example.com"]),
    ({"name": "contains_case_sensitive:EXAMPLE.c"}, []),
    ({"name": "not_equal:b.example", "status": "active"}, ["a.example", "c.example.com"]),
    ({"type": ["internal", "partial"]}, ["inside.example", "partial.example"]),
    ({"type": "full,internal"}, ["b.example", "a.example", "c.example.com", "inside.example"]),
    ({"match": "any", "name": "b.example", "status": "pending"}, ["b.example", "partial.example"]),
    ({"match": "all", "name": "b.example", "status": "pending"}, []),
    ({"account": {"id": ACCOUNT, "name": "contains:exam"}, "name": "starts_with:b."}, ["b.example"]),
    ({"account": {"name": "other"}}, []),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "expected"), ZONES)
def test_zones_are_found_and_ordered(
    client: cloudflare.Cloudflare, asked: dict[str, Any], expected: list[str]
) -> None:
    assert [zone.name for zone in client.zones.list(**asked)] == expected


RECORDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"order": "name"}, ["mail", "txt", "www"]),
    ({"order": "ttl", "direction": "desc"}, ["mail", "txt", "www"]),
    ({"direction": "desc"}, ["txt", "mail", "www"]),
    ({"name": {"contains": "AI"}}, ["mail"]),
    ({"name": {"startswith": "t", "endswith": ".example"}}, ["txt"]),
    ({"content": {"exact": "hello"}}, ["txt"]),
    ({"content": {"startswith": "203.0.113.1"}}, ["mail"]),
    ({"comment": {"present": "true"}, "order": "type", "direction": "asc"}, ["www", "txt"]),
    ({"comment": {"absent": "true"}}, ["mail"]),
    ({"comment": {"contains": "web"}}, ["www"]),
    ({"tag": {"present": "TEAM"}}, ["www", "mail"]),
    ({"tag": {"absent": "team"}}, ["txt"]),
    ({"tag": {"exact": "team:dns"}}, ["www"]),
    ({"tag": {"startswith": "team:m", "present": "old"}}, []),
    ({"tag": {"startswith": "team:m", "present": "old"}, "tag_match": "any"}, ["www", "mail"]),
    ({"search": "203.0 example"}, ["www", "mail"]),
    ({"search": "hello", "match": "any", "type": "A"}, []),
    ({"type": "TXT", "proxied": True}, []),
    ({"type": "TXT", "proxied": True, "match": "any"}, ["www", "txt"]),
]


@pytest.mark.parametrize(("asked", "expected"), RECORDS)
def test_records_are_found_and_ordered(
    site: Site, client: cloudflare.Cloudflare, asked: dict[str, Any], expected: list[str]
) -> None:
    zone = site.cloud.zones.named(ACCOUNT, "b.example")
    assert zone is not None
    found = client.dns.records.list(zone_id=zone.id, **asked)
    assert [record.name.partition(".")[0] for record in found] == expected


def test_applications_are_ordered(site: Site, client: cloudflare.Cloudflare) -> None:
    zone = site.cloud.zones.named(ACCOUNT, "b.example")
    assert zone is not None
    list_apps: Callable[..., Any] = client.spectrum.apps.list
    by_name = [app.dns.name for app in list_apps(zone_id=zone.id, order="dns")]
    assert by_name == ["alt.b.example", "ssh.b.example"]
    assert [app.dns.name for app in list_apps(zone_id=zone.id, order="protocol")] == by_name[::-1]
    assert [app.dns.name for app in list_apps(zone_id=zone.id, direction="desc")] == by_name


def test_the_history_is_that_of_a_time(client: cloudflare.Cloudflare, site: Site) -> None:
    table = site.cloud.notifications._table
    for number in range(3):
        sent = Sent(
            f"{number}", ACCOUNT, "p", "n", "", "a@b.example", f"{number}", "body", START + number * 60
        )
        site.do(lambda sent=sent: table.put(sent.id, sent))
    history = client.alerting.history.list
    since, before = "2027-01-15T08:01:00Z", "2027-01-15T10:02:00+02:00"
    assert [one.id for one in history(account_id=ACCOUNT, since=since)] == ["2", "1"]
    assert [one.id for one in history(account_id=ACCOUNT, before=before)] == ["1", "0"]
    with pytest.raises(cloudflare.BadRequestError, match="is no time"):
        history(account_id=ACCOUNT, since="2027-01-15T08:01:00")


@pytest.mark.parametrize(
    ("path", "query", "says"),
    [
        ("/zones", {"order": "nmae"}, "did you mean 'name'"),
        ("/zones", {"direction": "up"}, "asc"),
        ("/zones", {"match": "some"}, "any"),
        ("/zones", {"type": "full,other"}, "none of its values"),
        ("/zones", {"status": "lost"}, "none of its values"),
        ("/accounts", {"direction": "up"}, "asc"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(
    client: cloudflare.Cloudflare, path: str, query: dict[str, str], says: str
) -> None:
    with pytest.raises(cloudflare.BadRequestError, match=says):
        client.get(path, cast_to=object, options={"params": query})


@pytest.mark.parametrize("query", [{"match": "x"}, {"tag_match": "x"}, {"proxied": "1"}, {"order": "id"}])
def test_a_value_is_refused_where_there_are_no_records_either(
    site: Site, client: cloudflare.Cloudflare, query: dict[str, str]
) -> None:
    zone = site.cloud.zones.named(ACCOUNT, "a.example")
    assert zone is not None
    with pytest.raises(cloudflare.BadRequestError):
        client.get(f"/zones/{zone.id}/dns_records", cast_to=object, options={"params": query})


def test_a_colon_alone_is_no_operator() -> None:
    assert compares("a:b", "A:B")
    assert compares("contains", "contains")
    assert not compares("a", "like:a")
