"""From a file, or the name of a topology that ships, to a checked Topology."""

from __future__ import annotations

import importlib.resources
import re
from pathlib import Path
from typing import Any

from lab.topology.building import build
from lab.topology.checks import check
from lab.topology.cloud_order import check_cloud_order
from lab.topology.draft import draft
from lab.topology.model import Topology
from lab.topology.problems import Problem, TopologyError, shown, suggestion
from lab.topology.reading import MAX_BYTES, Document, decode, read_yaml
from lab.topology.rpki_order import check_rpki_order
from lab.topology.scalars import NAME_PATTERN
from lab.topology.steps import Step
from lab.topology.validation import unknown_key

EXTENSION_KEYS = ("topology", "name", "title", "registry", "roas", "aspas", "irr", "clouds", "scenario")
"""What may stand in a file that takes its ases and links from another. What it gives replaces the base's."""

_SUFFIXES = (".yaml", ".yml")


def load(source: str | Path) -> Topology:
    """The topology in a file, or the one of that name that ships. Raises TopologyError with all problems."""
    return compile_document(open_document(source))


def parse(text: str, file: str = "<text>", directory: Path | None = None) -> Topology:
    """The topology in `text`; `file` names it in errors, `topology:` may name files in `directory`.

    Raises TopologyError with all that is wrong.
    """
    return compile_document(read_document(text, file, directory))


def shipped() -> dict[str, Path]:
    """The topologies and scenarios that ship, by name."""
    return {path.stem: path for path in sorted(_shipped_directory().glob("*.yaml"))}


def find(source: str | Path) -> Path:
    """The path of a topology: `source` itself, or the shipped topology of that name. Raises TopologyError."""
    if isinstance(source, Path) or not re.fullmatch(NAME_PATTERN, source, re.ASCII) or Path(source).is_file():
        return Path(source)
    names = shipped()
    if source not in names:
        message = f"no file and no shipped topology is called {shown(source)}"
        raise TopologyError(
            [Problem(source, message, hint=suggestion(source, names, "topologies that ship"))]
        )
    return names[source]


def open_document(source: str | Path) -> Document:
    """The data of a file, or of the topology of that name that ships. Raises TopologyError."""
    path = find(source)
    return read_document(_read(path), str(path), path.parent)


def read_document(text: str, file: str = "<text>", directory: Path | None = None) -> Document:
    """The data of a file with positions, an extension merged into its base. Raises TopologyError."""
    document = read_yaml(text, file)
    if isinstance(document.data, dict) and "topology" in document.data:
        return _merge(document, directory)
    return document


def compile_document(document: Document) -> Topology:
    """The topology that a document describes. Raises TopologyError with all that is wrong with it."""
    found = draft(document)
    problems = [*found.problems, *check(found)]
    if not found.problems:  # a malformed entry may be what a step seems to lack
        problems += [*check_rpki_order(found), *check_cloud_order(found)]
    if problems:
        raise TopologyError(problems)
    return build(found)


def parse_step(data: Any, document: Document) -> Step:
    """One step, as a file would hold it, checked against the lab that `document` describes.

    Raises TopologyError with all that is wrong with the step.
    """
    found = draft(Document("step", {**document.data, "scenario": [data]}))
    problems = [problem for problem in (*found.problems, *check(found)) if problem.path[:1] == ("scenario",)]
    if problems:
        raise TopologyError(problems)
    kind, body = found.steps[0]
    return Step(kind=kind, body=body)


def _read(path: Path) -> str:
    file = str(path)
    try:
        if path.is_dir():
            raise TopologyError([Problem(file, "is a directory", hint="name a .yaml file in it")])
        with path.open("rb") as stream:
            return decode(stream.read(MAX_BYTES + 1), file)
    except FileNotFoundError:
        hint = suggestion(path.stem, shipped(), "topologies that ship")
        raise TopologyError([Problem(file, "no such file", hint=hint)]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TopologyError([Problem(file, f"cannot be read: {reason.lower()}")]) from None


def _shipped_directory() -> Path:
    package = Path(str(importlib.resources.files("lab")))
    in_wheel = package / "_data" / "topologies"
    return in_wheel if in_wheel.is_dir() else package.parent / "topologies"


# --- a file that only adds to another -----------------------------------------------------------------------


def _merge(document: Document, directory: Path | None) -> Document:
    """The base's document with the extension's sections in place of its own."""
    problems = [
        unknown_key(document, (key,), list(EXTENSION_KEYS))
        if key not in ("ases", "links")
        else document.problem((key,), f"'{key}' comes from the base here; remove it or 'topology'", key=True)
        for key in document.data
        if key not in EXTENSION_KEYS
    ]
    base = None
    try:
        base = _base(document, directory)
    except TopologyError as error:
        problems += error.problems
    if base is None or problems:
        raise TopologyError(problems)
    own = {key: value for key, value in document.data.items() if key != "topology"}
    merged = Document(document.file, {**base.data, **own})
    for places, base_places, own_places in (
        (merged.values, base.values, document.values),
        (merged.keys, base.keys, document.keys),
    ):
        places.update((path, place) for path, place in base_places.items() if path and path[0] not in own)
        places.update((path, place) for path, place in own_places.items() if not path or path[0] in own)
    return merged


def _base(document: Document, directory: Path | None) -> Document:
    path = _base_path(document, directory)
    base = read_yaml(_read(path), str(path))
    if not isinstance(base.data, dict):
        raise TopologyError([base.problem((), f"expected a mapping, got {shown(base.data)}")])
    if "topology" in base.data:
        message = f"{path.name} takes its ases from another file itself"
        raise TopologyError([document.problem(("topology",), message, "name one that has ases of its own")])
    return base


def _base_path(document: Document, directory: Path | None) -> Path:
    name: Any = document.data["topology"]

    def wrong(message: str, hint: str) -> TopologyError:
        return TopologyError([document.problem(("topology",), message, hint)])

    if not isinstance(name, str):
        raise wrong(
            f"expected the name of a topology, got {shown(name)}", "write for example topology: byoip"
        )
    if not name.endswith(_SUFFIXES):
        if name not in shipped():
            hint = suggestion(name, shipped(), "topologies that ship")
            raise wrong(
                f"no shipped topology is called {shown(name)}", f"{hint} (a file's name ends in .yaml)"
            )
        return shipped()[name]
    if directory is None:
        raise wrong(
            f"{shown(name)} is a path, but this text is in no directory", "name a topology that ships"
        )
    path = directory / name
    try:
        real = path.resolve()
        inside = any(real.is_relative_to(top.resolve()) for top in (directory, _shipped_directory()))
        exists = inside and real.is_file()
    except (OSError, ValueError, RuntimeError):
        raise wrong(f"{shown(name)} is not a usable path", "name a .yaml file beside this one") from None
    if not inside:
        raise wrong(f"{shown(name)} is outside this file's directory", "name a .yaml file beside this one")
    if not exists:
        beside = sorted(other.name for other in directory.iterdir() if other.suffix in _SUFFIXES)
        raise wrong(f"there is no file {shown(name)}", suggestion(name, beside, "files here"))
    return path
