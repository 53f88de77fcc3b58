"""Validated payloads read from the JSON that validators write.

    {"metadata": {...},
     "roas":  [{"asn": 64496, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe",
                "expires": 1767325445}],
     "aspas": [{"customer_asid": 64496, "providers": [64500], "ta": "ripe", "expires": 1767325445}]}

This is rpki-client's shape. Routinator's differs in that ASNs are `"AS64496"` and the customer is `customer`,
and its jsonext has a list `source` in place of `ta` and `expires`. Both are read. Whoever wrote the file has
checked it: nothing is left out because it has expired. What stands beside `roas` and `aspas` is ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import WIDTH, Prefix, PrefixError
from lab.bgp.rov import Vrp
from lab.rpki.payloads import NEVER, SLURM_SCHEME, Payloads, Source
from lab.rpki.regular_file import read_regular
from lab.topology.problems import nearest

MAX_BYTES: Final = 256 * 1024 * 1024
"""The largest file read; all VRPs of the Internet are about 70 MB."""
SHOWN_PROBLEMS: Final = 20
"""How many problems an error's text shows; the error itself carries all."""
_ROA_MEMBERS: Final = ("asn", "prefix", "maxLength", "ta", "expires", "source")
_ASPA_MEMBERS: Final = ("customer", "customer_asid", "providers", "ta", "expires", "source")
_ASN: Final = re.compile(r"(?:AS)?([0-9]{1,10})", re.ASCII | re.IGNORECASE)

Found = Iterator[tuple[Vrp | Aspa, Source]]


class PayloadFileError(ValueError):
    """A file holds no usable payloads. `problems` are all that is wrong with it, each with its place."""

    def __init__(self, name: str, problems: Iterable[str]) -> None:
        self.name = name
        self.problems = tuple(problems)
        shown = [f"{name}: {problem}" for problem in self.problems[:SHOWN_PROBLEMS]]
        if (more := len(self.problems) - SHOWN_PROBLEMS) > 0:
            shown.append(f"{name}: and {more} more problems")
        super().__init__("\n".join(shown))


def read_payloads(path: Path) -> Payloads:
    """The payloads of a JSON file. Raises PayloadFileError, with nothing read, if anything is wrong."""
    try:
        data = read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        raise PayloadFileError(str(path), [f"cannot be read: {error.strerror}"]) from None
    return parse_payloads(data, str(path))


def parse_payloads(data: bytes, name: str) -> Payloads:
    """The payloads in `data`; `name` is what errors call it. Raises PayloadFileError.

    The URI of a source is empty where the file does not tell it, and it expires at NEVER where it is not told
    when.
    """
    if len(data) > MAX_BYTES:
        raise PayloadFileError(name, [f"is larger than {MAX_BYTES} bytes"])
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        what = "too deeply nested" if isinstance(error, RecursionError) else error
        raise PayloadFileError(name, [f"is not JSON: {what}"]) from None
    roas = document.get("roas") if isinstance(document, dict) else None
    if not isinstance(roas, list):
        raise PayloadFileError(name, ['has no VRPs; expected an object with a list "roas"'])
    aspas = document.get("aspas", [])
    if not isinstance(aspas, list):
        raise PayloadFileError(name, ["aspas: expected a list"])
    found: list[tuple[Vrp | Aspa, Source]] = []
    problems: list[str] = []
    for member, entries, read in (("roas", roas, _vrps), ("aspas", aspas, _aspas)):
        _collect(member, entries, read, found, problems)
    if problems:
        raise PayloadFileError(name, problems)
    return Payloads.of(found)


def _collect(
    member: str,
    entries: list[Any],
    read: Callable[[Any], Found],
    found: list[tuple[Vrp | Aspa, Source]],
    problems: list[str],
) -> None:
    for index, entry in enumerate(entries):
        try:
            found.extend(read(entry))
        except ValueError as error:
            problems.append(f"{member}[{index}]: {error}")


def _vrps(entry: Any) -> Found:
    _check_members(entry, _ROA_MEMBERS, ("asn", "prefix", "maxLength"))
    prefix = _prefix(entry["prefix"])
    max_length, asn = _max_length(entry["maxLength"], prefix), _asn("asn", entry["asn"])
    for source in _sources(entry):
        yield Vrp(prefix, max_length, asn, source.ta), source


def _aspas(entry: Any) -> Found:
    customer_member = "customer" if isinstance(entry, dict) and "customer" in entry else "customer_asid"
    _check_members(entry, _ASPA_MEMBERS, (customer_member, "providers"))
    providers = entry["providers"]
    if not isinstance(providers, list):
        raise ValueError(f"providers: expected a list of ASNs, got {_short(providers)}")
    asns = {_asn(f"providers[{index}]", value) for index, value in enumerate(providers)}
    customer = _asn(customer_member, entry[customer_member])
    for source in _sources(entry):
        aspa = Aspa(customer, tuple(sorted(asns)), source.ta)
        if problem := aspa.problem():
            raise ValueError(problem)
        yield aspa, source


def _check_members(entry: Any, known: tuple[str, ...], required: tuple[str, ...]) -> None:
    if not isinstance(entry, dict):
        raise ValueError(f"expected an object, got {_short(entry)}")
    for member in entry:
        if member not in known:
            near = nearest(member, known)
            hint = f"did you mean {near!r}?" if near else f"expected {', '.join(known)}"
            raise ValueError(f"unknown member {_short(member)}; {hint}")
    for member in required:
        if member not in entry:
            raise ValueError(f"{member!r} is missing")


def _sources(entry: dict[str, Any]) -> list[Source]:
    """Where an entry comes from; at least one, because a payload comes from somewhere."""
    listed = entry.get("source")
    if listed is None:
        return [Source("", _text("ta", entry.get("ta", "")), _time("expires", entry.get("expires", NEVER)))]
    if not isinstance(listed, list) or not listed:
        raise ValueError(f"source: expected a list of objects, got {_short(listed)}")
    return [_source(f"source[{index}]", each) for index, each in enumerate(listed)]


def _source(where: str, value: Any) -> Source:
    """One element of jsonext's `source`. A local exception has the path of its file in place of a URI."""
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected an object, got {_short(value)}")
    if value.get("type") == "exception":
        return Source(f"{SLURM_SCHEME}{_text(f'{where}.path', value.get('path') or '')}", "slurm", NEVER)
    chain = value.get("chainValidity", {})
    if not isinstance(chain, dict):
        raise ValueError(f"{where}.chainValidity: expected an object, got {_short(chain)}")
    return Source(
        _text(f"{where}.uri", value.get("uri") or ""),
        _text(f"{where}.tal", value.get("tal") or ""),
        _iso_time(f"{where}.chainValidity.notAfter", chain["notAfter"]) if "notAfter" in chain else NEVER,
    )


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


def _asn(where: str, value: Any) -> int:
    match = _ASN.fullmatch(value) if isinstance(value, str) else None
    asn = int(match[1]) if match else value
    if type(asn) is not int or not 0 <= asn <= 0xFFFFFFFF:
        raise ValueError(f"{where}: expected 0 to 4294967295 or 'AS64496', got {_short(value)}")
    return asn


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where}: expected a name, got {_short(value)}")
    return value


def _time(where: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= NEVER:
        raise ValueError(f"{where}: expected UNIX time, 0 to {NEVER}, got {_short(value)}")
    return value


def _iso_time(where: str, value: Any) -> int:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise ValueError(
            f"{where}: expected for example '2026-01-02T03:04:05Z', got {_short(value)}"
        ) from None


def _short(value: Any) -> str:
    """A stranger's value for a message. What is nested may be nested deeper than it can be written."""
    if value and isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value[:40] if isinstance(value, str) else value)
    return text if len(text) <= 40 else f"{text[:37]}..."
