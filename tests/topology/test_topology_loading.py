from __future__ import annotations

from pathlib import Path

import pytest

from lab.bgp.prefix import Prefix
from lab.bgp.relationship import Relationship
from lab.bgp.rov import RovMode, Vrp
from lab.topology.loading import load, parse, shipped
from lab.topology.model import Link, LinkKind, Topology, UrpfMode
from lab.topology.problems import TopologyError
from lab.topology.steps import Announce, Expect, Wait

TWO = "name: two\nases: {a: {asn: 64496}, b: {asn: 64500}}\n"


@pytest.mark.parametrize("name", shipped())
def test_what_ships_loads_by_name_and_by_path(name: str) -> None:
    assert load(name) == load(shipped()[name])


def test_byoip_is_the_lab_of_the_story() -> None:
    topology = load("byoip")
    assert [speaker.name for speaker in topology.routers()] == [
        "customer", "transit-a", "transit-b", "aws", "cloudflare", "eyeball", "attacker",
    ]  # fmt: skip
    assert topology.speakers["aws"].cloud == "aws"
    assert topology.speakers["transit-a"].policy.rov is RovMode.DROP
    assert topology.link("eyeball", "transit-b").delay == pytest.approx(0.02)
    assert topology.steps == ()


def test_arrows_say_who_pays() -> None:
    topology = parse(
        "name: x\nases: {a: {asn: 64496}, b: {asn: 64497}, c: {asn: 64498}, rs: {asn: 64499}}\n"
        "links: [a -> b, b -- c, rs => a]\n"
    )
    assert topology.link("a", "b").relationship_from("a") is Relationship.PROVIDER
    assert topology.link("b", "c").relationship_from("c") is Relationship.PEER
    assert topology.link("rs", "a").relationship_from("a") is Relationship.ROUTE_SERVER


def test_link_attributes_are_for_both_ends_or_by_end() -> None:
    topology = parse(
        TWO + "links: [{link: a -> b, urpf: loose, delay: 20ms, local_pref: {a: 50}, prepend: {b: 2}}]\n"
    )
    assert topology.links[0] == Link(
        "a", "b", LinkKind.TRANSIT, 0.02, {"a": UrpfMode.LOOSE, "b": UrpfMode.LOOSE}, {"a": 50}, {"b": 2}
    )
    assert topology.router_config("b").neighbors[0].prepend == 2


def test_router_ids_follow_file_order() -> None:
    topology = parse(TWO)
    assert [speaker.router_id for speaker in topology.speakers.values()] == [
        0xC6120001,
        0xC6120002,
        0xC6120003,
    ]


def test_every_router_is_collected_from() -> None:
    topology = parse(TWO)
    assert topology.collector == "collector"
    assert topology.speakers["collector"].asn == 65551
    assert [str(link) for link in topology.links] == ["a collecting collector", "b collecting collector"]


def test_an_added_collector_takes_a_free_name_and_asn() -> None:
    topology = parse("name: x\nases: {collector: {asn: 65551}, collector-2: {asn: 65550}}\n")
    assert topology.collector == "collector-3"
    assert topology.speakers["collector-3"].asn == 65549


def test_a_declared_collector_keeps_its_name_and_place() -> None:
    topology = parse("name: x\nases: {watch: {asn: 64511, collector: true}, a: {asn: 64496}}\n")
    assert topology.collector == "watch"
    assert topology.links == (Link("a", "watch", LinkKind.COLLECTING),)
    assert [speaker.name for speaker in topology.routers()] == ["a"]


def test_a_roa_without_max_length_allows_its_own_length_only() -> None:
    topology = parse(
        TWO + "roas: [{prefix: 203.0.113.0/24, asn: 64496}, {prefix: 192.0.2.0/24, asn: 0, max_length: 32}]\n"
    )
    assert topology.vrps == (
        Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496),
        Vrp(Prefix.parse("192.0.2.0/24"), 32, 0),
    )


def test_a_step_knows_its_line() -> None:
    topology = parse(
        TWO + "scenario:\n  - wait: {for: 5h}\n\n  - note: |\n      two\n      lines\n", "x.yaml"
    )
    assert [(step.kind, step.line, step.file) for step in topology.steps] == [
        ("wait", 4, "x.yaml"),
        ("note", 6, "x.yaml"),
    ]
    assert topology.steps[0].body == Wait(duration=18000.0)
    assert topology.steps[1].body == "two\nlines\n"


def test_an_expectation_may_be_about_a_route_a_share_an_alert_or_a_probe() -> None:
    topology = parse(
        TWO + "links: [a -> b]\n"
        "scenario:\n"
        "  - expect: {at: a, prefix: 203.0.113.0/24, via: b, path: [64500], rov: not-found, within: 5s}\n"
        "  - expect: {at: a, prefix: 203.0.113.0/24, unreachable: true}\n"
        "  - expect: {prefix: 203.0.113.0/24, share: {a: '< 50%', b: 100%}}\n"
        "  - expect: {alert: moas, prefix: 203.0.113.0/24, by: b}\n"
        "  - expect: {no_alert: true}\n"
        "  - expect: {no_alert: route-leak, by: a}\n"
        "  - probe: {from: a, source: 192.0.2.1, destination: 203.0.113.9}\n"
        "  - expect: {probe: dropped, at: b, reason: urpf-strict}\n"
    )
    assert [type(step.body) for step in topology.steps].count(Expect) == 7


def test_a_step_of_code_equals_the_step_of_a_file() -> None:
    topology = parse(
        TWO + "scenario: [{announce: {from: a, prefix: 203.0.113.0/24, communities: [no-export]}}]\n"
    )
    prefix = Prefix.parse("203.0.113.0/24")
    assert topology.steps[0].body == Announce(source="a", prefix=prefix, communities=("no-export",))


def test_a_scenario_file_takes_its_ases_from_another(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(TWO + "title: base\nroas: [{prefix: 203.0.113.0/24, asn: 64496}]\n")
    extension = tmp_path / "more.yaml"
    extension.write_text("topology: base.yaml\ntitle: more\nroas: []\nscenario:\n  - kill: {as: b}\n")
    topology = load(extension)
    assert (topology.name, topology.title, topology.vrps) == ("two", "more", ())
    assert list(topology.speakers) == ["a", "b", "collector"]
    assert (topology.steps[0].file, topology.steps[0].line) == (str(extension), 5)


def test_what_an_extension_leaves_out_is_the_bases() -> None:
    base, extended = load("byoip"), parse("topology: byoip\nname: mine\n")
    assert extended.name == "mine"
    assert extended.vrps == base.vrps
    assert extended.registry == base.registry


def test_a_link_out_of_the_directory_is_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "base.yaml").write_text(TWO)
    (inside / "base.yaml").symlink_to(outside / "base.yaml")
    (inside / "more.yaml").write_text("topology: base.yaml\n")
    with pytest.raises(TopologyError, match="outside this file's directory"):
        load(inside / "more.yaml")


def test_a_text_without_a_directory_cannot_name_a_file() -> None:
    with pytest.raises(TopologyError, match="in no directory"):
        parse("topology: base.yaml\n")


def written(topology: Topology) -> str:
    """The topology as a file again, in another notation than the examples use."""
    lines = [f"name: {topology.name}", f"title: {topology.title!r}", "ases:"]
    for s in topology.speakers.values():
        prefixes = ", ".join(f'"{prefix}"' for prefix in s.prefixes)
        lines += [
            f"  {s.name}:",
            f"    asn: {s.asn}",
            f"    prefixes: [{prefixes}]",
            f"    rov: {s.policy.rov.value}",
        ]
        lines += [f"    urpf: {s.urpf.value}", f"    collector: {str(s.collector).lower()}"]
        lines += [f"    cloud: {s.cloud}"] if s.cloud else []
    lines.append("links:")
    for link in topology.links:
        delay = f", delay: {link.delay * 1000:g}ms" if link.delay is not None else ""
        if link.kind is not LinkKind.COLLECTING:
            lines.append(f"  - {{link: {link}{delay}}}")
    lines.append("registry:")
    lines += [
        f'  - {{prefix: "{h.prefix}", rir: {h.rir}, status: {h.status}, holder: {h.holder}}}'
        for h in topology.registry
    ]
    lines.append("roas:")
    lines += [
        f'  - {{prefix: "{v.prefix}", asn: {v.asn}, max_length: {v.max_length}}}' for v in topology.vrps
    ]
    return "\n".join(lines) + "\n"


def test_a_topology_written_out_reads_back_the_same() -> None:
    topology = load("byoip")
    assert parse(written(topology)) == topology
