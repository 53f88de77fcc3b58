"""What AWS has in a lab, as plain JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.scenario.lab import Lab, LabError
from lab.topology.model import AwsSection
from lab.topology.problems import suggestion

if TYPE_CHECKING:
    from lab.clouds.aws.cloud import Aws

Data = dict[str, Any]


def aws_env(lab: Lab, account: str | None = None, region: str | None = None) -> Data:
    """What the AWS CLI and SDKs need to call this lab as one of its accounts, the secret key included."""
    aws = aws_of(lab)
    if not lab.clouds.endpoint:
        raise LabError("this lab serves no API; `lab up` does")
    number = account_id(lab, account)
    keys = aws.accounts.by_id(number)
    regions = lab.topology.aws_regions
    if region is not None and region not in regions:
        raise LabError(f"no AWS speaker is in {region!r}; {suggestion(region, regions, 'regions')}")
    return {
        "endpoint": lab.clouds.endpoint,
        "access_key": keys.access_key,
        "secret_key": keys.secret_key,
        "account": number,
        "region": region or regions[0],
    }


def aws_accounts(lab: Lab) -> list[Data]:
    """The accounts, without their keys."""
    return [{"id": each.id, "name": each.name} for each in aws_of(lab).accounts.all()]


def aws_ranges(lab: Lab) -> list[Data]:
    """The ranges of all accounts and regions, with their states."""
    aws = aws_of(lab)
    lab.look()
    return [
        {
            "prefix": str(found.prefix),
            "account": found.account,
            "region": found.region,
            "state": found.state.value,
            "message": found.status_message,
            "pool": found.pool_id or found.ipam_pool_id or None,
        }
        for found in aws.ranges.all()
    ]


def aws_of(lab: Lab) -> Aws:
    """The lab's AWS. Raises LabError if it has none."""
    if lab.clouds.aws is None:
        raise LabError(f"{lab.topology.name} has no AWS; give one of its ASes `cloud: aws`")
    return lab.clouds.aws


def account_id(lab: Lab, word: str | None) -> str:
    """The ID of the account with this name or ID, the file's first for None. Raises LabError."""
    section = lab.topology.aws or AwsSection()
    try:
        return section.account(word)
    except KeyError:
        names = [*section.accounts, *section.accounts.values()]
        raise LabError(f"there is no account {word!r}; {suggestion(str(word), names, 'accounts')}") from None
