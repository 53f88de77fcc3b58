"""Notification policies, what can be notified of, and what has been."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from lab.clouds.cloudflare.alerting.policies import BAD_MECHANISM
from lab.clouds.cloudflare.alerting.policy import ROUTE_LEAK_DETECTION, Policy, PolicyDraft, Sent
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Paged, operation
from lab.clouds.cloudflare.operations.pages import single_page
from lab.clouds.cloudflare.prefixes.contracts import check_contract
from lab.clouds.cloudflare.timestamps import timestamp
from lab.clouds.cloudflare.wire.refusals import NOT_VALID
from lab.topology.cloudflare_section import Entitlement
from lab.topology.problems import shown

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare

READ: Final = (Permission.NOTIFICATIONS_READ, Permission.NOTIFICATIONS_WRITE)
WRITE: Final = Permission.NOTIFICATIONS_WRITE
_PATH: Final = "/accounts/{account_id}/alerting/v3"
_ONE: Final = "/accounts/{account_id}/alerting/v3/policies/{policy_id}"
_NO_FILTERS: Final = 17005

Name = Annotated[str, Field(max_length=255)]
Description = Annotated[str, Field(max_length=500)]


class Recipient(Body):
    """An e-mail address, or the ID of another way to notify."""

    id: str = Field(max_length=254)


class Mechanisms(Body):
    """How somebody is notified."""

    email: list[Recipient] = Field(default_factory=list)
    pagerduty: list[Recipient] = Field(default_factory=list)
    webhooks: list[Recipient] = Field(default_factory=list)


class NewPolicy(Body):
    """What a policy is made of."""

    name: Name
    alert_type: str = Field(max_length=100)
    enabled: bool
    mechanisms: Mechanisms
    description: Description = ""
    filters: dict[str, list[str]] | None = None


class PolicyChanges(Body):
    """What of a policy is to change."""

    name: Name | None = None
    alert_type: str | None = Field(default=None, max_length=100)
    enabled: bool | None = None
    mechanisms: Mechanisms | None = None
    description: Description | None = None
    filters: dict[str, list[str]] | None = None


def policy_members(policy: Policy) -> dict[str, Any]:
    """A policy as the API shows it."""
    draft = policy.draft
    return {
        "id": policy.id,
        "name": draft.name,
        "description": draft.description,
        "enabled": draft.enabled,
        "alert_type": draft.alert_type,
        "mechanisms": {"email": [{"id": email} for email in draft.emails]},
        "filters": {},
        "created": timestamp(policy.created),
        "modified": timestamp(policy.modified),
    }


def _emails(body: NewPolicy | PolicyChanges) -> tuple[str, ...]:
    """The addresses in a body. Raises CloudflareError for what this type of alert does not have."""
    if body.filters:
        message = f"{ROUTE_LEAK_DETECTION} has no filters; leave them out"
        raise CloudflareError(400, _NO_FILTERS, message, "/filters")
    mechanisms = body.mechanisms or Mechanisms()
    for kind in ("pagerduty", "webhooks"):
        if getattr(mechanisms, kind):
            message = f"The account has no destinations of the kind {kind}; notify by email"
            raise CloudflareError(400, BAD_MECHANISM, message, f"/mechanisms/{kind}")
    return tuple(recipient.id for recipient in mechanisms.email)


@operation("GET", _PATH + "/available_alerts", *READ)
def list_alert_types(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Get Alert Types."""
    account = cloud.identity.account(caller.account)
    if Entitlement.BYOIP not in account.entitlements:
        return Answer({})
    return Answer(
        {
            "BYOIP": [
                {
                    "type": ROUTE_LEAK_DETECTION,
                    "display_name": "Route Leak Detection Alert",
                    "description": "Your prefixes are advertised in places they should not be.",
                    "filter_options": [],
                }
            ]
        }
    )


@operation("POST", _PATH + "/policies", WRITE, body=NewPolicy)
def create_policy(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Create a Notification policy."""
    body: NewPolicy = asked.body
    check_contract(cloud.basics.settings, caller.account, Entitlement.BYOIP)
    draft = PolicyDraft(body.name, _emails(body), body.enabled, body.description, body.alert_type)
    return Answer({"id": cloud.policies.create(caller.account, draft).id})


@operation("GET", _PATH + "/policies", *READ)
def list_policies(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List Notification policies."""
    return single_page([policy_members(policy) for policy in cloud.policies.of_account(caller.account)])


@operation("GET", _ONE, *READ)
def policy_details(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Get a Notification policy."""
    return Answer(policy_members(cloud.policies.get(caller.account, asked.path["policy_id"])))


@operation("PUT", _ONE, WRITE, body=PolicyChanges)
def update_policy(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Update a Notification policy."""
    body: PolicyChanges = asked.body
    emails = _emails(body)
    policy = cloud.policies.get(caller.account, asked.path["policy_id"])
    changes = body.model_dump(exclude_none=True, exclude={"mechanisms", "filters"})
    if body.mechanisms is not None:
        changes["emails"] = emails
    return Answer(
        {"id": cloud.policies.change(caller.account, policy.id, replace(policy.draft, **changes)).id}
    )


@operation("DELETE", _ONE, WRITE)
def delete_policy(cloud: Cloudflare, caller: Caller, asked: Asked) -> Answer:
    """Delete a Notification policy."""
    cloud.policies.delete(caller.account, asked.path["policy_id"])
    return Answer()


@operation("GET", _PATH + "/history", *READ, query=("since", "before"))
def list_history(cloud: Cloudflare, caller: Caller, asked: Asked) -> Paged:
    """List History."""
    since, before = _moment(asked, "since", -math.inf), _moment(asked, "before", math.inf)
    sent = [one for one in cloud.notifications.history(caller.account) if since <= one.sent < before]
    return Paged([_sent_members(one) for one in sent], per_page=25)


def _moment(asked: Asked, name: str, default: float) -> float:
    """UNIX seconds of a time such as `2027-01-15T08:00:00Z` (RFC 3339). Raises CloudflareError."""
    if name not in asked.query:
        return default
    try:
        moment = datetime.datetime.fromisoformat(asked.query[name])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"{name}: {shown(asked.query[name])} is no time; expected such as 2027-01-15T08:00:00Z"
        raise CloudflareError(400, NOT_VALID, message)
    return moment.timestamp()


def _sent_members(sent: Sent) -> dict[str, Any]:
    return {
        "id": sent.id,
        "name": sent.name,
        "description": sent.description,
        "alert_body": sent.body,
        "alert_type": ROUTE_LEAK_DETECTION,
        "mechanism": sent.email,
        "mechanism_type": "email",
        "policy_id": sent.policy,
        "sent": timestamp(sent.sent),
    }
