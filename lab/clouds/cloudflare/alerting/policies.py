"""The notification policies of all accounts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from lab.clouds.cloudflare.alerting.policy import ROUTE_LEAK_DETECTION, Policy, PolicyDraft
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.topology.problems import suggestion

MOST_POLICIES: Final = 100
MOST_EMAILS: Final = 20
"""Bounds of the lab, for one account and for one policy."""

NOT_FOUND: Final = 17000
BAD_TYPE: Final = 17001
BAD_MECHANISM: Final = 17002
TOO_MANY: Final = 17003
BAD_NAME: Final = 17004
"""The codes are not published, and the lab's."""

_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Policies:
    """Policies by account: who is notified of what."""

    def __init__(self, basics: Basics) -> None:
        self._basics = basics
        self._table = basics.state.table("cloudflare_notification_policies", Policy)

    def create(self, account: str, draft: PolicyDraft) -> Policy:
        """Add a policy. Raises CloudflareError."""
        if len(self.of_account(account)) >= MOST_POLICIES:
            raise CloudflareError(400, TOO_MANY, f"An account has at most {MOST_POLICIES} policies")
        check_policy(draft)
        now = self._basics.world.now()
        policy = Policy(self._basics.ids.new(), account, draft, now, now)
        return self._table.put(policy.id, policy)

    def change(self, account: str, policy_id: str, draft: PolicyDraft) -> Policy:
        """Have `draft` in the place of a policy. Raises CloudflareError."""
        policy = self.get(account, policy_id)
        check_policy(draft)
        return self._table.put(policy_id, replace(policy, draft=draft, modified=self._basics.world.now()))

    def delete(self, account: str, policy_id: str) -> None:
        """Take a policy away. What it has sent stays in the history. Raises CloudflareError."""
        self._table.remove(self.get(account, policy_id).id)

    def get(self, account: str, policy_id: str) -> Policy:
        """The account's policy with this ID. Raises CloudflareError."""
        policy = self._table.get(policy_id)
        if policy is None or policy.account != account:
            raise CloudflareError(404, NOT_FOUND, f"There is no notification policy {policy_id}")
        return policy

    def of_account(self, account: str) -> list[Policy]:
        """The account's policies, oldest first."""
        return [policy for policy in self._table.values() if policy.account == account]


def check_policy(draft: PolicyDraft) -> None:
    """Refuse a policy that could never notify anybody. Raises CloudflareError."""
    if draft.alert_type != ROUTE_LEAK_DETECTION:
        hint = suggestion(draft.alert_type, [ROUTE_LEAK_DETECTION])
        message = f"There is no alert type {draft.alert_type!r} here; {hint}"
        raise CloudflareError(400, BAD_TYPE, message, "/alert_type")
    if not draft.name.strip():
        raise CloudflareError(400, BAD_NAME, "A policy needs a name", "/name")
    if not 1 <= len(draft.emails) <= MOST_EMAILS:
        message = f"A policy notifies 1 to {MOST_EMAILS} e-mail addresses, not {len(draft.emails)}"
        raise CloudflareError(400, BAD_MECHANISM, message, "/mechanisms/email")
    for place, email in enumerate(draft.emails):
        pointer = f"/mechanisms/email/{place}/id"
        if not _EMAIL.fullmatch(email):
            message = f"{email!r} is no e-mail address; expected such as noc@example.com"
            raise CloudflareError(400, BAD_MECHANISM, message, pointer)
        if email in draft.emails[:place]:
            raise CloudflareError(400, BAD_MECHANISM, f"{email} is there twice", pointer)
