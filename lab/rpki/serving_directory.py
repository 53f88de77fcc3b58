"""The directory of one `lab rpki serve` at a time: nobody else's, and without the trees of former runs."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lab.rpki.exporting import TREE, ExportError, make_directory
from lab.rpki.publication.listening import PublicationError

MARK: Final = ".lab-rpki-serve"
"""The file that tells a directory of ours, locked while it is served."""


@contextmanager
def serving_directory(directory: Path) -> Iterator[None]:
    """Make a directory, or take one that was served from before, for as long as the context lasts.

    Raises ExportError if it cannot be had or holds anything else, PublicationError if it is in use, OSError.
    """
    make_directory(directory)
    names = {path.name for path in directory.iterdir()}
    if names and MARK not in names:
        raise ExportError(
            f"{directory} has files that lab rpki serve did not write; expected an empty or a new directory"
        )
    descriptor = os.open(directory / MARK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "rb") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PublicationError(
                f"{directory} is in use by another lab rpki serve; choose another directory"
            ) from None
        if (directory / TREE).exists():  # it may be that of another port
            shutil.rmtree(directory / TREE)
        yield
