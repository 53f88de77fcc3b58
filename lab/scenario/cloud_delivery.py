"""What becomes of a packet that BGP has brought to a cloud: announcing a range is not yet using it."""

from __future__ import annotations

from dataclasses import replace

from lab.dataplane.probe import PacketTrace
from lab.scenario.clouds import Clouds
from lab.topology.model import Topology
from lab.topology.vocabulary import DropReason


def behind_the_edge(topology: Topology, clouds: Clouds, trace: PacketTrace) -> PacketTrace:
    """The trace with the cloud's own verdict, where it ends at a cloud that announces the range as somebody's
    own; else the trace as it is."""
    if not trace.delivered or topology.speakers[trace.at].cloud != "aws":
        return trace
    aws = clouds.aws if clouds.announces_for_somebody(trace.destination) else None
    if aws is None:
        return trace
    # Imported here because a lab that brings nothing to AWS needs none of it.
    from lab.clouds.aws.vpc.reachability import verdict

    found = verdict(aws.vpcs, trace.destination, advertised=True)
    explanation = f"{trace.explanation}; {found.text}"
    if found.internet:
        return replace(trace, explanation=explanation)
    return replace(trace, delivered=False, reason=DropReason.NOT_SERVED, explanation=explanation)
