"""The repository of an RPKI as plain files: what rsync would bring, and the TALs that lead to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.outputs.formats import replace_file
from lab.rpki.uris import parse_rsync_file

TREE: Final = "tree"
TALS: Final = "tals"


class ExportError(Exception):
    """An export would overwrite something; the message says what."""


def export_repository(rpki: Rpki, directory: Path) -> int:
    """Write `tree/<host>/<module>/<path>` and `tals/<name>.tal` below `directory`; the number of objects.

    Raises ExportError if either is there already, and OSError; nothing is left half written.
    """
    for name in (TREE, TALS):
        if (directory / name).exists() or (directory / name).is_symlink():
            raise ExportError(f"{directory / name} is there already; remove it, or choose another directory")
    directory.mkdir(parents=True, exist_ok=True)
    unfinished = [directory / f".{name}.new" for name in (TREE, TALS)]
    try:
        tree, tals = unfinished
        count = _write_files(rpki.files(), tree)
        write_tals(rpki.tals(), tals)
        tree.rename(directory / TREE)
        tals.rename(directory / TALS)
    finally:
        for path in unfinished:
            shutil.rmtree(path, ignore_errors=True)
    return count


def write_tals(tals: Iterable[TrustAnchorLocator], directory: Path) -> None:
    """Each as `<name>.tal` in `directory`, which is made if needed. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    for tal in tals:
        replace_file(directory / f"{tal.name}.tal", [tal.to_text()])


def _write_files(files: Mapping[str, Mapping[str, bytes]], root: Path) -> int:
    count = 0
    for content in files.values():
        for uri, data in content.items():
            parsed = parse_rsync_file(uri)
            path = root.joinpath(parsed.authority, parsed.module, *parsed.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            count += 1
    return count
