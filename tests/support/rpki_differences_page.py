"""docs/rpki-differences.md, made from the verdicts on file and the table of differences.

`python -m support.rpki_differences_page [ROOT ...]`, with tests/ on the path, first asks the validators in
these root file systems (/ is this one; the others must have its /tmp) and keeps what they say.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from support.rpki_differences import difference
from support.rpki_mutations import ACCEPTED, LOST, REFUSED, mutated
from support.rpki_mutations_catalogue import catalogue
from support.rpki_verdicts import CRASH, FORT, RPKI_CLIENT, Validators, judged, keep, kept, ours, outside

PAGE: Final = Path(__file__).parents[2] / "docs" / "rpki-differences.md"
_SIGNS: Final = {ACCEPTED: "yes", REFUSED: "no", LOST: "no", CRASH: "crash"}

_HEAD: Final = """\
# Where relying parties differ

Our relying party and others judge {count} repositories, each with exactly one thing wrong: every field and
extension of certificates, CRLs, manifests, ROAs, ASPAs, their CMS envelopes and trust anchors, one by one
(tests/support/rpki_mutations_*.py). On {agreed} of them all agree. The others are below, with what ours does
and the text that decides it. Where a text is clear and newer validators follow it, or where it says MUST,
ours follows the text; else it does what the others do.

"yes" is accepted: the object that is wrong counts, and so does all that hangs on it. "no" is refused: the
object does not count, nor what is below it. "partly" is that some of its payloads, or other ones, came out.
An empty field is a validator that does not read such objects.

Debian 12 has rpki-client 8.2 and fort 1.5.4, Debian 13 rpki-client 9.5 and fort 1.6.6; the newest are those
of Debian unstable. tests/support/rpki_differences_page.py makes this page. Tests hold it to what ours does,
and the verdicts of Debian 12's validators to what these do.

"""


def page(verdicts: Mapping[str, Mapping[str, str]]) -> str:
    """The page for the verdicts of these relying parties, ours among them."""
    names = list(next(iter(verdicts.values())))
    rows = [(name, found[1]) for name in names if differ(name, verdicts) and (found := difference(name))]
    titles = ["What is wrong", *verdicts, "decided by"]
    lines = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    notes: dict[tuple[str, str], int] = {}
    for name, row in rows:
        note = notes.setdefault((row.text, row.why), len(notes) + 1)
        signs = [_sign(judged(name, each)) for each in verdicts.values()]
        lines.append(f"| {' | '.join([name, *signs, f'({note})'])} |")
    head = _HEAD.format(count=len(names), agreed=len(names) - len(rows))
    decided = (f"{number}. {text}: {why}" for (text, why), number in notes.items())
    return "\n".join([head, *lines, "", "## Decided by", "", *decided, ""])


def differ(name: str, verdicts: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether not all that have a verdict on a mutation have the same one."""
    return len({judged(name, each) for each in verdicts.values()} - {None}) > 1


def _sign(verdict: str | None) -> str:
    return "" if verdict is None else _SIGNS.get(verdict, "partly")


def _ask(roots: list[str]) -> None:
    """Keep what the validators below these file systems say now."""
    found: dict[str, dict[str, str]] = {}
    for program in (RPKI_CLIENT, FORT):
        for root in roots:
            validators = type("Elsewhere", (Validators,), {"root": root})
            version, verdicts = outside(mutated(catalogue(), int(time.time())), program, validators)
            found[version] = verdicts
    keep(found)


if __name__ == "__main__":
    if sys.argv[1:]:
        _ask(sys.argv[1:])
    PAGE.write_text(page({"ours": ours(), **kept()}))
