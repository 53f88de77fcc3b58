"""What can be done to a running lab: every action settles and is observed, every error names a choice."""

from __future__ import annotations

import pytest
from support.small_lab import TEXT, small

from lab import Lab, LabError, make_engine
from lab.bgp.aspa import AspaMode, AspaState
from lab.bgp.events import PolicyChanged, Rejection
from lab.bgp.prefix import Address, Prefix, PrefixError
from lab.bgp.rov import RovMode, Vrp
from lab.engines.base import MachineError, SpeakerFault
from lab.engines.sim.engine import SimEngine
from lab.observe.events import Note
from lab.topology.loading import parse
from lab.topology.model import UrpfMode
from lab.topology.problems import TopologyError

HELD = Prefix.parse("203.0.113.0/24")
PART = Prefix.parse("203.0.113.0/25")


@pytest.fixture
def running():
    with Lab(small(), make_engine("sim")) as lab:
        yield lab


def kinds(lab):
    return sorted(alert.kind.value for alert in lab.alerts())


def best(lab, speaker, prefix=HELD):
    return dict(lab.view(speaker).paths()).get(prefix)


def nothing_is_under_way(lab):
    return not lab.engine.step()


def test_a_lab_that_is_up_has_settled_and_been_looked_at(running):
    assert nothing_is_under_way(running)
    assert best(running, "eyeball") == (64510, 64496)
    assert running.table().paths[HELD]["eyeball"] == (64500, 64510, 64496)
    assert all(session.established for session in running.sessions())
    assert running.alerts() == []


ACTIONS = {
    "announce": lambda lab: lab.announce("attacker", "192.0.2.0/24"),
    "withdraw": lambda lab: lab.withdraw("customer", HELD),
    "hijack": lambda lab: lab.hijack("attacker", PART),
    "leak": lambda lab: lab.leak("customer"),
    "set_link": lambda lab: lab.set_link("eyeball", "transit", up=False),
    "add_roa": lambda lab: lab.add_roa("203.0.113.0/24", 64505),
    "remove_roa": lambda lab: lab.remove_roa("203.0.113.0/24", 64496),
    "add_aspa": lambda lab: lab.add_aspa(64496, [64510]),
    "set_policy": lambda lab: lab.set_policy("transit", rov=RovMode.OFF),
    "kill": lambda lab: lab.kill("transit"),
    "wait": lambda lab: lab.wait(5),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_returns_when_the_routes_have_settled(running, action):
    before = len(running.timeline)
    ACTIONS[action](running)
    assert nothing_is_under_way(running)
    assert running.engine.events() == []
    assert len(running.timeline) > before or action == "wait"


def test_after_a_hijack_the_detector_has_looked_already(running):
    running.hijack("attacker", PART)
    assert kinds(running) == ["rpki-invalid", "subprefix-hijack"]
    running.withdraw("attacker", PART)
    assert kinds(running) == []


def test_a_withdrawn_prefix_is_gone_everywhere_and_missed(running):
    running.withdraw("customer", "203.0.113.0/24")
    assert best(running, "eyeball") is None
    assert kinds(running) == ["visibility-loss"]


def test_a_forged_origin_ends_in_the_holders_asn(running):
    running.hijack("attacker", HELD, forge_origin=True)
    assert best(running, "attacker") == (64496,)
    assert running.view("transit").adj_in[HELD][-1].attributes.as_path == (64505, 64496)


def test_the_origin_of_a_prefix_nobody_holds_cannot_be_forged(running):
    with pytest.raises(LabError) as caught:
        running.hijack("attacker", "192.0.2.0/24", forge_origin=True)
    assert str(caught.value) == (
        "nobody holds 192.0.2.0/24, so there is no origin to forge; "
        "held here: 198.51.100.0/24, 203.0.113.0/24"
    )


def test_a_link_that_is_down_carries_nothing_until_it_is_up_again(running):
    running.set_link("customer", "transit", up=False)
    assert best(running, "eyeball") is None
    running.set_link("transit", "customer", up=True)
    assert best(running, "eyeball") == (64510, 64496)


def test_a_killed_speaker_is_back_with_what_it_announced(running):
    running.kill("customer")
    faults = [event.what for event in running.timeline if isinstance(event, SpeakerFault)]
    assert faults == ["died", "recovered"]
    assert best(running, "eyeball") == (64510, 64496)


def test_a_roa_for_another_origin_makes_its_route_valid(running):
    running.hijack("attacker", HELD)
    assert running.view("transit").adj_in[HELD][-1].rejection is not None
    running.add_roa(HELD, 64505)
    assert [route.rejection for route in running.view("transit").adj_in[HELD]] == [None, None]
    running.remove_roa(HELD, 64505)
    assert running.view("transit").adj_in[HELD][-1].rejection is not None


def test_a_roa_that_is_not_there_cannot_be_removed_and_those_for_its_prefix_are_named(running):
    before = running.vrps.vrps
    with pytest.raises(LabError) as caught:
        running.remove_roa(HELD, 64499)
    assert str(caught.value) == (
        "the ROA 203.0.113.0/24 AS64499 is not there; did you mean 'the ROA 203.0.113.0/24 AS64496'?"
    )
    with pytest.raises(LabError, match="is not there; did you mean 'the ROA 203\\.0"):
        running.remove_roa(PART, 64496)
    assert running.vrps.vrps == before


def test_a_forged_origin_that_is_valid_is_dropped_by_its_path_where_paths_are_verified(running):
    running.hijack("attacker", HELD, forge_origin=True)
    running.withdraw("customer", HELD)
    assert best(running, "transit") == (64505, 64496)
    running.add_aspa(64496, [64510])
    assert best(running, "transit") == (64505, 64496)
    running.set_policy("transit", aspa=AspaMode.DROP)
    assert best(running, "transit") is None
    view = running.view("transit")
    assert [view.aspa_state(HELD, route) for route in view.adj_in[HELD]] == [AspaState.INVALID]


def test_an_aspa_takes_the_place_of_its_customers_former_one(running):
    running.add_aspa(64510, [0])
    running.add_aspa(64496, [64499])
    running.add_aspa(64496, [64511, 64510, 64511])
    assert list(map(str, running.aspas)) == ["AS64496: AS64510, AS64511", "AS64510: nobody"]
    running.remove_aspa(64510)
    assert list(map(str, running.aspas)) == ["AS64496: AS64510, AS64511"]


IMPOSSIBLE_ASPAS = {
    "the ASPA of AS64496 names AS0 beside others; AS0 alone says that there are no providers": lambda lab: (
        lab.add_aspa(64496, [0, 64510])
    ),
    "the ASPA of AS64496 names AS64496 itself as a provider": lambda lab: lab.add_aspa(64496, [64496]),
    "the ASPA of AS64496 names nobody; provider 0 says that there are no providers": (
        lambda lab: lab.add_aspa(64496, [])
    ),
    "the ASPA of AS64499 is not there; did you mean 'the ASPA of AS64496'?": lambda lab: lab.remove_aspa(
        64499
    ),
}


@pytest.mark.parametrize("text", IMPOSSIBLE_ASPAS)
def test_an_aspa_that_cannot_be_or_is_not_there_changes_nothing(running, text):
    running.add_aspa(64496, [64510])
    before, events = running.aspas.aspas, len(running.timeline)
    with pytest.raises(LabError) as caught:
        IMPOSSIBLE_ASPAS[text](running)
    assert str(caught.value) == text
    assert running.aspas.aspas == before
    assert len(running.timeline) == events


def test_the_aspas_of_a_file_hold_from_the_start_and_after_a_restart():
    topology = parse(
        TEXT.replace("rov: drop", "aspa: drop") + "aspas: [{customer: 64500, providers: [64511]}]\n"
    )
    with Lab(topology, make_engine("sim")) as lab:
        lab.announce("attacker", "192.0.2.0/24", path=(64500,))
        for _ in range(2):
            (route,) = lab.view("transit").adj_in[Prefix.parse("192.0.2.0/24")]
            assert route.rejection is Rejection.ASPA_INVALID
            lab.kill("transit")


def test_the_vrps_given_replace_those_of_the_file():
    with Lab(small(), make_engine("sim"), vrps=[Vrp(HELD, 24, 64499)]) as lab:
        assert [str(vrp) for vrp in lab.vrps] == ["203.0.113.0/24 AS64499"]
        assert best(lab, "transit") is None


def test_urpf_set_later_changes_the_fate_of_a_spoofed_packet_and_is_on_the_timeline(running):
    spoofed = ("attacker", "198.51.100.7", "203.0.113.9")
    assert running.probe(*spoofed).delivered
    running.set_policy("transit", urpf=UrpfMode.STRICT)
    trace = running.probe(*spoofed)
    assert (trace.delivered, trace.at, trace.reason.value) == (False, "transit", "urpf-strict")
    changes = [event for event in running.timeline if isinstance(event, PolicyChanged)]
    assert (changes[-1].at, changes[-1].detail) == ("transit", "policy: urpf strict")
    running.set_policy("transit", urpf=UrpfMode.OFF)
    assert running.probe(*spoofed).delivered


def test_a_probe_takes_text_or_addresses(running):
    source, destination = Address.parse("198.51.100.7"), Address.parse("203.0.113.9")
    assert running.probe("eyeball", source, destination) == running.probe(
        "eyeball", str(source), str(destination)
    )
    assert running.last_trace.path == ("eyeball", "transit", "customer")


def test_a_note_is_on_the_timeline(running):
    running.note("half time")
    assert [event.text for event in running.timeline if isinstance(event, Note)] == ["half time"]


WRONG = {
    "there is no speaker 'atacker'; did you mean 'attacker'?": lambda lab: lab.hijack("atacker", HELD),
    "there is no speaker 'zzz'; speakers: customer, transit, eyeball, attacker, collector": (
        lambda lab: lab.kill("zzz")
    ),
    "there is no link between eyeball and customer; eyeball has links to transit, collector": (
        lambda lab: lab.set_link("eyeball", "customer", up=False)
    ),
    "there is no link between customer and attacker; customer has links to transit, collector": (
        lambda lab: lab.leak("customer", HELD, to="attacker")
    ),
    "eyeball does not announce 203.0.113.0/24": lambda lab: lab.withdraw("eyeball", HELD),
    "there is no speaker 'eyebal'; did you mean 'eyeball'?": lambda lab: lab.view("eyebal"),
    "there is no speaker 'transit-a'; did you mean 'transit'?": lambda lab: lab.explain("transit-a", HELD),
    "there is no speaker 'eye'; did you mean 'eyeball'?": lambda lab: lab.probe(
        "eye", "192.0.2.1", "192.0.2.2"
    ),
    "there is no speaker 'custom'; did you mean 'customer'?": lambda lab: lab.set_policy("custom", otc=True),
}


@pytest.mark.parametrize("text", WRONG)
def test_an_error_names_what_is_wrong_and_the_nearest_choice_and_changes_nothing(running, text):
    routes = {name: dict(view.best) for name, view in running.views().items()}
    events = len(running.timeline)
    with pytest.raises(LabError) as caught:
        WRONG[text](running)
    assert str(caught.value) == text
    assert {name: dict(view.best) for name, view in running.views().items()} == routes
    assert len(running.timeline) == events


def test_a_prefix_with_host_bits_is_refused_before_anything_is_done(running):
    events = len(running.timeline)
    with pytest.raises(PrefixError, match="host bits"):
        running.announce("customer", "203.0.113.1/24")
    assert len(running.timeline) == events


def test_a_lab_can_be_made_from_the_name_of_one_that_ships_and_not_from_another():
    with Lab("byoip", make_engine("sim")) as lab:
        assert lab.topology.name == "byoip"
    with pytest.raises(TopologyError, match="did you mean 'byoip'"):
        Lab("byoi", make_engine("sim"))


def test_an_engine_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ValueError, match="there is no engine 'simm'; engines: sim, live"):
        make_engine("simm")
    with pytest.raises(ValueError, match="there is no driver 'dockr'; drivers: process, docker"):
        make_engine("live", "dockr")


def test_a_lab_comes_up_once():
    lab = Lab(small(), make_engine("sim"))
    with lab, pytest.raises(LabError, match="started before; make another Lab"):
        lab.start()
    with pytest.raises(LabError, match="started before; make another Lab"), lab:
        pass


@pytest.mark.parametrize(
    "ask", [lambda lab: lab.view("eyeball"), lambda lab: lab.sessions(), lambda lab: lab.wait(1)]
)
def test_a_lab_that_is_not_up_says_so(ask):
    lab = Lab(small(), make_engine("sim"))
    with pytest.raises(LabError, match=r"the lab small is not up yet; use it in a `with` statement"):
        ask(lab)
    with lab:
        ask(lab)
    with pytest.raises(LabError, match="the lab small is closed"):
        ask(lab)


class FailingEngine(SimEngine):
    """Its machine gives out while it starts."""

    closed = 0

    def start(self):
        super().start()
        raise MachineError("no room")

    def close(self):
        type(self).closed += 1


def test_a_lab_that_fails_to_start_is_closed():
    with pytest.raises(MachineError, match="no room"), Lab(small(), FailingEngine):
        pytest.fail("it came up")
    assert FailingEngine.closed == 1


def test_closing_twice_is_no_error(running):
    running.close()
    running.close()
