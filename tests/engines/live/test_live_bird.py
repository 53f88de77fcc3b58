"""BIRD 2 in the collector's place: what our speakers send is right in somebody else's eyes."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from support.live_lab import prefix, topology_of

from lab.bgp.attributes import NO_EXPORT, parse_community
from lab.bgp.commands import Originate, SetPolicy, StopOriginating
from lab.bgp.prefix import address_text
from lab.engines.base import Engine
from lab.engines.live.driver import BGP_PORT
from lab.engines.live.engine import LiveEngine
from lab.engines.live.process_driver import ProcessDriver
from lab.engines.sim.engine import SimEngine

pytestmark = [pytest.mark.live, pytest.mark.bird]

TOPOLOGY = topology_of(
    "customer -> one", "customer -> two", "one -- two", "one -> top", "two -> top", "other -> top"
)
ROUTERS = [speaker.name for speaker in TOPOLOGY.routers()]
V4 = [prefix(f"198.51.100.{n}/32") for n in range(12)]
V6 = [prefix(f"2001:db8:{n:x}::/48") for n in range(4)]


class AddressedDriver(ProcessDriver):
    """A process driver that remembers the addresses it gave."""

    def prepare(self, topology, run, external=()):
        self.places = super().prepare(topology, run, external)
        return self.places


class Bird:
    """A BIRD that collects: one passive session with every speaker, nothing exported."""

    def __init__(self, directory, addresses):
        self.directory = directory
        collector = TOPOLOGY.speakers["collector"]
        sessions = "".join(
            f"""
protocol bgp as_{name} {{
  local {addresses["collector"]} port {BGP_PORT} as {collector.asn};
  neighbor {addresses[name]} port {BGP_PORT} as {TOPOLOGY.speakers[name].asn};
  strict bind yes; multihop; passive yes;
  ipv4 {{ table t4_{name}; import all; export none; }};
  ipv6 {{ table t6_{name}; import all; export none; next hop address 2001:2::1; }};
}}
"""
            for name in ROUTERS
        )
        tables = "".join(f"ipv4 table t4_{name};\nipv6 table t6_{name};\n" for name in ROUTERS)
        router_id = address_text(4, collector.router_id)
        (directory / "bird.conf").write_text(
            f"router id {router_id};\n{tables}protocol device {{}}\n{sessions}"
        )
        self.process = subprocess.Popen(
            [
                _program("bird"), "-f", "-c", str(directory / "bird.conf"),
                "-s", str(directory / "ctl"), "-P", str(directory / "pid"),
            ],
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, question: str) -> str:
        command = [_program("birdc"), "-s", str(self.directory / "ctl"), question]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def routes(self, name: str) -> dict[str, tuple]:
        """What BIRD holds from one speaker: by prefix the AS path, communities, large communities, OTC."""
        found = {}
        for table in (f"t4_{name}", f"t6_{name}"):
            current = None
            for line in self.ask(f"show route table {table} all").splitlines():
                if match := re.match(r"([0-9a-f.:]+/\d+) ", line):
                    current = found.setdefault(match[1], {})
                elif current is not None and (match := re.match(r"\tBGP\.([\w.]+): ?(.*)", line)):
                    current[match[1]] = match[2].strip()
        return {
            text: (
                tuple(int(asn) for asn in attributes["as_path"].split()),
                sorted(attributes.get("community", "").replace(" ", "").strip("()").split(")(")),
                attributes.get("large_community", ""),
                attributes.get("otc", ""),
            )
            for text, attributes in found.items()
        }

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def _program(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"


def expected_routes(engine: Engine, name: str) -> dict[str, tuple]:
    """What a collector of ours holds from one speaker, in the form of `Bird.routes`."""
    return {
        str(held): (
            route.attributes.as_path,
            sorted(f"{c >> 16},{c & 0xFFFF}" for c in route.attributes.communities) or [""],
            "".join(f"({a}, {b}, {c})" for a, b, c in route.attributes.large_communities),
            str(route.attributes.otc or ""),
        )
        for held, routes in engine.view("collector").adj_in.items()
        for route in routes
        if route.neighbor == name
    }


def announce(engine: Engine) -> None:
    """Routes of every speaker with all that can be on them; some withdrawn again, one that may not leave."""
    for name in ROUTERS:
        engine.apply(name, SetPolicy(otc=True))
    for number, each in enumerate(V4 + V6):
        command = Originate(
            each,
            prepend=number % 3,
            communities=(parse_community(f"64496:{number}"), parse_community("64500:1")),
            large_communities=((64496, number, 1),) if number % 2 else (),
        )
        engine.apply(ROUTERS[number % len(ROUTERS)], command)
    engine.apply("other", Originate(prefix("203.0.113.0/24"), communities=(NO_EXPORT,)))
    for each in V4[::4]:
        engine.apply(ROUTERS[V4.index(each) % len(ROUTERS)], StopOriginating(each))
    engine.converge()


def test_bird_in_the_collectors_place_holds_what_every_speaker_must_send(tmp_path):
    sim = SimEngine(TOPOLOGY)
    sim.start()
    announce(sim)
    expected = {name: expected_routes(sim, name) for name in ROUTERS}
    driver = AddressedDriver()
    lab = LiveEngine(TOPOLOGY, driver, external={"collector"})
    bird = None
    try:
        lab.start()
        bird = Bird(tmp_path, {name: place.address for name, place in driver.places.items()})
        announce(lab)
        end = lab.now() + 30
        while (seen := {name: bird.routes(name) for name in ROUTERS}) != expected and lab.now() < end:
            lab.advance(0.1)
        assert seen == expected
        for name in ROUTERS:
            best = lab.view(name).best
            assert {text: held[0][1:] for text, held in seen[name].items()} == {
                str(held): route.attributes.as_path
                for held, route in best.items()
                if route.is_own or NO_EXPORT not in route.attributes.communities
            }
        assert {state.established for state in lab.sessions() if state.b == "collector"} == {True}
    finally:
        lab.close()
        if bird is not None:
            bird.close()
