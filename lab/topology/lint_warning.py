"""A warning about a lab, with its place."""

from __future__ import annotations

from dataclasses import dataclass

from lab.topology.problems import Path, path_text, printable


@dataclass(frozen=True, slots=True)
class Lint:
    """A warning. `code` names the kind, `path` the place in the file's data; `file` and `line` if known."""

    code: str
    message: str
    path: Path = ()
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{printable(self.file)}:{self.line}: " if self.file else ""
        return f"{place}{self.where}: {self.message} [{self.code}]"

    @property
    def where(self) -> str:
        """The place as text: `ases.customer`."""
        return path_text(self.path)
