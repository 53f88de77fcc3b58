"""Checking what a scenario expects of a prefix at Cloudflare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lab.clouds.cloudflare.cloud import Cloudflare
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.scenario.cloudflare_showing import cloudflare_of
from lab.scenario.lab import Lab
from lab.scenario.outcomes import Outcome
from lab.topology.steps import Expect


def check_cloudflare(lab: Lab, expect: Expect) -> Outcome:
    """Whether the prefix is as expected. Raises LabError without Cloudflare."""
    assert expect.cloudflare is not None
    cloudflare = cloudflare_of(lab)
    found = (each for each in cloudflare.prefixes.all() if each.prefix == expect.cloudflare)
    record = next(found, None)
    wanted = {
        "approved": expect.approved,
        "irr": expect.irr,
        "rpki": expect.rpki,
        "ownership": expect.ownership,
        "advertised": expect.advertised,
        "binding": expect.binding,
    }
    asked = {name: value for name, value in wanted.items() if value is not None}
    seen = {} if record is None else dict(_seen(cloudflare, record))
    met = record is not None and all(seen[name] == value for name, value in asked.items())
    expected = f"at Cloudflare, {expect.cloudflare}: {_text(asked) or 'known'}"
    evidence = () if met else tuple(lab.timeline.query(prefix=expect.cloudflare, kind="CloudflareChanged"))
    return Outcome(met, expected, _text(seen) or "no account has it at Cloudflare", evidence)


def _seen(cloudflare: Cloudflare, record: PrefixRecord) -> Iterator[tuple[str, object]]:
    yield "approved", record.approval
    yield "irr", record.findings.irr.state.value
    yield "rpki", record.findings.rpki.state.value
    yield "ownership", record.findings.ownership.state.value
    yield "advertised", cloudflare.bgp_prefixes.is_advertised(record.prefix)
    default = cloudflare.bindings.default(record)
    yield "binding", "none" if default is None else default.state.value


def _text(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_word(value)}" for name, value in values.items())


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
