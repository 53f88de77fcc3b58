"""ROAs held against the announcements seen: which are missing, too loose, superfluous, and how to mend it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.rpki.advice import (
    Advice,
    Announcement,
    AnnouncementAdvice,
    AnnouncementStanding,
    Exposure,
    RoaAdvice,
    RoaStanding,
    announcement_standing,
    fix,
)
from lab.rpki.suggestions import Holders, Suggestion, exact, forgery_caution, harm_caution

_REPLACED: Final = (RoaStanding.TOO_PERMISSIVE, RoaStanding.NOT_HELD)


def advise(
    announcements: Iterable[Announcement], vrps: Iterable[Vrp], holders: Holders | None = None
) -> Advice:
    """Hold `vrps` against `announcements`. Without `holders` no one is known to hold anything."""
    return _Analysis(announcements, vrps, holders).advice()


class _Analysis:
    def __init__(
        self, announcements: Iterable[Announcement], vrps: Iterable[Vrp], holders: Holders | None
    ) -> None:
        self.table = VrpTable(vrps)
        self.holders = holders
        self.announcements = _distinct(announcements)
        self.standing = {
            each: announcement_standing(self.table.covering(each.prefix), each.prefix, each.origin)
            for each in self.announcements
        }
        self.authorises: Mapping[Vrp, list[Announcement]] = defaultdict(list)
        self.disallows: Mapping[Vrp, list[Announcement]] = defaultdict(list)
        for each, standing in self.standing.items():
            for vrp in self.table.covering(each.prefix):
                if vrp.asn == each.origin != 0 and each.prefix.length <= vrp.max_length:
                    self.authorises[vrp].append(each)
                elif standing is not AnnouncementStanding.VALID:
                    self.disallows[vrp].append(each)
        self.announced = VrpTable(exact(each.prefix, each.origin) for each in self.announcements)
        self.exposure = {vrp: _exposure(vrp, self.authorises[vrp]) for vrp in self.table}

    def advice(self) -> Advice:
        fixes, invalidates = self._fixes()
        of_roas = {vrp: self._roa(vrp) for vrp in self.table if vrp.asn != 0}
        kept = VrpTable(vrp for vrp, advice in of_roas.items() if advice.standing is RoaStanding.SEEN)
        for vrp, advice in of_roas.items():
            if advice.suggestion is None and advice.standing in _REPLACED:
                of_roas[vrp] = self._replaced(advice, kept)
        safe = [found for found in fixes.values() if found and not found.caution]
        safe += [advice.suggestion for advice in of_roas.values() if advice.suggestion]
        covers = VrpTable([*kept, *(vrp for each in safe for vrp in each.add)])
        of_roas |= {vrp: self._as0(vrp, covers) for vrp in self.table if vrp.asn == 0}
        of_announcements = (
            AnnouncementAdvice(
                each,
                self.standing[each],
                tuple(self.table.covering(each.prefix)),
                fixes[each],
                tuple(invalidates[each]),
            )
            for each in self.announcements
        )
        return Advice(tuple(of_roas[vrp] for vrp in self.table), tuple(of_announcements))

    def _fixes(
        self,
    ) -> tuple[dict[Announcement, Suggestion | None], Mapping[Announcement, list[Announcement]]]:
        """What would make each announcement valid, and what that makes invalid of what is not found so far.

        Whoever harms an announcement that is not to get its own ROA without caution, gets a caution, too.
        """
        fixes = {each: self._fix(each) for each in self.announcements}
        by_roa = {found.add[0]: each for each, found in fixes.items() if found}
        added = VrpTable(by_roa)
        invalidates: Mapping[Announcement, list[Announcement]] = defaultdict(list)
        for each in self.announcements:
            if self.standing[each] is AnnouncementStanding.NOT_FOUND:
                for vrp in added.covering(each.prefix):
                    if by_roa[vrp] != each:
                        invalidates[by_roa[vrp]].append(each)
        # Once is enough: a ROA covers what the ROAs in it cover, so it harms what they harm.
        safe = {each for each, found in fixes.items() if found and not found.caution}
        for each, found in fixes.items():
            if found and each in safe:
                harmed = [other for other in invalidates[each] if other not in safe]
                fixes[each] = replace(found, caution=harm_caution(harmed))
        return fixes, invalidates

    def _fix(self, each: Announcement) -> Suggestion | None:
        covering = self.table.covering(each.prefix)
        return fix(each.prefix, each.origin, covering, self.holders, self._announced_around(each))

    def _announced_around(self, each: Announcement) -> Iterable[Prefix]:
        """What the same AS announces, or may announce by a ROA, that covers an announcement."""
        covering = (*self.announced.covering(each.prefix), *self.table.covering(each.prefix))
        return (vrp.prefix for vrp in covering if vrp.asn == each.origin)

    def _roa(self, vrp: Vrp) -> RoaAdvice:
        """A ROA that names an AS. One that is to be replaced gets its suggestion when all are judged."""
        authorises, disallows = tuple(self.authorises[vrp]), tuple(self.disallows[vrp])
        if self._is_not_held(vrp.prefix):
            return RoaAdvice(vrp, RoaStanding.NOT_HELD, authorises, disallows)
        if not authorises and disallows:
            reason = "it allows nothing that is seen, yet makes routes invalid"
            caution = "it may be what stops a hijack; if nobody is to announce the prefix, say so with AS 0"
            return _removed(vrp, RoaStanding.DISALLOWING, (), disallows, reason, caution)
        if not authorises:
            caution = "keep it for an announcement that is planned, a backup, or down at present"
            return _removed(vrp, RoaStanding.UNSEEN, (), (), "nothing that it allows is seen", caution)
        if self.exposure[vrp]:
            return RoaAdvice(
                vrp, RoaStanding.TOO_PERMISSIVE, authorises, disallows, exposure=self.exposure[vrp]
            )
        if wider := self._wider(vrp):
            reason = f"{wider[0]} allows all that it allows"
            return _removed(
                vrp, RoaStanding.REDUNDANT, authorises, disallows, reason, covered_by=tuple(wider)
            )
        caution = self._forgery(each for each in authorises if each.prefix != vrp.prefix)
        return RoaAdvice(vrp, RoaStanding.SEEN, authorises, disallows, caution=caution)

    def _forgery(self, authorised: Iterable[Announcement]) -> str:
        """Why announcements that ROAs allow may be forged; that of the first which may be."""
        cautions = (
            forgery_caution(each.prefix, each.origin, self.holders, self._announced_around(each))
            for each in authorised
        )
        return next(filter(None, cautions), "")

    def _is_not_held(self, prefix: Prefix) -> bool:
        return self.holders is not None and self.holders(prefix) is None

    def _wider(self, vrp: Vrp) -> list[Vrp]:
        """The ROAs, themselves neither loose nor to be removed, that allow all that `vrp` allows."""
        return [
            other
            for other in self.table.covering(vrp.prefix)
            if other.asn == vrp.asn
            and other.max_length >= vrp.max_length
            and (other[:3] != vrp[:3] or other < vrp)
            and not self.exposure[other]
            and not self._is_not_held(other.prefix)
        ]

    def _replaced(self, advice: RoaAdvice, kept: VrpTable) -> RoaAdvice:
        """With ROAs for exactly what is announced, but for what a ROA that stays allows."""
        lost = [
            each
            for each in advice.authorises
            if kept.validate(each.prefix, each.origin) is not RovState.VALID
        ]
        add = [each for each in lost if not self._is_not_held(each.prefix)]
        caution = self._forgery(add) or harm_caution(
            [each for each in lost if each not in add and self._is_contradicted(each)]
        )
        reason = "nobody holds its prefix"
        if advice.exposure:
            reason = (
                f"it allows {advice.exposure.count} more than AS{advice.vrp.asn} announces, such as "
                f"{advice.exposure.example}: whoever forges its origin can announce that, too"
            )
        roas = tuple(exact(each.prefix, each.origin) for each in add)
        return replace(advice, suggestion=Suggestion(roas, (advice.vrp,), reason, caution))

    def _is_contradicted(self, each: Announcement) -> bool:
        """Whether a ROA covers an announcement that does not allow it."""
        return any(
            vrp.asn != each.origin or vrp.max_length < each.prefix.length
            for vrp in self.table.covering(each.prefix)
        )

    def _as0(self, vrp: Vrp, covers: VrpTable) -> RoaAdvice:
        """An AS 0 ROA, which does nothing where another ROA that stays covers its prefix."""
        disallows = tuple(self.disallows[vrp])
        others = [
            other
            for other in self.table.covering(vrp.prefix)
            if other.asn == 0 and (other.prefix, other) < (vrp.prefix, vrp)
        ]
        wider = [*covers.covering(vrp.prefix), *others]
        if not wider:
            return RoaAdvice(vrp, RoaStanding.AS0, (), disallows)
        reason = f"{wider[0]} covers its prefix, so that all else in it is invalid anyway"
        return _removed(vrp, RoaStanding.AS0_REDUNDANT, (), disallows, reason, covered_by=tuple(wider))


def _removed(
    vrp: Vrp,
    standing: RoaStanding,
    authorises: tuple[Announcement, ...],
    disallows: tuple[Announcement, ...],
    reason: str,
    caution: str = "",
    covered_by: tuple[Vrp, ...] = (),
) -> RoaAdvice:
    suggestion = Suggestion((), (vrp,), reason, caution)
    return RoaAdvice(vrp, standing, authorises, disallows, covered_by, None, suggestion)


def _distinct(announcements: Iterable[Announcement]) -> tuple[Announcement, ...]:
    """Each prefix and origin once, ascending; what saw it adds up."""
    seen: dict[tuple[Prefix, int], int] = defaultdict(int)
    for each in announcements:
        seen[each.prefix, each.origin] += each.seen_by
    return tuple(Announcement(prefix, origin, seen[prefix, origin]) for prefix, origin in sorted(seen))


def _exposure(vrp: Vrp, authorised: Iterable[Announcement]) -> Exposure | None:
    """What `vrp` allows beyond what is announced, the most specific first: that attracts the packets."""
    announced = {each.prefix for each in authorised}
    if not announced:
        return None
    count = 2 ** (vrp.max_length - vrp.prefix.length + 1) - 1 - len(announced)
    if count <= 0:
        return None
    for length in range(vrp.max_length, vrp.prefix.length - 1, -1):
        step = 1 << (WIDTH[vrp.prefix.version] - length)
        for index in range(min(2 ** (length - vrp.prefix.length), len(announced) + 1)):
            candidate = Prefix(vrp.prefix.version, vrp.prefix.value + index * step, length)
            if candidate not in announced:
                return Exposure(count, candidate)
    raise AssertionError(f"{vrp} allows no more than what is announced")
