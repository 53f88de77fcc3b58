"""Route Leak Detection: who is notified of an alert, and what has been sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.alerting.correlation import TOLD, is_own_change, key_of
from lab.clouds.cloudflare.alerting.policies import Policies
from lab.clouds.cloudflare.alerting.policy import Policy, Sent
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.events import NotificationSent
from lab.observe.events import AlertRaised

if TYPE_CHECKING:
    from lab.clouds.cloudflare.prefixes.bgp_prefixes import BgpPrefixes
    from lab.clouds.cloudflare.prefixes.prefixes import Prefixes

KEPT: Final = 1000
"""How many notifications the history of one account has."""

ADVICE: Final = (
    "Confirm your traffic is healthy. Reach out to your transit providers to ensure you are behaving as "
    "expected, and ask them to follow up with any providers accepting the unauthorized routes."
)


class Notifications:
    """Sends what the detector saw to those who have a policy, each alert once."""

    def __init__(
        self, basics: Basics, policies: Policies, prefixes: Prefixes, bgp_prefixes: BgpPrefixes
    ) -> None:
        self._basics = basics
        self._policies = policies
        self._prefixes = prefixes
        self._bgp_prefixes = bgp_prefixes
        self._table = basics.state.table("cloudflare_notifications", Sent)
        self._run = basics.world.now()  # the time of events may begin anew with each run

    def notice(self, alerts: Iterable[AlertRaised]) -> None:
        """Notify of the alerts that concern a prefix that Cloudflare advertises, and are not its own doing.

        Call it within `Cloudflare.perform`. An alert that comes again is passed over.
        """
        for alert in alerts:
            advertised = self._advertised(alert.prefix) if alert.kind in TOLD else None
            if advertised is not None and not self._is_own(alert, advertised):
                self._notify(alert, advertised)

    def history(self, account: str) -> list[Sent]:
        """What has been sent for an account, the newest first."""
        return [sent for sent in self._table.values() if sent.account == account][::-1]

    def _advertised(self, prefix: Prefix) -> Prefix | None:
        """The most specific prefix that Cloudflare advertises and that has this one."""
        covering = {one.prefix for one in self._bgp_prefixes.originations() if one.prefix.covers(prefix)}
        return max(covering, key=lambda one: one.length, default=None)

    def _is_own(self, alert: AlertRaised, advertised: Prefix) -> bool:
        settings = self._basics.settings
        last_action = self._bgp_prefixes.own_changes(advertised)
        return is_own_change(alert, settings.asn, settings.sites, last_action, self._basics.world.now())

    def _notify(self, alert: AlertRaised, advertised: Prefix) -> None:
        record = self._prefixes.covering(advertised)
        for policy in self._policies.of_account(record.account) if record else ():
            if policy.draft.enabled:
                self._send(policy, alert)

    def _send(self, policy: Policy, alert: AlertRaised) -> None:
        known = {(sent.policy, sent.alert) for sent in self._table.values()}
        key = f"{self._run} {key_of(alert)}"
        if (policy.id, key) in known:
            return
        body = f"{alert.text}. {ADVICE}"
        draft = policy.draft
        for email in draft.emails:
            sent = Sent(
                self._basics.ids.new(),
                policy.account,
                policy.id,
                draft.name,
                draft.description,
                email,
                key,
                body,
                self._basics.world.now(),
            )
            self._table.put(sent.id, sent)
        self._basics.events.append(
            NotificationSent(0, "", draft.name, draft.alert_type, draft.emails, alert.prefix, body)
        )
        for old in self.history(policy.account)[KEPT:]:
            self._table.remove(old.id)
