"""Validity times: what holds now, and when that changes."""

from __future__ import annotations

from datetime import UTC, datetime

from lab.rpki.objects.errors import ObjectError


class Horizon:
    """Judges times by one `now` (UNIX seconds) and remembers when the first verdict changes."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.next_change: int | None = None

    def note(self, moment: int) -> None:
        """Something changes at `moment`, if that lies ahead."""
        if moment > self.now and (self.next_change is None or moment < self.next_change):
            self.next_change = moment

    def holds(self, first: int, last: int) -> bool:
        """Whether it is between two moments, both included."""
        now = self.now
        if now > last:
            return False
        change = first if now < first else last + 1
        if self.next_change is None or change < self.next_change:
            self.next_change = change
        return now >= first

    def check_certificate(self, not_before: int, not_after: int) -> None:
        """Raises ObjectError for a certificate that is not valid now."""
        if not self.holds(not_before, not_after):
            raise self.not_valid(not_before, not_after)

    def not_valid(self, not_before: int, not_after: int) -> ObjectError:
        """The error for a certificate that is not valid now (RFC 6487 section 7.2)."""
        rfc = "RFC 6487 section 7.2"
        if self.now < not_before:
            message = f"the certificate is valid from {utc(not_before)} on, and it is {utc(self.now)}"
            return ObjectError("not-yet-valid", message, rfc)
        message = f"the certificate expired after {utc(not_after)}, and it is {utc(self.now)}"
        return ObjectError("expired", message, rfc)

    def check_current(self, what: str, this_update: int, next_update: int, rfc: str) -> None:
        """Raises ObjectError for a manifest or CRL that is premature or stale now.

        `what` is what messages call it; the check is `premature-manifest`, `stale-crl` and so on.
        """
        if self.holds(this_update, next_update):
            return
        if self.now < this_update:
            message = f"the {what} was made at {utc(this_update)}, and it is {utc(self.now)}"
            raise ObjectError(f"premature-{what.lower()}", message, rfc)
        message = f"the next {what} was due at {utc(next_update)}, and it is {utc(self.now)}"
        raise ObjectError(f"stale-{what.lower()}", message, rfc)


def utc(moment: int) -> str:
    """A UNIX time for people."""
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{moment} s of UNIX time"
