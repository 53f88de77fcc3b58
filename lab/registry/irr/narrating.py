"""A check of IRR entries for people and for programs: what `lab irr check` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab.registry.irr.checks import AsnCheck, PrefixCheck, PrefixRow


def as_text(check: PrefixCheck | AsnCheck) -> str:
    """A check in lines of text: every prefix, and below it what is wrong and what mends it."""
    return "\n".join(_lines(check))


def as_json(check: PrefixCheck | AsnCheck) -> dict[str, Any]:
    """A check as a JSON value."""
    rows = [_row_as_json(row) for row in check.rows]
    if isinstance(check, AsnCheck):
        return {"asn": check.asn, "as_sets": list(check.as_sets), "prefixes": rows}
    return {"prefix": str(check.prefix), "prefixes": rows}


def _lines(check: PrefixCheck | AsnCheck) -> Iterator[str]:
    if isinstance(check, AsnCheck):
        yield f"AS{check.asn}  as-sets: {', '.join(check.as_sets) or 'none'}"
        if not check.rows:
            yield "  announces nothing, and nothing is registered for it in the IRR or the RPKI"
    for row in check.rows:
        yield from _row_lines(row)
    count = sum(len(row.findings) for row in check.rows)
    yield "nothing is wrong" if not count else "1 finding" if count == 1 else f"{count} findings"


def _row_lines(row: PrefixRow) -> Iterator[str]:
    yield str(row.prefix)
    yield f"  BGP: {', '.join(f'AS{asn}' for asn in row.announced) or 'not announced'}"
    objects = (f"AS{each.origin} at {each.source} ({each.maintainer})" for each in row.objects)
    yield f"  IRR: {', '.join(objects) or 'no route object'}"
    vrps = (f"AS{vrp.asn} up to /{vrp.max_length}" for vrp in row.vrps)
    yield f"  RPKI: {', '.join(vrps) or 'no ROA'}"
    for finding in row.findings:
        yield f"  {finding.flaw.value}: {finding.text}"
        yield f"    {finding.remedy}"


def _row_as_json(row: PrefixRow) -> dict[str, Any]:
    return {
        "prefix": str(row.prefix),
        "announced": list(row.announced),
        "objects": [
            {"origin": each.origin, "source": each.source, "maintainer": each.maintainer}
            for each in row.objects
        ],
        "roas": [{"asn": vrp.asn, "max_length": vrp.max_length} for vrp in row.vrps],
        "findings": [
            {"flaw": each.flaw.value, "text": each.text, "remedy": each.remedy} for each in row.findings
        ],
    }
