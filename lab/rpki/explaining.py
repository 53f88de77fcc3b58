"""Why a route is valid, invalid or not found: the ROAs that decide, their files, and what would mend it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from lab.bgp.jsonable import to_json
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp
from lab.rpki.advice import fix
from lab.rpki.outputs.json_shapes import time_text
from lab.rpki.payloads import NEVER, Payloads, Source
from lab.rpki.suggestions import Holders, Suggestion
from lab.rpki.validation.results import Rejected

MOST_HINTS: Final = 20
_APART: Final = re.compile("[^0-9a-z]+")


@dataclass(frozen=True, slots=True)
class CoveringVrp:
    """A VRP that covers the route, why it matches or does not, and the ROAs it comes from."""

    vrp: Vrp
    why: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class RouteExplanation:
    """`fix` is the ROA that would make the route valid. `hints` are rejected objects that may have to do with
    it: but for them the verdict might be another."""

    prefix: Prefix
    origin: int
    state: RovState
    covering: tuple[CoveringVrp, ...]
    fix: Suggestion | None
    hints: tuple[Rejected, ...]


def explain_route(
    prefix: Prefix,
    origin: int,
    payloads: Payloads,
    *,
    holders: Holders | None = None,
    rejected: Iterable[Rejected] = (),
    authorities: Collection[str] = (),
) -> RouteExplanation:
    """Explain a route to `prefix` from AS `origin`.

    A rejected object is a hint if its URI or message names the prefix, one that covers it or the origin, or
    if its URI has one of `authorities`, the names of the CAs that hold the prefix, as a segment or as the
    name of a certificate.
    """
    table = payloads.vrp_table()
    verdict = table.explain(prefix, origin)
    covering = tuple(CoveringVrp(vrp, why, payloads.vrps[vrp]) for vrp, why in verdict.covering)
    mended = fix(prefix, origin, table.covering(prefix), holders)
    words = _words(prefix, origin)
    hints = [each for each in rejected if _relates(each, words, authorities)]
    return RouteExplanation(prefix, origin, verdict.state, covering, mended, tuple(hints[:MOST_HINTS]))


def explanation_text(found: RouteExplanation) -> str:
    """The explanation as lines for people."""
    lines = [f"{found.prefix} from AS{found.origin} is {found.state.value}"]
    if not found.covering:
        lines.append(f"  no ROA covers {found.prefix}")
    for each in found.covering:
        lines.append(f"  {each.vrp}: {each.why}")
        lines += [f"    {_source_text(source)}" for source in each.sources]
    if found.fix:
        lines.append(f"to make it valid: {found.fix.reason}")
        lines += [f"  {command}" for command in found.fix.commands]
        if found.fix.caution:
            lines.append(f"  caution: {found.fix.caution}")
    if found.hints and found.state is not RovState.VALID:
        lines.append("rejected objects that may have to do with it:")
        lines += [f"  {each}" for each in found.hints]
    return "\n".join(lines)


def explanation_data(found: RouteExplanation) -> dict[str, object]:
    """The explanation as JSON data."""
    data: dict[str, object] = to_json(found)
    commands = {"commands": list(found.fix.commands) if found.fix else []}
    return {key: value for key, value in data.items() if key != "type"} | commands


def _source_text(source: Source) -> str:
    until = "never expires" if source.expires >= NEVER else f"valid until {time_text(source.expires)}"
    return f"{source.uri or 'from a file'} ({source.ta or 'no trust anchor named'}), {until}"


def _relates(rejected: Rejected, words: Collection[str], authorities: Collection[str]) -> bool:
    text = _apart(f"{rejected.uri} {rejected.message}")
    segments = rejected.uri.removesuffix(".cer").split("/")
    return any(word in text for word in words) or not set(authorities).isdisjoint(segments)


def _words(prefix: Prefix, origin: int) -> tuple[str, ...]:
    covering = (str(prefix.supernet(length)) for length in range(prefix.length + 1))
    return tuple(_apart(word) for word in (*covering, f"AS{origin}"))


def _apart(text: str) -> str:
    """Lower case, with one hyphen for all that is no letter or digit: `203-0-113-0-24.roa` names a prefix."""
    return f"-{_APART.sub('-', text.lower()).strip('-')}-"
