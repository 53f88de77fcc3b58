"""Carrying out the steps of a scenario on a lab, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lab.bgp.aspa import AspaMode
from lab.bgp.attributes import community_text
from lab.bgp.events import Event
from lab.bgp.prefix import PrefixError
from lab.bgp.rov import RovMode
from lab.dataplane.probe import ProbeError
from lab.engines.base import EngineError
from lab.observe.durations import exact_duration_text
from lab.observe.events import ScenarioStep
from lab.scenario import dns_steps, flow_steps, irr_steps, registry_steps, rpki_steps
from lab.scenario.cloud_calls import CallFailedError
from lab.scenario.expectations import check
from lab.scenario.flow_showing import flow_summaries
from lab.scenario.lab import Lab, LabError
from lab.scenario.outcomes import Outcome, Report, StepResult
from lab.scenario.sent_steps import sent
from lab.topology import steps
from lab.topology.cloud_steps import AwsStep, RegistryStep
from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.dns_steps import DnsStep
from lab.topology.irr_steps import IrrStep
from lab.topology.model import UrpfMode
from lab.topology.steps import Step
from lab.topology.traffic_steps import FlowStep


def run_steps(lab: Lab, todo: Iterable[Step]) -> Iterator[StepResult]:
    """Carry out each step and yield its result. Raises LabError where a step makes no sense for the lab.

    A call of a cloud that ends otherwise than its step says is a failed outcome, and the last step: those
    after it rely on it.
    """
    for step in todo:
        result, failed = _run(lab, step)
        yield result
        if failed is not None:
            return


def run_scenario(lab: Lab, watch: Callable[[StepResult], None] | None = None) -> Report:
    """Carry out the scenario of the lab's own file; `watch` is told of each result as it is there.

    Raises LabError where a step makes no sense for the lab, and EngineError where speakers are lost.
    """
    report = try_scenario(lab, watch)
    if report.error is not None:
        raise report.error
    return report


def try_scenario(lab: Lab, watch: Callable[[StepResult], None] | None = None) -> Report:
    """Like `run_scenario`, but an error is in the report, after what was carried out before it."""
    results: list[StepResult] = []
    problem: Exception | None = None
    try:
        for result in run_steps(lab, lab.topology.steps):
            results.append(result)
            if watch:
                watch(result)
    except (LabError, ProbeError, PrefixError, EngineError) as error:
        problem = error
    left = len(lab.topology.steps) - len(results)
    return Report(lab.topology.name, tuple(results), tuple(flow_summaries(lab.flows)), left, problem)


def run_step(lab: Lab, step: Step) -> StepResult:
    """Carry out one step. One that makes no sense for the lab is refused, which the timeline tells, too.

    Raises LabError, with the place of a step that stands in a file, also for a call that a cloud refuses.
    """
    result, failed = _run(lab, step)
    if failed is not None:
        raise _at_its_place(step, failed)
    return result


def _run(lab: Lab, step: Step) -> tuple[StepResult, CallFailedError | None]:
    """What came of a step, with the error of a call that failed."""
    try:
        step, unknown = sent(lab.clouds.saved, step), None
    except LabError as error:
        unknown = error
    text = step_text(step)
    if step.kind != "expect":  # which writes its own verdict down
        lab.timeline.append(ScenarioStep(lab.engine.now(), "", text, step.line))
    events: list[Event] = []
    failed: CallFailedError | None = None
    unsubscribe = lab.timeline.subscribe(events.append)
    try:
        if unknown is not None:
            raise unknown
        outcome = _carry_out(lab, step)
    except CallFailedError as error:
        lab.note(f"refused: {error}")
        failed, outcome = error, error.outcome
    except (LabError, ProbeError, PrefixError) as error:
        lab.note(f"refused: {error}")
        raise _at_its_place(step, error) from None
    finally:
        unsubscribe()
    return StepResult(step, text, tuple(events), outcome), failed


def _at_its_place(step: Step, error: Exception) -> Exception:
    """The error with the place of the step, if it stands in a file."""
    return LabError(f"{step.file}:{step.line}: {error}") if step.line else error


def _carry_out(lab: Lab, step: Step) -> Outcome | None:
    match step.body:
        case str():
            pass
        case steps.Announce() as body:
            lab.announce(
                body.source,
                body.prefix,
                path=body.path,
                prepend=body.prepend,
                communities=body.communities,
                med=body.med,
            )
        case steps.Withdraw() as body:
            lab.withdraw(body.source, body.prefix)
        case steps.Hijack() as body:
            lab.hijack(body.by, body.prefix, forge_origin=body.forge_origin)
        case steps.Leak() as body:
            lab.leak(body.by, body.prefix, body.to, stop=body.stop)
        case steps.LinkStep() as body:
            lab.set_link(*body.between, up=body.state == "up")
        case steps.RoaStep() as body:
            if body.add:
                lab.add_roa(body.add.prefix, body.add.asn, body.add.max_length)
            elif body.remove:
                lab.remove_roa(body.remove.prefix, body.remove.asn, body.remove.max_length)
        case steps.AspaStep() as body:
            if body.add:
                lab.add_aspa(body.add.customer, body.add.providers)
            elif body.remove:
                lab.remove_aspa(body.remove.customer)
        case steps.RpkiStep() as body:
            rpki_steps.carry_out(lab, body)
        case RegistryStep() as body:
            registry_steps.carry_out(lab, body)
        case AwsStep() as body:
            # Imported here because it brings botocore, which most labs do without.
            from lab.scenario import aws_steps

            aws_steps.carry_out(lab, body)
        case CloudflareStep() as body:
            from lab.scenario import cloudflare_steps  # which most labs do without, too

            cloudflare_steps.carry_out(lab, body)
        case IrrStep() as body:
            irr_steps.carry_out(lab, body)
        case DnsStep() as body:
            dns_steps.carry_out(lab, body)
        case FlowStep() as body:
            flow_steps.carry_out(lab, body)
        case steps.SetStep() as body:
            lab.set_policy(
                body.name,
                rov=RovMode(body.rov) if body.rov else None,
                otc=body.otc,
                blackhole=body.blackhole,
                graceful_shutdown=body.graceful_shutdown,
                urpf=UrpfMode(body.urpf) if body.urpf else None,
                aspa=AspaMode(body.aspa) if body.aspa else None,
            )
        case steps.Wait() as body:
            lab.wait(body.duration)
        case steps.Probe() as body:
            lab.probe(body.name, body.source, body.destination or "", host=body.host or "", port=body.port)
        case steps.Kill() as body:
            lab.kill(body.name)
        case steps.Expect() as body:
            return check(lab, body, step.line)
        case _:
            raise AssertionError(f"no way to carry out a {step.kind} step")
    return None


def step_text(step: Step) -> str:
    """The step as a sentence for people."""
    match step.body:
        case str() as text:
            return text
        case steps.Announce() as body:
            return f"{body.source} announces {body.prefix}{_announcement_text(body)}"
        case steps.Withdraw() as body:
            return f"{body.source} withdraws {body.prefix}"
        case steps.Hijack() as body:
            return f"{body.by} hijacks {body.prefix}{' with a forged origin' if body.forge_origin else ''}"
        case steps.Leak() as body:
            what = body.prefix or "every route"
            return f"{body.by} {'stops leaking' if body.stop else 'leaks'} {what} to {body.to or 'everybody'}"
        case steps.LinkStep() as body:
            return f"the link between {body.between[0]} and {body.between[1]} goes {body.state}"
        case steps.RoaStep() as body:
            changes = [
                f"a ROA is {word}: {_roa_text(roa)}"
                for word, roa in (("published", body.add), ("removed", body.remove))
                if roa
            ]
            return "; ".join(changes)
        case steps.AspaStep() as body:
            return _aspa_text(body)
        case steps.RpkiStep() as body:
            return rpki_steps.text(body)
        case RegistryStep() | AwsStep() | CloudflareStep() | IrrStep() | DnsStep() | FlowStep() as body:
            return body.text
        case steps.SetStep() as body:
            given = body.model_dump(exclude_none=True, exclude={"name"})
            return f"{body.name} sets " + ", ".join(f"{key} {_value_text(given[key])}" for key in given)
        case steps.Wait() as body:
            return f"{exact_duration_text(body.duration)} pass"
        case steps.Probe() as body:
            return body.text
        case steps.Kill() as body:
            return f"{body.name} is killed"
        case _:
            return step.kind


def _announcement_text(body: steps.Announce) -> str:
    extras = []
    if body.path:
        extras.append(f"with the forged path {' '.join(map(str, body.path))}")
    if body.prepend:
        extras.append(f"prepended {body.prepend}x")
    if body.med is not None:
        extras.append(f"with MED {body.med}")
    if body.communities:
        extras.append(f"with {', '.join(map(community_text, body.communities))}")
    return "".join(f" {extra}" for extra in extras)


def _roa_text(roa: steps.Roa) -> str:
    return f"{roa.prefix} AS{roa.asn}" + (
        f" maxLength {roa.max_length}" if roa.max_length is not None else ""
    )


def _aspa_text(body: steps.AspaStep) -> str:
    if body.remove:
        return f"the ASPA of AS{body.remove.customer} is removed"
    assert body.add is not None, "the checks ask for one of the two"
    providers = ", ".join(f"AS{asn}" for asn in body.add.providers if asn) or "nobody"
    return f"an ASPA is published: AS{body.add.customer} buys from {providers}"


def _value_text(value: object) -> str:
    return {True: "on", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)
