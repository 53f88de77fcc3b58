"""Every file in topologies/ is sound, documented, and its scenario holds whatever the order of messages.

That the scenarios end alike on live speakers is tests/engines/test_engines_agree.py.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from support.agreement import failures, run_to_the_end

from lab.bgp.events import BestPathChanged
from lab.bgp.prefix import Prefix
from lab.engines.base import EngineError
from lab.scenario.engines import make_engine
from lab.scenario.lab import Lab, LabError
from lab.scenario.running import run_scenario, run_steps
from lab.topology import loading
from lab.topology.cloud_steps import AwsStep
from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.lint import lint
from lab.topology.loading import shipped
from lab.topology.model import Topology
from lab.topology.steps import Expect, Hijack, Probe, SetStep, Withdraw

ONLY_TOPOLOGIES = {"aws-byoip", "byoip", "cloudflare-byoip", "multihomed"}
"""Files that others take their ases from; they have no scenario."""
DELIBERATE_LINTS = {
    "max-length": {"loose-max-length"},
}
CLOUDS = {"aws": 16509, "cloudflare": 13335}
DOCUMENTATION = [
    Prefix.parse(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "198.18.0.0/15")
]
"""RFC 5737 and RFC 3849; RFC 2544 for the addresses of the routers themselves."""
SEEDS = 20
"""How many orders of messages every scenario is held against."""
FEW_SEEDS = 2
"""How many of them in the fast run."""
NO_CHANGE_INTENDED = ("wait", "kill")
"""Steps whose lesson is that the outcome is the same as without them."""

SEED_ROWS = {
    "aws-byoip-move": (52, 57, 61, 69),
    "aws-byoip-paperwork": (6, 14, 17, 20, 27, 30, 37, 38, 39, 44),
    "aws-byoip-still-announced": (50, 51),
    "aws-ipam": (76, 84, 96, 97, 99, 107, 108, 110, 113),
    "byoip-to-aws": (51,),
    "cloudflare-attack": (122, 172, 215, 220, 221, 222),
    "cloudflare-attack-wrong-order": (215, 216, 220, 221),
    "cloudflare-magic-transit": (159, 163, 167, 172, 174, 208, 232, 233),
    "cloudflare-onboarding": (122, 124, 131, 136, 146, 157, 169, 178, 184, 197, 215, 216, 220),
    "cloudflare-paperwork": (128, 130, 137, 142, 148, 255, 268),
    "make-before-break-to-cloudflare": (220, 221, 222),
    "more-specific-at-cloudflare": (223,),
    "urpf-strict-dsr": (232,),
    "urpf-loose-dsr": (233,),
}
"""The rows of the seed inventory that a scenario shows."""

SCENARIOS = sorted(set(shipped()) - ONLY_TOPOLOGIES)
every_file = pytest.mark.parametrize("name", sorted(shipped()))
every_scenario = pytest.mark.parametrize("name", SCENARIOS)


@cache
def load(name: str) -> Topology:
    """The topology of that name, read once: nothing changes a Topology."""
    return loading.load(name)


@every_file
def test_a_shipped_file_has_no_errors_and_only_deliberate_lints(name):
    topology = load(name)
    assert {found.code for found in lint(topology)} == DELIBERATE_LINTS.get(name, set())
    assert topology.name == name, "the file's name is the lab's"
    assert topology.title


@every_file
def test_a_shipped_file_is_in_the_table_of_the_readme(name):
    readme = next(iter(shipped().values())).with_name("README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1
    assert all(cell.strip() for cell in rows[0].strip("|").split("|"))


def test_the_readme_names_no_file_that_is_not_there():
    readme = next(iter(shipped().values())).with_name("README.md").read_text(encoding="utf-8")
    named = [line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")]
    assert sorted(named) == sorted(shipped())


@pytest.mark.parametrize("name", sorted(ONLY_TOPOLOGIES))
def test_a_topology_without_a_scenario_is_quiet(name):
    topology = load(name)
    assert not topology.steps
    with Lab(topology, make_engine("sim")) as lab:
        assert lab.alerts() == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.seed(*SEED_ROWS[name]) if name in SEED_ROWS else ())
        for name in SCENARIOS
    ],
)
@pytest.mark.parametrize("seeds", [FEW_SEEDS, pytest.param(SEEDS, marks=pytest.mark.slow)])
def test_a_shipped_scenario_holds_and_ends_alike_whatever_the_order_of_messages(name, seeds):
    topology = load(name)
    ends = []
    for seed in range(seeds):
        report, end = run_to_the_end(topology, make_engine("sim", seed=seed))
        assert failures(report) == [], f"with seed {seed}"
        assert report.expectations > 0
        ends.append(end)
    assert all(end == ends[0] for end in ends)


@every_scenario
def test_a_shipped_scenario_tells_what_to_look_at(name):
    notes = [step.body for step in load(name).steps if step.kind == "note"]
    assert len(notes) >= 2
    assert load(name).steps[0].kind == "note", "a scenario starts with what there is to see"


@pytest.mark.slow
@every_scenario
def test_without_any_one_action_some_expectation_of_a_shipped_scenario_fails(name):
    topology = load(name)
    for index, step in enumerate(topology.steps):
        if step.kind in NO_CHANGE_INTENDED or _only_looks(step.body):
            continue
        without = replace(topology, steps=topology.steps[:index] + topology.steps[index + 1 :])
        assert _fails(without), f"line {step.line}: nothing depends on this {step.kind} step"


def _only_looks(body: object) -> bool:
    """Notes, expectations, packets, and API calls that are to be refused or change nothing."""
    if isinstance(body, AwsStep):
        return body.error is not None or body.operation.startswith(("Describe", "Get"))
    if isinstance(body, CloudflareStep):
        return body.error is not None
    return isinstance(body, (str, Expect, Probe))


@pytest.mark.parametrize(
    ("name", "careless"),
    [
        ("byoip-to-aws", "transit-a"),
        ("byoip-to-aws-without-roa", "transit-a"),
        ("blackhole", "upstream-a"),
        ("blackhole", "upstream-b"),
        ("hijack-subprefix-rov", "transit-a"),
        ("prefer-valid", "transit-a"),
        ("roa-mismatch", "transit-a"),
        ("demo", "transit-a"),
        ("aws-byoip-roa-removed", "transit-a"),
    ],
)
def test_a_scenario_fails_when_an_as_it_relies_on_does_not_validate(name, careless):
    topology = load(name)
    speaker = topology.speakers[careless]
    policy = replace(speaker.policy, rov=type(speaker.policy.rov)("off"))
    assert policy != speaker.policy
    speakers = {**topology.speakers, careless: replace(speaker, policy=policy)}
    assert _fails(replace(topology, speakers=speakers))


@pytest.mark.parametrize("name", ["hijack-exact-rov", "hijack-subprefix-rov"])
def test_a_hijack_with_validation_fails_its_expectations_without(name):
    topology = load(name)
    kept = tuple(step for step in topology.steps if not isinstance(step.body, SetStep))
    assert any(isinstance(step.body, Hijack) for step in kept)
    assert _fails(replace(topology, steps=kept))


def _fails(topology: Topology) -> bool:
    try:
        with Lab(topology, make_engine("sim")) as lab:
            return any(not result.met for result in run_steps(lab, topology.steps))
    except (LabError, EngineError):
        return True


def test_a_withdrawal_makes_a_router_hunt_through_ever_longer_paths():
    topology = load("withdrawal-path-hunting")
    with Lab(topology, make_engine("sim")) as lab:
        report = run_scenario(lab)
    fails = next(result for result in report.results if result.step.kind == "link")
    tried = [
        len(event.path)
        for event in fails.events
        if isinstance(event, BestPathChanged) and event.at == "n5" and event.path is not None
    ]
    assert tried == sorted(tried), "none is shorter than the last"
    assert tried[0] == 3
    assert set(tried) == {3, 4, 5, 8}, "one hop longer each time, then the prepended backup"


def test_the_way_back_from_a_withdrawal_needs_one_change_at_each_router():
    topology = load("withdrawal-path-hunting")
    with Lab(topology, make_engine("sim")) as lab:
        report = run_scenario(lab)
    _, mended = [result for result in report.results if result.step.kind == "link"]
    changes = [event.at for event in mended.events if isinstance(event, BestPathChanged)]
    assert changes.count("n5") == 1


@pytest.mark.parametrize(
    "name", ["aws-byoip-move", "byoip-to-aws", "cloudflare-attack", "make-before-break-to-cloudflare"]
)
@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.slow if seed >= FEW_SEEDS else ()) for seed in range(SEEDS)]
)
def test_in_the_right_order_no_router_is_without_a_route_at_any_moment(name, seed):
    """Not only between the steps. Only who withdraws has a moment without a route: nobody told it another.

    The sites of a cloud do not count: with one AS for all, they take no routes from each other.
    """
    topology = load(name)
    with Lab(topology, make_engine("sim", seed=seed)) as lab:
        report = run_scenario(lab)
    sites = {speaker.name for speaker in topology.routers() if len(topology.names_of(speaker.asn)) > 1}
    for result in report.results:
        withdrawing = result.step.body.source if isinstance(result.step.body, Withdraw) else None
        assert {
            event.at
            for event in result.events
            if isinstance(event, BestPathChanged) and event.path is None and event.at != withdrawing
        } - sites == set()


def test_in_the_wrong_order_every_router_loses_its_route():
    with Lab(load("break-before-make-to-cloudflare"), make_engine("sim")) as lab:
        report = run_scenario(lab)
        routers = {speaker.name for speaker in lab.topology.routers()}
    lost = {
        event.at
        for result in report.results
        for event in result.events
        if isinstance(event, BestPathChanged) and event.path is None
    }
    assert lost == routers


@every_file
def test_a_shipped_file_uses_documentation_space_only_and_the_asns_of_the_clouds(name):
    topology = load(name)
    for speaker in topology.speakers.values():
        documentation = 64496 <= speaker.asn <= 64511 or 65536 <= speaker.asn <= 65551
        assert documentation or speaker.asn == CLOUDS[speaker.cloud]
    used = [prefix for speaker in topology.speakers.values() for prefix in speaker.prefixes]
    used += [vrp.prefix for vrp in topology.vrps] + [holding.prefix for holding in topology.registry]
    for body in (step.body for step in topology.steps):
        if isinstance(body, Probe):
            used += [each.host for each in (body.source, body.destination) if each is not None]
        elif getattr(body, "prefix", None):
            used.append(body.prefix)
    assert [str(each) for each in used if not any(space.covers(each) for space in DOCUMENTATION)] == []
