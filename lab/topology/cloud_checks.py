"""What the parts of a file that are about AWS must be to each other: accounts, regions, API calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab.topology.cloud_scalars import REFERENCE
from lab.topology.cloud_steps import Authorize, AwsStep
from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, shown, suggestion
from lab.topology.references import leaves
from lab.topology.step_checks import check_printable

_CONTEXT = "CidrAuthorizationContext"


def check_clouds(draft: Draft) -> Iterator[Problem]:
    """Regions are AWS's, accounts are different ones, and there is an AWS where the file speaks of it."""
    problem = draft.document.problem
    for name, entry in draft.ases.items():
        if entry.region is not None and entry.cloud != "aws":
            message = f"{name} is not AWS's, so it has no region"
            yield problem(("ases", name, "region"), message, "add 'cloud: aws' or remove it")
    if "aws" in draft.clouds.model_fields_set and not draft.has_aws:
        yield draft.lacks_aws(("clouds", "aws"))
    first: dict[str, str] = {}
    for name, number in draft.clouds.aws.accounts.items():
        if first.setdefault(number, name) != name:
            message = f"{number} is the account {first[number]}"
            yield problem(("clouds", "aws", "accounts", name), message, "give each an ID of its own")


def check_aws_step(draft: Draft, path: Path, body: AwsStep) -> Iterator[Problem]:
    """The accounts exist, an authorization says what it authorizes, and the request can be sent."""
    if not draft.has_aws:
        yield draft.lacks_aws(path)
        return
    if body.account is not None:
        yield from _check_account(draft, (*path, "as"), body.account)
    if body.authorize is not None:
        yield from _check_authorize(draft, (*path, "authorize"), body, body.authorize)
    if body.error is not None and body.save:
        message = "a call that is refused answers nothing that could be saved"
        yield draft.document.problem((*path, "save"), message, "remove 'save' or 'error'")
    for place, value in leaves(body.members, (*path, "with")):
        yield from _check_leaf(draft, place, value)


def _check_account(draft: Draft, path: Path, word: str) -> Iterator[Problem]:
    accounts = draft.clouds.aws.accounts
    if word not in accounts and word not in accounts.values():
        hint = suggestion(word, accounts, "accounts")
        yield draft.document.problem(path, f"there is no account {word!r}", hint)


def _check_authorize(draft: Draft, path: Path, body: AwsStep, how: Authorize) -> Iterator[Problem]:
    problem = draft.document.problem
    if body.service != "ec2":
        yield problem(path, f"authorize has no meaning with {body.service}", "it is for ranges of EC2")
    if _CONTEXT in body.members:
        yield problem(path, f"'with' has a {_CONTEXT} already", "remove one of them")
    if how.message is not None:
        for key in ("expires", "account", "prefix"):
            if getattr(how, key) is not None:
                yield problem(
                    (*path, key), f"'{key}' has no effect on a message of your own", f"remove '{key}'"
                )
    elif how.prefix is None and "Cidr" not in body.members:
        yield problem(path, "no range to authorize", "add 'Cidr' to 'with', or 'prefix' here")
    if how.account is not None and not how.account.isdigit():
        yield from _check_account(draft, (*path, "account"), how.account)


def _check_leaf(draft: Draft, path: Path, value: Any) -> Iterator[Problem]:
    """It is something, and a text can be sent, printed and, where it begins with $, looked up."""
    match value:
        case None:
            yield draft.document.problem(path, "a member of a request without a value", "give it one")
        case str() if value.startswith("$") and not REFERENCE.fullmatch(value):
            message = f"{shown(value)} is not the name of something saved"
            yield draft.document.problem(path, message, "write for example $pool")
        case str():
            yield from check_printable(draft, path, value)
