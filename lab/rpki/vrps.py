"""VRPs as JSON, in the shape that rpki-client and Routinator write and StayRTR serves.

    {"metadata": {...}, "roas": [{"asn": 64496, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe"}]}

`asn` may also be `"AS64496"` or `"64496"`; `ta`, `expires` (ignored: whoever wrote the file checked it) and
`source` (Routinator's jsonext, ignored) may be absent. What else a validator writes beside `roas` is ignored.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from lab.bgp.prefix import WIDTH, Prefix, PrefixError
from lab.bgp.rov import Vrp
from lab.topology.problems import nearest

MAX_BYTES: Final = 256 * 1024 * 1024
"""The largest file read; all VRPs of the Internet are about 70 MB."""
SHOWN_PROBLEMS: Final = 20
"""How many problems an error's text shows; the error itself carries all."""
_MEMBERS: Final = ("asn", "prefix", "maxLength", "ta", "expires", "source")
_REQUIRED: Final = ("asn", "prefix", "maxLength")
_ASN: Final = re.compile(r"(?:AS)?([0-9]{1,10})", re.ASCII | re.IGNORECASE)


class VrpFileError(ValueError):
    """A file holds no usable VRPs. `problems` are all that is wrong with it, each with its place."""

    def __init__(self, name: str, problems: Iterable[str]) -> None:
        self.name = name
        self.problems = tuple(problems)
        shown = [f"{name}: {problem}" for problem in self.problems[:SHOWN_PROBLEMS]]
        if (more := len(self.problems) - SHOWN_PROBLEMS) > 0:
            shown.append(f"{name}: and {more} more problems")
        super().__init__("\n".join(shown))


def read_vrps(path: Path) -> tuple[Vrp, ...]:
    """The VRPs of a JSON file, in its order. Raises VrpFileError, with nothing read, if anything is wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise VrpFileError(str(path), [f"cannot be read: {error.strerror}"]) from None
    return parse_vrps(data, str(path))


def parse_vrps(data: bytes, name: str) -> tuple[Vrp, ...]:
    """The VRPs in `data`; `name` is what errors call it. Raises VrpFileError."""
    if len(data) > MAX_BYTES:
        raise VrpFileError(name, [f"is larger than {MAX_BYTES} bytes"])
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        what = "too deeply nested" if isinstance(error, RecursionError) else error
        raise VrpFileError(name, [f"is not JSON: {what}"]) from None
    roas = document.get("roas") if isinstance(document, dict) else None
    if not isinstance(roas, list):
        raise VrpFileError(name, ['has no VRPs; expected an object with a list "roas"'])
    vrps: list[Vrp] = []
    problems: list[str] = []
    for index, entry in enumerate(roas):
        try:
            vrps.append(_vrp(entry))
        except ValueError as error:
            problems.append(f"roas[{index}]: {error}")
    if problems:
        raise VrpFileError(name, problems)
    return tuple(vrps)


def write_vrps(path: Path, vrps: Iterable[Vrp], generated: int | None = None) -> None:
    """Write a file of the same shape; `generated` is its UNIX time. The old file is replaced as a whole."""
    entries = [
        {"asn": vrp.asn, "prefix": str(vrp.prefix), "maxLength": vrp.max_length, "ta": vrp.ta} for vrp in vrps
    ]
    metadata = {"vrps": len(entries)} | ({} if generated is None else {"generated": generated})
    lines = ",\n".join(f"    {json.dumps(entry)}" for entry in entries)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_text(f'{{\n  "metadata": {json.dumps(metadata)},\n  "roas": [\n{lines}\n  ]\n}}\n')
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _vrp(entry: Any) -> Vrp:
    if not isinstance(entry, dict):
        raise ValueError(f"expected an object, got {_short(entry)}")
    for member in entry:
        if member not in _MEMBERS:
            near = nearest(member, _MEMBERS)
            hint = f"did you mean {near!r}?" if near else f"expected {', '.join(_MEMBERS)}"
            raise ValueError(f"unknown member {_short(member)}; {hint}")
    for member in _REQUIRED:
        if member not in entry:
            raise ValueError(f"{member!r} is missing")
    prefix = _prefix(entry["prefix"])
    ta = entry.get("ta", "")
    if not isinstance(ta, str):
        raise ValueError(f"ta: expected a name, got {_short(ta)}")
    return Vrp(prefix, _max_length(entry["maxLength"], prefix), _asn(entry["asn"]), ta)


def _prefix(value: Any) -> Prefix:
    if not isinstance(value, str) or "/" not in value:
        raise ValueError(f"prefix: expected for example '203.0.113.0/24', got {_short(value)}")
    try:
        return Prefix.parse(value[:64])
    except PrefixError as error:
        raise ValueError(f"prefix: {error}") from None


def _max_length(value: Any, prefix: Prefix) -> int:
    width = WIDTH[prefix.version]
    if type(value) is not int or not prefix.length <= value <= width:
        raise ValueError(f"maxLength: expected {prefix.length} to {width} for {prefix}, got {_short(value)}")
    return value


def _asn(value: Any) -> int:
    match = _ASN.fullmatch(value) if isinstance(value, str) else None
    asn = int(match[1]) if match else value
    if type(asn) is not int or not 0 <= asn <= 0xFFFFFFFF:
        raise ValueError(f"asn: expected 0 to 4294967295 or 'AS64496', got {_short(value)}")
    return asn


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
