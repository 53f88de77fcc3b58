"""How long things are valid, in seconds, and when they are made again."""

from __future__ import annotations

from typing import Final

HOUR: Final = 3600
DAY: Final = 24 * HOUR
YEAR: Final = 365 * DAY

TRUST_ANCHOR: Final = 10 * YEAR
"""A trust anchor's certificate must outlive the lab: its TAL is out of the
lab's hands once it is given away."""
CERTIFICATE: Final = YEAR
"""CA certificates and the EE certificates of ROAs and ASPAs, as the RIRs have them."""
RENEW_BEFORE: Final = 28 * DAY
"""Certificates are renewed four weeks before they expire: time enough to notice that nobody does."""
PUBLICATION: Final = DAY
"""From now to the nextUpdate of manifests and CRLs: a relying party that is cut off has a day."""
REPUBLISH_AFTER: Final = 12 * HOUR
"""Manifests and CRLs are made again at half of that, so that one failed attempt does no harm."""
BACKDATED: Final = HOUR
"""Everything is dated back: relying parties whose clock is behind accept it, and
because thisUpdate must rise with each publication (RFC 9286 section 4.2.1), the hour is what a CA that
publishes many times a second draws on."""
LATEST: Final = 60
"""A thisUpdate stays at least this far behind now."""
FIRST_NOW: Final = YEAR
"""What is made to be expired goes back by a year, and times in certificates are none before 1970 here."""
LAST_NOW: Final = 253_402_300_799 - TRUST_ANCHOR
"""Times in certificates end with the year 9999 (RFC 5280 section 4.1.2.5)."""
EXPIRED: Final = HOUR
"""How long ago that ended which is made to be expired."""
