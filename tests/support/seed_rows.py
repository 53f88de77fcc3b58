"""Which rows of the seed inventory the tests prove: `pytest --seed-rows` runs those and prints all rows.

A test names the rows it proves with `@pytest.mark.seed(232, 233)`. A row that cannot exist in a lab is waived
in tests/data/seed-waivers.yaml, with the reason.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

DATA = Path(__file__).parent.parent / "data"
_ROW = re.compile(r"\| (\d+) \| (.*?) \|")

_tests: dict[int, set[str]] = defaultdict(set)
_passed: dict[str, bool] = {}


def inventory() -> dict[int, str]:
    """The rows of the inventory: number and what it says."""
    lines = (DATA / "seed-inventory.md").read_text(encoding="utf-8").splitlines()
    return {int(match[1]): match[2] for line in lines if (match := _ROW.match(line))}


def waivers() -> dict[int, str]:
    """The rows waived, with the reason."""
    return yaml.safe_load((DATA / "seed-waivers.yaml").read_text(encoding="utf-8")) or {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seed-rows",
        action="store_true",
        help="Run the tests that prove rows of the seed inventory; print them.",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "seed(row, ...): the rows of tests/data/seed-inventory.md this proves")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    rows = inventory()
    for item in items:
        for mark in item.iter_markers("seed"):
            for row in mark.args:
                if row not in rows:
                    raise pytest.UsageError(f"{item.nodeid}: the seed inventory has no row {row!r}")
                _tests[row].add(item.nodeid)
    if config.getoption("--seed-rows"):
        chosen = [item for item in items if item.get_closest_marker("seed")]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    passed = report.passed and _passed.get(report.nodeid, True)
    _passed[report.nodeid] = passed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--seed-rows"):
        return
    write = terminalreporter.write_line
    waived = waivers()
    counts = {"proven": 0, "waived": 0, "failing": 0, "open": 0}
    terminalreporter.section("seed inventory")
    for row, text in inventory().items():
        tests = sorted(_tests[row])
        if row in waived:
            state, detail = "waived", waived[row]
        elif not tests:
            state, detail = "open", ""
        elif all(_passed.get(test) for test in tests):
            state, detail = "proven", ", ".join(tests)
        else:
            state, detail = "failing", ", ".join(test for test in tests if not _passed.get(test))
        counts[state] += 1
        write(f"{row:4} {state:8} {text[:70]}{'  <- ' if detail else ''}{detail}")
    write(", ".join(f"{number} {state}" for state, number in counts.items()))
