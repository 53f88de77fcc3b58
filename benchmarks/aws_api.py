"""How fast the AWS of a lab answers boto3: `python benchmarks/aws_api.py [--moto PYTHON] [--rounds N]`.

Three servers on loopback: a lab on the simulator, the same with `--state`, and moto's server, which has no
BYOIP and answers DescribeAddresses instead. An answer lists five ranges, or addresses. Clients are processes
of their own and go from server to server, so that other work on the machine meets them all. Each figure is
the median of the rounds: calls per second of all clients together, its ratio to moto's of the same round and
number of clients, and latency. CPU is the server's own per call, over all rounds.

moto is run by the interpreter that `--moto` names, or as `moto_server`; where there is none it is left out.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Final

from aws_servers import LISTED, Account, Call, Client, Server, lab, moto, provision
from live_scale import pss

CLIENTS: Final = (1, 4)
LISTINGS: Final = 100
"""Calls of a client in a round, and the same for calls that are refused."""
PROVISIONS: Final = 10
"""Ranges that a client brings in a round."""

Order = list[tuple[Account, Call]]
Key = tuple[str, str, int]
"""What was called, the server and how many clients."""


@dataclass(frozen=True, slots=True)
class Burst:
    """One round of one row. Latencies and CPU are in milliseconds."""

    rate: float
    median: float
    p95: float
    cpu: float


def work(pipe: Connection) -> None:
    """A client: told a URL, an order and the code to expect, it tells when it began and had each answer."""
    clients: dict[str, Client] = {}
    while asked := pipe.recv():
        url, order, expected = asked
        if url not in clients:
            clients[url] = Client(url)
        times = [perf_counter()]
        for account, call in order:
            if (code := clients[url].call(account, call)) != expected:
                raise SystemExit(f"{call[0]} was answered with {code!r}, expected {expected!r}")
            times.append(perf_counter())
        pipe.send(times)


@contextmanager
def workers(count: int, client: Callable[[Connection], None]) -> Iterator[list[Connection]]:
    """So many clients, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    pipes = []
    for _ in range(count):
        pipe, other = context.Pipe()
        context.Process(target=client, args=(other,), daemon=True).start()
        other.close()
        pipes.append(pipe)
    yield pipes
    for pipe in pipes:
        pipe.send(None)


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def burst(server: Server, pipes: Sequence[Connection], orders: Sequence[Order], code: str = "") -> Burst:
    """Have each client carry out an order, at the same time."""
    return measured(server.pid, pipes, [(server.url, order, code) for order in orders])


def measured(pid: int, pipes: Sequence[Connection], orders: Sequence[object]) -> Burst:
    """Send each client its order at the same time, and take from each when it began and had each answer."""
    used = cpu(pid)
    for pipe, order in zip(pipes, orders, strict=True):
        pipe.send(order)
    times = [pipe.recv() for pipe in pipes]
    seconds = max(each[-1] for each in times) - min(each[0] for each in times)
    latencies = sorted(later - earlier for each in times for earlier, later in pairwise(each))
    return Burst(
        len(latencies) / seconds,
        1000 * statistics.median(latencies),
        1000 * latencies[math.ceil(0.95 * len(latencies)) - 1],
        1000 * (cpu(pid) - used) / len(latencies),
    )


class Ranges:
    """Ranges that nobody has brought to a server, each with an account that may still bring it."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._next = ((accounts[n // LISTED], n) for n in range(LISTED, LISTED * len(accounts)))

    def order(self, count: int) -> Order:
        """So many."""
        return [
            (account, provision(account, number))
            for account, number in (next(self._next) for _ in range(count))
        ]


def turn(server: Server, pipes: Sequence[Connection], ranges: Ranges) -> dict[str, Burst]:
    """One burst of each row that the server has, by its name."""
    first = server.accounts[0]
    listing: Order = [(first, server.listing)] * LISTINGS
    rows = {server.listing[0]: burst(server, pipes, [listing] * len(pipes))}
    if server.name != "moto":
        bringing = [ranges.order(PROVISIONS) for _ in pipes]
        rows["provision_byoip_cidr"] = burst(server, pipes, bringing)
        again: Order = [(first, provision(first, 0))] * LISTINGS
        rows["provision_byoip_cidr, refused"] = burst(server, pipes, [again] * len(pipes), "IncorrectState")
    return rows


def measure(servers: Sequence[Server], rounds: int) -> dict[Key, list[Burst]]:
    """Every row, as often as there are rounds."""
    found: dict[Key, list[Burst]] = {}
    ranges = {server.name: Ranges(server.accounts) for server in servers}
    with workers(max(CLIENTS), work) as pipes:
        for server in servers:  # so that every client has its connection, and the server all it imports
            burst(server, pipes, [[(server.accounts[0], server.listing)] * 10] * len(pipes))
        for _ in range(rounds):
            for count in CLIENTS:
                for server in servers:
                    for what, row in turn(server, pipes[:count], ranges[server.name]).items():
                        found.setdefault((what, server.name, count), []).append(row)
    return found


def report(found: dict[Key, list[Burst]]) -> None:
    """The table of calls."""
    moto_rates = {
        count: [each.rate for each in bursts] for (_, name, count), bursts in found.items() if name == "moto"
    }
    print(f"{'':31} {'server':12} clients  calls/s  to moto  median/ms  p95/ms  CPU/ms")
    for (what, name, count), bursts in sorted(found.items()):
        theirs = moto_rates.get(count)
        ratio = (
            statistics.median(b.rate / t for b, t in zip(bursts, theirs, strict=True)) if theirs else math.nan
        )
        rate, median, p95 = (
            statistics.median(getattr(each, column) for each in bursts)
            for column in ("rate", "median", "p95")
        )
        used = statistics.mean(each.cpu for each in bursts)  # its clock is too coarse for one round
        print(f"{what:31} {name:12} {count:7} {rate:8.0f} {ratio:8.2f} {median:10.1f} {p95:7.1f} {used:7.2f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moto", metavar="PYTHON", help="an interpreter that has moto[server]")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    accounts = 1 + math.ceil(options.rounds * PROVISIONS * sum(CLIENTS) / LISTED)
    command = [options.moto, "-m", "moto.server"] if options.moto else ["moto_server"]
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        directory = Path(temporary)
        state = ("--state", str(directory / "state.sqlite"))
        servers = [stack.enter_context(lab("lab", directory, accounts))]
        servers.append(stack.enter_context(lab("lab --state", directory, accounts, *state)))
        if shutil.which(command[0]):
            servers.append(stack.enter_context(moto(command)))
        else:
            print(f"without moto: there is no {command[0]}; name an interpreter that has it with --moto")
        began = {server.name: pss(server.pid) for server in servers}
        report(measure(servers, options.rounds))
        print(f"\n{'':12} up (s)  first call (s)  MB then  MB at the end")
        for each in servers:
            sizes = f"{began[each.name] / 1e6:8.0f} {pss(each.pid) / 1e6:14.0f}"
            print(f"{each.name:12} {each.up:6.1f} {each.first:15.2f} {sizes}")


if __name__ == "__main__":
    main()
