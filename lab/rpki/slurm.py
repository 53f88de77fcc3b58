"""Local exceptions to the RPKI: SLURM files, version 1 (RFC 8416) and 2 (draft-ietf-sidrops-aspa-slurm).

Filters remove payloads, then assertions add some (RFC 8416 section 4.1). Files are read strictly: a member
that the format does not define is an error (section 3.2). BGPsec members are checked, but nothing comes of
them: no router keys are validated here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.payloads import NEVER, SLURM_SCHEME, Payloads, Source
from lab.rpki.regular_file import read_regular
from lab.rpki.slurm_entries import (
    SLURM_TA,
    AspaAssertion,
    AspaFilter,
    BgpsecAssertion,
    BgpsecFilter,
    PrefixAssertion,
    PrefixFilter,
    Strict,
)
from lab.topology.problems import Problem, format_problems, shown
from lab.topology.reading import Document
from lab.topology.validation import validate

MAX_BYTES: Final = 16 * 1024 * 1024
MOST_PROBLEMS: Final = 1000
"""After so many the rest of a file is not looked at."""


class SlurmError(ValueError):
    """A SLURM file cannot be used. `problems` holds everything found in it, each with its JSON path."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(problems)

    def __str__(self) -> str:
        return format_problems(self.problems)


class _File(Strict):
    version: Annotated[int, Field(alias="slurmVersion")]
    filters: Annotated[dict[str, Any], Field(alias="validationOutputFilters")]
    assertions: Annotated[dict[str, Any], Field(alias="locallyAddedAssertions")]


class _Filters1(Strict):
    prefix: Annotated[list[Any], Field(alias="prefixFilters")]
    bgpsec: Annotated[list[Any], Field(alias="bgpsecFilters")]


class _Filters2(_Filters1):
    aspa: Annotated[list[Any], Field(alias="aspaFilters")]


class _Assertions1(Strict):
    prefix: Annotated[list[Any], Field(alias="prefixAssertions")]
    bgpsec: Annotated[list[Any], Field(alias="bgpsecAssertions")]


class _Assertions2(_Assertions1):
    aspa: Annotated[list[Any], Field(alias="aspaAssertions")]


_SECTIONS: Final[dict[int, dict[str, type[Strict]]]] = {
    1: {"validationOutputFilters": _Filters1, "locallyAddedAssertions": _Assertions1},
    2: {"validationOutputFilters": _Filters2, "locallyAddedAssertions": _Assertions2},
}
_ENTRIES: Final[dict[str, type[Strict]]] = {
    "prefixFilters": PrefixFilter,
    "bgpsecFilters": BgpsecFilter,
    "aspaFilters": AspaFilter,
    "prefixAssertions": PrefixAssertion,
    "bgpsecAssertions": BgpsecAssertion,
    "aspaAssertions": AspaAssertion,
}


@dataclass(frozen=True, slots=True)
class Slurm:
    """A checked file. `name` is what the sources of asserted payloads are called after: `slurm:NAME`."""

    name: str
    prefix_filters: tuple[PrefixFilter, ...]
    aspa_filters: tuple[AspaFilter, ...]
    prefix_assertions: tuple[PrefixAssertion, ...]
    aspa_assertions: tuple[AspaAssertion, ...]

    def apply(self, payloads: Payloads) -> Payloads:
        """The payloads that no filter matches, and those asserted, which no filter touches."""
        return Payloads.of((*self._kept(payloads), *self._asserted()))

    def _kept(self, payloads: Payloads) -> Iterator[tuple[Vrp | Aspa, Source]]:
        customers = {each.customer for each in self.aspa_filters}
        prefixes = _PrefixFilters(self.prefix_filters)
        for vrp, sources in payloads.vrps.items():
            if not prefixes.match(vrp):
                yield from ((vrp, source) for source in sources)
        for aspa, sources in payloads.aspas.items():
            if aspa.customer not in customers:
                yield from ((aspa, source) for source in sources)

    def _asserted(self) -> Iterator[tuple[Vrp | Aspa, Source]]:
        source = Source(f"{SLURM_SCHEME}{self.name}", SLURM_TA, NEVER)
        yield from ((each.vrp(), source) for each in self.prefix_assertions)
        yield from ((each.aspa(), source) for each in self.aspa_assertions)


class _PrefixFilters:
    """Prefix filters by prefix, so that a VRP meets only those that could match it."""

    def __init__(self, filters: Iterable[PrefixFilter]) -> None:
        self._asns: dict[Prefix | None, set[int | None]] = defaultdict(set)
        for each in filters:
            self._asns[each.prefix].add(each.asn)
        self._lengths = sorted({prefix.length for prefix in self._asns if prefix is not None})

    def match(self, vrp: Vrp) -> bool:
        """Whether one of them removes `vrp`: those without a prefix match any, those without an ASN too."""
        if vrp.asn in self._asns.get(None, ()):
            return True
        lengths = (length for length in self._lengths if length <= vrp.prefix.length)
        found = (self._asns.get(vrp.prefix.supernet(length), set()) for length in lengths)
        return any(None in asns or vrp.asn in asns for asns in found)


def read_slurm(path: Path) -> Slurm:
    """A SLURM file. Raises SlurmError with everything that is wrong with it."""
    try:
        data = read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        raise SlurmError((Problem(str(path), f"cannot be read: {error.strerror}"),)) from None
    return parse_slurm(data, str(path))


def parse_slurm(data: bytes, name: str) -> Slurm:
    """The exceptions in `data`; `name` is what errors and sources call the file. Raises SlurmError."""
    document = Document(name, _json(data, name))
    if not isinstance(document.data, dict):
        raise SlurmError((Problem(name, f"expected an object, got {shown(document.data)}"),))
    version = document.data.get("slurmVersion")
    if type(version) is not int or version not in _SECTIONS:
        message = f"expected the version 1 or 2, got {shown(version)}"
        raise SlurmError((Problem(name, message, path=("slurmVersion",)),))
    problems: list[Problem] = []
    entries = _entries(document, version, problems)
    if problems:
        raise SlurmError(tuple(replace(problem, line=None, column=None) for problem in problems))
    return Slurm(
        name,
        *(
            tuple(entries[member])
            for member in ("prefixFilters", "aspaFilters", "prefixAssertions", "aspaAssertions")
        ),
    )


def _entries(document: Document, version: int, problems: list[Problem]) -> dict[str, list[Any]]:
    """The entries of each list, checked one by one, so that each problem has its path."""
    found: dict[str, list[Any]] = {member: [] for member in _ENTRIES}
    if validate(_File, document, (), problems) is None:
        return found
    for section, form in _SECTIONS[version].items():
        if validate(form, document, (section,), problems) is None:
            continue
        for member, listed in document.data[section].items():
            for index in range(len(listed)):
                found[member].append(validate(_ENTRIES[member], document, (section, member, index), problems))
                if len(problems) >= MOST_PROBLEMS:
                    return found
    return found


def _json(data: bytes, name: str) -> Any:
    if len(data) > MAX_BYTES:
        raise SlurmError((Problem(name, f"is larger than {MAX_BYTES} bytes"),))
    try:
        return json.loads(data, object_pairs_hook=_object)
    except RecursionError:
        raise SlurmError((Problem(name, "is not JSON: too deeply nested"),)) from None
    except ValueError as error:
        raise SlurmError((Problem(name, f"is not JSON: {error}"),)) from None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise ValueError(f"the member {shown(name)} is there twice")
        found[name] = value
    return found
