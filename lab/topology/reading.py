"""YAML, read safely: plain data with the position of every value, and nothing of YAML that surprises.

Scalars follow the core schema of YAML 1.2 in decimal only: `no`, `12:30`, `0o17` and `2024-01-01` are text.
Anchors, aliases, tags, merge keys, duplicate keys and several documents in one file are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import yaml

from lab.topology.problems import Path, Problem, TopologyError, foreign_character, shown

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 20
MAX_NODES: Final = 50_000

_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})", re.ASCII)
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?", re.ASCII
)
_CONSTANTS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HINTS: Final = {
    "'\\t'": "indent with spaces, not with tabs",
    "mapping values are not allowed here": "is a line above indented less, or a text with ': ' not quoted?",
    "could not find expected ':'": "every line of a mapping is 'key: value'",
    "<stream end>": "a bracket, brace or quote that was opened is never closed",
    "expected ',' or": "a comma is missing, or a bracket or brace opened before is not closed",
    "unexpected end of stream": "a quote that was opened is never closed",
    "but found '<block mapping start>'": "entries of one mapping or list must be indented alike",
    "but found '-'": "entries of one mapping or list must be indented alike",
    "but found '<block sequence start>'": "entries of one mapping or list must be indented alike",
    "expected the node content": "is a value missing here?",
    "that cannot start any token": "put the text in quotes",
    "unknown escape character": "in single quotes a backslash is just a backslash",
}


class Position(NamedTuple):
    """Where something stands; `line` and `column` count from 1."""

    file: str
    line: int
    column: int


@dataclass
class Document:
    """A file's data and the position of each value and of each mapping key, by path."""

    file: str
    data: Any
    values: dict[Path, Position] = field(default_factory=dict)
    keys: dict[Path, Position] = field(default_factory=dict)

    def position(self, path: Path, key: bool = False) -> Position:
        """The position of the value (or key) at `path`, or of the nearest thing that encloses it."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, Position(self.file, 1, 1))

    def problem(self, path: Path, message: str, hint: str = "", key: bool = False) -> Problem:
        """A problem with the value (or key) at `path`."""
        place = self.position(path, key)
        return Problem(place.file, message, place.line, place.column, path, hint)


def decode(raw: bytes, file: str) -> str:
    """The text of a file. Raises TopologyError if it is too large or not UTF-8."""
    if len(raw) > MAX_BYTES:
        raise TopologyError([_too_large(file)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise TopologyError([Problem(file, message, line, hint="save the file as UTF-8")]) from None


def read_yaml(text: str, file: str) -> Document:
    """The one document in `text`. Raises TopologyError with everything that is wrong with it as YAML."""
    if len(text) > MAX_BYTES:
        raise TopologyError([_too_large(file)])
    if forbidden := _FORBIDDEN.search(text):
        raise TopologyError([_forbidden(text, forbidden.start(), file)])
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if not builder.take(event):
                break
    except yaml.MarkedYAMLError as error:
        builder.problems.append(_syntax(error, file))
    except (ValueError, OverflowError):
        builder.problems.append(Problem(file, "a number or an escape in this file is out of range"))
    if builder.problems:
        raise TopologyError(builder.problems)
    if builder.documents == 0:
        raise TopologyError(
            [Problem(file, "the file is empty", hint="see 'lab schema' for what belongs in it")]
        )
    return builder.document


def resolve(text: str) -> Any:
    """What a plain (unquoted) scalar means: None, a bool, an int, a float, or itself."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


@dataclass
class _Frame:
    """A list or mapping under construction. `key` is the mapping key whose value comes next."""

    container: Any
    path: Path
    key: str | None = None


class _Builder:
    """Builds the document from YAML events, with a stack of its own: depth costs no recursion."""

    def __init__(self, file: str) -> None:
        self.document = Document(file, None)
        self.problems: list[Problem] = []
        self.documents = 0
        self._stack: list[_Frame] = []
        self._nodes = 0

    def take(self, event: yaml.Event) -> bool:
        """Take the next event; False when there is no point in reading on."""
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self._wrong(
                        event, "a second document starts here", "keep one document per file, without '---'"
                    )
                    return False
            case yaml.AliasEvent():
                self._wrong(
                    event, f"aliases are not allowed: {shown(f'*{event.anchor}')}", "write the value out"
                )
                self._place(event, None)
            case yaml.ScalarEvent():
                self._check_node(event)
                plain = event.style is None and event.implicit[0]
                self._place(event, resolve(event.value) if plain else event.value)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._check_node(event)
                self._open(event, [] if isinstance(event, yaml.SequenceStartEvent) else {})
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._stack.pop()
        return self._within_bounds(event)

    def _within_bounds(self, event: yaml.Event) -> bool:
        if len(self._stack) > MAX_DEPTH:
            self._wrong(event, f"nested deeper than {MAX_DEPTH} levels", "a topology needs no more than five")
            return False
        if self._nodes > MAX_NODES:
            self._wrong(event, f"more than {MAX_NODES} values", "split the file")
            return False
        return True

    def _check_node(self, event: Any) -> None:
        if event.anchor is not None:
            self._wrong(event, f"anchors are not allowed: {shown('&' + event.anchor)}", "write the value out")
        if event.tag is not None:
            self._wrong(event, f"tags are not allowed: {shown(event.tag)}", "write the plain value")

    def _open(self, event: yaml.Event, container: Any) -> None:
        path = self._place(event, container)
        self._stack.append(_Frame(container, path))

    def _place(self, event: Any, value: Any) -> Path:
        """Put a value (or a key) where it belongs and return its path."""
        self._nodes += 1
        if not self._stack:
            self.document.data = value
            path: Path = ()
        else:
            frame = self._stack[-1]
            if isinstance(frame.container, list):
                path = (*frame.path, len(frame.container))
                frame.container.append(value)
            elif frame.key is None:
                frame.key = self._key(event, value, frame)
                return (*frame.path, frame.key)
            else:
                path = (*frame.path, frame.key)
                frame.container[frame.key] = value
                frame.key = None
        self.document.values[path] = self._position(event)
        return path

    def _key(self, event: Any, value: Any, frame: _Frame) -> str:
        if isinstance(event, yaml.ScalarEvent) and event.style is None and value == "<<":
            self._wrong(event, "merge keys are not allowed: '<<'", "write the keys out")
        elif isinstance(value, dict | list):
            self._wrong(
                event, f"a key must be text, not {shown(value)}", "is a quote or a bracket misplaced?"
            )
            value = ""
        elif not isinstance(value, str):
            written = getattr(event, "value", "")
            self._wrong(
                event, f"a key must be text, not {shown(value)}", f'quote it if you mean it: "{written[:40]}"'
            )
            value = str(value)
        path = (*frame.path, value)
        if value in frame.container:
            first = self.document.keys[path].line
            self._wrong(
                event,
                f"key {shown(value)} is here twice; the first is on line {first}",
                "remove or rename one",
            )
        else:
            self.document.keys[path] = self._position(event)
        return str(value)

    def _position(self, event: yaml.Event) -> Position:
        mark: Any = event.start_mark
        return Position(self.document.file, mark.line + 1, mark.column + 1)

    def _wrong(self, event: yaml.Event, message: str, hint: str) -> None:
        place = self._position(event)
        self.problems.append(Problem(place.file, message, place.line, place.column, hint=hint))


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Problem:
    problem = error.problem or "this is not YAML"
    context = f" ({_context(error)})" if error.context else ""
    hint = next((hint for sign, hint in _HINTS.items() if sign in problem), "")
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return Problem(file, f"not valid YAML: {problem}{context}", line, column, hint=hint)


def _context(error: yaml.MarkedYAMLError) -> str:
    since = f" that starts on line {error.context_mark.line + 1}" if error.context_mark else ""
    return f"{error.context}{since}"


def _too_large(file: str) -> Problem:
    return Problem(
        file, f"larger than {MAX_BYTES >> 20} MiB", hint="a topology file is a few kilobytes; is this one?"
    )


def _forbidden(text: str, index: int, file: str) -> Problem:
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Problem(
        file, f"{foreign_character(text[index])} is not allowed in a file", line, column, hint="remove it"
    )
