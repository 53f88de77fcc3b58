"""Whom a resource can be shared with: accounts, and the organization."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ram.organization import Organization

_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_ORGANIZATION: Final = re.compile(r"arn:aws(-us-gov)?:organizations::[0-9]{12}:(organization|ou)/\S+")


@dataclass(frozen=True, slots=True)
class Principal:
    """`id` as RAM shows it. `external`: an account outside of the owner's organization, to be invited."""

    id: str
    external: bool


def principal_of(text: str, owner: str, organization: Organization, allow_external: bool) -> Principal:
    """Whom `owner` means by `text`: twelve digits, or the ARN of its organization.

    Raises InvalidParameterException, UnknownResourceException, OperationNotPermittedException.
    """
    if _ACCOUNT.fullmatch(text):
        return _account(text, owner, organization, allow_external)
    if not _ORGANIZATION.fullmatch(text):
        raise AwsError(
            "InvalidParameterException",
            f"Principal ID {text} is malformed; expected an account ID of twelve digits or the ARN of an "
            "organization.",
        )
    if organization.arn is None:
        raise AwsError(
            "OperationNotPermittedException",
            f"Account {owner} is in no organization, so nothing can be shared with {text}; name account IDs.",
        )
    if text != organization.arn:
        raise AwsError(
            "UnknownResourceException",
            f"{text} could not be found. The organization of account {owner} is {organization.arn}; it "
            "has no organizational units.",
        )
    return Principal(text, external=False)


def _account(number: str, owner: str, organization: Organization, allow_external: bool) -> Principal:
    if number == owner:
        raise AwsError(
            "InvalidParameterException", f"Account {owner} owns the resource share; name another account."
        )
    external = not organization.joins(owner, number)
    if external and not allow_external:
        raise AwsError(
            "OperationNotPermittedException",
            f"Account {number} is outside of the organization of account {owner}, and the resource share has "
            "allowExternalPrincipals false.",
        )
    return Principal(number, external)
