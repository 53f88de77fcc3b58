"""The steps of a scenario, as written in a file. What they do is `lab.scenario`'s business.

Each step is a mapping with one key, its kind; the models here are the mapping's value.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from lab.topology.cloud_steps import AwsStep, RegistryStep
from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.dns_steps import DnsStep
from lab.topology.expect_step import Expect as Expect
from lab.topology.irr_steps import IrrStep
from lab.topology.scalars import (
    Asn,
    AsnOrZero,
    CaName,
    CommunityField,
    Duration,
    IpPrefix,
    PrintedText,
    PublishedFile,
    RpkiFaultWord,
    SpeakerName,
)
from lab.topology.step_model import StepModel
from lab.topology.traffic_steps import FlowStep
from lab.topology.traffic_steps import Probe as Probe

Toggle = Literal["up", "down"]


class Announce(StepModel):
    """`from` announces `prefix`. `path` forges what follows the own ASN, neighbour side first."""

    source: SpeakerName = Field(alias="from")
    prefix: IpPrefix
    prepend: Annotated[int, Field(strict=True, ge=0, le=50)] = 0
    communities: tuple[CommunityField, ...] = ()
    path: tuple[Asn, ...] = ()
    med: Annotated[int, Field(strict=True, ge=0, le=0xFFFFFFFF)] | None = None


class Withdraw(StepModel):
    """`from` withdraws `prefix`."""

    source: SpeakerName = Field(alias="from")
    prefix: IpPrefix


class Hijack(StepModel):
    """`by` announces somebody else's `prefix`; `forge_origin` puts the holder's ASN at the path's end."""

    by: SpeakerName
    prefix: IpPrefix
    forge_origin: StrictBool = False


class Leak(StepModel):
    """`by` exports routes of `prefix` (or all) to neighbour `to` (or all) regardless; `stop` ends it."""

    by: SpeakerName
    prefix: IpPrefix | None = None
    to: SpeakerName | None = None
    stop: StrictBool = False


class LinkStep(StepModel):
    """The link between two speakers goes down or comes up."""

    between: tuple[SpeakerName, SpeakerName]
    state: Toggle


class Roa(StepModel):
    """A ROA: `asn` may announce `prefix` and more specifics down to `max_length` (default: the prefix's)."""

    prefix: IpPrefix
    asn: AsnOrZero
    max_length: Annotated[int, Field(strict=True, ge=0, le=128)] | None = None


class RoaStep(StepModel):
    """Add or remove one ROA."""

    add: Roa | None = None
    remove: Roa | None = None


class Aspa(StepModel):
    """An ASPA: `customer` buys from nobody but `providers`; 0 alone says that it has none."""

    customer: Asn
    providers: tuple[AsnOrZero, ...]


class AspaCustomer(StepModel):
    """The ASPA of `customer`, of which there is one at the most."""

    customer: Asn


class AspaStep(StepModel):
    """Add an ASPA, in place of the customer's former one, or remove it."""

    add: Aspa | None = None
    remove: AspaCustomer | None = None


class RpkiStep(StepModel):
    """Exactly one of: `break` something, `mend` it, `roll` the key of a CA, `renew` all that a CA
    signs, `revoke` a CA's file, `transfer` a prefix to another holder.

    What `break` leaves open is chosen. Which other members go with which: see `lab.topology.rpki_checks`.
    """

    broken: RpkiFaultWord | None = Field(default=None, alias="break")
    mended: RpkiFaultWord | None = Field(default=None, alias="mend")
    roll: CaName | None = None
    renew: CaName | None = None
    revoke: PublishedFile | None = None
    transfer: IpPrefix | None = None
    ca: CaName | None = None
    server: CaName | None = None
    file: PublishedFile | None = None
    prefix: IpPrefix | None = None
    asn: AsnOrZero | None = None
    to: SpeakerName | None = None


class SetStep(StepModel):
    """Change the policy of `as`."""

    name: SpeakerName = Field(alias="as")
    rov: Literal["off", "prefer-valid", "drop"] | None = None
    otc: StrictBool | None = None
    blackhole: StrictBool | None = None
    graceful_shutdown: StrictBool | None = None
    urpf: Literal["off", "loose", "strict", "feasible", "efp-a", "efp-b"] | None = None
    aspa: Literal["off", "drop"] | None = None


class Wait(StepModel):
    """Let time pass."""

    duration: Duration = Field(alias="for")


class Kill(StepModel):
    """Kill the speaker (a fault, not a shutdown); the lab restarts it."""

    name: SpeakerName = Field(alias="as")


STEP_KINDS: dict[str, Any] = {
    "note": PrintedText,
    "announce": Announce,
    "withdraw": Withdraw,
    "hijack": Hijack,
    "leak": Leak,
    "link": LinkStep,
    "roa": RoaStep,
    "aspa": AspaStep,
    "rpki": RpkiStep,
    "registry": RegistryStep,
    "irr": IrrStep,
    "dns": DnsStep,
    "aws": AwsStep,
    "cloudflare": CloudflareStep,
    "set": SetStep,
    "wait": Wait,
    "probe": Probe,
    "flow": FlowStep,
    "kill": Kill,
    "expect": Expect,
}
"""What stands under each key of a step."""


class Step(StepModel):
    """One step with its place in the file (`line` counts from 1; 0 for steps made in code)."""

    kind: str
    body: StepModel | str
    line: int = 0
    file: str = ""
