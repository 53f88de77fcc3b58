"""VRPs as CSV, in the columns of rpki-client and Routinator. ASPAs have no CSV form there, so none here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from lab.rpki.payloads import Payloads

_COLUMNS: Final = ("ASN", "IP Prefix", "Max Length", "Trust Anchor")


def rpki_client_csv(payloads: Payloads) -> Iterator[str]:
    """The lines of rpki-client's CSV, with the UNIX time at which each VRP expires."""
    yield _line((*_COLUMNS, "Expires"))
    for vrp, sources in payloads.vrps.items():
        expires = max(source.expires for source in sources)
        yield _line((f"AS{vrp.asn}", vrp.prefix, vrp.max_length, vrp.ta, expires))


def routinator_csv(payloads: Payloads) -> Iterator[str]:
    """The lines of Routinator's CSV, which has no column for the expiry."""
    yield _line(_COLUMNS)
    for vrp in payloads.vrps:
        yield _line((f"AS{vrp.asn}", vrp.prefix, vrp.max_length, vrp.ta))


def _line(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([str(cell) for cell in cells])
    return text.getvalue()
