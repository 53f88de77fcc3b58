"""The repository of an RPKI as plain files: what rsync would bring, and the TALs that lead to it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.replaced_file import replace_file
from lab.rpki.uris import parse_rsync_file

TREE: Final = "tree"
TALS: Final = "tals"


class ExportError(Exception):
    """A directory cannot be written to, or has something else in it; the message says which."""


def export_repository(rpki: Rpki, directory: Path) -> int:
    """Write `tree/<host>/<module>/<path>` and `tals/<name>.tal` below `directory`; the number of objects.

    Raises ExportError if either is there already or the directory cannot be made, and OSError; nothing is
    left half written.
    """
    make_directory(directory)
    for name in (TREE, TALS):
        if (directory / name).exists() or (directory / name).is_symlink():
            raise ExportError(f"{directory / name} is there already; remove it, or choose another directory")
    with tempfile.TemporaryDirectory(prefix=".export.", dir=directory) as unfinished:
        tree, tals = Path(unfinished, TREE), Path(unfinished, TALS)
        tree.mkdir()
        count = _write_files(rpki.files(), tree)
        write_tals(rpki.tals(), tals)
        tree.rename(directory / TREE)
        try:
            tals.rename(directory / TALS)
        except BaseException:
            shutil.rmtree(directory / TREE)
            raise
    return count


def make_directory(directory: Path) -> None:
    """Make a directory and those above it, unless it is there. Raises ExportError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if isinstance(error, FileExistsError) else error.strerror
        expected = "expected a directory, or a path where one can be made"
        raise ExportError(f"{directory} cannot be used: {reason}; {expected}") from None


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
