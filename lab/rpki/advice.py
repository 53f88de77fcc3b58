"""Advice about ROAs and announcements: the standing of each, and the change that would mend it.

The terms are those of Krill's BGP analysis; `lab.rpki.roa_analysis` finds the advice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from lab.bgp.jsonable import to_json
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.suggestions import Holders, Suggestion, exact, forgery_caution, hijack_caution, roa_commands


@dataclass(frozen=True, slots=True, order=True)
class Announcement:
    """A route that was seen: its prefix, its origin AS, and how many vantage points see it."""

    prefix: Prefix
    origin: int
    seen_by: int = 1

    def __str__(self) -> str:
        return f"{self.prefix} from AS{self.origin}"


class AnnouncementStanding(Enum):
    """What the ROAs make of an announcement."""

    VALID = "valid"
    NOT_FOUND = "not-found"
    INVALID_LENGTH = "invalid-length"
    """A covering ROA names the origin, but none lets it announce so specific a prefix."""
    INVALID_ASN = "invalid-asn"
    DISALLOWED = "disallowed"
    """Only AS 0 ROAs cover it."""


class RoaStanding(Enum):
    """What the announcements make of a ROA."""

    SEEN = "seen"
    TOO_PERMISSIVE = "too-permissive"
    """Its maxLength allows what its AS does not announce: whoever forges the origin can announce it, and the
    route is valid (RFC 9319 section 4)."""
    REDUNDANT = "redundant"
    """Another ROA allows all that this one allows."""
    UNSEEN = "unseen"
    DISALLOWING = "disallowing"
    """It allows nothing that is seen, but makes something invalid."""
    AS0 = "as0"
    AS0_REDUNDANT = "as0-redundant"
    """Another ROA covers the prefix, so that without this one all is invalid as well."""
    NOT_HELD = "not-held"
    """Nobody holds its prefix by the registry."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a forged origin could announce and be valid: how many prefixes, and one of them."""

    count: int
    example: Prefix


@dataclass(frozen=True, slots=True)
class AnnouncementAdvice:
    """`covering` are the VRPs that decide. `invalidates` are the announcements, not found so far, that the
    suggested ROA makes invalid unless they get their own: publish theirs before. The suggestion has a caution
    if theirs has one."""

    announcement: Announcement
    standing: AnnouncementStanding
    covering: tuple[Vrp, ...]
    suggestion: Suggestion | None = None
    invalidates: tuple[Announcement, ...] = ()


@dataclass(frozen=True, slots=True)
class RoaAdvice:
    """`authorises` are the announcements it makes valid, `disallows` the invalid ones it covers; `covered_by`
    are the ROAs that make it redundant. `caution` is what may be wrong with it although nothing is to be
    done."""

    vrp: Vrp
    standing: RoaStanding
    authorises: tuple[Announcement, ...]
    disallows: tuple[Announcement, ...]
    covered_by: tuple[Vrp, ...] = ()
    exposure: Exposure | None = None
    suggestion: Suggestion | None = None
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """The advice for every ROA and every announcement, ascending."""

    roas: tuple[RoaAdvice, ...]
    announcements: tuple[AnnouncementAdvice, ...]

    def suggestions(self, cautious: bool = True) -> tuple[Suggestion, ...]:
        """All suggestions; with `cautious` only those that nothing speaks against."""
        found = [each.suggestion for each in self.announcements]
        found += [each.suggestion for each in self.roas]
        return tuple(each for each in found if each and not (cautious and each.caution))

    def commands(self, cautious: bool = True) -> tuple[str, ...]:
        """Every suggestion in one list: repairs, then commands in the order of `roa_commands`.

        With `cautious` no route that is heard and not invalid is invalid afterwards.
        """
        todo = self.suggestions(cautious)
        added = tuple(dict.fromkeys(vrp for each in todo for vrp in each.add))
        removed = tuple(dict.fromkeys(vrp for each in todo for vrp in each.remove))
        repairs = dict.fromkeys(command for each in todo for command in each.repairs)
        return (*repairs, *roa_commands(added, removed))


def announcement_standing(covering: Iterable[Vrp], prefix: Prefix, origin: int) -> AnnouncementStanding:
    """The standing of an announcement, given all VRPs that cover its prefix (RFC 6811 section 2)."""
    covering = tuple(covering)
    if not covering:
        return AnnouncementStanding.NOT_FOUND
    named = [vrp for vrp in covering if vrp.asn == origin != 0]
    if any(prefix.length <= vrp.max_length for vrp in named):
        return AnnouncementStanding.VALID
    if named:
        return AnnouncementStanding.INVALID_LENGTH
    if all(vrp.asn == 0 for vrp in covering):
        return AnnouncementStanding.DISALLOWED
    return AnnouncementStanding.INVALID_ASN


def fix(
    prefix: Prefix,
    origin: int,
    covering: Iterable[Vrp],
    holders: Holders | None,
    announced: Iterable[Prefix] = (),
) -> Suggestion | None:
    """The ROA that would make a route valid, with the warning where that would let a hijack through.

    `announced` are other prefixes that AS `origin` announces. None for a valid route, and for a default
    route: a ROA for it would make every other route invalid that has none.
    """
    covering = tuple(covering)
    standing = announcement_standing(covering, prefix, origin)
    if standing is AnnouncementStanding.VALID or prefix.length == 0 or origin == 0:
        return None
    known = (*announced, *(vrp.prefix for vrp in covering if vrp.asn == origin))
    caution = hijack_caution(prefix, origin, holders) or forgery_caution(prefix, origin, holders, known)
    if standing is AnnouncementStanding.DISALLOWED and not caution:
        caution = f"an AS 0 ROA says that nobody may announce {prefix}"
    reason = f"{_WHY[standing]}; this ROA lets AS{origin} announce exactly {prefix}"
    return Suggestion((exact(prefix, origin),), (), reason, caution)


_WHY: Final = {
    AnnouncementStanding.NOT_FOUND: "no ROA covers it",
    AnnouncementStanding.INVALID_LENGTH: "it is more specific than its ROA's maxLength allows",
    AnnouncementStanding.INVALID_ASN: "its ROAs name other origins",
    AnnouncementStanding.DISALLOWED: "only AS 0 ROAs cover it",
}


def advice_text(advice: Advice) -> str:
    """What there is to mend as lines for people, with the commands; what is well is only counted."""
    lines: list[str] = []
    for seen in advice.announcements:
        if seen.standing is not AnnouncementStanding.VALID:
            times = (
                f"{seen.announcement.seen_by} vantage point{'s' if seen.announcement.seen_by != 1 else ''}"
            )
            lines.append(f"{seen.announcement} ({times}): {seen.standing.value}")
            lines += _suggestion_lines(seen.suggestion)
            if seen.invalidates:
                others = ", ".join(map(str, seen.invalidates))
                lines.append(f"    before that, ROAs for what it would make invalid: {others}")
    for held in advice.roas:
        if held.suggestion or held.caution:
            lines.append(f"ROA {held.vrp}: {held.standing.value}")
            lines += _suggestion_lines(held.suggestion)
        if held.caution:
            lines.append(f"    caution: {held.caution}")
    valid = sum(each.standing is AnnouncementStanding.VALID for each in advice.announcements)
    good = sum(each.suggestion is None for each in advice.roas)
    lines.append(
        f"{valid} of {len(advice.announcements)} announcements are valid, "
        f"{good} of {len(advice.roas)} ROAs are as they should be"
    )
    return "\n".join(lines)


def advice_data(advice: Advice) -> dict[str, Any]:
    """All of it as JSON data, with the commands of each suggestion and of all that nothing speaks against."""
    return {
        "announcements": [_entry(each) for each in advice.announcements],
        "roas": [_entry(each) for each in advice.roas],
        "commands": list(advice.commands()),
    }


def _suggestion_lines(suggestion: Suggestion | None) -> list[str]:
    if suggestion is None:
        return []
    lines = [f"    {suggestion.reason}", *(f"    $ {command}" for command in suggestion.commands)]
    return [*lines, f"    caution: {suggestion.caution}"] if suggestion.caution else lines


def _entry(each: AnnouncementAdvice | RoaAdvice) -> dict[str, Any]:
    commands = list(each.suggestion.commands) if each.suggestion else []
    return {key: value for key, value in to_json(each).items() if key != "type"} | {"commands": commands}
