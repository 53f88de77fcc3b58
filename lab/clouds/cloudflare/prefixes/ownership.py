"""Whether the token of a prefix is where only its holder can have written it: a pure judge.

The form is that of Cloudflare's documents: `cf-validation: TOKEN` in a description or remarks field of the
route object, or a TXT record with the token at `cf-validation.ZONE` in every reverse zone of the prefix. The
announcement of the self-serve API shows another one, too (`Validation Token: abc123xyz`): that is not looked
for, and a finding says so where it is met.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from lab.clouds.cloudflare.prefixes.record import CheckState, Finding
from lab.registry.irr.records import RouteObject

LABEL: Final = "cf-validation"
_IN_LINE: Final = re.compile(rf"(?<!\S){LABEL}:\s*(\S+)", re.IGNORECASE)
_OTHER_FORM: Final = re.compile(r"validation token:", re.IGNORECASE)
_NAMED_MOST: Final = 4


def judge_ownership(
    token: str, objects: Iterable[RouteObject], texts: Mapping[str, tuple[str, ...]], rpki: Finding
) -> Finding:
    """Whether `token` proves that the prefix is its owner's.

    `objects` are the route objects of exactly the prefix in the IRR of its RIR, whatever their origin, and
    `texts` the TXT records at `cf-validation` in each of its reverse zones. One of both ways is enough, and
    `rpki` must be valid besides. `missing`: the token is in neither, or not in all zones. `invalid`: another
    token is there, or the right one without a matching ROA.
    """
    found = (_in_irr(token, objects), _in_dns(token, texts))
    proof = next((each for each in found if each.is_valid), None)
    if proof is None:
        state = CheckState.INVALID if _any_invalid(found) else CheckState.MISSING
        return Finding(state, "; ".join(each.why for each in found))
    if not rpki.is_valid:
        return Finding(CheckState.INVALID, f"{proof.why}, but no ROA matches: RPKI is {rpki.state.value}")
    return proof


def _any_invalid(findings: Iterable[Finding]) -> bool:
    return any(each.state is CheckState.INVALID for each in findings)


def _in_irr(token: str, objects: Iterable[RouteObject]) -> Finding:
    lines = [
        line for found in objects for text in (*found.descr, *found.remarks) for line in text.splitlines()
    ]
    tokens = [match[1] for line in lines for match in _IN_LINE.finditer(line)]
    if token in tokens:
        return Finding(CheckState.VALID, "the token is in the route object")
    if tokens:
        return Finding(CheckState.INVALID, "the route object has another token")
    if any(_OTHER_FORM.search(line) for line in lines):
        why = (
            f"the route object has a 'Validation Token:', which is not looked for; expected '{LABEL}: TOKEN'"
        )
        return Finding(CheckState.MISSING, why)
    return Finding(CheckState.MISSING, f"no route object has '{LABEL}: TOKEN' in its descr or remarks")


def _in_dns(token: str, texts: Mapping[str, tuple[str, ...]]) -> Finding:
    found = {zone: {text.strip() for text in there} for zone, there in texts.items()}
    without = [zone for zone, there in found.items() if not there]
    wrong = [zone for zone, there in found.items() if there and token not in there]
    if wrong:
        return Finding(CheckState.INVALID, f"the TXT record at {LABEL} has another token in {_named(wrong)}")
    if without and len(without) < len(found):
        all_of = f"it must be in all {len(found)} reverse zones"
        return Finding(
            CheckState.MISSING, f"there is no TXT record at {LABEL} in {_named(without)}; {all_of}"
        )
    if without or not found:
        return Finding(CheckState.MISSING, f"no reverse zone has a TXT record at {LABEL} ({_named(without)})")
    return Finding(CheckState.VALID, f"the token is in the TXT record at {LABEL} in {_named(list(found))}")


def _named(zones: list[str]) -> str:
    more = f" and {len(zones) - _NAMED_MOST} more" if len(zones) > _NAMED_MOST else ""
    return ", ".join(zones[:_NAMED_MOST]) + more
