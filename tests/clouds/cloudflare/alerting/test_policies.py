from __future__ import annotations

import pytest
from support.cloudflare_site import Site
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT

from lab.clouds.cloudflare.alerting.policies import (
    BAD_MECHANISM,
    BAD_NAME,
    BAD_TYPE,
    MOST_POLICIES,
    NOT_FOUND,
    TOO_MANY,
)
from lab.clouds.cloudflare.alerting.policy import PolicyDraft

DRAFT = PolicyDraft("leaks", ("noc@example.com",), description="who looks after routes")


@pytest.fixture
def site():
    return Site()


def create(site, draft=DRAFT, account=ACCOUNT):
    return site.do(lambda: site.cloud.policies.create(account, draft))


@pytest.mark.seed(230)
def test_a_policy_has_a_name_a_description_and_addresses(site):
    policy = create(site)
    assert site.cloud.policies.get(ACCOUNT, policy.id).draft == DRAFT
    assert site.cloud.policies.of_account(OTHER_ACCOUNT) == []


@pytest.mark.seed(230)
@pytest.mark.parametrize(
    ("code", "draft"),
    [
        (BAD_NAME, PolicyDraft(" ", DRAFT.emails)),
        (BAD_MECHANISM, PolicyDraft("leaks", ())),
        (BAD_MECHANISM, PolicyDraft("leaks", ("noc",))),
        (BAD_MECHANISM, PolicyDraft("leaks", ("noc@example.com\r\nBcc: all@example.com",))),
        (BAD_MECHANISM, PolicyDraft("leaks", ("noc@example.com",) * 2)),
        (BAD_MECHANISM, PolicyDraft("leaks", tuple(f"noc{place}@example.com" for place in range(21)))),
        (BAD_TYPE, PolicyDraft("leaks", DRAFT.emails, alert_type="bgp_hijack_notifications")),
        (BAD_TYPE, PolicyDraft("leaks", DRAFT.emails, alert_type="dos_attack_l4")),
    ],
)
def test_a_policy_that_could_notify_nobody_is_refused(site, code, draft):
    with site.refused(code):
        create(site, draft)
    policy = create(site)
    with site.refused(code):
        site.do(lambda: site.cloud.policies.change(ACCOUNT, policy.id, draft))


def test_another_accounts_policy_does_not_exist_for_the_caller(site):
    foreign = create(site, account=OTHER_ACCOUNT)
    for action in (
        lambda: site.cloud.policies.get(ACCOUNT, foreign.id),
        lambda: site.cloud.policies.change(ACCOUNT, foreign.id, DRAFT),
        lambda: site.cloud.policies.delete(ACCOUNT, foreign.id),
    ):
        with site.refused(NOT_FOUND, status=404):
            site.do(action)


def test_policies_are_bounded(site):
    for _ in range(MOST_POLICIES):
        create(site)
    with site.refused(TOO_MANY):
        create(site)
