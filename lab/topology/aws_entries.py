"""What a file says of AWS, entry by entry."""

from __future__ import annotations

from pydantic import Field, StrictBool

from lab.topology.cloud_scalars import AccountId
from lab.topology.entry_model import EntryModel
from lab.topology.model import DEFAULT_ACCOUNTS
from lab.topology.scalars import Duration, IpPrefix, SpeakerName


class AwsDelays(EntryModel):
    """How long AWS takes for what. What is not given stays as the lab has it."""

    provision: Duration | None = Field(default=None, description="until a range is provisioned, or not")
    deprovision: Duration | None = Field(default=None, description="until a range is given back, or not")
    advertise: Duration | None = Field(default=None, description="until AWS announces a range")
    withdraw: Duration | None = Field(default=None, description="until AWS announces it no more")
    ipam: Duration | None = Field(default=None, description="for IPAMs, their pools and allocations")


class AwsEntry(EntryModel):
    """What there is at AWS before anybody calls."""

    accounts: dict[SpeakerName, AccountId] = Field(
        default_factory=lambda: dict(DEFAULT_ACCOUNTS),
        min_length=1,
        description="accounts by name; who names none uses the first",
    )
    organization: StrictBool = Field(default=True, description="the accounts are one organization")
    delays: AwsDelays = Field(default=AwsDelays(), description="how long AWS takes")
    poor_reputation: tuple[IpPrefix, ...] = Field(
        default=(), description="addresses known for abuse: AWS takes no range that holds one"
    )
