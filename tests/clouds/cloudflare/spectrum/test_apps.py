from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_site import Site, addresses, draft_of
from support.cloudflare_world import OTHER_ACCOUNT, START
from support.examples import examples

from lab.clouds.cloudflare.spectrum.app import (
    Connectivity,
    DnsKind,
    EdgeAddresses,
    ProxyProtocol,
    Tls,
    TrafficType,
)
from lab.clouds.cloudflare.spectrum.codes import (
    BAD_EDGE,
    BAD_NAME,
    BAD_OPTION,
    BAD_ORIGIN,
    BAD_PROTOCOL,
    NOT_AUTHORIZED,
    NOT_FOUND,
    TAKEN,
    UDP_WITH_OWN_IPS,
)
from lab.clouds.cloudflare.spectrum.origins import Endpoint, OriginName
from lab.clouds.cloudflare.spectrum.ports import Ports

OWN, SECOND = "203.0.113.18", "203.0.113.19"


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def zone(site):
    return site.zone()


def listening(site, text, port=22, protocol="tcp"):
    return site.cloud.spectrum.app_at(*addresses(text), protocol, port)


@pytest.mark.seed(202, 203, 204)
def test_the_seeds_application_is_found_at_its_own_address_and_port(site, zone):
    app = site.app(zone, "ssh.example.com", OWN, ip_firewall=True, tls=Tls.FULL)
    assert site.answers("ssh.example.com") == {OWN}
    assert listening(site, OWN) == app
    assert app.origins(22) == (Endpoint(*addresses("192.0.2.1"), 22),)
    assert listening(site, OWN, 23) is listening(site, OWN, 22, "udp") is listening(site, SECOND) is None


def test_an_application_listens_on_all_ports_of_its_range(site, zone):
    app = site.app(zone, "a", OWN, protocol="tcp/80-90", origin_direct=("tcp://192.0.2.1:8080-8090",))
    assert [port for port in range(70, 100) if listening(site, OWN, port)] == list(range(80, 91))
    assert app.origins(85) == (Endpoint(*addresses("192.0.2.1"), 8085),)


@pytest.mark.seed(201, 202)
def test_without_static_addresses_clients_arrive_at_cloudflares_own(site, zone):
    app = site.app(zone)
    answers = site.answers("ssh.example.com")
    assert len(answers) == 2
    assert answers.isdisjoint({OWN})
    for answer in answers | site.answers("ssh.example.com", "AAAA"):
        assert listening(site, answer) == app


@pytest.mark.parametrize(("families", "counts"), [("all", (2, 2)), ("ipv4", (2, 0)), ("ipv6", (0, 2))])
def test_dynamic_addresses_are_of_the_families_that_are_wanted(site, zone, families, counts):
    draft = replace(draft_of("ssh"), edge=EdgeAddresses((), Connectivity(families)))
    site.do(lambda: site.cloud.spectrum.create(zone, draft))
    found = tuple(len(site.answers("ssh.example.com", rtype)) for rtype in ("A", "AAAA"))
    assert found == counts


@pytest.mark.seed(202)
@pytest.mark.parametrize("ip", ["198.51.100.1", "192.0.2.10", "203.0.114.1", "2001:db8:2::1"])
def test_addresses_that_the_account_may_not_use_are_refused(site, zone, ip):
    with site.refused(
        NOT_AUTHORIZED, "The authenticated account is not authorized to use the provided edge_ips.", ip
    ):
        site.app(zone, "ssh", OWN, ip)
    assert NOT_AUTHORIZED == 11019


@pytest.mark.seed(253)
def test_delegated_addresses_can_be_used_by_the_other_account_while_the_delegation_lasts(site):
    """A delegates one address of its prefix, 203.0.113.0/32, to B, who makes an application with it."""
    zone = site.zone("example.org", OTHER_ACCOUNT)
    with site.refused(NOT_AUTHORIZED):
        site.app(zone, "ssh", "203.0.113.0")
    delegation = site.delegate("203.0.113.0/32")
    app = site.app(zone, "ssh", "203.0.113.0")
    assert listening(site, "203.0.113.0") == app
    assert site.answers("ssh.example.org") == {"203.0.113.0"}
    with site.refused(NOT_AUTHORIZED):
        site.app(zone, "two", "203.0.113.1")
    site.do(lambda: site.cloud.delegations.delete(delegation))
    assert listening(site, "203.0.113.0") is None
    assert site.answers("ssh.example.org") == set()


@pytest.mark.seed(171)
def test_udp_is_for_cloudflares_own_addresses_only(site, zone):
    with site.refused(UDP_WITH_OWN_IPS, "not supported with BYOIP"):
        site.app(zone, "dns", OWN, protocol="udp/53")
    app = site.app(zone, "dns", protocol="udp/53")
    (first, *_) = site.answers("dns.example.com")
    assert listening(site, first, 53, "udp") == app
    with site.refused(UDP_WITH_OWN_IPS):
        site.do(lambda: site.cloud.spectrum.change(zone, app.id, draft_of("dns", OWN, protocol="udp/53")))


@pytest.mark.seed(207)
def test_address_maps_have_no_say_about_spectrum(site, zone):
    site.app(zone, "ssh", OWN)
    site.app(zone, "dynamic", protocol="tcp/23")
    dynamic = site.answers("dynamic.example.com")
    site.map("203.0.113.100", zones=(zone,))
    site.proxied(zone, "www")
    assert site.answers("www.example.com") == {"203.0.113.100"}
    assert site.answers("ssh.example.com") == {OWN}
    assert site.answers("dynamic.example.com") == dynamic


@pytest.mark.seed(207)
def test_a_name_is_of_an_application_or_of_address_records(site, zone):
    site.proxied(zone, "www")
    with site.refused(TAKEN, "www.example.com has a DNS record of type A", status=409):
        site.app(zone, "www", OWN)
    app = site.app(zone, "ssh", OWN)
    for rtype, content in (("A", "192.0.2.1"), ("AAAA", "2001:db8::1"), ("CNAME", "a.example.net")):
        with site.refused(81053, app.id):
            site.record(zone, "ssh", rtype, content)
    site.record(zone, "ssh", "TXT", "beside")
    assert site.answers("ssh.example.com") == {OWN}
    assert site.answers("ssh.example.com", "TXT") == {"beside"}


def test_an_address_and_port_are_of_one_application(site, zone):
    first = site.app(zone, "a", OWN, protocol="tcp/80-90")
    with site.refused(TAKEN, OWN, first.id, status=409):
        site.app(zone, "b", SECOND, OWN, protocol="tcp/90")
    site.app(zone, "b", SECOND, OWN, protocol="tcp/91")
    site.app(zone, "c", SECOND, protocol="tcp/90")
    moved = draft_of("c", OWN, protocol="tcp/85")
    with site.refused(TAKEN, status=409):
        site.do(lambda: site.cloud.spectrum.change(zone, site.cloud.spectrum.of_zone(zone)[2].id, moved))


def test_that_another_account_has_the_port_is_told_without_saying_who(site, zone):
    foreign = site.zone("example.org", OTHER_ACCOUNT)
    site.delegate(f"{OWN}/32")
    theirs = site.app(foreign, "ssh", OWN)
    with site.refused(TAKEN, "of another account", status=409):
        site.app(zone, "ssh", OWN)
    assert listening(site, OWN) == theirs


def test_a_name_can_have_applications_on_different_ports(site, zone):
    site.app(zone, "a", protocol="tcp/22")
    site.app(zone, "a", protocol="tcp/23")
    with site.refused(TAKEN, "a.example.com tcp/22", status=409):
        site.app(zone, "a", protocol="tcp/22")


def test_an_application_changes_and_goes(site, zone):
    app = site.app(zone, "ssh", OWN)
    site.world.time += 60
    changed = site.do(lambda: site.cloud.spectrum.change(zone, app.id, draft_of("ssh", SECOND)))
    assert (changed.id, changed.created, changed.modified) == (app.id, START, START + 60)
    assert site.answers("ssh.example.com") == {SECOND}
    site.do(lambda: site.cloud.spectrum.delete(zone, app.id))
    assert site.answers("ssh.example.com") == set()
    with site.refused(NOT_FOUND, app.id, status=404):
        site.do(lambda: site.cloud.spectrum.delete(zone, app.id))


def test_an_application_is_of_its_zone_only(site, zone):
    foreign = site.zone("example.org", OTHER_ACCOUNT)
    app = site.app(foreign, "ssh")
    with site.refused(NOT_FOUND, status=404):
        site.cloud.spectrum.get(zone, app.id)


def test_an_origin_can_be_a_name(site, zone):
    app = site.app(
        zone,
        "ssh",
        OWN,
        protocol="tcp/80-81",
        origin_name=OriginName("host.example.net"),
        origin_port="8080-8081",
    )
    assert app.origins(80) == ()
    assert app.origin_name == OriginName("host.example.net")
    assert app.port_of_named_origin(81) == 8081


DIRECT = ("tcp://192.0.2.1:22",)


@pytest.mark.parametrize(
    ("code", "members"),
    [
        (BAD_PROTOCOL, {"protocol": "ssh"}),
        (BAD_PROTOCOL, {"protocol": "tcp/70000"}),
        (BAD_ORIGIN, {"origin_direct": ()}),
        (BAD_ORIGIN, {"origin_direct": ("192.0.2.1",)}),
        (BAD_ORIGIN, {"origin_direct": ("udp://192.0.2.1:22",)}),
        (BAD_ORIGIN, {"origin_direct": ("tcp://192.0.2.1:22-23",)}),
        (BAD_ORIGIN, {"origin_direct": DIRECT * 65}),
        (BAD_ORIGIN, {"origin_direct": DIRECT, "origin_name": OriginName("a.example"), "origin_port": "22"}),
        (BAD_ORIGIN, {"origin_direct": DIRECT, "origin_port": "22"}),
        (BAD_ORIGIN, {"origin_name": OriginName("a.example")}),
        (BAD_ORIGIN, {"origin_name": OriginName("a b"), "origin_port": "22"}),
        (BAD_ORIGIN, {"origin_name": OriginName("a.example"), "origin_port": "1-9"}),
        (BAD_EDGE, {"kind": DnsKind.ADDRESS}),
        (BAD_OPTION, {"traffic_type": TrafficType.WORKER}),
        (BAD_OPTION, {"traffic_type": TrafficType.HTTP, "argo_smart_routing": True}),
        (BAD_OPTION, {"proxy_protocol": ProxyProtocol.SIMPLE}),
        (BAD_OPTION, {"protocol": "udp/53", "tls": Tls.FULL}),
        (BAD_OPTION, {"protocol": "udp/53", "ip_firewall": True}),
        (BAD_OPTION, {"protocol": "udp/53", "proxy_protocol": ProxyProtocol.V2}),
        (BAD_OPTION, {"protocol": "udp/53", "traffic_type": TrafficType.HTTPS}),
    ],
)
def test_an_application_that_cannot_be_is_refused(site, zone, code, members):
    with site.refused(code):
        site.app(zone, "ssh", **members)


@pytest.mark.parametrize("name", ["a b", "*", "*.example.com", "x" * 64])
def test_a_bad_name_is_refused(site, zone, name):
    with site.refused(BAD_NAME):
        site.app(zone, name, OWN)


def test_an_address_twice_is_refused(site, zone):
    with site.refused(BAD_EDGE):
        site.app(zone, "ssh", OWN, OWN)


@pytest.mark.parametrize("kind", list(DnsKind))
@pytest.mark.parametrize("traffic", [TrafficType.DIRECT, TrafficType.HTTP, TrafficType.HTTPS])
def test_static_addresses_go_with_both_kinds_of_name_and_every_traffic(site, zone, kind, traffic):
    app = site.app(zone, "ssh", OWN, kind=kind, traffic_type=traffic, proxy_protocol=ProxyProtocol.V2)
    assert listening(site, OWN) == app


RANGES = st.tuples(st.integers(1, 10), st.integers(1, 10)).map(lambda ends: (min(ends), max(ends)))
WANTED = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([(OWN,), (SECOND,), (OWN, SECOND)]),
    RANGES,
    st.booleans(),
)


@settings(max_examples=examples(50))
@given(st.lists(WANTED, max_size=6))
def test_every_address_and_port_has_the_one_application_that_was_let_in(wanted):
    """The first on a port keeps it; what overlaps is refused, whoever asks, and leaves no trace."""
    site = Site()
    site.delegate("203.0.113.16/28")
    zones = (site.zone(), site.zone("example.org", OTHER_ACCOUNT))
    owner = {}
    for name, edge, (first, last), foreign in wanted:
        keys = {(address, port) for address in edge for port in range(first, last + 1)}
        origin = (f"tcp://192.0.2.1:{first}",)
        if keys & owner.keys() or any(
            used == name for used in taken_names(site, zones[foreign], first, last)
        ):
            with site.refused(TAKEN, status=409):
                site.app(zones[foreign], name, *edge, protocol=f"tcp/{first}-{last}", origin_direct=origin)
            continue
        app = site.app(zones[foreign], name, *edge, protocol=f"tcp/{first}-{last}", origin_direct=origin)
        owner |= dict.fromkeys(keys, app)
    for address in (OWN, SECOND):
        for port in range(1, 12):
            assert listening(site, address, port) == owner.get((address, port))


def taken_names(site, zone, first, last):
    """The first labels of names that the zone has on some of these ports."""
    wanted = Ports("tcp", first, last)
    apps = site.cloud.spectrum.of_zone(zone)
    return [app.name.partition(".")[0] for app in apps if app.ports.shares(wanted)]
