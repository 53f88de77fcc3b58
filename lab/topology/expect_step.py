"""The step that says what must hold, as written in a file."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StrictBool

from lab.topology.cloud_vocabulary import ByoipState
from lab.topology.cloudflare_scalars import ApprovalWord, BindingWord, ValidationWord
from lab.topology.dns_scalars import HostName, RecordTypeWord
from lab.topology.duration_bound import DurationBoundText
from lab.topology.scalar_forms import word_form
from lab.topology.scalars import (
    AlertWord,
    Asn,
    Duration,
    IpPrefix,
    NoAlert,
    PrintedText,
    Share,
    SpeakerName,
)
from lab.topology.step_model import StepModel

FLOW_STATES: Final = ("up", "down")
BYOIP_STATES: Final = tuple(state.value for state in ByoipState)
StateWord = Annotated[
    str, *word_form("a state of a range at AWS or of traffic", (*BYOIP_STATES, *FLOW_STATES))
]


class Expect(StepModel):
    """What must hold now, or `within` a time. Which members may stand together: `lab.topology.expect_checks`.

    `reason` is why a packet was dropped (`DropReason`) or, with `byoip`, a part of the range's StatusMessage.
    `cloudflare` is a prefix there, whose `binding` is the default one. `lost` is how long packets of a `flow`
    did not arrive, all in all.
    """

    name: SpeakerName | None = Field(default=None, alias="at")
    prefix: IpPrefix | None = None
    path: tuple[Asn, ...] | None = None
    via: SpeakerName | None = None
    origin: Asn | None = None
    unreachable: StrictBool | None = None
    rov: Literal["valid", "invalid", "not-found"] | None = None
    aspa: Literal["valid", "invalid", "unknown"] | None = None
    share: dict[SpeakerName, Share] | None = None
    alert: AlertWord | None = None
    no_alert: NoAlert | None = None
    by: SpeakerName | None = None
    probe: Literal["delivered", "dropped"] | None = None
    byoip: IpPrefix | None = None
    state: StateWord | None = None
    reason: PrintedText | None = None
    cloudflare: IpPrefix | None = None
    approved: ApprovalWord | None = None
    irr: ValidationWord | None = None
    rpki: ValidationWord | None = None
    ownership: ValidationWord | None = None
    advertised: StrictBool | None = None
    binding: BindingWord | None = None
    dns: HostName | None = None
    record: RecordTypeWord | None = None
    answer: tuple[PrintedText, ...] | None = None
    flow: SpeakerName | None = None
    lost: DurationBoundText | None = None
    within: Duration | None = None
