"""A lab of four ASes behind one transit, as text, with whatever scenario a test wants."""

from __future__ import annotations

from functools import cache

from lab.topology.loading import parse
from lab.topology.model import Topology
from lab.topology.steps import Step

TEXT = """\
name: small
ases:
  customer: {asn: 64496, prefixes: [203.0.113.0/24]}
  transit:  {asn: 64510, rov: drop}
  eyeball:  {asn: 64500, prefixes: [198.51.100.0/24]}
  attacker: {asn: 64505}
links:
  - customer -> transit
  - eyeball -> transit
  - attacker -> transit
roas:
  - {prefix: 203.0.113.0/24, asn: 64496}
"""
CLOUDS = "  aws: {asn: 16509, cloud: aws}\n  cloudflare: {asn: 13335, cloud: cloudflare}\n"
LINKS = "links:\n"
REGISTRY = """\
registry:
  - {prefix: 203.0.113.0/24, rir: ARIN, holder: customer}
"""


def text_with(*steps: str) -> str:
    """The file with a scenario; each step as YAML on one line."""
    return TEXT + "".join(["scenario:\n", *(f"  - {step}\n" for step in steps)] if steps else [])


@cache
def small(*steps: str) -> Topology:
    """The checked topology."""
    return parse(text_with(*steps), "small.yaml")


def step(text: str) -> Step:
    """The last of some steps written as in a file, one on each line. The customer's space is registered, and
    there are an AWS and a Cloudflare."""
    file = text_with(*text.splitlines()).replace(LINKS, CLOUDS + LINKS)
    return parse(file + REGISTRY, "small.yaml").steps[-1]
