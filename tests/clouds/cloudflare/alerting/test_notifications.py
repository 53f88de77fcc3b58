from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_site import OTHERS, OWN, Site
from support.cloudflare_world import ACCOUNT, DELAYS, OTHER_ACCOUNT, pass_time
from support.examples import examples

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.alerting.correlation import CORRELATED, TOLD, is_own_change
from lab.clouds.cloudflare.alerting.policy import PolicyDraft
from lab.clouds.cloudflare.events import NotificationSent
from lab.observe.events import AlertRaised
from lab.topology.vocabulary import AlertKind

HIJACK = AlertRaised(
    5.0,
    "collector",
    AlertKind.ORIGIN_HIJACK,
    OWN,
    "thief",
    64500,
    (64497, 64500),
    ("isp",),
    f"{OWN} is announced by AS64500",
)


@pytest.fixture
def site():
    """Account `example` advertises OWN, has done so for an hour, and wants to know."""
    site = Site()
    advertise(site, OWN)
    pass_time(site.cloud, site.world, 3600)
    subscribe(site)
    site.cloud.take_events()
    return site


def advertise(site, prefix, advertised=True):
    record = site.cloud.prefixes.covering(prefix)
    whole = site.cloud.bgp_prefixes.of_whole(record)
    site.do(lambda: site.cloud.bgp_prefixes.edit(record, whole, advertised=advertised))
    pass_time(site.cloud, site.world, max(DELAYS.enable[1], DELAYS.disable[1]))
    assert site.cloud.bgp_prefixes.is_advertised(prefix) is advertised


def subscribe(site, account=ACCOUNT, *emails, **members):
    draft = PolicyDraft("leaks", emails or ("noc@example.com",), **members)
    return site.do(lambda: site.cloud.policies.create(account, draft))


def told(site, *alerts):
    """The notifications that alerts lead to."""
    site.do(lambda: site.cloud.notifications.notice(alerts))
    return [event for event in site.cloud.take_events() if isinstance(event, NotificationSent)]


@pytest.mark.seed(227, 228, 229)
def test_a_hijack_of_an_advertised_prefix_is_told_to_everyone_in_the_policy(site):
    subscribe(site, ACCOUNT, "one@example.com", "two@example.com")
    first, second = told(site, HIJACK)
    assert first.recipients == ("noc@example.com",)
    assert second.recipients == ("one@example.com", "two@example.com")
    assert first.prefix == OWN
    assert HIJACK.text in first.text
    assert [sent.email for sent in site.cloud.notifications.history(ACCOUNT)] == [
        "two@example.com",
        "one@example.com",
        "noc@example.com",
    ]


@pytest.mark.seed(231)
def test_a_notification_says_what_to_do(site):
    (event,) = told(site, HIJACK)
    assert "Confirm your traffic is healthy. Reach out to your transit providers" in event.text
    assert "Reach out to your transit providers" in event.text
    assert "unauthorized routes" in event.text


@pytest.mark.seed(227)
@pytest.mark.parametrize("kind", list(AlertKind))
def test_what_is_advertised_where_it_should_not_be_is_told_and_other_trouble_is_not(site, kind):
    assert bool(told(site, replace(HIJACK, kind=kind))) == (kind in TOLD)
    assert AlertKind.ROUTE_LEAK in TOLD


@pytest.mark.seed(227)
def test_a_more_specific_prefix_concerns_the_advertised_one_and_a_less_specific_does_not(site):
    specific = replace(HIJACK, prefix=Prefix.parse("203.0.113.128/25"), kind=AlertKind.SUBPREFIX_HIJACK)
    assert told(site, specific)
    assert not told(site, replace(HIJACK, prefix=Prefix.parse("203.0.112.0/23")))


@pytest.mark.seed(228)
def test_what_cloudflare_announces_itself_is_not_told(site):
    assert not told(site, replace(HIJACK, asn=13335, by=""))
    assert not told(site, replace(HIJACK, asn=None, by="cf-ams"))
    assert told(site, replace(HIJACK, asn=64500, by="thief"))


@pytest.mark.seed(228)
def test_two_origins_after_cloudflares_own_action_are_not_told_and_much_later_are():
    site = Site()
    subscribe(site)
    advertise(site, OWN)
    two_origins = replace(HIJACK, kind=AlertKind.MOAS, asn=None, by="", time=1.0)
    assert not told(site, two_origins)
    assert told(site, HIJACK), "somebody else's announcement is told whenever it comes"
    pass_time(site.cloud, site.world, CORRELATED + 1)
    assert told(site, replace(two_origins, time=2.0))


@pytest.mark.seed(229)
def test_a_prefix_that_cloudflare_does_not_advertise_is_not_watched(site):
    assert not told(site, replace(HIJACK, prefix=Prefix.parse("192.0.2.0/24")))
    advertise(site, OWN, advertised=False)
    assert not told(site, HIJACK)
    advertise(site, OWN)
    assert told(site, HIJACK)


@pytest.mark.seed(229)
def test_only_the_account_whose_prefix_it_is_is_told(site):
    subscribe(site, OTHER_ACCOUNT, "other@example.com")
    (event,) = told(site, HIJACK)
    assert event.recipients == ("noc@example.com",)
    assert site.cloud.notifications.history(OTHER_ACCOUNT) == []
    advertise(site, OTHERS)
    (event,) = told(site, replace(HIJACK, prefix=OTHERS))
    assert event.recipients == ("other@example.com",)


def test_an_alert_is_told_once_and_the_same_trouble_later_again(site):
    assert len(told(site, HIJACK, HIJACK)) == 1
    assert told(site, HIJACK) == []
    assert len(told(site, replace(HIJACK, time=9.0))) == 1


def test_a_policy_that_is_not_enabled_or_gone_tells_nobody(site):
    (policy,) = site.cloud.policies.of_account(ACCOUNT)
    off = replace(policy.draft, enabled=False)
    site.do(lambda: site.cloud.policies.change(ACCOUNT, policy.id, off))
    assert told(site, HIJACK) == []
    site.do(lambda: site.cloud.policies.change(ACCOUNT, policy.id, policy.draft))
    assert told(site, HIJACK)
    site.do(lambda: site.cloud.policies.delete(ACCOUNT, policy.id))
    assert told(site, replace(HIJACK, time=9.0)) == []
    assert len(site.cloud.notifications.history(ACCOUNT)) == 1


def test_the_history_keeps_the_newest(site, monkeypatch):
    monkeypatch.setattr("lab.clouds.cloudflare.alerting.notifications.KEPT", 3)
    for number in range(5):
        told(site, replace(HIJACK, time=float(number), text=f"number {number}"))
    bodies = [sent.body for sent in site.cloud.notifications.history(ACCOUNT)]
    assert [body.partition(".")[0] for body in bodies] == ["number 4", "number 3", "number 2"]


@pytest.mark.seed(228)
@settings(max_examples=examples(100))
@given(st.sampled_from([None, 13335, 64500]), st.sampled_from(["", "cf-ams", "thief"]), st.floats(0, 3000))
def test_cloudflares_own_part_is_told_by_culprit_then_by_time(asn, by, since):
    alert = replace(HIJACK, asn=asn, by=by)
    own = is_own_change(alert, 13335, ("cf-ams", "cf-sjc"), 10_000.0, 10_000.0 + since)
    if asn is None and not by:
        assert own == (since <= CORRELATED)
        assert not is_own_change(alert, 13335, ("cf-ams",), None, since)
    else:
        assert own == (asn == 13335 or by == "cf-ams")
