"""What the steps that send packets must be: whole, with one target, of one version of IP."""

from __future__ import annotations

from collections.abc import Iterator

from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem
from lab.topology.traffic_steps import FlowStep, Probe

_EXAMPLE = "{name: NAME, from: SPEAKER, source: ADDRESS, destination: ADDRESS}"


def check_target(draft: Draft, path: Path, body: Probe | FlowStep) -> Iterator[Problem]:
    """A packet goes to an address or to a host, and to none of another version of IP."""
    problem = draft.document.problem
    if (body.destination is None) == (body.host is None):
        yield problem(path, "expected either 'destination' or 'host'", "a host is resolved by the lab's DNS")
    elif (
        body.source is not None
        and body.destination is not None
        and body.source.version != body.destination.version
    ):
        message = f"a packet cannot go from {body.source} to {body.destination}"
        yield problem(path, message, "source and destination must both be IPv4 or both IPv6")


def check_flow_step(draft: Draft, path: Path, body: FlowStep) -> Iterator[Problem]:
    """Traffic that begins says between whom; traffic that ends, only which it is."""
    problem = draft.document.problem
    if body.stop:
        for member in sorted(body.model_fields_set - {"name", "stop"}):
            key = "from" if member == "source_speaker" else member
            yield problem((*path, key), f"'{key}' has no meaning with 'stop'", f"remove '{key}'")
        return
    for key, value in (("from", body.source_speaker), ("source", body.source)):
        if value is None:
            yield problem(path, f"missing key '{key}'", f"write for example {_EXAMPLE}")
    yield from check_target(draft, path, body)
