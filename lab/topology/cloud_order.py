"""What the steps about registries and clouds find there when their turn comes: registrations, route objects,
saved names, traffic.

Steps that are typed at a running lab are not held against this: the lab knows what has become of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from lab.bgp.prefix import Prefix
from lab.topology.cloud_scalars import REFERENCE
from lab.topology.cloud_steps import AwsStep, RegistryStep
from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.draft import Draft
from lab.topology.expect_step import Expect
from lab.topology.irr_order import RouteObjects
from lab.topology.irr_steps import IrrStep
from lab.topology.problems import Path, Problem, suggestion
from lab.topology.references import leaves, references, texts_of
from lab.topology.step_model import StepModel
from lab.topology.steps import RpkiStep
from lab.topology.traffic_steps import FlowStep


def check_cloud_order(draft: Draft) -> Iterator[Problem]:
    """The steps in order, with what the file and the steps before them lead to. Entries are well formed."""
    there = _There(draft)
    for index, (kind, body) in draft.steps.items():
        if isinstance(body, StepModel):
            yield from there.check(("scenario", index, kind), body)


class _There:
    """Registrations, route objects, saved names and traffic as the steps so far have left them."""

    def __init__(self, draft: Draft) -> None:
        self._problem = draft.document.problem
        self._registered = {entry.prefix for entry in draft.registry.values()}
        self._objects = RouteObjects(draft)
        self._saved: set[str] = set()
        self._flows: dict[str, bool] = {}

    def check(self, path: Path, body: StepModel) -> Iterator[Problem]:
        """What a step lacks; then it has happened."""
        for place, text in texts_of(body):
            for name in dict.fromkeys(references(text)):
                yield from self._check_saved((*path, *place), name)
        match body:
            case RpkiStep() if body.transfer is not None:
                self._registered.add(body.transfer)
            case RegistryStep() if body.prefix not in self._registered:
                yield self._unregistered((*path, "prefix"), body.prefix)
            case IrrStep():
                yield from self._objects.check(path, body)
            case AwsStep():
                for place, value in leaves(body.members, (*path, "with")):
                    if isinstance(value, str) and (reference := REFERENCE.fullmatch(value)):
                        yield from self._check_saved(place, reference[1])
                self._saved |= set(body.save or ())
            case CloudflareStep():
                self._saved |= set(body.save or ())
            case FlowStep():
                yield from self._check_flow(path, body)
            case Expect() if body.flow is not None and body.flow not in self._flows:
                yield self._no_flow((*path, "flow"), body.flow, list(self._flows))

    def _unregistered(self, path: Path, prefix: Prefix) -> Problem:
        held = suggestion(None, map(str, sorted(self._registered)), "registered")
        return self._problem(path, f"there is no registration of exactly {prefix}", held)

    def _check_saved(self, path: Path, name: str) -> Iterator[Problem]:
        if name not in self._saved:
            add = f"add save: {{{name}: ...}} to a step before"
            hint = suggestion(name, sorted(self._saved), "saved") or add
            yield self._problem(path, f"nothing was saved as {name!r} before this step", hint)

    def _check_flow(self, path: Path, body: FlowStep) -> Iterator[Problem]:
        goes_on = self._flows.get(body.name, False)
        place: Path = (*path, "name")
        if body.stop and not goes_on:
            yield self._no_flow(place, body.name, [name for name, on in self._flows.items() if on])
        elif goes_on and not body.stop:
            hint = "give it another name, or stop the other one before"
            yield self._problem(place, f"the traffic {body.name} goes on already", hint)
        self._flows[body.name] = not body.stop

    def _no_flow(self, path: Path, name: str, known: list[str]) -> Problem:
        hint = suggestion(name, known, "traffic") or f"add flow: {{name: {name}, ...}} before"
        return self._problem(path, f"no step before this one begins the traffic {name}", hint)
