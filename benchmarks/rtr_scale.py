"""How RTR scales: `python benchmarks/rtr_scale.py [VRPS]` serves a table with our server and with StayRTR.

rtrclient (RTRlib) and our own client fetch everything from both, in turn: the median seconds from the start
of the client until it holds the table, and the memory (PSS) of the servers before they came and after. The
last column is our server's figure over StayRTR's. It needs rtrclient and stayrtr.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from live_scale import pss

from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.rov import Vrp
from lab.rtr.address import TcpAddress
from lab.rtr.cache import Cache
from lab.rtr.client import RtrClient, fetch
from lab.rtr.errors import FetchError
from lab.rtr.server import RtrServer, random_session_id

TIMES = 5
PATIENCE = 120.0


def random_vrps(count: int, seed: int = 1) -> list[Vrp]:
    """VRPs of the lengths that the Internet has, a fifth of them IPv6."""
    rng = random.Random(seed)
    found: set[Vrp] = set()
    while len(found) < count:
        version, lengths, longest = (4, (16, 24), 24) if rng.random() < 0.8 else (6, (29, 48), 48)
        length = rng.randint(*lengths)
        prefix = Prefix(version, rng.getrandbits(WIDTH[version]), WIDTH[version]).supernet(length)
        found.add(Vrp(prefix, rng.randint(length, longest), rng.randint(1, 400_000)))
    return sorted(found)


def serve(count: int, pipe: Connection) -> None:
    """Our server in a process of its own: says its port, serves, and on a word changes one VRP."""
    vrps = random_vrps(count)
    with RtrServer(Cache(random_session_id()), [TcpAddress("127.0.0.1", 0)], notify_interval=0) as server:
        server.update(vrps)
        pipe.send(server.addresses[0].port)
        while pipe.recv() == "change":
            vrps = vrps[1:]
            server.update(vrps)
            pipe.send("changed")


@contextmanager
def ours(count: int) -> Iterator[tuple[int, int, Connection]]:
    """The port and process of our server, and the pipe to it."""
    context = multiprocessing.get_context("spawn")
    pipe, other = context.Pipe()
    process = context.Process(target=serve, args=(count, other))
    process.start()
    port = pipe.recv()
    yield port, process.pid or 0, pipe
    pipe.send("end")
    process.join()


@contextmanager
def stayrtr(vrps: list[Vrp], directory: Path) -> Iterator[tuple[int, int]]:
    """The port and process of a StayRTR with the same VRPs."""
    roas = [{"prefix": str(v.prefix), "maxLength": v.max_length, "asn": v.asn, "ta": "x"} for v in vrps]
    (directory / "vrps.json").write_text(json.dumps({"metadata": {}, "roas": roas}))
    port, metrics = free_port(), free_port()
    process = subprocess.Popen(
        ["stayrtr", "-bind", f"127.0.0.1:{port}", "-cache", "vrps.json", "-checktime=false",
         "-metrics.addr", f"127.0.0.1:{metrics}", "-loglevel", "error"],
        cwd=directory,
    )  # fmt: skip
    while True:
        try:
            if len(fetch(TcpAddress("127.0.0.1", port), PATIENCE).vrps) == len(vrps):
                break
        except FetchError:
            time.sleep(0.1)
    yield port, process.pid
    process.terminate()
    process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def rtrclient(port: int, count: int) -> float:
    """Seconds until rtrclient says that it has the whole table."""
    began = time.perf_counter()
    command = ["rtrclient", "-s", "tcp", "127.0.0.1", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr or ():
            if found := re.search(r"Sync successful, received (\d+) Prefix PDUs", line):
                assert int(found[1]) == count
                return time.perf_counter() - began
    finally:
        process.kill()
        process.communicate()
    raise RuntimeError("rtrclient gave up")


def our_client(port: int, count: int) -> float:
    """The same for ours."""
    began = time.perf_counter()
    assert len(fetch(TcpAddress("127.0.0.1", port), PATIENCE).vrps) == count
    return time.perf_counter() - began


def change(port: int, pipe: Connection) -> float:
    """Seconds from the order to change one VRP until a client of ours holds the new table."""
    with RtrClient(TcpAddress("127.0.0.1", port)) as client:
        assert client.wait_until(lambda held: held is not None, PATIENCE)
        before = client.held
        began = time.perf_counter()
        pipe.send("change")
        assert client.wait_until(lambda held: held is not before, PATIENCE)
        seconds = time.perf_counter() - began
        pipe.recv()
    return seconds


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    vrps = random_vrps(count)
    clients: dict[str, Callable[[int, int], float]] = {"rtrclient": rtrclient, "our client": our_client}
    with (
        tempfile.TemporaryDirectory() as directory,
        stayrtr(vrps, Path(directory)) as (their_port, their_pid),
        ours(count) as (our_port, our_pid, pipe),
    ):
        print(f"{count} VRPs{'our server':>26}{'StayRTR':>12}{'ratio':>8}")
        before = pss(our_pid), pss(their_pid)
        first = rtrclient(our_port, count)
        for name, client in clients.items():
            seconds = [(client(our_port, count), client(their_port, count)) for _ in range(TIMES)]
            mine, theirs = (statistics.median(each) for each in zip(*seconds, strict=True))
            print(f"{name + ' (s)':<24}{mine:>12.2f}{theirs:>12.2f}{mine / theirs:>8.2f}")
        print(f"{'rtrclient, first (s)':<24}{first:>12.2f}")
        print(f"{'one VRP changed (s)':<24}{change(our_port, pipe):>12.2f}")
        for name, mine, theirs in (("before", *before), ("after", pss(our_pid), pss(their_pid))):
            print(f"{f'memory {name} (MB)':<24}{mine / 1e6:>12.1f}{theirs / 1e6:>12.1f}{mine / theirs:>8.2f}")


if __name__ == "__main__":
    main()
