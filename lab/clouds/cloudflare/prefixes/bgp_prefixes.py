"""BGP prefixes: announcing prefixes, or subnets of them, and withdrawing them (dynamic advertisement)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.advertising_rules import (
    check_can_follow_routes,
    check_deletable,
    check_handled,
    check_prepend,
    check_unlocked,
)
from lab.clouds.cloudflare.prefixes.bgp_prefix import BgpPrefix, Origination
from lab.clouds.cloudflare.prefixes.cidrs import check_announceable, check_inside
from lab.clouds.cloudflare.prefixes.limits import MOST_BGP_PREFIXES, check_room
from lab.clouds.cloudflare.prefixes.noting import note
from lab.clouds.cloudflare.prefixes.originating import WITHHELD, is_withheld, last_change, originations
from lab.clouds.cloudflare.prefixes.prefixes import Prefixes
from lab.clouds.cloudflare.prefixes.readiness import check_ready
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.due_times import earliest
from lab.topology.cloudflare_section import ServiceName
from lab.topology.problems import suggestion

__all__ = ["BgpPrefix", "BgpPrefixes", "Origination"]


class BgpPrefixes:
    """The BGP prefixes of all accounts, by ID."""

    def __init__(self, basics: Basics, prefixes: Prefixes) -> None:
        self._basics = basics
        self._prefixes = prefixes
        self._table = basics.state.table("cloudflare_bgp_prefixes", BgpPrefix)
        self.default_service: Callable[[PrefixRecord], ServiceName | None] = lambda record: None
        """Where a prefix sends its packets: the bindings say, once they are there."""
        for bgp in self._table.values():  # a tunnel may have come or gone with the lab's file
            if (following := self._due(bgp, bgp)) != bgp:
                self._put(following)

    def of(self, record: PrefixRecord) -> list[BgpPrefix]:
        """The BGP prefixes of a prefix."""
        return [bgp for bgp in self._table.values() if bgp.prefix_id == record.id]

    def of_whole(self, record: PrefixRecord) -> BgpPrefix | None:
        """The one that is all of a prefix."""
        return next((bgp for bgp in self.of(record) if bgp.cidr == record.prefix), None)

    def get(self, record: PrefixRecord, bgp_prefix_id: str) -> BgpPrefix:
        """The prefix's BGP prefix with this ID. Raises CloudflareError."""
        bgp = self._table.get(bgp_prefix_id)
        if bgp is not None and bgp.prefix_id == record.id:
            return bgp
        hint = suggestion(bgp_prefix_id, [known.id for known in self.of(record)], "its BGP prefixes are")
        message = f"The prefix {record.prefix} has no BGP prefix with the ID {bgp_prefix_id[:64]}"
        raise CloudflareError(404, codes.NOT_FOUND, f"{message}; {hint}" if hint else message)

    def create(self, record: PrefixRecord, cidr: Prefix) -> BgpPrefix:
        """A new one, withdrawn. Raises CloudflareError for one that is not inside the prefix, too specific or
        there already, and for a prefix that is not approved."""
        check_ready(record, "BGP prefixes can be created")
        check_inside(cidr, record)
        check_announceable(cidr)
        known = self.of(record)
        if any(bgp.cidr == cidr for bgp in known):
            raise CloudflareError(409, codes.BGP_PREFIX, f"There is a BGP prefix {cidr} already", "/cidr")
        check_room(len(known), MOST_BGP_PREFIXES, f"The prefix {record.prefix}", "BGP prefixes")
        return self.add(record, cidr)

    def add(self, record: PrefixRecord, cidr: Prefix) -> BgpPrefix:
        """A BGP prefix, withdrawn; from now on advertisement is on demand."""
        now = self._basics.world.now()
        bgp = BgpPrefix(self._basics.ids.new(), record.id, record.account, cidr, record.asn, now, now)
        self._table.put(bgp.id, bgp)
        note(
            self._basics,
            cidr,
            record.account,
            "BGP prefix",
            "",
            "withdrawn",
            f"a BGP prefix of {record.prefix}",
        )
        self._show(record)
        return bgp

    def edit(
        self,
        record: PrefixRecord,
        bgp: BgpPrefix,
        *,
        advertised: bool | None = None,
        prepend: int | None = None,
        auto_advertise_withdraw: bool | None = None,
    ) -> BgpPrefix:
        """Announce or withdraw it, or change how. Raises CloudflareError, and changes nothing then.

        Enabling takes two to seven minutes, disabling about 15 (settings.Delays); what was asked for is shown
        at once. Prepending changes when the sites follow, too; of what they announce already, that is as long
        as enabling takes. Asking for what they do already takes back what they have not followed yet.

        `auto_advertise_withdraw` is for Magic Transit only, and goes by its routes (`is_withheld`).
        """
        if advertised is prepend is auto_advertise_withdraw is None:
            raise CloudflareError(
                400,
                codes.NOTHING_TO_CHANGE,
                "Nothing to change; expected on_demand.advertised, asn_prepend_count or "
                "auto_advertise_withdraw",
            )
        changes: dict[str, Any] = {}
        if prepend is not None:
            check_prepend(prepend)
            changes["prepend"] = prepend
        if auto_advertise_withdraw is not None:
            changes["auto_advertise_withdraw"] = auto_advertise_withdraw
        follows_routes = changes.get("auto_advertise_withdraw", bgp.auto_advertise_withdraw)
        if follows_routes and (auto_advertise_withdraw or advertised):
            check_can_follow_routes(record, bgp, self.default_service(record))
        if advertised is not None and advertised is not bgp.advertised:
            check_unlocked(record, bgp)
            if advertised:
                check_handled(record, bgp, self.default_service(record))
            changes |= self._asked(replace(bgp, **changes), advertised=advertised)
        if not changes:
            return bgp
        bgp = self._put(self._due(bgp, replace(bgp, modified=self._basics.world.now(), **changes)))
        self._show(record)
        return bgp

    def _asked(self, bgp: BgpPrefix, *, advertised: bool) -> dict[str, Any]:
        after = "advertised" if advertised else "withdrawn"
        wanted = replace(bgp, advertised=advertised)
        follows = "do that already" if self._is_wanted(wanted) is bgp.announced else "follow"
        text = f"asked for; {WITHHELD if self.is_withheld(wanted) else f'its sites {follows}'}"
        before = "advertised" if bgp.advertised else "withdrawn"
        note(self._basics, bgp.cidr, bgp.account, "requested advertisement", before, after, text)
        return {"advertised": advertised, "advertised_modified": self._basics.world.now()}

    def _due(self, before: BgpPrefix, bgp: BgpPrefix) -> BgpPrefix:
        """The BGP prefix, with when the sites follow. What is on its way stays on its way."""
        if self._is_followed(bgp):
            return replace(bgp, due=None)
        wanted = self._is_wanted(bgp)
        is_asked_again = self._is_wanted(before) is wanted and (
            wanted is not bgp.announced or before.prepend == bgp.prepend
        )
        if before.due is not None and is_asked_again:
            return bgp
        now, delays = self._basics.world.now(), self._basics.settings.delays
        window = delays.enable if wanted else delays.disable
        return replace(bgp, due=now + self._basics.drawn(window, f"advertise {wanted} {bgp.id} {now}"))

    def _is_wanted(self, bgp: BgpPrefix) -> bool:
        """Whether the sites are to announce it."""
        return bgp.advertised and not self.is_withheld(bgp)

    def _is_followed(self, bgp: BgpPrefix) -> bool:
        return bgp.is_followed(wanted=self._is_wanted(bgp))

    def is_withheld(self, bgp: BgpPrefix) -> bool:
        """Whether the sites are not to announce it because Magic Transit has no route to it."""
        return is_withheld(bgp, self._basics.settings)

    def delete(self, record: PrefixRecord, bgp: BgpPrefix) -> None:
        """Forget one. Raises CloudflareError while it is announced, or asked to be."""
        check_deletable(bgp)
        self._table.remove(bgp.id)
        note(self._basics, bgp.cidr, bgp.account, "BGP prefix", "withdrawn", "", "deleted")
        self._show(record)

    def _show(self, record: PrefixRecord) -> None:
        """Have the prefix show what its BGP prefixes are."""
        record = self._prefixes.get(record.account, record.id)
        whole = self.of_whole(record)
        shown = {
            "on_demand_enabled": bool(self.of(record)),
            "advertised": whole.advertised if whole else None,
            "advertised_modified": whole.advertised_modified if whole else None,
        }
        if any(getattr(record, name) != value for name, value in shown.items()):
            self._prefixes.amend(record, **shown)

    def next_due(self) -> float | None:
        """When the sites next follow."""
        return earliest(bgp.due for bgp in self._table.values())

    def work(self, now: float) -> None:
        """Let the sites do what is due."""
        for bgp in self._table.values():
            if bgp.due is not None and bgp.due <= now:
                self._follow(bgp, now)

    def _follow(self, bgp: BgpPrefix, now: float) -> None:
        wanted = self._is_wanted(bgp)
        changes = wanted is not bgp.announced
        changed = now if changes else bgp.changed
        self._put(replace(bgp, announced=wanted, prepended=bgp.prepend, changed=changed, due=None))
        if changes:
            subject = "advertisement"
            before, after = ("withdrawn", "advertised") if wanted else ("advertised", "withdrawn")
        else:
            subject, before, after = "AS path prepending", str(bgp.prepended), str(bgp.prepend)
        why = f"; {WITHHELD}" if self.is_withheld(bgp) else ""
        note(self._basics, bgp.cidr, bgp.account, subject, before, after, f"at all of its sites now{why}")

    def originations(self) -> frozenset[Origination]:
        """What the sites announce now."""
        return originations(self._table.values(), self._basics.settings)

    def is_in_use(self, record: PrefixRecord) -> bool:
        """Whether anything of a prefix is announced, or asked to be."""
        return any(bgp.is_in_use for bgp in self.of(record))

    def is_advertised(self, prefix: Prefix) -> bool:
        """Whether Cloudflare announces `prefix`, or a less specific prefix of it."""
        return any(origination.prefix.covers(prefix) for origination in self.originations())

    def own_changes(self, prefix: Prefix) -> float | None:
        """When Cloudflare itself last began or ceased to announce addresses of `prefix`, in UNIX seconds of
        the calendar; None where it never did."""
        return last_change(self._table.values(), prefix)

    def _put(self, bgp: BgpPrefix) -> BgpPrefix:
        return self._table.put(bgp.id, bgp)
