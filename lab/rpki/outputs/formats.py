"""The formats of validated payloads by name, and writing one to a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from lab.rpki.outputs.csv_shapes import routinator_csv, rpki_client_csv
from lab.rpki.outputs.json_shapes import extended_json, rpki_client_json
from lab.rpki.payloads import Payloads

FORMATS: Final[Mapping[str, Callable[[Payloads, int], Iterator[str]]]] = {
    "json": rpki_client_json,
    "jsonext": extended_json,
    "csv": lambda payloads, generated: rpki_client_csv(payloads),
    "routinator-csv": lambda payloads, generated: routinator_csv(payloads),
}
"""By name: payloads and the UNIX time of the run to lines."""


def replace_file(path: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all: readers see the old one or the new one. Raises OSError."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with new.open("w", encoding="utf-8") as file:
            file.writelines(lines)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
