"""Checking what a scenario expects the DNS to answer."""

from __future__ import annotations

from lab.scenario import saved
from lab.scenario.lab import Lab
from lab.scenario.outcomes import Outcome
from lab.topology.steps import Expect


def check_dns(lab: Lab, expect: Expect) -> Outcome:
    """Whether the name has just these records of one type, in any order."""
    assert expect.dns is not None
    rtype = expect.record or "A"
    wanted = {saved.in_text(lab.clouds.saved, text) for text in expect.answer or ()}
    found = lab.clouds.dns.lookup(expect.dns, rtype)
    seen = {record.content for record in found.records if record.rtype == rtype}
    expected = f"{expect.dns} {rtype}: {_listed(wanted)}"
    if seen:
        return Outcome(seen == wanted, expected, _listed(seen), ())
    return Outcome(seen == wanted, expected, f"nothing ({found.status.value})", ())


def _listed(texts: set[str]) -> str:
    return ", ".join(sorted(texts)) or "nothing"
