"""Reverse zones at Cloudflare: the account that the RIR sends the world to answers, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import Lab, make_engine
from lab.scenario import dns_steps
from lab.scenario.lab import LabError
from lab.scenario.running import run_scenario
from lab.topology.dns_steps import DnsStep
from lab.topology.loading import parse

TEXT = """\
name: reverse
topology: cloudflare-byoip
clouds:
  cloudflare:
    accounts: {example: 654c5f71c324478cc9f68d60065d4620, stranger: 0123456789abcdef0123456789abcdef}
scenario:
  - cloudflare:
      post: addressing/prefixes
      with: {cidr: 203.0.113.0/24, asn: 13335, delegate_loa_creation: true}
      save: {prefix: id, token: ownership_validation_token}
  - roa: {add: {prefix: 203.0.113.0/24, asn: 13335}}
  - dns: {delegate: 203.0.113.0/24, to: [WHOSE]}
  - cloudflare: {post: /zones, with: {name: 113.0.203.in-addr.arpa}, as: stranger, save: {foreign: id}}
  - cloudflare:
      post: /zones/$foreign/dns_records
      with: {type: TXT, name: cf-validation, content: a false token, ttl: 1}
      as: stranger
  - cloudflare: {post: /zones, with: {name: 113.0.203.in-addr.arpa}, save: {own: id}}
  - cloudflare:
      post: /zones/$own/dns_records
      with: {type: TXT, name: cf-validation, content: $token, ttl: 1}
  - cloudflare: {post: addressing/prefixes/$prefix/validate}
  - wait: {for: 5m}
"""


def lab(whose: str) -> Iterator[Lab]:
    with Lab(parse(TEXT.replace("WHOSE", whose), "reverse.yaml"), make_engine("sim")) as running:
        run_scenario(running)
        yield running


def ownership(running: Lab) -> str:
    assert running.clouds.cloudflare is not None
    (record,) = running.clouds.cloudflare.prefixes.all()
    return record.findings.ownership.state.value


@pytest.mark.parametrize("whose", ["cloudflare", "cloudflare/example"])
def test_a_stranger_who_has_the_zone_first_answers_nobody(whose: str) -> None:
    for running in lab(whose):
        assert ownership(running) == "valid"


def test_a_delegation_to_another_account_is_answered_with_that_ones_records() -> None:
    for running in lab("cloudflare/stranger"):
        assert ownership(running) == "invalid"


def test_only_an_account_has_name_servers() -> None:
    for running in lab("elsewhere"):
        with pytest.raises(LabError, match="no account called 'nobody'"):
            dns_steps.carry_out(
                running, DnsStep(delegate="113.0.203.in-addr.arpa", to=("cloudflare/nobody",))
            )
