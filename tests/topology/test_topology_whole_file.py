"""A file with everything that there is about the IRR, DNS, traffic and Cloudflare, and what becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.topology.loading import compile_document, parse
from lab.topology.model import Topology
from lab.topology.problems import TopologyError, format_problems
from lab.topology.reading import Document, read_yaml
from lab.topology.steps import STEP_KINDS

WHOLE = """\
name: whole
ases:
  customer: {asn: 64496, as_set: AS-CUSTOMER, prefixes: [203.0.113.0/24, 192.0.2.128/25]}
  transit: {asn: 64500, irr: true}
  cf-ams: {asn: 13335, cloud: cloudflare, prefixes: [192.0.2.0/26]}
links: [customer -> transit, cf-ams -> transit]
registry:
  - {prefix: 203.0.113.0/24, rir: ARIN, holder: customer}
irr:
  - {prefix: 203.0.113.0/24, origin: 64496, descr: text, remarks: text}
  - {prefix: 203.0.113.0/24, origin: 64500, source: RIPE}
  - {as_set: AS-CUSTOMER, members: [AS64496, AS64496:AS-DOWN], source: ARIN}
clouds:
  cloudflare:
    accounts:
      short: 0123456789abcdef0123456789abcdef
      example:
        id: 654c5f71c324478cc9f68d60065d4620
        entitlements: [byoip, magic-transit]
        static_ips: [192.0.2.7]
        only_byoip: [203.0.113.8]
        tunnel: {to: customer, endpoint: 192.0.2.129, egress: true}
        onboarded: [{prefix: 203.0.113.0/24, service: CDN, asn: 64496}]
    members: {alice: {account: example, role: DNS, email: alice@customer.example}}
    tokens: {desk: {account: short, permissions: [DNS Read]}}
    delays: {validate: 2m, binding: [4h, 6h]}
scenario:
  - cloudflare: {post: addressing/prefixes, with: {cidr: text, list: [1, {a: b}]}, as: alice, save: {it: id}}
  - cloudflare: {get: addressing/prefixes/$it, error: 1108}
  - irr: {add: {prefix: 203.0.113.0/24, origin: 13335, source: ARIN, descr: of $it, remarks: text}}
  - irr: {edit: {prefix: 203.0.113.0/24, origin: 64500, source: RIPE, clear: remarks, descr: $it}}
  - irr: {remove: {prefix: 203.0.113.0/24, origin: 13335}}
  - irr: {as_set: {name: AS-DOWN, members: [AS64511]}}
  - dns: {zone: 113.0.203.in-addr.arpa, add: {name: "@", type: TXT, content: $it, ttl: 60}}
  - dns: {zone: 113.0.203.in-addr.arpa, remove: {name: www, type: A}}
  - dns: {delegate: 203.0.113.0/24, to: [cloudflare, ns1.example.com]}
  - probe: {from: transit, source: 198.51.100.1, host: www.example.com, port: tcp/22}
  - flow: {name: web, from: transit, source: 198.51.100.1, destination: 203.0.113.9, port: udp/53}
  - expect: {flow: web, lost: "< 30s", state: up}
  - flow: {name: web, stop: true}
  - expect: {cloudflare: 203.0.113.0/24, approved: V, irr: valid, advertised: false, binding: active}
  - expect: {dns: www.example.com, record: A, answer: [203.0.113.8], within: 5m}
"""

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PLACES = sorted((path for path in read_yaml(WHOLE, "x").values if path), key=str)


def test_the_whole_file_is_read_and_every_new_kind_of_step_is_in_it() -> None:
    topology = parse(WHOLE)
    kinds = {step.kind for step in topology.steps}
    assert kinds == {"cloudflare", "irr", "dns", "probe", "flow", "expect"} <= set(STEP_KINDS)
    assert topology.cloudflare is not None
    assert topology.irr
    assert topology.as_sets


@settings(max_examples=examples(150))
@given(st.sampled_from(PLACES), VALUES)
def test_any_value_in_any_place_is_refused_with_its_problems_or_read(
    place: tuple[str | int, ...], value: object
) -> None:
    document = read_yaml(WHOLE, "x")
    holder = document.data
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    found = outcome(document)
    if isinstance(found, TopologyError):
        text = format_problems(found.problems)
        assert all(character.isprintable() for character in text if character != "\n")
    else:
        assert found.speakers


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_what_is_left_out_anywhere_ends_in_problems_or_in_a_lab(place: tuple[str | int, ...]) -> None:
    document = read_yaml(WHOLE, "x")
    holder = document.data
    for key in place[:-1]:
        holder = holder[key]
    del holder[place[-1]]
    found = outcome(document)
    assert found.problems if isinstance(found, TopologyError) else found.speakers


def outcome(document: Document) -> Topology | TopologyError:
    """What reading a file ends in; anything but these two escapes and fails the test."""
    try:
        return compile_document(document)
    except TopologyError as error:
        return error
