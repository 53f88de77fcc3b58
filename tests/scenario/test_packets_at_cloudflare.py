"""Packets in a whole lab with a customer at Cloudflare: from the name to the answer, and as things change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.cloudflare_lab import in_service, onboarded
from support.edge_lab import ways

from lab import Lab, make_engine
from lab.bgp.prefix import Address, Prefix
from lab.clouds.cloudflare.events import CloudflareChanged
from lab.clouds.cloudflare.prefixes.services import service_id
from lab.dataplane.probe import ProbeError
from lab.dataplane.trace import PacketTrace
from lab.observe.events import FlowUp, PacketVerdict
from lab.scenario.flows import Traffic
from lab.scenario.running import run_scenario
from lab.topology.cloudflare_section import ServiceName
from lab.topology.model import Topology, UrpfMode
from lab.topology.vocabulary import DropReason

EYEBALL, CAMPUS = ("eyeball", "198.51.100.7"), ("campus", "192.0.2.130")
HELD = Prefix.parse("203.0.113.0/24")


def running(topology: Topology) -> Iterator[Lab]:
    with Lab(topology, make_engine("sim")) as lab:
        run_scenario(lab)
        yield lab


@pytest.fixture(scope="module")
def served() -> Iterator[Lab]:
    """Magic Transit with parts for the CDN and Spectrum; nothing is changed by the tests."""
    yield from running(in_service())


@pytest.fixture(scope="module")
def egress() -> Iterator[Lab]:
    yield from running(in_service(tunnel="to: customer, endpoint: 192.0.2.193, egress: true"))


@pytest.fixture
def changing() -> Iterator[Lab]:
    """The same as `served`, for a test that changes something."""
    yield from running(in_service())


@pytest.fixture
def before() -> Iterator[Lab]:
    """Onboarded for Magic Transit and withdrawn."""
    yield from running(onboarded())


def advertise(lab: Lab, advertised: bool = True) -> None:
    cloud = lab.clouds.cloudflare
    assert cloud is not None
    record = cloud.prefixes.covering(HELD)
    assert record is not None
    whole = cloud.bgp_prefixes.of_whole(record)
    assert whole is not None
    cloud.perform(lambda: cloud.bgp_prefixes.edit(record, whole, advertised=advertised))
    lab.follow_clouds()


def sources(trace: PacketTrace) -> list[str]:
    return [str(leg.trace.source) for leg in trace.legs]


@pytest.mark.seed(197, 198, 210)
def test_the_worked_example_of_the_document(served: Lab) -> None:
    """Map 203.0.113.100, record www A 203.0.113.150 proxied."""
    trace = served.probe(*EYEBALL, host="www.example.com")
    assert trace.delivered
    assert (str(trace.destination), trace.host) == ("203.0.113.100", "www.example.com")
    assert trace.explanation.endswith("the CDN proxies www.example.com of zone example.com to 203.0.113.150")
    assert trace.legs[-1].name == "reply"
    assert str(trace.legs[-1].trace.source) == "203.0.113.100"


@pytest.mark.seed(180, 197)
def test_the_record_says_where_the_origin_is_and_the_map_does_not(served: Lab) -> None:
    trace = served.probe(*EYEBALL, host="hosted.example.com")
    assert str(trace.destination) == "203.0.113.100"
    assert ways(trace)["edge to origin"] == ("cf-sjc", "transit-b", "shop")
    assert trace.legs[0].trace.destination == Address.parse("192.0.2.70")


def test_a_record_that_is_not_proxied_leads_straight_to_the_server(served: Lab) -> None:
    trace = served.probe(*EYEBALL, host="direct.example.com")
    assert (trace.at, trace.legs) == ("customer", ())


@pytest.mark.seed(208, 209)
def test_the_cdn_reaches_an_origin_in_the_protected_prefix_through_the_tunnel(
    served: Lab, egress: Lab
) -> None:
    direct, back = (lab.probe(*EYEBALL, host="www.example.com") for lab in (served, egress))
    assert direct.delivered
    assert back.delivered
    assert sources(direct) == ["192.0.2.1", "203.0.113.150", "203.0.113.100"]
    assert sources(back) == ["192.0.2.1", "192.0.2.193", "203.0.113.100"]


@pytest.mark.seed(173, 174)
def test_the_same_address_as_ingress_and_origin_is_no_loop(served: Lab) -> None:
    trace = served.probe(*EYEBALL, host="same.example.com")
    assert trace.delivered
    assert str(trace.destination) == "203.0.113.100"
    assert ways(trace)["edge to origin"][-1] == "customer"
    assert len(trace.legs) == 3


@pytest.mark.seed(170, 207)
def test_spectrum_serves_its_ports_at_its_edge_addresses_and_nothing_else(served: Lab) -> None:
    ssh = served.probe(*EYEBALL, host="ssh.example.com", port="tcp/22")
    assert ssh.delivered
    assert str(ssh.destination) == "203.0.113.26"
    assert ways(ssh)["edge to origin"][-1] == "shop"
    web = served.probe(*EYEBALL, host="ssh.example.com", port="tcp/443")
    assert (web.delivered, web.reason) == (False, DropReason.NOT_SERVED)
    assert "no Spectrum application listens on tcp/443 of 203.0.113.26" in web.explanation


@pytest.mark.seed(159, 172)
def test_each_address_goes_to_what_is_bound_to_it(served: Lab) -> None:
    magic = served.probe(*EYEBALL, "203.0.113.9", port="udp/53")
    assert list(ways(magic)) == ["edge to data centre", "reply"]
    bare = served.probe(*EYEBALL, "203.0.113.100", port="tcp/22")
    assert bare.reason is DropReason.NOT_SERVED
    assert served.probe(*EYEBALL, "203.0.113.104", port="tcp/22").delivered


@pytest.mark.seed(266, 275)
def test_one_prefix_is_used_with_layer_7_services_spectrum_and_magic_transit(served: Lab) -> None:
    for host, port, words in (
        ("www.example.com", "tcp/443", "the CDN proxies www.example.com"),
        ("ssh.example.com", "tcp/22", "Spectrum proxies ssh.example.com"),
    ):
        trace = served.probe(*EYEBALL, host=host, port=port)
        assert trace.delivered
        assert HELD.covers(trace.destination.host)
        assert words in trace.explanation
    assert ways(served.probe(*EYEBALL, "203.0.113.9", port="udp/53"))["edge to data centre"][-1] == "customer"
    refused = served.probe(*EYEBALL, "203.0.113.100", port="udp/53")
    assert (refused.delivered, refused.reason) == (False, DropReason.NOT_SERVED)


@pytest.mark.seed(122)
def test_each_client_lands_at_its_nearest_site(served: Lab) -> None:
    assert served.probe(*EYEBALL, "203.0.113.9").at == "cf-sjc"
    assert served.probe(*CAMPUS, "203.0.113.9").at == "cf-ams"
    assert {name: HELD in served.view(name).best for name in ("cf-ams", "cf-sjc")} == {
        "cf-ams": True,
        "cf-sjc": True,
    }


@pytest.mark.seed(209, 232, 233)
def test_the_isps_urpf_decides_over_direct_return_and_not_over_egress(before: Lab, egress: Lab) -> None:
    advertise(before)
    before.wait(600)
    before.withdraw("customer", HELD)
    before.set_policy("transit-a", urpf=UrpfMode.STRICT)
    strict = before.probe(*CAMPUS, "203.0.113.9")
    assert (strict.reason, strict.at) == (DropReason.URPF_STRICT, "transit-a")
    assert strict.explanation.startswith(
        "reply: transit-a drops it on arrival: the best route to 203.0.113.0/24 is via cf-ams"
    )
    before.set_policy("transit-a", urpf=UrpfMode.LOOSE)
    assert before.probe(*CAMPUS, "203.0.113.9").delivered
    egress.set_policy("transit-a", urpf=UrpfMode.STRICT)
    try:
        assert egress.probe(*CAMPUS, "203.0.113.9").delivered
    finally:
        egress.set_policy("transit-a", urpf=UrpfMode.OFF)


@pytest.mark.seed(220, 221)
@pytest.mark.parametrize("make_before_break", [True, False])
def test_who_begins_before_the_other_ends_loses_nothing(before: Lab, make_before_break: bool) -> None:
    before.flows.watch(
        Traffic("t", EYEBALL[0], Address.parse(EYEBALL[1]), Address.parse("203.0.113.9"), "tcp/443")
    )
    there = [lambda: advertise(before), lambda: before.wait(600), lambda: before.withdraw("customer", HELD)]
    back = [
        lambda: before.announce("customer", HELD), lambda: advertise(before, False), lambda: before.wait(1200)
    ]  # fmt: skip
    moves = there + back if make_before_break else [there[2], *there[:2], *back[1:], back[0]]
    for move in moves:
        move()
    assert before.flows.get("t").state == "up"
    if make_before_break:
        assert before.flows.lost("t") == 0
    else:
        # Five minutes on the way there; on the way back from when the route goes until somebody announces.
        assert before.flows.lost("t") == pytest.approx(300 + 300, abs=5)
        assert before.flows.get("t").outages == 2


@pytest.mark.seed(220)
def test_the_looking_glass_shows_13335_before_the_data_centre_withdraws(before: Lab) -> None:
    advertise(before)
    assert 13335 not in {path[-1] for path in before.table().paths[HELD].values()}
    before.wait(600)
    assert 13335 in {path[-1] for path in before.table().paths[HELD].values()}


@pytest.mark.seed(222)
def test_while_both_announce_some_traffic_goes_past_cloudflare(before: Lab) -> None:
    advertise(before)
    before.wait(600)
    assert before.probe(*EYEBALL, "203.0.113.9").at == "cf-sjc"
    past = before.probe(*CAMPUS, "203.0.113.9")
    assert (past.at, past.legs) == ("customer", ())
    before.withdraw("customer", HELD)
    assert before.probe(*CAMPUS, "203.0.113.9").at == "cf-ams"


def test_traffic_to_a_host_follows_its_name_and_is_lost_with_it(changing: Lab) -> None:
    changing.flows.watch(Traffic("web", EYEBALL[0], Address.parse(EYEBALL[1]), "www.example.com", "tcp/443"))
    assert changing.flows.get("web").state == "up"
    cloud = changing.clouds.cloudflare
    assert cloud is not None
    zone = cloud.zones.covering("example.com")
    assert zone is not None
    changing.wait(60)
    (record,) = cloud.dns_records.at(zone, "www.example.com")
    cloud.perform(lambda: cloud.dns_records.delete(zone, record.id))
    changing.follow_clouds()
    assert changing.flows.get("web").state != "up"
    assert changing.flows.get("web").fate.reason == "unresolved"
    changing.wait(90)
    cloud.perform(lambda: cloud.dns_records.create(zone, record.draft))
    changing.follow_clouds()
    assert changing.flows.get("web").state == "up"
    assert changing.flows.lost("web") == pytest.approx(90, abs=1)


def test_traffic_is_lost_at_each_site_until_that_site_follows_the_bindings(before: Lab) -> None:
    advertise(before)
    before.wait(600)
    before.withdraw("customer", HELD)
    for site, (speaker, source) in (("cf-sjc", EYEBALL), ("cf-ams", CAMPUS)):
        to = Address.parse("203.0.113.26")
        before.flows.watch(Traffic(site, speaker, Address.parse(source), to, "tcp/22"))
    cloud = before.clouds.cloudflare
    assert cloud is not None
    record = cloud.prefixes.covering(HELD)
    assert record is not None
    cidr, cdn = Prefix.parse("203.0.113.24/29"), service_id(ServiceName.CDN)
    made = cloud.perform(lambda: cloud.bindings.create(record, cidr, cdn))
    before.follow_clouds()
    before.wait(3600)
    cloud.perform(lambda: cloud.bindings.delete(record, made))
    before.follow_clouds()
    before.wait(7 * 3600)
    ups = {event.name: event.time for event in before.timeline if isinstance(event, FlowUp)}
    gone = {
        event.subject.removeprefix("binding at "): event.time
        for event in before.timeline
        if isinstance(event, CloudflareChanged) and event.after == "gone"
    }
    assert ups == pytest.approx(gone, abs=0.001)
    assert abs(ups["cf-ams"] - ups["cf-sjc"]) > 10
    assert before.flows.lost("cf-ams") > 5 * 3600


def test_a_host_without_an_address_cannot_be_sent_to(served: Lab) -> None:
    with pytest.raises(
        ProbeError, match=r"nothing.example.com has no A record in the lab's DNS \(NXDOMAIN\)"
    ):
        served.probe(*EYEBALL, host="nothing.example.com")
    with pytest.raises(ProbeError, match=r"www.example.com has no AAAA record"):
        served.probe("eyeball", "2001:db8:e::7", host="www.example.com")


def test_the_timeline_tells_the_legs(served: Lab) -> None:
    served.probe(*EYEBALL, host="www.example.com")
    (event,) = [event for event in served.timeline if isinstance(event, PacketVerdict)][-1:]
    assert event.legs[-1] == "reply from 203.0.113.100: cf-sjc > transit-b > eyeball"
    assert event.hops == ("eyeball", "transit-b", "cf-sjc")
