"""Payloads as JSON: the shape of rpki-client (also read by StayRTR and rtrtr) and Routinator's jsonext.

Lines come out in the order of the payloads, so equal payloads and time give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.rpki.payloads import SLURM_SCHEME, Payloads, Source


def rpki_client_json(payloads: Payloads, generated: int) -> Iterator[str]:
    """The lines of rpki-client's JSON; `generated` is the UNIX time of the run.

    A VRP is valid as long as one of its sources is. There is one entry per ASPA customer, the union of its
    ASPAs, valid until the first of them expires.
    """
    vrps = (
        {
            "asn": vrp.asn,
            "prefix": str(vrp.prefix),
            "maxLength": vrp.max_length,
            "ta": vrp.ta,
            "expires": _last(sources),
        }
        for vrp, sources in payloads.vrps.items()
    )
    merged = payloads.merged_aspas()
    first = _first_expiry(payloads)
    aspas = (
        {
            "customer_asid": aspa.customer,
            "expires": first[aspa.customer],
            "providers": list(aspa.providers),
            "ta": aspa.ta,
        }
        for aspa in merged
    )
    metadata = _metadata(generated) | {"vrps": len(payloads.vrps), "vaps": len(merged)}
    return _document(metadata, vrps, aspas)


def extended_json(payloads: Payloads, generated: int) -> Iterator[str]:
    """The lines of Routinator's jsonext: every payload with the objects it comes from.

    Of a source's validity only the end is known here, so `notBefore` and `stale` are left out. A local
    exception has the path of its file in place of a URI and a validity.
    """
    origins: dict[tuple[int, Prefix, int], list[Source]] = {}
    for vrp, sources in payloads.vrps.items():
        origins.setdefault((vrp.asn, vrp.prefix, vrp.max_length), []).extend(sources)
    attestations: dict[tuple[int, tuple[int, ...]], list[Source]] = {}
    for aspa, sources in payloads.aspas.items():
        attestations.setdefault((aspa.customer, aspa.providers), []).extend(sources)
    vrps = (
        {
            "asn": f"AS{asn}",
            "prefix": str(prefix),
            "maxLength": max_length,
            "source": [_source("roa", source) for source in found],
        }
        for (asn, prefix, max_length), found in origins.items()
    )
    aspas = (
        {
            "customer": f"AS{customer}",
            "providers": [f"AS{provider}" for provider in providers],
            "source": [_source("aspa", source) for source in found],
        }
        for (customer, providers), found in attestations.items()
    )
    return _document(_metadata(generated), vrps, aspas)


def time_text(seconds: int) -> str:
    """UNIX time as ISO 8601 in UTC, such as `2026-01-02T03:04:05Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _document(
    metadata: dict[str, Any], vrps: Iterable[dict[str, Any]], aspas: Iterable[dict[str, Any]]
) -> Iterator[str]:
    yield "{\n"
    yield f'  "metadata": {json.dumps(metadata)},\n'
    yield '  "roas": [\n'
    yield from _entries(vrps)
    yield '  ],\n  "aspas": [\n'
    yield from _entries(aspas)
    yield "  ]\n}\n"


def _entries(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    before = ""
    for entry in entries:
        yield f"{before}    {json.dumps(entry)}"
        before = ",\n"
    if before:
        yield "\n"


def _metadata(generated: int) -> dict[str, Any]:
    text = time_text(generated)
    return {"generated": generated, "generatedTime": text, "buildtime": text}


def _source(kind: str, source: Source) -> dict[str, Any]:
    if source.uri.startswith(SLURM_SCHEME):
        return {"type": "exception", "path": source.uri.removeprefix(SLURM_SCHEME) or None}
    return {
        "type": kind,
        "uri": source.uri,
        "tal": source.ta,
        "chainValidity": {"notAfter": time_text(source.expires)},
    }


def _last(sources: Sequence[Source]) -> int:
    return max(source.expires for source in sources)


def _first_expiry(payloads: Payloads) -> dict[int, int]:
    first: dict[int, int] = {}
    aspa: Aspa
    for aspa, sources in payloads.aspas.items():
        first[aspa.customer] = min(first.get(aspa.customer, _last(sources)), _last(sources))
    return first
