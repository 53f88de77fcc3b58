"""Checking what a scenario expects of a range at a cloud."""

from __future__ import annotations

from lab.clouds.aws.byoip.range import ByoipCidr
from lab.scenario.aws_showing import aws_of
from lab.scenario.lab import Lab
from lab.scenario.outcomes import Outcome
from lab.topology.steps import Expect


def check_byoip(lab: Lab, expect: Expect) -> Outcome:
    """Whether the range is in the state, and its StatusMessage has the words. Raises LabError without AWS."""
    assert expect.byoip is not None
    tried = [record for record in aws_of(lab).ranges.all() if record.prefix == expect.byoip]
    found = max(tried, key=lambda record: record.since, default=None)
    wanted = []
    met = found is not None
    if expect.state is not None:
        wanted.append(f"state {expect.state}")
        met = met and found is not None and found.state.value == expect.state
    if expect.reason is not None:
        wanted.append(f"a message with {expect.reason!r}")
        met = met and found is not None and expect.reason in found.status_message
    expected = f"at AWS, {expect.byoip}: {', '.join(wanted) or 'known'}"
    evidence = () if met else tuple(lab.timeline.query(prefix=expect.byoip, kind="ByoipChanged"))
    return Outcome(met, expected, _seen(found), evidence)


def _seen(found: ByoipCidr | None) -> str:
    if found is None:
        return "no account has it at AWS"
    message = f", {found.status_message}" if found.status_message else ""
    return f"{found.state.value} for account {found.account} in {found.region}{message}"
