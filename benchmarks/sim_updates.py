"""Route updates per second through `lab.bgp` in the simulator, on networkx.random_internet_as_graph(1000).

python benchmarks/sim_updates.py [ASES] [PREFIXES]
"""

from __future__ import annotations

import sys
import time

import networkx as nx

from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.prefix import Prefix
from lab.engines.sim.engine import SimEngine
from lab.topology.model import ROUTER_ID_BASE, Link, LinkKind, Speaker, Topology


def internet(ases: int, seed: int = 1) -> Topology:
    """The graph of Elmokashfi, Kvalbein and Dovrolis (2010) as a lab without a collecting link."""
    graph = nx.random_internet_as_graph(ases, seed=seed)
    speakers = {f"as{node}": Speaker(f"as{node}", node + 1, ROUTER_ID_BASE + node + 1) for node in graph}
    links = []
    for a, b, data in graph.edges(data=True):
        if data["type"] == "peer":
            links.append(Link(f"as{a}", f"as{b}", LinkKind.PEERING))
        else:
            customer = int(data["customer"])
            links.append(Link(f"as{customer}", f"as{b if customer == a else a}", LinkKind.TRANSIT))
    return Topology("internet", "", speakers, tuple(links), collector="")


def run(topology: Topology, prefixes: int, record: bool) -> tuple[int, float]:
    """Announce from stubs spread over the graph, then withdraw everything; updates delivered and seconds."""
    engine = SimEngine(topology, record=record)
    engine.start()
    names = list(topology.speakers)
    origins = [names[-1 - index * (len(names) // prefixes // 2)] for index in range(prefixes)]
    plan = [(name, Prefix(4, 0x0A000000 + (index << 8), 24)) for index, name in enumerate(origins)]
    start = time.perf_counter()
    for name, prefix in plan:
        engine.apply(name, Originate(prefix))
    engine.converge(3600)
    for name, prefix in plan:
        engine.apply(name, StopOriginating(prefix))
    engine.converge(3600)
    return engine.delivered, time.perf_counter() - start


def main() -> None:
    ases, prefixes = (int(value) for value in (*sys.argv[1:], 1000, 50)[:2])
    topology = internet(ases)
    for record in (False, True):
        delivered, seconds = run(topology, prefixes, record)
        print(
            f"{ases} ASes, {len(topology.links)} links, {prefixes} prefixes announced and withdrawn, "
            f"events {'kept' if record else 'not kept'}: {delivered} updates in {seconds:.2f} s = "
            f"{delivered / seconds:,.0f} updates/s"
        )


if __name__ == "__main__":
    main()
