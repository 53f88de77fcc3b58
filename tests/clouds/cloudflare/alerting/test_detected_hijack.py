"""Route Leak Detection in a whole lab: real announcements, the lab's detector, and who is notified."""

from __future__ import annotations

import pytest

from lab import Lab, make_engine
from lab.clouds.cloudflare.events import NotificationSent
from lab.observe.events import AlertRaised
from lab.scenario.running import run_scenario
from lab.topology.loading import parse
from lab.topology.vocabulary import AlertKind

TOPOLOGY = """
name: watched
ases:
  customer: {asn: 64496, prefixes: [203.0.113.0/24]}
  transit: {asn: 64510}
  cf-ams: {asn: 13335, cloud: cloudflare, prefixes: [192.0.2.0/26]}
  eyeball: {asn: 64500, prefixes: [198.51.100.0/24]}
  thief: {asn: 64501, prefixes: [192.0.2.128/26]}
links:
  - customer -> transit
  - cf-ams -> transit
  - eyeball -> transit
  - thief -> transit
registry:
  - {prefix: 203.0.113.0/24, rir: ARIN, status: Direct Allocation, holder: customer}
  - {prefix: 192.0.2.0/26, rir: ARIN, status: Direct Allocation, holder: cf-ams}
roas:
  - {prefix: 203.0.113.0/24, asn: 64496}
  - {prefix: 203.0.113.0/24, asn: 13335}
clouds:
  cloudflare:
    accounts:
      example: {id: 654c5f71c324478cc9f68d60065d4620, onboarded: [{prefix: 203.0.113.0/24, service: CDN}]}
scenario:
  - cloudflare:
      post: alerting/v3/policies
      with:
        name: leaks
        alert_type: bgp_hijack_notification
        enabled: true
        mechanisms: {email: [{id: noc@example.com}]}
  - cloudflare: {get: addressing/prefixes, save: {prefix: 0.id}}
  - cloudflare: {get: addressing/prefixes/$prefix/bgp/prefixes, save: {bgp: 0.id}}
"""
ADVERTISE = """
  - cloudflare: {patch: addressing/prefixes/$prefix/bgp/prefixes/$bgp, with: {on_demand: {advertised: true}}}
  - wait: {for: 7m}
"""
HIJACK = """
  - announce: {from: thief, prefix: 203.0.113.0/25}
"""


def happened(*steps: str) -> tuple[list[AlertRaised], list[NotificationSent]]:
    """The alerts of the detector and the notifications of Cloudflare."""
    with Lab(parse(TOPOLOGY + "".join(steps), "watched.yaml"), make_engine("sim")) as lab:
        run_scenario(lab)
        events = list(lab.timeline)
    alerts = [event for event in events if isinstance(event, AlertRaised)]
    return alerts, [event for event in events if isinstance(event, NotificationSent)]


@pytest.mark.seed(227, 228)
def test_cloudflares_own_advertisement_is_detected_and_not_told():
    alerts, told = happened(ADVERTISE)
    assert [alert.kind for alert in alerts] == [AlertKind.MOAS]
    assert told == []


@pytest.mark.seed(227, 228, 229)
def test_a_hijack_of_what_cloudflare_advertises_is_told_once():
    alerts, told = happened(ADVERTISE, HIJACK)
    assert AlertKind.SUBPREFIX_HIJACK in {alert.kind for alert in alerts}
    assert len(told) == 1
    assert told[0].recipients == ("noc@example.com",)
    assert "AS64501" in told[0].text


@pytest.mark.seed(229)
def test_a_hijack_of_what_cloudflare_does_not_advertise_is_not_told():
    alerts, told = happened(HIJACK)
    assert AlertKind.SUBPREFIX_HIJACK in {alert.kind for alert in alerts}
    assert told == []
