"""Prefixes that the account team has onboarded: approved from the start, for Magic Transit or an own ASN."""

from __future__ import annotations

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.prefixes.book import Book
from lab.clouds.cloudflare.prefixes.record import CheckState, Finding, Findings, PrefixRecord
from lab.topology.cloudflare_section import Account, Onboarded, ServiceName

_REVIEWED = Finding(CheckState.VALID, "reviewed by the account team")


def onboard(basics: Basics, book: Book) -> tuple[tuple[PrefixRecord, ServiceName], ...]:
    """Add what the file has onboarded and the state does not have yet; each with its default service."""
    return tuple(
        (book.put(_record(basics, account, onboarded)), onboarded.service)
        for account in basics.settings.accounts.values()
        for onboarded in account.onboarded
        if not any(known.prefix == onboarded.prefix for known in book.of(account.id))
    )


def _record(basics: Basics, account: Account, onboarded: Onboarded) -> PrefixRecord:
    now = basics.world.now()
    return PrefixRecord(
        basics.ids.new(),
        account.id,
        onboarded.prefix,
        onboarded.asn,
        now,
        now,
        token=basics.ids.uuid(),
        findings=Findings(_REVIEWED, _REVIEWED, _REVIEWED),
        approved=now,
        on_demand_locked=onboarded.locked,
        self_serve=False,
    )
