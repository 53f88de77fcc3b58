"""The `flow` step: traffic begins and is watched, or ends."""

from __future__ import annotations

from lab.scenario.flows import Traffic
from lab.scenario.lab import Lab
from lab.topology.traffic_steps import FlowStep


def carry_out(lab: Lab, step: FlowStep) -> None:
    """Raises LabError for a speaker that there is not, and ProbeError for traffic that cannot be watched or
    that is not there to be stopped."""
    if step.stop:
        lab.flows.stop(step.name)
        return
    target = step.host or step.destination
    assert step.source_speaker is not None, "the file's checks ask for it"
    assert step.source is not None, "the file's checks ask for it"
    assert target is not None, "the file's checks ask for one of the two"
    lab.view(step.source_speaker)  # raises LabError if there is none of that name
    lab.flows.watch(Traffic(step.name, step.source_speaker, step.source, target, step.port))
