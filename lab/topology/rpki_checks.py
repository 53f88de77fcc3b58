"""What steps that act on the RPKI must be: one action, and the members that go with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, suggestion
from lab.topology.steps import RpkiStep
from lab.topology.vocabulary import RpkiFault

_OF_A_FILE: Final = {
    fault.value
    for fault in (
        RpkiFault.MISSING_FILE,
        RpkiFault.CORRUPT_FILE,
        RpkiFault.EXPIRED_ROA,
        RpkiFault.REVOKED_ROA,
    )
}
SERVERS: Final = ("afrinic", "apnic", "arin", "lacnic", "ripe")
_NEEDED: Final = {"roll": (), "renew": (), "revoke": ("ca",), "transfer": ("to",)}
"""The members that an action other than `break` and `mend` needs; it takes no others."""
_ACTIONS: Final = ("break", "mend", *_NEEDED)


def check_rpki_step(draft: Draft, path: Path, body: RpkiStep) -> Iterator[Problem]:
    """The members must fit the one action; servers and holders must be there."""
    given = body.model_dump(by_alias=True, exclude_none=True)
    actions = [action for action in _ACTIONS if action in given]
    if len(actions) != 1:
        yield draft.document.problem(
            path, f"expected exactly one of {', '.join(_ACTIONS)}", "use several steps to do several things"
        )
        return
    action = actions[0]
    fault = body.broken or body.mended
    needed, allowed = fault_members(fault) if fault else (_NEEDED[action], ())
    what = fault or action
    for member in needed:
        if member not in given:
            yield draft.document.problem(path, f"{what} needs '{member}'")
    for member in given:
        if member not in (action, *needed, *allowed):
            yield draft.document.problem((*path, member), f"{member} has no meaning with {what}")
    yield from _check_names(draft, path, body)


def fault_members(fault: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The members that a fault needs, and those it may have."""
    if fault == RpkiFault.UNREACHABLE_REPOSITORY.value:
        return ("server",), ()
    if fault in _OF_A_FILE:
        return ("ca",), ("file",)
    if fault == RpkiFault.OVER_CLAIMING_CA.value:
        return ("ca",), ("prefix",)
    if fault == RpkiFault.WRONG_ROA.value:
        return ("ca",), ("prefix", "asn")
    return ("ca",), ()


def _check_names(draft: Draft, path: Path, body: RpkiStep) -> Iterator[Problem]:
    if body.to is not None and body.to not in draft.names:
        hint = suggestion(body.to, draft.names)
        yield draft.document.problem((*path, "to"), f"there is no speaker {body.to!r}", hint)
    if body.server is not None and body.server not in SERVERS:
        hint = suggestion(body.server, SERVERS)
        yield draft.document.problem((*path, "server"), f"there is no server {body.server!r}", hint)
