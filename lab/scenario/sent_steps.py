"""A step as it is carried out: with what was saved in place of each `$name`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.scenario import saved
from lab.topology.cloud_steps import AwsStep
from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.dns_steps import DnsStep
from lab.topology.irr_steps import IrrStep
from lab.topology.step_model import StepModel
from lab.topology.steps import Step


def sent(kept: Mapping[str, Any], step: Step) -> Step:
    """The step with its texts filled in from what is `kept`. Raises LabError for a name that is not."""
    match step.body:
        case AwsStep() as body:
            return _with(step, body, members=saved.whole(kept, body.members))
        case CloudflareStep() as body:
            path = {body.method.lower(): saved.in_text(kept, body.path)}
            return _with(step, body, members=saved.in_texts(kept, body.members), **path)
        case IrrStep() as body:
            changes = {"add": body.add, "edit": body.edit, "as_set": body.as_set}
            return _with(step, body, **{name: _lines(kept, change) for name, change in changes.items()})
        case DnsStep(add=record) as body if record is not None:
            content = saved.in_text(kept, record.content)
            return _with(step, body, add=record.model_copy(update={"content": content}))
    return step


def _with(step: Step, body: StepModel, **members: Any) -> Step:
    return step.model_copy(update={"body": body.model_copy(update=members)})


def _lines(kept: Mapping[str, Any], change: StepModel | None) -> StepModel | None:
    if change is None:
        return None
    written = {name: getattr(change, name) for name in ("descr", "remarks")}
    return change.model_copy(
        update={name: saved.in_text(kept, text) for name, text in written.items() if text is not None}
    )
