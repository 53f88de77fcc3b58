"""What a lab shows of its RPKI, as plain JSON data like the other views (`lab.scenario.showing`).

`text`, where there is one, is the same as lines for people.
"""

from __future__ import annotations

from typing import Any

from lab.bgp.prefix import Prefix
from lab.rpki.advice import advice_data, advice_text
from lab.rpki.explaining import explanation_data, explanation_text
from lab.rpki.issuing.faults import FAULTS
from lab.rpki.outputs.validation_report import report_data
from lab.scenario import advising
from lab.scenario.lab import Lab, LabError
from lab.scenario.running import run_step, step_text
from lab.scenario.what_if import what_if, what_if_data, what_if_text
from lab.topology.cloud_steps import AwsStep, RegistryStep
from lab.topology.cloudflare_steps import CloudflareStep
from lab.topology.dns_steps import DnsStep
from lab.topology.steps import Step, Wait

Data = dict[str, Any]


def rpki_status(lab: Lab) -> Data:
    """What the relying party makes of every trust anchor, CA and object, and what is broken on purpose."""
    faults = [str(fault) for fault in lab.rpki.cas.faults]
    return {**report_data(lab.rpki.validation, lab.rpki.names), "faults": faults}


def rpki_faults(lab: Lab) -> list[Data]:
    """What can be broken, and where it is."""
    broken = lab.rpki.cas.faults
    return [
        {
            "fault": kind,
            "description": fault.description,
            "broken": [str(each).removeprefix(kind).strip() for each in broken if each.kind == kind],
        }
        for kind, fault in FAULTS.items()
    ]


def rpki_explain(lab: Lab, prefix: str, asn: str) -> Data:
    """Why a route to `prefix` from AS `asn` is valid, invalid or not found. Raises LabError for no ASN."""
    number = asn.upper().removeprefix("AS")
    if not (number.isascii() and number.isdigit() and int(number) <= 0xFFFFFFFF):
        raise LabError(f"{asn!r} is not an ASN; expected for example 64496 or AS64496")
    found = advising.explanation(lab, Prefix.parse(prefix), int(number))
    return {**explanation_data(found), "text": explanation_text(found)}


def rpki_advice(lab: Lab) -> Data:
    """Which ROAs are missing, too loose or superfluous for what the speakers announce."""
    found = advising.advice(lab)
    return {**advice_data(found), "text": advice_text(found)}


def what_if_step(lab: Lab, step: Step) -> Data:
    """What a step would change, tried on a copy. Raises LabError where that hangs on what registries and
    clouds know, which a copy does not have."""
    pending = isinstance(step.body, Wait) and lab.clouds.next_due() is not None
    if pending or isinstance(step.body, AwsStep | CloudflareStep | DnsStep | RegistryStep):
        raise LabError(
            f"what registries and clouds do cannot be tried on a copy ({step_text(step)}); what an "
            "announcement by a cloud would do can: announce or withdraw it at a speaker of the cloud"
        )
    found = what_if(lab, lambda copy: run_step(copy, step))
    return {**what_if_data(found), "text": what_if_text(found)}
