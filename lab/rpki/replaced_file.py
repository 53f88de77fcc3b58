"""Writing a file whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def replace_file(path: Path, lines: Iterable[str], mode: int = 0o666) -> None:
    """Readers see the old file or the new one, which has `mode` less the umask from its first byte on.

    Raises OSError.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.writelines(lines)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
