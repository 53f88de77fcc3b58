"""Writing on the timeline what changes about a prefix."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.events import CloudflareChanged
from lab.clouds.cloudflare.prefixes.record import Finding, Findings, PrefixRecord


def note(
    basics: Basics, prefix: Prefix, account: str, subject: str, before: str, after: str, text: str
) -> None:
    """That `subject` of a prefix of the account with this ID changed, and why."""
    basics.events.append(CloudflareChanged(0, "", prefix, account, subject, before, after, text))


def note_findings(basics: Basics, record: PrefixRecord, findings: Findings) -> None:
    """What each check has found, with the reason, which the API does not show."""
    checks: tuple[tuple[str, Finding], ...] = (
        ("IRR", findings.irr),
        ("RPKI", findings.rpki),
        ("ownership", findings.ownership),
    )
    for name, finding in checks:
        subject = f"{name} validation"
        note(basics, record.prefix, record.account, subject, "pending", finding.state.value, finding.why)
