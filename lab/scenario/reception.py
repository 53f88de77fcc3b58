"""What became of a cloud's announcement at everybody else, as `lab explain` tells it."""

from __future__ import annotations

from collections.abc import Iterator

from lab.bgp.prefix import Prefix
from lab.bgp.rib import RouterView
from lab.clouds.chain import Link
from lab.scenario.lab import Lab


def reception(lab: Lab, cloud: str, prefix: Prefix) -> Iterator[Link]:
    """What became of the announcement of `cloud` at every AS but its own."""
    own = {speaker.asn for speaker in lab.topology.of_cloud(cloud)}
    accepted, elsewhere, rejected, missing = [], [], [], []
    for name, view in lab.views().items():
        if view.asn in own:
            continue
        best = view.best.get(prefix)
        if best is not None and view.origin(best) in own:
            accepted.append(name)
        elif best is not None:
            elsewhere.append(f"{name} (origin AS{view.origin(best)})")
        elif refusals := _refusals(view, prefix):
            rejected.append(f"{name} ({refusals})")
        else:
            missing.append(name)
    yield Link("accepted", bool(accepted), f"by {', '.join(accepted)}" if accepted else "by nobody")
    if elsewhere:
        yield Link("elsewhere", False, f"another origin is preferred by {', '.join(elsewhere)}")
    if rejected:
        yield Link("rejected", False, f"by {', '.join(rejected)}")
    if missing:
        yield Link("not received", False, f"by {', '.join(missing)}: nobody passes it on to them")


def _refusals(view: RouterView, prefix: Prefix) -> str:
    return ", ".join(
        f"from {route.neighbor}: {route.rejection.value}"
        for route in view.adj_in.get(prefix, ())
        if route.rejection is not None
    )
