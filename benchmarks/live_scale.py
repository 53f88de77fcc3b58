"""How the live engine scales: `python benchmarks/live_scale.py [ASES:PREFIXES ...]` prints a table.

Start is the time until every session is up; converged is the time from the first command until no route is
under way. Memory is what a speaker (ExaBGP and agent) really takes: PSS, shared pages split.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.prefix import Prefix
from lab.engines.live.engine import LiveEngine
from lab.engines.live.labelled_processes import labelled_processes
from lab.engines.live.process_driver import ProcessDriver
from lab.topology.model import ROUTER_ID_BASE, Link, LinkKind, Speaker, Topology


def internet(ases: int, seed: int = 1) -> Topology:
    """A Gao-Rexford graph: three peering transit-free ASes, below them ASes with one or two providers and
    some peers, and a collector that watches them all."""
    rng = random.Random(seed)
    names = [f"as{number}" for number in range(ases)]
    speakers = {
        name: Speaker(name, 4200000000 + number, ROUTER_ID_BASE + 1 + number)
        for number, name in enumerate(names)
    }
    links = [Link(names[a], names[b], LinkKind.PEERING) for a, b in ((0, 1), (0, 2), (1, 2))]
    for number in range(3, ases):
        providers = rng.sample(range(number if number < 12 else number // 2), rng.choice((1, 2, 2)))
        links += [Link(names[number], names[provider], LinkKind.TRANSIT) for provider in providers]
        peer = rng.randrange(3, number + 1)
        if peer not in (number, *providers) and rng.random() < 0.4:
            links.append(Link(names[number], names[peer], LinkKind.PEERING))
    links += [Link(name, "collector", LinkKind.COLLECTING) for name in names]
    speakers["collector"] = Speaker("collector", 64511, ROUTER_ID_BASE + 1 + ases, collector=True)
    return Topology("scale", "Scale", speakers, tuple(links), "collector")


def memory(run_id: str) -> int:
    """The PSS of all processes of a run, in bytes."""
    return sum(pss(pid) for pid, _ in labelled_processes(run_id))


def pss(pid: int | str) -> int:
    """The proportional set size of a process, in bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def measure(ases: int, prefixes: int) -> str:
    """One row of the table."""
    topology = internet(ases)
    names = [speaker.name for speaker in topology.routers()]
    engine = LiveEngine(topology, ProcessDriver())
    began = time.monotonic()
    try:
        engine.start()
        started = time.monotonic()
        for number in range(prefixes):
            prefix = Prefix(4, (198 << 24) + (51 << 16) + (number << 8), 24)
            engine.apply(names[number % ases], Originate(prefix))
        engine.converge(300)
        converged = time.monotonic()
        engine.apply(names[0], StopOriginating(Prefix(4, (198 << 24) + (51 << 16), 24)))
        engine.converge(300)
        withdrawn = time.monotonic()
        routes = sum(len(found) for found in engine.view("collector").adj_in.values())
        assert engine.run is not None
        taken = memory(engine.run.run_id) / len(topology.speakers)
        closing = time.monotonic()
    finally:
        engine.close()
    seconds = (started - began, converged - started, withdrawn - converged, time.monotonic() - closing)
    return (
        f"{ases:5} {len(topology.links):8} {prefixes:8} {routes:12}"
        f" {' '.join(f'{each:11.2f}' for each in seconds)} {taken / 1e6:10.1f}"
    )


def main() -> None:
    """Print the table."""
    sizes = sys.argv[1:] or ["9:100", "25:100", "60:210"]
    print(" ASes sessions prefixes at-collector     start/s converged/s  withdraw/s     close/s MB/speaker")
    for size in sizes:
        ases, prefixes = size.split(":")
        print(measure(int(ases), int(prefixes)), flush=True)


if __name__ == "__main__":
    main()
