"""The `aws` step: an API call as a customer makes it, through an SDK's own models and signatures."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from lab.bgp.prefix import Prefix, PrefixError
from lab.clouds.aws.byoip.customer import VALID_DAYS, Customer, message
from lab.clouds.aws.events import ByoipChanged
from lab.scenario import saved
from lab.scenario.aws_client import make_client
from lab.scenario.aws_showing import account_id, aws_of
from lab.scenario.cloud_calls import refused, succeeded
from lab.scenario.lab import Lab, LabError
from lab.topology.cloud_steps import Authorize, AwsStep
from lab.topology.cloud_vocabulary import SigningMistake
from lab.topology.problems import suggestion


def carry_out(lab: Lab, step: AwsStep) -> None:
    """Make the call. Raises CallFailedError where it is refused and was to succeed, and the other way round,
    and LabError where the SDK does not know the operation or a member. Nothing is saved then."""
    account = account_id(lab, step.account)
    region = step.region or lab.topology.aws_regions[0]
    client = _client(lab, step.service, region, account)
    members = dict(step.members)
    if step.authorize is not None:
        members["CidrAuthorizationContext"] = _context(lab, step.authorize, account, members.get("Cidr"))
    answer = _answer(lab, client, step, members)
    found = {name: saved.picked(answer, path, step.operation) for name, path in (step.save or {}).items()}
    lab.clouds.saved |= found


def _client(lab: Lab, service: str, region: str, account: str) -> BaseClient:
    made = lab.clouds.sdk_clients
    if (service, region, account) not in made:
        keys = aws_of(lab).accounts.by_id(account)
        made[service, region, account] = make_client(service, region, keys, lab.clouds.aws_front.handle)
    return made[service, region, account]


def _answer(lab: Lab, client: BaseClient, step: AwsStep, members: dict[str, Any]) -> Mapping[str, Any]:
    known = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    method = known.get(step.operation)
    if method is None:
        hint = suggestion(step.operation, known, "operations")
        raise LabError(f"{step.service} has no operation {step.operation}; {hint}")
    try:
        answer: Mapping[str, Any] = getattr(client, method)(**members)
    except ClientError as error:
        said = error.response["Error"]
        if said.get("Code") == step.error:
            return {}
        text = f"{said.get('Code')}: {said.get('Message')}"
        raise refused(lab, step.operation, text, step.error, ByoipChanged) from None
    except (BotoCoreError, TypeError) as error:
        raise LabError(f"{step.operation}: {' '.join(str(error).split())}") from None
    finally:
        lab.follow_clouds()
    if step.error is not None:
        raise succeeded(lab, step.operation, step.error, ByoipChanged)
    return answer


def _context(lab: Lab, wanted: Authorize, account: str, cidr: Any) -> dict[str, str]:
    """The signed message: right for the call, except for what the step says otherwise."""
    text = wanted.message
    if text is None:
        prefix = wanted.prefix or _prefix(cidr)
        expires = wanted.expires or _today(lab) + datetime.timedelta(days=VALID_DAYS)
        # Whatever ID the message names, as a wrong one is a mistake that people make.
        named = wanted.account or account
        text = message(named if named.isdigit() else account_id(lab, named), prefix, expires)
    signed = Customer(wanted.key).sign(text, SigningMistake(wanted.mistake) if wanted.mistake else None)
    return {"Message": signed.message, "Signature": signed.signature}


def _prefix(cidr: Any) -> Prefix:
    try:
        return Prefix.parse(str(cidr))
    except PrefixError as error:
        raise LabError(f"there is nothing to authorize: {error}; give Cidr, or authorize.prefix") from None


def _today(lab: Lab) -> datetime.date:
    return datetime.datetime.fromtimestamp(lab.engine.calendar(), datetime.UTC).date()
