"""What ROAs and ASPAs must be, among the entries of a file and in the steps that add or remove them."""

from __future__ import annotations

from collections.abc import Iterator

from lab.bgp.prefix import WIDTH, Prefix
from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem
from lab.topology.steps import Aspa, AspaStep, Roa, RoaStep


def check_roas(draft: Draft) -> Iterator[Problem]:
    """A ROA that allows no length, or stands twice."""
    first: dict[tuple[Prefix, int, int], int] = {}
    for index, roa in draft.roas.items():
        path: Path = ("roas", index)
        yield from _check_max_length(draft, path, roa)
        longest = roa.prefix.length if roa.max_length is None else roa.max_length
        line = draft.document.position(("roas", first.setdefault((roa.prefix, roa.asn, longest), index))).line
        if first[roa.prefix, roa.asn, longest] != index:
            yield draft.document.problem(path, f"the same ROA is on line {line}", "remove one")


def check_roa_step(draft: Draft, path: Path, body: RoaStep) -> Iterator[Problem]:
    """The same of a ROA in a step, which either adds or removes one."""
    yield from _check_add_or_remove(draft, path, body)
    for key, roa in (("add", body.add), ("remove", body.remove)):
        if roa is not None:
            yield from _check_max_length(draft, (*path, key), roa)


def check_aspas(draft: Draft) -> Iterator[Problem]:
    """An ASPA whose providers cannot be, or the second one of a customer."""
    first: dict[int, int] = {}
    for index, aspa in draft.aspas.items():
        path: Path = ("aspas", index)
        yield from _check_providers(draft, path, aspa)
        line = draft.document.position(("aspas", first.setdefault(aspa.customer, index))).line
        if first[aspa.customer] != index:
            message = f"AS {aspa.customer} has an ASPA on line {line}"
            yield draft.document.problem(path, message, "name all its providers in one")


def check_aspa_step(draft: Draft, path: Path, body: AspaStep) -> Iterator[Problem]:
    """The same of an ASPA in a step, which either adds or removes one."""
    yield from _check_add_or_remove(draft, path, body)
    if body.add is not None:
        yield from _check_providers(draft, (*path, "add"), body.add)


def _check_add_or_remove(draft: Draft, path: Path, body: RoaStep | AspaStep) -> Iterator[Problem]:
    if (body.add is None) == (body.remove is None):
        yield draft.document.problem(path, "expected either 'add' or 'remove'", "use two steps to do both")


def _check_max_length(draft: Draft, path: Path, roa: Roa) -> Iterator[Problem]:
    width = WIDTH[roa.prefix.version]
    if roa.max_length is not None and not roa.prefix.length <= roa.max_length <= width:
        allowed = f"{roa.prefix.length} to {width}"
        message = f"expected a max_length from {allowed} for {roa.prefix}, got {roa.max_length}"
        yield draft.document.problem((*path, "max_length"), message)


def _check_providers(draft: Draft, path: Path, aspa: Aspa) -> Iterator[Problem]:
    problem = draft.document.problem
    place: Path = (*path, "providers")
    if not aspa.providers:
        yield problem(place, f"the ASPA of AS {aspa.customer} names nobody", "write [0] for 'no providers'")
    if 0 in aspa.providers and len(aspa.providers) > 1:
        message = "AS 0 says that there are no providers, so it stands alone"
        yield problem((*place, aspa.providers.index(0)), message, "remove 0 or all the others")
    seen: set[int] = set()
    for index, provider in enumerate(aspa.providers):
        if provider == aspa.customer:
            message = f"AS {provider} cannot be its own provider"
            yield problem((*place, index), message, "remove it")
        elif provider in seen:
            yield problem((*place, index), f"AS {provider} is here twice", "remove one")
        seen.add(provider)
