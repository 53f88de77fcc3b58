"""The well-formed entries of a file, each with its place, so that one bad entry hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lab.bgp.prefix import Prefix
from lab.topology.filemodel import AsEntry, CloudsEntry, HoldingEntry, LinkEntry, TopologyFile
from lab.topology.irr_entries import IrrAsSetEntry, IrrRouteEntry
from lab.topology.problems import Path, Problem, shown, suggestion
from lab.topology.reading import Document, Position
from lab.topology.scalars import PrintedText, SpeakerName
from lab.topology.step_model import StepModel
from lab.topology.steps import STEP_KINDS, Aspa, Roa
from lab.topology.validation import keys_of, unknown_key, validate


@dataclass
class Draft:
    """What of a file is well formed. Entries keep their index; `names` holds malformed speakers too."""

    document: Document
    name: str = ""
    title: str = ""
    names: tuple[str, ...] = ()
    ases: dict[str, AsEntry] = field(default_factory=dict)
    links: dict[int, LinkEntry] = field(default_factory=dict)
    registry: dict[int, HoldingEntry] = field(default_factory=dict)
    roas: dict[int, Roa] = field(default_factory=dict)
    aspas: dict[int, Aspa] = field(default_factory=dict)
    clouds: CloudsEntry = field(default_factory=CloudsEntry)
    irr: dict[int, IrrRouteEntry | IrrAsSetEntry] = field(default_factory=dict)
    steps: dict[int, tuple[str, StepModel | str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def collector(self) -> str | None:
        """The speaker that the file declares the collector."""
        return next((name for name, entry in self.ases.items() if entry.collector), None)

    def step_position(self, index: int) -> Position:
        """Where a step stands."""
        return self.document.position(("scenario", index))

    @property
    def has_aws(self) -> bool:
        """Whether one of the speakers is AWS's. Of one that is malformed it is not known: then, too."""
        return self._has_cloud("aws")

    @property
    def has_cloudflare(self) -> bool:
        """The same of Cloudflare."""
        return self._has_cloud("cloudflare")

    def _has_cloud(self, cloud: str) -> bool:
        malformed = len(self.ases) < len(self.names)
        return malformed or any(entry.cloud == cloud for entry in self.ases.values())

    def lacks_aws(self, path: Path) -> Problem:
        """The problem that something at `path` is about AWS, and no speaker is AWS's."""
        return self.document.problem(path, "there is no AWS in this lab", "give an AS 'cloud: aws'")

    def lacks_cloudflare(self, path: Path) -> Problem:
        """The same of Cloudflare."""
        message = "there is no Cloudflare in this lab"
        return self.document.problem(path, message, "give an AS 'cloud: cloudflare'")

    def is_whole(self, section: str, entries: Sized) -> bool:
        """Whether every entry of a section is well formed. One that is not may be the one that is missed."""
        given = self.document.data.get(section, [])
        return isinstance(given, list) and len(given) == len(entries)

    def rir_of(self, prefix: Prefix) -> str | None:
        """The RIR of the most specific registration around a prefix."""
        around = [entry for entry in self.registry.values() if entry.prefix.covers(prefix)]
        return max(around, key=lambda entry: entry.prefix.length).rir if around else None

    def unknown_speaker(self, path: Path, name: str, key: bool = False) -> Problem:
        """The problem that no speaker is called `name`, which stands at `path`."""
        hint = suggestion(name, self.names, "speakers") if self.names else "there are no speakers"
        return self.document.problem(path, f"no speaker is called {shown(name)}", hint, key=key)


def draft(document: Document) -> Draft:
    """The draft of a whole file (an extension already merged with its base)."""
    found = Draft(document)
    data = document.data
    if not isinstance(data, dict):
        message = f"expected a mapping with the keys {', '.join(keys_of(TopologyFile))}, got {shown(data)}"
        found.problems.append(document.problem((), message))
        return found
    problems = found.problems
    keys = keys_of(TopologyFile)
    problems += [unknown_key(document, (key,), keys) for key in data if key not in keys]
    problems += [
        document.problem((), f"missing key {shown(key)}", hint)
        for key, hint in (("name", ""), ("ases", "or 'topology: NAME', in a file that only adds a scenario"))
        if key not in data
    ]
    if "name" in data:
        found.name = validate(SpeakerName, document, ("name",), problems) or ""
    if "title" in data:
        found.title = validate(PrintedText, document, ("title",), problems) or ""
    if "clouds" in data:
        found.clouds = validate(CloudsEntry, document, ("clouds",), problems) or found.clouds
    _read_ases(found)
    sections: tuple[tuple[str, Any, dict[int, Any]], ...] = (
        ("links", LinkEntry, found.links),
        ("registry", HoldingEntry, found.registry),
        ("roas", Roa, found.roas),
        ("aspas", Aspa, found.aspas),
    )
    for section, form, entries in sections:
        _read_list(found, section, entries, partial(_read_entry, form, document, problems))
    _read_list(found, "irr", found.irr, partial(_read_irr, document, problems))
    _read_list(found, "scenario", found.steps, partial(_read_step, document, problems))
    return found


def _read_ases(found: Draft) -> None:
    section = found.document.data.get("ases", {})
    if not isinstance(section, dict) or ("ases" in found.document.data and not section):
        message = f"expected a mapping of speakers, got {'an empty one' if section == {} else shown(section)}"
        found.problems.append(
            found.document.problem(("ases",), message, "write for example customer: {asn: 64496}")
        )
        return
    found.names = tuple(section)
    for name in section:
        path = ("ases", name)
        if _name_is_good(found, path, name) and (
            entry := validate(AsEntry, found.document, path, found.problems)
        ):
            found.ases[name] = entry


def _name_is_good(found: Draft, path: Path, name: str) -> bool:
    here: list[Problem] = []
    validate(SpeakerName, Document(found.document.file, name), (), here)
    found.problems += [found.document.problem(path, wrong.message, wrong.hint, key=True) for wrong in here]
    return not here


def _read_list(found: Draft, section: str, entries: dict[int, Any], read: Callable[[Path], Any]) -> None:
    given = found.document.data.get(section, [])
    if not isinstance(given, list):
        message = f"expected a list, got {shown(given)}"
        found.problems.append(found.document.problem((section,), message, "begin each entry with '- '"))
        return
    for index, value in enumerate(given):
        if section == "links" and not isinstance(value, dict):
            given[index] = {"link": value}
        entry = read((section, index))
        if entry is not None:
            entries[index] = entry


def _read_entry(form: Any, document: Document, problems: list[Problem], path: Path) -> Any:
    return validate(form, document, path, problems)


def _read_irr(document: Document, problems: list[Problem], path: Path) -> Any:
    value = document.data["irr"][path[-1]]
    is_set = isinstance(value, dict) and "as_set" in value
    return validate(IrrAsSetEntry if is_set else IrrRouteEntry, document, path, problems)


def _read_step(document: Document, problems: list[Problem], path: Path) -> tuple[str, StepModel | str] | None:
    value = document.data["scenario"][path[-1]]
    kinds = list(STEP_KINDS)
    if not isinstance(value, dict):
        known = isinstance(value, str) and value in kinds
        near = _example(value) if known else suggestion(value, kinds, "kinds of step")
        problems.append(
            document.problem(path, f"expected a step such as {{wait: {{for: 5h}}}}, got {shown(value)}", near)
        )
        return None
    if len(value) != 1:
        message = f"a step has exactly one key, its kind; this one has {_listed(value) or 'none'}"
        problems.append(document.problem(path, message, "begin each step with '- '"))
        return None
    kind = next(iter(value))
    if kind not in STEP_KINDS:
        message = f"unknown kind of step {shown(kind)}"
        problems.append(
            document.problem((*path, kind), message, suggestion(kind, kinds, "kinds of step"), key=True)
        )
        return None
    if value[kind] is None:
        problems.append(
            document.problem((*path, kind), f"step {shown(kind)} has no value", _example(kind), key=True)
        )
        return None
    body = validate(STEP_KINDS[kind], document, (*path, kind), problems)
    return None if body is None else (kind, body)


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(shown(key) for key in list(keys)[:6])


def _example(kind: str) -> str:
    form = STEP_KINDS[kind]
    if not (isinstance(form, type) and issubclass(form, StepModel)):
        return "write the text after the colon"
    return f"keys of this step: {', '.join(keys_of(form))}"
