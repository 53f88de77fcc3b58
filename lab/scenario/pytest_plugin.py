"""Labs as pytest fixtures, and scenario files as tests.

    def test_the_hijack_is_dropped(lab):
        byoip = lab("byoip")
        byoip.hijack("attacker", "203.0.113.0/24")
        assert byoip.view("eyeball").best[Prefix.parse("203.0.113.0/24")].neighbor == "transit-a"

    def test_every_expectation_of_a_file(run_scenario):
        run_scenario("hijack-exact-rov.yaml")

`--lab-engine sim|live` and `--lab-driver process|docker` choose what carries the routes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # the plugin is loaded by every pytest run of the environment: it imports late
    from lab.scenario.lab import Lab
    from lab.scenario.outcomes import Report
    from lab.topology.model import Topology


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose the engine."""
    group = parser.getgroup("lab", "BGP, RPKI and BYOIP labs")
    group.addoption("--lab-engine", choices=("sim", "live"), default="sim", help="What carries the routes.")
    group.addoption(
        "--lab-driver", choices=("process", "docker"), default="process", help="Where live speakers run."
    )


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[Callable[..., Lab]]:
    """A function that brings a lab up, until the end of the test: `lab(source, engine=..., driver=...)`."""
    from lab.scenario.engines import make_engine
    from lab.scenario.lab import Lab

    with ExitStack() as stack:

        def bring_up(
            source: Topology | str | Path,
            *,
            engine: str | None = None,
            driver: str | None = None,
            **options: Any,
        ) -> Lab:
            made = make_engine(
                engine or request.config.getoption("--lab-engine"),
                driver or request.config.getoption("--lab-driver"),
                **options,
            )
            return stack.enter_context(Lab(source, made))

        yield bring_up


@pytest.fixture
def run_scenario(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Callable[..., Report]:
    """A function that runs a scenario file and fails the test with every expectation that did not hold, a
    call that failed, and the error of a step that makes no sense.

    A file that is not found from the working directory is looked for beside the test.
    """
    from lab.engines.base import EngineError
    from lab.scenario.lab import LabError
    from lab.scenario.running import try_scenario
    from lab.topology.problems import TopologyError

    def run_file(source: Topology | str | Path, **options: Any) -> Report:
        __tracebackhide__ = True
        if isinstance(source, str | Path) and not Path(source).exists():
            beside = request.path.parent / source
            source = beside if beside.is_file() else source
        try:
            report = try_scenario(lab(source, **options))
        except (TopologyError, LabError, EngineError) as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        told = [_failure_text(result) for result in report.failures]
        told += [] if report.error is None else [str(report.error)]
        if report.left:
            told.append(f"steps that were not carried out: {report.left}")
        if told:
            pytest.fail("\n\n".join(told), pytrace=False)
        return report

    return run_file


def _failure_text(result: Any) -> str:
    from lab.observe.describe import describe

    step, outcome = result.step, result.outcome
    what = "an expectation did not hold" if step.kind == "expect" else "a call did not end as the step says"
    lines = [
        f"{step.file or 'step'}:{step.line}: {what}",
        f"  expected: {outcome.expected}",
        f"  seen:     {outcome.seen}",
    ]
    if outcome.evidence:
        lines.append("  what led there:")
        lines += [f"    {event.time:.3f}  {describe(event)}" for event in outcome.evidence]
    return "\n".join(lines)
