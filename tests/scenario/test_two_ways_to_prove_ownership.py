"""One prefix brought to both clouds: what Cloudflare asks a holder for, and what AWS asks for besides."""

from __future__ import annotations

import pytest
from support.agreement import failures

from lab.engines.sim.engine import SimEngine
from lab.scenario.lab import Lab
from lab.scenario.running import run_scenario
from lab.topology.loading import parse

FILE = """\
name: two-clouds
ases:
  customer: {asn: 64496, prefixes: [203.0.113.0/24]}
  transit:  {asn: 64510, rov: drop}
  aws-use1: {asn: 16509, cloud: aws, region: us-east-1, prefixes: [192.0.2.0/26]}
  cf-ams:   {asn: 13335, cloud: cloudflare, prefixes: [192.0.2.128/26]}
links:
  - customer -> transit
  - aws-use1 -> transit
  - cf-ams -> transit
registry:
  - {prefix: 203.0.113.0/24, rir: ARIN, status: Direct Allocation, holder: customer}
  - {prefix: 192.0.2.0/26, rir: ARIN, status: Direct Allocation, holder: aws-use1}
  - {prefix: 192.0.2.128/26, rir: ARIN, status: Direct Allocation, holder: cf-ams}
clouds:
  aws: {accounts: {networking: "123456789012"}, delays: {provision: 10m}}
  cloudflare: {accounts: {example: 654c5f71c324478cc9f68d60065d4620}}
scenario:
"""
TO_CLOUDFLARE = """\
  - cloudflare:
      post: addressing/prefixes
      with: {cidr: 203.0.113.0/24, asn: 13335, delegate_loa_creation: true}
      save: {prefix: id, token: ownership_validation_token}
  - roa: {add: {prefix: 203.0.113.0/24, asn: 13335}}
  - irr: {add: {prefix: 203.0.113.0/24, origin: 13335, remarks: "cf-validation: $token"}}
  - cloudflare: {post: addressing/prefixes/$prefix/validate}
  - wait: {for: 5m}
  - expect: {cloudflare: 203.0.113.0/24, approved: V}
"""
ROAS_FOR_AWS = """\
  - roa: {add: {prefix: 203.0.113.0/24, asn: 16509}}
  - roa: {add: {prefix: 203.0.113.0/24, asn: 14618}}
"""
CERTIFICATE = "  - registry: {prefix: 203.0.113.0/24, certificate: {}}\n"
TO_AWS = """\
  - aws: {{call: provision-byoip-cidr, with: {{Cidr: 203.0.113.0/24}}, authorize: true}}
  - wait: {{for: 10m}}
  - expect: {{byoip: 203.0.113.0/24, {}}}
"""
REFUSED = "state: failed-provision, reason: the RDAP remarks of 203.0.113.0/24 at ARIN hold none"


@pytest.mark.seed(273)
@pytest.mark.parametrize(
    "at_aws",
    [TO_AWS.format(REFUSED), CERTIFICATE + TO_AWS.format("state: provisioned")],
    ids=["without a certificate in RDAP", "with one"],
)
def test_what_cloudflare_approves_aws_takes_only_with_a_certificate_in_rdap_besides(at_aws: str) -> None:
    """A ROA and a line in the registry do for the one. The other wants a self-signed certificate, too, and a
    message that is signed with its key."""
    with Lab(parse(FILE + TO_CLOUDFLARE + ROAS_FOR_AWS + at_aws, "two-clouds.yaml"), SimEngine) as lab:
        assert failures(run_scenario(lab)) == []
