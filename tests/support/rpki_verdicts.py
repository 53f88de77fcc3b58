"""What relying parties make of every single fault: ours, those installed here, and others' on file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from support.rpki_mutations import ACCEPTED, Mutated, mutated
from support.rpki_mutations_catalogue import catalogue
from support.rpki_validators import OutsideValidators, Verdict

from lab.bgp.aspa import Aspa
from lab.rpki.fetching.source import MemorySource
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.validation.results import Validation
from lab.rpki.validation.validator import validate

KEPT: Final = Path(__file__).parents[1] / "data" / "rpki-verdicts.csv"
"""Verdicts by validator and mutation, also of newer validators than a test can expect to find."""
NOW: Final = 1_800_000_000
CRASH: Final = "crash"
RPKI_CLIENT, FORT = "rpki-client", "fort"
_VERSION: Final = {RPKI_CLIENT: "-V", FORT: "--version"}
_TALS_AT_ONCE: Final = {RPKI_CLIENT: 8, FORT: 1}
"""rpki-client takes eight; Fort drops all that it has found when one of several cannot be used."""


def kept() -> dict[str, dict[str, str]]:
    """The verdicts on file, by validator and mutation."""
    with KEPT.open(newline="") as stream:
        (_, *validators), *rows = csv.reader(stream)
    return {
        validator: {row[0]: row[column] for row in rows} for column, validator in enumerate(validators, 1)
    }


def keep(verdicts: Mapping[str, Mapping[str, str]]) -> None:
    """Put verdicts by validator and mutation on file."""
    with KEPT.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["mutation", *verdicts])
        for name in next(iter(verdicts.values())):
            writer.writerow([name, *(each[name] for each in verdicts.values())])


@cache
def our_validation() -> tuple[Mutated, Validation]:
    """All mutations in one repository, and what our own relying party makes of it."""
    repository = mutated(catalogue(), NOW)
    return repository, validate(repository.tals, MemorySource(repository.files), NOW)


def ours() -> dict[str, str]:
    """Our own relying party's verdicts."""
    repository, validation = our_validation()
    return repository.verdicts(validation.payloads.vrps, validation.payloads.aspas)


class Validators(OutsideValidators):
    """Those that are installed below `root`, a file system with this machine's /tmp."""

    root = "/"

    def version(self, program: str) -> str:
        """Such as `rpki-client 8.2`."""
        return f"{program} {self._run(program, _VERSION[program]).split()[-1]}"

    def _run(self, *command: str) -> str:
        return super()._run(*(() if self.root == "/" else ("chroot", self.root)), *command)


def outside(
    repository: Mutated, program: str, validators: type[Validators] = Validators
) -> tuple[str, dict[str, str]]:
    """The version of `program` and its verdicts, on a repository made for this very time."""
    found: dict[str, str] = {}
    version = ""
    for tals in _batches(repository, _TALS_AT_ONCE[program]):
        names = {tal.name for tal in tals}
        files = {uri: data for uri, data in repository.files.items() if _anchor(uri) in names}
        with validators.made({"all": files}, tals) as validator:
            version = validator.version(program)
            try:
                verdict = validator.rpki_client() if program == RPKI_CLIENT else validator.fort()
                verdicts = repository.verdicts(verdict.vrps, _aspas(verdict))
            except AssertionError:  # it died
                if not names <= repository.fatal:
                    raise
                verdicts = dict.fromkeys(repository.payloads, CRASH)
        found |= {name: verdicts[name] for name, anchor in repository.anchors.items() if anchor in names}
    return version, found


def reads_aspas(verdicts: Mapping[str, str]) -> bool:
    """Whether a validator knows ASPAs of the present profile."""
    return verdicts["ASPA: nothing is wrong"] == ACCEPTED


def judged(mutation: str, verdicts: Mapping[str, str]) -> str | None:
    """A validator's verdict on a mutation, None if it does not read such objects."""
    if mutation.startswith("ASPA: ") and not reads_aspas(verdicts):
        return None
    return verdicts[mutation]


def _batches(repository: Mutated, at_once: int) -> Iterator[list[TrustAnchorLocator]]:
    harmless = [tal for tal in repository.tals if tal.name not in repository.fatal]
    for start in range(0, len(harmless), at_once):
        yield harmless[start : start + at_once]
    for tal in repository.tals:
        if tal.name in repository.fatal:
            yield [tal]


def _anchor(uri: str) -> str:
    return uri.removeprefix("rsync://").partition(".")[0]


def _aspas(verdict: Verdict) -> Iterator[Aspa]:
    for aspa in verdict.document.get("aspas", ()):
        yield Aspa(aspa["customer_asid"], tuple(aspa["providers"]))
