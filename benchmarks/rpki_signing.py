"""How fast a large RPKI is made: `python benchmarks/rpki_signing.py [ROAS [DIRECTORY]]` prints a table.

One holder's CA signs all the ROAs; then one more is added, everything is renewed, and the key is rolled. With
a directory, the repository is left there as an rsync-layout tree (`repository/`) with its TAL (`arin.tal`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.uris import parse_rsync
from lab.topology.model import Holding

HOLDER = "holder"
ASN = 64496
WHOLE = Prefix.parse("10.0.0.0/8")
MOST = 1 << 16
"""That many /24s are in it."""


def large_rpki(roas: int, now: int) -> Rpki:
    """An RPKI with `roas` ROAs, each for a /24 of one holder at ARIN."""
    prefixes = (Prefix(4, WHOLE.value + (number << 8), 24) for number in range(roas))
    holdings = [Holding(WHOLE, HOLDER, "ARIN", "Direct Allocation")]
    wanted = [Vrp(prefix, 24, ASN) for prefix in prefixes]
    return Rpki(holdings, {HOLDER: ASN}, user_key_pool(), now, roas=wanted)


def write_repository(rpki: Rpki, directory: Path) -> TrustAnchorLocator:
    """Write ARIN's part as `directory`/repository/HOST/MODULE/… and the TAL beside it; returns the TAL."""
    for uri, data in rpki.files()["arin"].items():
        parsed = parse_rsync(uri)
        path = directory.joinpath("repository", parsed.authority, parsed.module, *parsed.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    tal = next(tal for tal in rpki.tals() if tal.name == "arin")
    (directory / "arin.tal").write_text(tal.to_text())
    return tal


def timed(what: str, action: Callable[[], object]) -> None:
    """Do it, and print how long it took."""
    began = time.perf_counter()
    action()
    print(f"{what:<40} {time.perf_counter() - began:8.2f} s")


def main(roas: int, directory: Path | None) -> None:
    """Measure, print, and write the repository as it was first made."""
    now = int(time.time())
    for number in range(32):  # the keys are there before the clock starts
        user_key_pool().key(number)
    made: list[Rpki] = []
    timed(f"{roas} ROAs made and signed", lambda: made.append(large_rpki(roas, now)))
    rpki = made[0]
    if directory is not None:
        timed("written as a tree", lambda: write_repository(rpki, directory))
    timed("one ROA added and published", lambda: rpki.add_roa(WHOLE, ASN))
    timed("looked at, nothing due", lambda: rpki.advance(now + 60))
    timed("everything renewed", lambda: rpki.renew(HOLDER))
    timed("key rolled", lambda: rpki.roll_key(HOLDER))


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    if not 0 <= count <= MOST:
        sys.exit(f"there are {MOST} /24s in {WHOLE}; {count} ROAs are too many")
    main(count, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
