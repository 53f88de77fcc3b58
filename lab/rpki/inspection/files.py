"""Files of the RPKI from disk, for inspection."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lab.rpki.inspection.inspector import Inspection, inspect
from lab.rpki.objects.signed_object import Profile
from lab.rpki.regular_file import read_regular
from lab.topology.problems import printable

MAX_BYTES: Final = 8 * 1024 * 1024
"""The largest object that is read, as when validating."""


class InspectionError(ValueError):
    """A file cannot be inspected; the message names it and says why."""


def inspect_file(path: Path, now: int, profile: Profile = Profile.CURRENT) -> Inspection:
    """Look at a file as of `now` (UNIX seconds), and at a manifest's files if they lie beside it.

    Raises InspectionError for what cannot be read or is nothing of the RPKI.
    """
    shown = printable(str(path))
    try:
        data = _read(path)
    except OSError as error:
        raise InspectionError(f"{shown} cannot be read: {error.strerror}") from None
    if data is None:
        raise InspectionError(f"{shown} has more than {MAX_BYTES} bytes; it is no object of the RPKI")
    found = inspect(data, path.name, now, profile=profile, beside=lambda name: _beside(path, name))
    if found is None:
        raise InspectionError(
            f"{shown} is nothing of the RPKI; expected a certificate, CRL, manifest, ROA, ASPA or TAL"
        )
    return found


def _beside(path: Path, name: str) -> bytes | None:
    try:
        return _read(path.with_name(name))
    except OSError:
        return None


def _read(path: Path) -> bytes | None:
    """The bytes of a regular file, None if there are too many. Raises OSError."""
    data = read_regular(path, MAX_BYTES + 1)
    return data if len(data) <= MAX_BYTES else None
