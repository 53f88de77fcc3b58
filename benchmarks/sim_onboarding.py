"""How long the simulator takes for a scenario: `python benchmarks/sim_onboarding.py [NAME] [--rounds N]`.

The whole of cloudflare-onboarding, five hours and all, unless another that ships is named: as the command
`lab run`, and in one process, where a lab is made again and again: reading the file, bringing the lab up, and
the steps. Medians of the rounds, in milliseconds; CPU is user and system together. The first lab of a process
pays for what is imported late and is told apart.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from lab.scenario.engines import make_engine
from lab.scenario.lab import Lab
from lab.scenario.running import run_scenario
from lab.topology.loading import load

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parts:
    """Milliseconds of one lab."""

    reading: float
    start: float
    steps: float


def command(name: str) -> tuple[float, float]:
    """`lab run NAME`: milliseconds by the clock, and of CPU."""
    used, began = _children(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "lab", "run", name], stdout=subprocess.DEVNULL, check=True)
    return 1000 * (time.perf_counter() - began), 1000 * (_children() - used)


def in_process(name: str) -> Parts:
    """The same without starting Python, and without printing."""
    topology, reading = _timed(lambda: load(name))
    lab = Lab(topology, make_engine("sim"))
    try:
        _, start = _timed(lab.start)
        report, steps = _timed(lambda: run_scenario(lab))
    finally:
        lab.close()
    if report.failures:
        raise SystemExit(f"{name}: {len(report.failures)} expectations failed")
    return Parts(reading, start, steps)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - began)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", default="cloudflare-onboarding")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    commands = [command(options.name) for _ in range(options.rounds + 1)][1:]  # the first may compile
    clock, cpu = (statistics.median(each) for each in zip(*commands, strict=True))
    print(f"lab run {options.name}: {clock:.0f} ms, CPU {cpu:.0f} ms")
    print(f"{'in one process':20} reading  coming up  steps  (ms)")
    first, *others = (in_process(options.name) for _ in range(options.rounds + 1))
    print(f"{'the first lab':20} {first.reading:7.0f} {first.start:10.0f} {first.steps:6.0f}")
    medians = (statistics.median(getattr(e, part) for e in others) for part in Parts.__slots__)
    print("{:20} {:7.0f} {:10.0f} {:6.0f}".format("others", *medians))


if __name__ == "__main__":
    main()
