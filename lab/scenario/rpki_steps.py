"""The `rpki` step: what it does to the CAs of a lab, and how it reads."""

from __future__ import annotations

from typing import Any

from lab.rpki.issuing.errors import IssuingError
from lab.rpki.issuing.faults import FAULTS, Fault
from lab.rpki.issuing.hierarchy import Rpki
from lab.scenario.lab import Lab
from lab.topology.steps import RpkiStep


def carry_out(lab: Lab, step: RpkiStep) -> None:
    """Do it, publish and validate. Raises LabError for what the CAs refuse."""
    lab.at_the_cas(lambda cas: _act(cas, step))


def _act(cas: Rpki, step: RpkiStep) -> None:
    if step.broken is not None:
        cas.inject(_fault(step.broken, step))
    elif step.mended is not None:
        cas.repair(_fault(step.mended, step))
    elif step.roll is not None:
        cas.roll_key(step.roll)
    elif step.renew is not None:
        cas.renew(step.renew)
    elif step.revoke is not None and step.ca is not None:
        cas.revoke(step.ca, step.revoke)
    elif step.transfer is not None and step.to is not None:
        cas.transfer(step.transfer, step.to)
    else:
        raise IssuingError("nothing to do", "give break, mend, roll, renew, revoke or transfer")


def _fault(kind: str, step: RpkiStep) -> Fault:
    members = _given(step, "ca", "server", "file", "prefix", "asn")
    try:
        return FAULTS[kind](**members)
    except TypeError:
        raise IssuingError(f"{kind} cannot be described by {', '.join(members) or 'nothing'}") from None


def text(step: RpkiStep) -> str:
    """The step as a sentence for people."""
    given = _given(step, "file", "prefix", "asn")
    where = step.ca or step.server or ""
    details = "".join(f", {key} {value}" for key, value in given.items())
    if step.broken is not None:
        return f"broken at {where}: {step.broken}{details}"
    if step.mended is not None:
        return f"mended at {where}: {step.mended}{details}"
    if step.roll is not None:
        return f"the CA {step.roll} rolls its key"
    if step.renew is not None:
        return f"the CA {step.renew} signs everything anew"
    if step.revoke is not None:
        return f"the CA {step.ca} revokes {step.revoke}"
    return f"{step.transfer} is transferred to {step.to}"


def _given(step: RpkiStep, *names: str) -> dict[str, Any]:
    """The members that are given, as they are: dumping a model takes prefixes apart."""
    found = {name: getattr(step, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}
