"""ASPAs of customers that have more providers, all their ASPAs together, than one may have."""

from __future__ import annotations

from collections.abc import Sequence

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp
from lab.rpki.payloads import Source
from lab.rpki.validation.limits import over_limit
from lab.rpki.validation.results import Rejected

Found = Sequence[tuple[Vrp | Aspa, Source]]


def without_oversized(found: Found, most: int) -> tuple[Found, list[Rejected]]:
    """What is left without them, and what is wrong with each file.

    They are used together, as one; routers are told nothing of the customer rather than half of it.
    """
    providers: dict[int, set[int]] = {}
    for payload, _ in found:
        if isinstance(payload, Aspa):
            providers.setdefault(payload.customer, set()).update(payload.providers)
    oversized = {customer: len(each) for customer, each in providers.items() if len(each) > most}
    if not oversized:
        return found, []
    kept: list[tuple[Vrp | Aspa, Source]] = []
    rejected: list[Rejected] = []
    for payload, source in found:
        if isinstance(payload, Aspa) and payload.customer in oversized:
            what = f"providers of all ASPAs of AS{payload.customer}"
            error = over_limit(what, oversized[payload.customer], most)
            rejected.append(Rejected.of(source.uri, error))
        else:
            kept.append((payload, source))
    return kept, rejected
