import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
from support.random_topologies import random_lab
from support.small_lab import small

from lab.bgp.aspa import AspaMode
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovMode, Vrp
from lab.engines.base import ConvergenceError
from lab.engines.sim.engine import SimEngine
from lab.rpki.issuing.faults import ExpiredRoa
from lab.scenario.engines import make_engine
from lab.scenario.lab import Lab, LabError
from lab.scenario.rehearsal import rehearsal
from lab.scenario.running import run_scenario
from lab.scenario.what_if import (
    BestChange,
    Moved,
    TrafficChange,
    ValidityChange,
    what_if,
    what_if_data,
    what_if_text,
)
from lab.topology.loading import load, shipped

NET, HALF = Prefix.parse("203.0.113.0/24"), Prefix.parse("203.0.113.0/25")


@contextmanager
def lab_of(topology):
    with Lab(topology, SimEngine) as lab:
        yield lab


def routes(lab):
    """All that every speaker holds, verdicts included."""
    return {name: (dict(view.best), dict(view.adj_in), dict(view.aspa)) for name, view in lab.views().items()}


# --- one change -------------------------------------------------------------------------------------------


def test_a_roa_that_would_end_a_hijack_shows_who_comes_back():
    with lab_of(small()) as lab:
        lab.remove_roa(NET, 64496)
        lab.hijack("attacker", HALF)
        found = what_if(lab, lambda copy: copy.add_roa(NET, 64496))
        at = ("customer", "transit", "eyeball", "attacker")
        assert ValidityChange(NET, 64496, "rov", "not-found", "valid", at) in found.validity
        assert ValidityChange(HALF, 64505, "rov", "not-found", "invalid", ("transit", "attacker")) in (
            found.validity
        )
        assert BestChange("transit", HALF, (64505,), None) in found.best
        assert found.traffic == (
            TrafficChange(
                HALF,
                (
                    Moved("customer", "attacker", "customer"),
                    Moved("transit", "attacker", "customer"),
                    Moved("eyeball", "attacker", "customer"),
                ),
            ),
        )
        assert found.unlike == ()


def test_removing_the_only_roa_lets_a_hijacker_in():
    with lab_of(small()) as lab:
        lab.hijack("attacker", HALF)
        found = what_if(lab, lambda copy: copy.remove_roa(NET, 64496))
        assert [moved.new for change in found.traffic for moved in change.moved] == ["attacker"] * 3
        assert "packets of eyeball to 203.0.113.0/25: customer -> attacker" in what_if_text(found)


def test_an_aspa_change_is_tried_as_well():
    topology = load("route-leak-aspa")
    with lab_of(topology) as lab:
        run_scenario(lab)
        customer = min(aspa.customer for aspa in lab.aspas)
        found = what_if(lab, lambda copy: copy.remove_aspa(customer))
        assert {change.check for change in found.validity} == {"aspa"}
        before = routes(lab)
        lab.remove_aspa(customer)
        assert routes(lab) != before


def test_the_lab_itself_is_not_touched():
    with lab_of(small()) as lab:
        before, vrps, events = routes(lab), lab.vrps, len(lab.timeline)
        what_if(lab, lambda copy: copy.remove_roa(NET, 64496))
        assert (routes(lab), lab.vrps, len(lab.timeline)) == (before, vrps, events)


def test_a_change_that_changes_nothing_says_so():
    with lab_of(small()) as lab:
        found = what_if(lab, lambda copy: copy.add_roa("192.0.2.0/24", 64499))
        assert what_if_text(found) == "nothing changes"


def test_a_change_that_cannot_be_made_is_refused_as_on_the_lab():
    with lab_of(small()) as lab, pytest.raises(LabError, match=r"the ROA 203\.0\.113\.0/25 AS64496"):
        what_if(lab, lambda copy: copy.remove_roa(HALF, 64496))


def test_the_json_holds_every_change():
    with lab_of(small()) as lab:
        found = what_if(lab, lambda copy: copy.remove_roa(NET, 64496))
        data = json.loads(json.dumps(what_if_data(found)))
        assert data["validity"][0] | {"type": ""} == {
            "type": "",
            "prefix": "203.0.113.0/24",
            "origin": 64496,
            "check": "rov",
            "old": "valid",
            "new": "not-found",
            "at": ["customer", "transit", "eyeball", "attacker"],
        }
        assert (data["best"], data["traffic"], data["unlike"]) == ([], [], [])


# --- where the copy begins --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_copy_begins_where_the_scenario_ended(name):
    with lab_of(load(name)) as lab:
        run_scenario(lab)
        lab.wait(60)  # a killed speaker is back
        with rehearsal(lab) as (copy, _):
            assert routes(copy) == routes(lab)


def test_what_was_done_to_the_lab_is_done_to_the_copy():
    with lab_of(small()) as lab:
        lab.withdraw("eyeball", "198.51.100.0/24")
        lab.announce("customer", NET, prepend=2)
        lab.hijack("attacker", HALF, forge_origin=True)
        lab.leak("customer")
        lab.set_policy("transit", rov=RovMode.OFF, aspa=AspaMode.DROP)
        lab.add_roa(HALF, 64496)
        lab.add_aspa(64496, [64510])
        lab.set_link("eyeball", "transit", False)
        with rehearsal(lab) as (copy, _):
            assert routes(copy) == routes(lab)
            assert (copy.vrps.vrps, copy.aspas.aspas) == (lab.vrps.vrps, lab.aspas.aspas)
            copy.set_link("eyeball", "transit", True)
            lab.set_link("eyeball", "transit", True)
            assert routes(copy) == routes(lab)


def test_a_roa_that_has_expired_does_not_come_back_in_the_copy():
    with lab_of(small()) as lab:
        lab.at_the_cas(lambda cas: [cas.inject(ExpiredRoa(name)) for name, ca in cas.cas.items() if ca.roas])
        assert not lab.vrps.vrps
        with rehearsal(lab) as (copy, _):
            assert not copy.vrps.vrps
            assert routes(copy) == routes(lab)


def test_vrps_that_somebody_else_has_validated_are_those_of_the_copy():
    given = {Vrp(NET, 24, 64499, "elsewhere")}
    with Lab(small(), SimEngine, vrps=given) as lab, rehearsal(lab) as (copy, _):
        assert copy.vrps.vrps == given
        assert routes(copy) == routes(lab)


@pytest.mark.slow
def test_what_is_foretold_is_what_happens():
    """On random labs with leaks, hijacks and failing links, wherever the copy begins as the lab is."""
    certain = 0
    for seed in range(8):
        with lab_of(random_lab(seed)) as lab:
            try:
                run_scenario(lab)
                vrp = min(lab.vrps)
                foretold = what_if(lab, lambda copy, vrp=vrp: copy.remove_roa(*_as_asked(vrp)))
                before = lab.views()
                lab.remove_roa(*_as_asked(vrp))
            except ConvergenceError:
                continue
            if not foretold.unlike:
                certain += 1
                changes = {(each.at, each.prefix) for each in foretold.best}
                assert changes == set(_changed(before, lab.views())), f"seed {seed}"
    assert certain > 3


def _as_asked(vrp):
    return vrp.prefix, vrp.asn, vrp.max_length


def _changed(before, after):
    for name in before:
        for prefix in {*before[name].best, *after[name].best}:
            if _used(before[name], prefix) != _used(after[name], prefix):
                yield name, prefix


def _used(view, prefix):
    route = view.best.get(prefix)
    return route and (route.neighbor, route.attributes.as_path)


@pytest.mark.live
def test_a_live_lab_is_copied_into_the_simulator():
    with Lab(small(), make_engine("live")) as lab:
        lab.hijack("attacker", HALF)
        lab.set_policy("transit", rov=RovMode.OFF)
        lab.set_link("eyeball", "transit", False)
        found = what_if(lab, lambda copy: copy.set_policy("transit", rov=RovMode.DROP))
        assert found.unlike == ()
        assert [moved for change in found.traffic for moved in change.moved] == [
            Moved("customer", "attacker", "customer"),
            Moved("transit", "attacker", "customer"),
        ]


def test_a_speaker_with_a_cache_of_its_own_is_named_because_the_copy_does_not_have_that_cache():
    with Lab("byoip", make_engine("sim")) as lab:
        speakers = dict(lab.topology.speakers)
        speakers["transit-a"] = replace(speakers["transit-a"], rtr="127.0.0.1:3323")
        lab.topology = replace(lab.topology, speakers=speakers)
        found = what_if(lab, lambda copy: copy.add_roa("203.0.113.0/24", 16509))
    assert found.rpki_unlike == ("transit-a follows the cache at 127.0.0.1:3323, in the copy the lab's",)
