"""Trust anchor locators from files, as validators are given them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lab.rpki.objects.errors import ObjectError
from lab.rpki.objects.tal import MAX_TAL, TrustAnchorLocator, parse_tal
from lab.rpki.regular_file import read_regular

ENDING: Final = ".tal"
MOST: Final = 64
"""TALs in one directory; there are five on the Internet."""


class TalError(ValueError):
    """A TAL cannot be used; the message names the file and what is wrong with it."""


def read_tals(path: Path) -> tuple[TrustAnchorLocator, ...]:
    """The TAL in a file, or those in a directory's `.tal` files, by name. Raises TalError, with none read.

    A TAL is called as its file is, without the ending.
    """
    if not path.is_dir():
        return (_read(path),)
    try:
        files = sorted(file for file in path.iterdir() if file.suffix == ENDING)
    except OSError as error:
        raise TalError(f"{path} cannot be read: {error.strerror}") from None
    if not files:
        raise TalError(f"{path} has no {ENDING} files in it")
    if len(files) > MOST:
        raise TalError(f"{path} has {len(files)} {ENDING} files in it; at most {MOST} are accepted")
    return tuple(_read(file) for file in files)


def _read(path: Path) -> TrustAnchorLocator:
    try:
        data = read_regular(path, MAX_TAL + 1)
    except OSError as error:
        raise TalError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_TAL:
        raise TalError(f"{path} has more than {MAX_TAL} bytes; it is no TAL")
    try:
        return parse_tal(data.decode("utf-8"), path.stem)
    except UnicodeDecodeError:
        raise TalError(f"{path} is not text") from None
    except ObjectError as error:
        raise TalError(f"{path}: {error}") from None
