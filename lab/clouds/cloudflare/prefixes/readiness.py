"""Whether a prefix can be used yet."""

from __future__ import annotations

from typing import Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.record import PrefixRecord

HOW_TO_GIVE_LOA: Final = (
    "upload a PDF (POST .../loa_documents) and set loa_document_id, or add the prefix with "
    "delegate_loa_creation"
)
"""What to do about an approved prefix without a Letter of Agency."""


def check_ready(record: PrefixRecord, what: str) -> None:
    """Raises CloudflareError for a prefix that is pending or has no LOA yet; `what` can be done only then."""
    if not record.is_approved:
        states = ", ".join(
            f"{name} {finding.state.value}"
            for name, finding in (
                ("IRR", record.findings.irr),
                ("RPKI", record.findings.rpki),
                ("ownership", record.findings.ownership),
            )
        )
        raise CloudflareError(
            400,
            codes.NOT_APPROVED,
            f"The prefix {record.prefix} is not approved ({states}): {what} once it is. Validate it first",
        )
    if lacks_loa(record):
        raise CloudflareError(
            400,
            codes.LOA,
            f"The prefix {record.prefix} has no Letter of Agency: {what} once it has; {HOW_TO_GIVE_LOA}",
        )


def lacks_loa(record: PrefixRecord) -> bool:
    """Whether a Letter of Agency is missing: the account team has those of what it has onboarded."""
    return record.self_serve and record.loa_document_id is None
