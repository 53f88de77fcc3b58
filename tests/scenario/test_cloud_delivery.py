"""Which cloud judges a packet: the one that it ends at, if that advertises the range for somebody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.edge_lab import ways

from lab import Lab, make_engine
from lab.bgp.prefix import Prefix
from lab.clouds.aws.caller import Caller
from lab.scenario.running import run_scenario
from lab.topology.loading import parse
from lab.topology.vocabulary import DropReason

FILE = """\
name: two-clouds
ases:
  customer: {asn: 64496, prefixes: [203.0.113.0/24, 192.0.2.192/27]}
  transit:  {asn: 64510}
  eyeball:  {asn: 64500, prefixes: [198.51.100.0/25]}
  aws-use1: {asn: 16509, cloud: aws, region: us-east-1, prefixes: [192.0.2.0/26]}
  cf-ams:   {asn: 13335, cloud: cloudflare, prefixes: [192.0.2.128/26]}
links:
  - customer -> transit
  - eyeball -> transit
  - aws-use1 -> transit
  - cf-ams -> transit
registry:
  - {prefix: 203.0.113.0/24, rir: ARIN, holder: customer}
clouds:
  aws: {accounts: {networking: "123456789012"}}
  cloudflare:
    accounts:
      example:
        id: 654c5f71c324478cc9f68d60065d4620
        entitlements: [byoip, magic-transit, cdn]
        tunnel: {to: customer, endpoint: 192.0.2.193}
        onboarded: [{prefix: 203.0.113.0/24}]
scenario:
  - roa: {add: {prefix: 203.0.113.0/24, asn: 13335}}
  - irr: {add: {prefix: 203.0.113.0/24, origin: 13335}}
  - cloudflare: {get: addressing/prefixes, save: {prefix: 0.id}}
  - cloudflare: {get: addressing/prefixes/$prefix/bgp/prefixes, save: {bgp: 0.id}}
  - cloudflare:
      patch: addressing/prefixes/$prefix/bgp/prefixes/$bgp
      with: {on_demand: {advertised: true}}
  - wait: {for: 7m}
  - withdraw: {from: customer, prefix: 203.0.113.0/24}
  - cloudflare: {post: /zones, with: {name: example.com}, save: {zone: id}}
  - cloudflare:
      post: /zones/$zone/dns_records
      with: {type: A, name: www, content: 198.51.100.200, proxied: true, ttl: 1}
"""
EYEBALL = ("eyeball", "198.51.100.7")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(parse(FILE, "two-clouds.yaml"), make_engine("sim")) as lab:
        run_scenario(lab)
        yield lab


def test_what_cloudflare_advertises_is_nothing_to_aws(lab: Lab) -> None:
    assert lab.clouds.aws is not None
    lab.announce("aws-use1", "203.0.113.0/25")
    trace = lab.probe(*EYEBALL, "203.0.113.9")
    assert (trace.delivered, trace.at) == (True, "aws-use1"), trace.explanation
    assert lab.probe(*EYEBALL, "203.0.113.200").at == "cf-ams"


def test_an_origin_at_aws_is_judged_by_aws(lab: Lab) -> None:
    lab.announce("aws-use1", "198.51.100.128/25")
    plain = lab.probe(*EYEBALL, host="www.example.com")
    assert plain.delivered
    assert ways(plain)["edge to origin"] == ("cf-ams", "transit", "aws-use1")
    assert ways(plain)["origin to edge"] == ("aws-use1", "transit", "cf-ams")
    lab.withdraw("aws-use1", "198.51.100.128/25")

    aws = lab.clouds.aws
    assert aws is not None
    prefix, region = Prefix.parse("198.51.100.128/25"), "us-east-1"
    caller = Caller(aws.accounts.all()[0].id, region)
    aws.perform(
        lambda: aws.ranges.register(
            caller.account, region, prefix, ipam_pool_id="ipam-pool-0", advertisable=True
        )
    )
    aws.perform(lambda: aws.ranges.advertise(caller, prefix))
    lab.follow_clouds()
    unused = lab.probe(*EYEBALL, host="www.example.com")
    assert (unused.delivered, unused.reason, unused.at) == (False, DropReason.NOT_SERVED, "aws-use1")
    assert unused.explanation.startswith("edge to origin: aws-use1 originates 198.51.100.128/25")
    assert list(ways(unused)) == ["edge to origin"]
