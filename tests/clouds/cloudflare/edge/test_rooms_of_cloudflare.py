"""What the edge is told by a whole Cloudflare: bindings by site, tunnels, applications, hosts and origins."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.cloudflare_world import (
    ACCOUNT,
    ALL,
    OTHER_ACCOUNT,
    FakeWorld,
    make_cloudflare,
    make_settings,
    pass_time,
)

from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.cloud import Cloudflare
from lab.clouds.cloudflare.edge.handling import Proxied, Tunnelled, Unserved, handle
from lab.clouds.cloudflare.edge.request import Request
from lab.clouds.cloudflare.edge.rooms import ProxiedHost
from lab.clouds.cloudflare.edge.rooms_of_cloudflare import RoomsOfCloudflare
from lab.clouds.cloudflare.prefixes.services import service_id
from lab.clouds.cloudflare.spectrum.app import AppDraft, AppName, DnsKind, EdgeAddresses
from lab.clouds.cloudflare.spectrum.origins import OriginName
from lab.clouds.cloudflare.zones.dns_record import RecordDraft
from lab.topology.cloudflare_section import Account, Onboarded, ServiceName, Tunnel

HELD, CDN_HELD = Prefix.parse("203.0.113.0/24"), Prefix.parse("198.51.100.0/24")
TUNNEL = Tunnel("customer", Address.parse("192.0.2.193"))
AMS = "cf-ams"
NAMES = {("origin.example.net", "A"): ["198.51.100.70"], ("origin.example.net", "AAAA"): ["2001:db8::70"]}


def addresses(*texts: str) -> tuple[Address, ...]:
    return tuple(map(Address.parse, texts))


def resolve(name: str, rtype: str) -> tuple[Address, ...]:
    return addresses(*NAMES.get((name, rtype), []))


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
def cloudflare(world: FakeWorld) -> Cloudflare:
    """One account has a prefix for Magic Transit and a tunnel, another one a prefix for the CDN."""
    onboarded = (Onboarded(HELD),)
    for_cdn = (Onboarded(CDN_HELD, ServiceName.CDN),)
    accounts = {
        "example": Account(ACCOUNT, "example", ALL, tunnel=TUNNEL, onboarded=onboarded),
        "other": Account(OTHER_ACCOUNT, "other", ALL, onboarded=for_cdn),
    }
    return make_cloudflare(world, make_settings(accounts=accounts))


@pytest.fixture
def rooms(cloudflare: Cloudflare) -> RoomsOfCloudflare:
    return RoomsOfCloudflare(cloudflare, resolve)


def bind(cloudflare: Cloudflare, cidr: str, service: ServiceName) -> None:
    record = cloudflare.prefixes.covering(Prefix.parse(cidr))
    assert record is not None
    cloudflare.perform(lambda: cloudflare.bindings.create(record, Prefix.parse(cidr), service_id(service)))


def add_record(cloudflare: Cloudflare, name: str, rtype: str, content: str, *, proxied: bool = True) -> None:
    zone = cloudflare.zones.named(ACCOUNT, "example.com") or cloudflare.perform(
        lambda: cloudflare.zones.create(ACCOUNT, "example.com")
    )
    draft = RecordDraft(name, rtype, content, proxied=proxied)
    cloudflare.perform(lambda: cloudflare.dns_records.create(zone, draft))


def asked(rooms: RoomsOfCloudflare, to: str, port: str = "tcp/443", host: str = "") -> object:
    return handle(rooms, Request.parse(Address.parse(to), port, host), AMS)


def test_an_address_of_no_prefix_is_none_of_cloudflares(rooms: RoomsOfCloudflare) -> None:
    assert rooms.handler(Address.parse("198.18.0.1"), AMS) is None
    assert not rooms.is_own(Address.parse("198.18.0.1"))


def test_the_tunnel_is_that_of_the_account_whose_prefix_it_is(rooms: RoomsOfCloudflare) -> None:
    assert asked(rooms, "203.0.113.9") == Tunnelled(TUNNEL, "Magic Transit sends it to customer")
    assert rooms.tunnel(OTHER_ACCOUNT) is None


@pytest.mark.seed(173, 174, 208)
def test_what_leaves_for_a_magic_transit_prefix_takes_the_tunnel_whatever_is_bound_to_the_address(
    cloudflare: Cloudflare, rooms: RoomsOfCloudflare, world: FakeWorld
) -> None:
    bind(cloudflare, "203.0.113.96/29", ServiceName.CDN)
    pass_time(cloudflare, world, 18000)
    web = Address.parse("203.0.113.100")
    handler = rooms.handler(web, AMS)
    assert handler is not None
    assert handler.service is ServiceName.CDN
    assert rooms.origin_tunnel(web, AMS) == TUNNEL
    assert rooms.origin_tunnel(Address.parse("203.0.113.9"), AMS) == TUNNEL
    assert rooms.origin_tunnel(Address.parse("198.51.100.9"), AMS) is None
    assert rooms.origin_tunnel(Address.parse("192.0.2.70"), AMS) is None


@pytest.mark.seed(159)
def test_a_binding_of_a_part_disrupts_it_until_the_sites_have_it_and_nothing_else(
    cloudflare: Cloudflare, rooms: RoomsOfCloudflare, world: FakeWorld
) -> None:
    add_record(cloudflare, "www", "A", "203.0.113.150")
    bind(cloudflare, "203.0.113.96/29", ServiceName.CDN)
    disrupted = asked(rooms, "203.0.113.100", host="www.example.com")
    assert isinstance(disrupted, Unserved)
    assert "203.0.113.96/29 to CDN is on its way to cf-ams since 2027-01-15T08:00:00" in disrupted.text
    assert isinstance(asked(rooms, "203.0.113.9"), Tunnelled)
    pass_time(cloudflare, world, 18000)
    found = asked(rooms, "203.0.113.100", host="www.example.com")
    assert isinstance(found, Proxied)
    assert found.origins == addresses("203.0.113.150")


@pytest.mark.seed(180)
def test_the_origins_of_a_host_are_what_its_records_say(
    cloudflare: Cloudflare, rooms: RoomsOfCloudflare
) -> None:
    add_record(cloudflare, "www", "A", "203.0.113.150")
    add_record(cloudflare, "www", "AAAA", "2001:db8::150")
    add_record(cloudflare, "alias", "CNAME", "www.example.com")
    add_record(cloudflare, "away", "CNAME", "origin.example.net")
    add_record(cloudflare, "direct", "A", "203.0.113.151", proxied=False)
    both = addresses("203.0.113.150", "2001:db8::150")
    assert rooms.proxied("www.example.com") == ProxiedHost("example.com", ACCOUNT, both)
    assert rooms.proxied("alias.example.com") == ProxiedHost("example.com", ACCOUNT, both)
    away = rooms.proxied("away.example.com")
    assert away == ProxiedHost("example.com", ACCOUNT, addresses("198.51.100.70", "2001:db8::70"))
    assert rooms.proxied("direct.example.com") is None
    assert rooms.proxied("nothing.example.com") is None
    assert rooms.proxied("www.example.net") is None


def test_a_default_sni_is_that_of_the_map_of_the_address(
    cloudflare: Cloudflare, rooms: RoomsOfCloudflare
) -> None:
    bare = Address.parse("203.0.113.100")
    assert rooms.default_sni(bare) is None
    add_record(cloudflare, "sni", "A", "203.0.113.150")
    cloudflare.perform(
        lambda: cloudflare.maps.create(ACCOUNT, default_sni="sni.example.com", ips=[str(bare)])
    )
    assert rooms.default_sni(bare) == "sni.example.com"


def test_an_application_has_the_addresses_of_its_origin_or_of_its_origins_name(
    cloudflare: Cloudflare, rooms: RoomsOfCloudflare
) -> None:
    zone = cloudflare.perform(lambda: cloudflare.zones.create(ACCOUNT, "example.com"))
    edge = EdgeAddresses(addresses("203.0.113.26"))
    by_address = AppDraft("tcp/22", AppName(DnsKind.CNAME, "ssh"), edge, ("tcp://198.51.100.70:22",))
    by_name = AppDraft(
        "tcp/25", AppName(DnsKind.CNAME, "mail"), edge,
        origin_name=OriginName("origin.example.net"), origin_port="25",
    )  # fmt: skip
    for draft in (by_address, by_name):
        cloudflare.perform(lambda draft=draft: cloudflare.spectrum.create(zone, draft))
    (edge_address,) = edge.static
    ssh = rooms.application(edge_address, "tcp", 22)
    mail = rooms.application(edge_address, "tcp", 25)
    assert ssh is not None
    assert mail is not None
    assert (ssh.name, ssh.origins) == ("ssh.example.com", addresses("198.51.100.70"))
    assert mail.origins == addresses("198.51.100.70", "2001:db8::70")
    assert rooms.application(edge_address, "udp", 22) is None


@pytest.mark.seed(124)
def test_proxied_names_are_answered_with_cloudflares_own_addresses_which_serve_them(
    cloudflare: Cloudflare, rooms: RoomsOfCloudflare
) -> None:
    add_record(cloudflare, "www", "A", "198.51.100.70")
    zone = cloudflare.authoritative.hosts[0].zones()["example.com"]
    answered = [record for record in zone.records("www.example.com") if record.rtype == "A"]
    assert answered
    for record in answered:
        assert rooms.is_own(Address.parse(record.content))
        found = asked(rooms, record.content, host="www.example.com")
        assert isinstance(found, Proxied)
        assert found.origins == addresses("198.51.100.70")


def test_cloudflare_sends_from_its_own_space_of_either_version(
    cloudflare: Cloudflare, rooms: RoomsOfCloudflare
) -> None:
    own = {version: rooms.own_address(version) for version in (4, 6)}
    assert own == dict(zip((4, 6), addresses("192.0.2.1", "2001:db8:cf::1"), strict=True))
    assert all(rooms.is_own(address) for address in own.values() if address)
    without = replace(cloudflare.basics, settings=make_settings(anycast=()))
    cloudflare.basics = without
    assert rooms.own_address(4) is None


def test_a_host_is_served_at_addresses_that_its_account_may_use_only(
    cloudflare: Cloudflare, rooms: RoomsOfCloudflare, world: FakeWorld
) -> None:
    add_record(cloudflare, "www", "A", "203.0.113.150")
    refused = asked(rooms, "198.51.100.7", host="www.example.com")
    assert isinstance(refused, Unserved)
    assert "whose account may not use 198.51.100.7 (error 1034" in refused.text
    record = cloudflare.prefixes.covering(CDN_HELD)
    assert record is not None
    delegated = Prefix.parse("198.51.100.0/29")
    found = cloudflare.perform(lambda: cloudflare.delegations.create(record, delegated, ACCOUNT))
    assert isinstance(asked(rooms, "198.51.100.7", host="www.example.com"), Proxied)
    assert isinstance(asked(rooms, "198.51.100.8", host="www.example.com"), Unserved)
    cloudflare.perform(lambda: cloudflare.delegations.delete(found))
    assert isinstance(asked(rooms, "198.51.100.7", host="www.example.com"), Unserved)


def test_a_leased_address_of_cloudflares_serves_hosts_of_who_has_leased_it(world: FakeWorld) -> None:
    leased = addresses("192.0.2.9")
    accounts = {
        "example": Account(ACCOUNT, "example", ALL),
        "other": Account(OTHER_ACCOUNT, "other", ALL, static_ips=leased),
    }
    cloudflare = make_cloudflare(world, make_settings(accounts=accounts))
    rooms = RoomsOfCloudflare(cloudflare, resolve)
    add_record(cloudflare, "www", "A", "203.0.113.150")
    assert isinstance(asked(rooms, "192.0.2.9", host="www.example.com"), Unserved)
    assert isinstance(asked(rooms, "192.0.2.10", host="www.example.com"), Proxied)
    assert rooms.may_use(OTHER_ACCOUNT, *leased)
