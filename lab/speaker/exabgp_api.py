"""ExaBGP's API, as text: changes to command lines, and JSON lines to what they mean. Pure.

ExaBGP is only a transport here: an explicit `as-path` goes out verbatim, so the router's own ASN is already
in it, and attributes come in as the neighbour sent them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from lab.bgp.attributes import Attributes, LargeCommunity, Origin
from lab.bgp.prefix import Prefix, PrefixError

PREFIXES_PER_COMMAND: Final = 100
_OTC: Final = 0x23
_ORIGINS: Final = {origin.name.lower(): origin for origin in Origin}
_NOTIFICATION: Final = re.compile(r"notification (sent|received) \((\d+),(\d+)\)", re.ASCII)
_SUMMARY_LINE: Final = re.compile(r"(\d+\.\d+\.\d+\.\d+) ", re.ASCII)
_CEASE: Final = {  # RFC 4486
    1: "maximum number of prefixes reached",
    2: "administrative shutdown",
    3: "peer de-configured",
    4: "administrative reset",
    5: "connection rejected",
    6: "other configuration change",
    7: "connection collision resolution",
    8: "out of resources",
}

Change = tuple[str, Prefix, Attributes | None]
"""To which neighbour's address, about which prefix, and the attributes (None withdraws)."""


class Acknowledgement(NamedTuple):
    """ExaBGP has read a command, and accepted it or not. It carries no identifier."""

    accepted: bool


class Listed(NamedTuple):
    """ExaBGP's configuration has this neighbour (an answer to `presence_command`)."""

    peer: str


class SessionChange(NamedTuple):
    """The session with `peer` (an address) was established or ended."""

    peer: str
    up: bool
    reason: str


class Update(NamedTuple):
    """What `peer` sent, or, if `echo`, what was just written to it. Attributes None withdraw."""

    peer: str
    echo: bool
    changes: list[tuple[Prefix, Attributes | None]]


def parse_line(line: str) -> Acknowledgement | Listed | SessionChange | Update | None:
    """What a line from ExaBGP means, or None if it is nothing the agent acts on (junk included)."""
    if line in ("done", "error"):
        return Acknowledgement(line == "done")
    if match := _SUMMARY_LINE.match(line):
        return Listed(match[1])
    if not line.startswith("{"):
        return None
    try:
        content = json.loads(line)
        neighbor = content["neighbor"]
        peer = neighbor["address"]["peer"]
        if content["type"] == "state":
            return _parse_state(peer, neighbor)
        if content["type"] == "update" and "update" in neighbor["message"]:
            return Update(peer, neighbor["direction"] == "send", _parse_update(neighbor["message"]["update"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return None


def _parse_state(peer: str, neighbor: Mapping[str, Any]) -> SessionChange | None:
    state = neighbor["state"]
    if state not in ("up", "down"):
        return None
    return SessionChange(peer, state == "up", _reason_text(str(neighbor.get("reason", ""))))


def _reason_text(reason: str) -> str:
    match = _NOTIFICATION.search(reason)
    if not match:
        return "connection lost" if reason == "closing connection" else reason
    direction, code, subcode = match[1], int(match[2]), int(match[3])
    if code == 6:
        return f"{_CEASE.get(subcode, 'unknown reason')} (Cease/{subcode} {direction})"
    return f"NOTIFICATION {code}/{subcode} {direction}"


def _parse_update(update: Mapping[str, Any]) -> list[tuple[Prefix, Attributes | None]]:
    changes: list[tuple[Prefix, Attributes | None]] = []
    for nlris in update.get("withdraw", {}).values():
        changes += ((prefix, None) for prefix in _prefixes(nlris))
    announced = update.get("announce")
    if announced:
        attributes = parse_attributes(update.get("attribute", {}))
        for by_next_hop in announced.values():
            for nlris in by_next_hop.values():
                changes += ((prefix, attributes) for prefix in _prefixes(nlris))
    return changes


def _prefixes(nlris: Iterable[Any]) -> Iterable[Prefix]:
    for nlri in nlris:
        try:
            yield Prefix.parse(nlri if isinstance(nlri, str) else nlri["nlri"])
        except PrefixError:
            continue


def parse_attributes(attributes: Mapping[str, Any]) -> Attributes | None:
    """The attributes of an UPDATE; communities are in ascending order.

    None where the route must be treated as withdrawn: its path has an AS_SET (RFC 9774) or its OTC is
    malformed (RFC 9234 section 5).
    """
    as_path: list[int] = []
    segments = attributes.get("as-path") or {}
    for key in sorted(segments, key=int):
        if segments[key]["element"] != "as-sequence":
            return None
        as_path += segments[key]["value"]
    otc = None
    for name, value in attributes.items():
        if name.startswith(f"attribute-0x{_OTC:02x}-"):
            if not re.fullmatch("0x[0-9a-fA-F]{8}", value):
                return None
            otc = int(value, 16)
    large: list[LargeCommunity] = [(a, b, c) for a, b, c in attributes.get("large-community", ())]
    return Attributes(
        tuple(as_path),
        _ORIGINS[attributes["origin"]],
        attributes.get("med"),
        tuple(sorted(high << 16 | low for high, low in attributes.get("community", ()))),
        tuple(sorted(large)),
        otc,
    )


def in_wire_order(attributes: Attributes) -> Attributes:
    """The attributes as they come back from ExaBGP, which sorts communities; duplicates are left out."""
    if len(attributes.communities) < 2 and len(attributes.large_communities) < 2:
        return attributes
    return attributes._replace(
        communities=tuple(sorted(set(attributes.communities))),
        large_communities=tuple(sorted(set(attributes.large_communities))),
    )


def commands(changes: Iterable[Change], next_hops: Mapping[int, str]) -> list[str]:
    """The command lines for these changes, which must not name a (neighbour, prefix) twice.

    Prefixes with the same attributes share a line, and so do neighbours that are sent the same: parsing
    commands is most of what ExaBGP does in a bulk load.
    """
    prefixes: dict[tuple[str, int, Attributes | None], list[Prefix]] = defaultdict(list)
    for peer, prefix, attributes in changes:
        prefixes[peer, prefix.version, attributes].append(prefix)
    peers: dict[tuple[int, Attributes | None, tuple[Prefix, ...]], list[str]] = defaultdict(list)
    for (peer, version, attributes), found in prefixes.items():
        for start in range(0, len(found), PREFIXES_PER_COMMAND):
            peers[version, attributes, tuple(found[start : start + PREFIXES_PER_COMMAND])].append(peer)
    return [
        f"{' , '.join(f'neighbor {peer}' for peer in who)} {_what(attributes, next_hops[version])}"
        f" nlri {' '.join(map(str, what))}"
        for (version, attributes, what), who in peers.items()
    ]


def _what(attributes: Attributes | None, next_hop: str) -> str:
    if attributes is None:
        return f"withdraw attributes next-hop {next_hop}"
    words = [f"announce attributes next-hop {next_hop} origin {attributes.origin.name.lower()}"]
    words.append(f"as-path [ {' '.join(map(str, attributes.as_path))} ]")
    if attributes.med is not None:
        words.append(f"med {attributes.med}")
    if attributes.communities:
        words.append(f"community [ {' '.join(f'{c >> 16}:{c & 0xFFFF}' for c in attributes.communities)} ]")
    if attributes.large_communities:
        large = (":".join(map(str, community)) for community in attributes.large_communities)
        words.append(f"large-community [ {' '.join(large)} ]")
    if attributes.otc is not None:
        words.append(f"attribute [ {_OTC:#04x} 0xc0 {attributes.otc:#010x} ]")
    return " ".join(words)


def teardown_command(peer: str, subcode: int) -> str:
    """End the session with a Cease; ExaBGP reconnects unless the neighbour leaves its configuration."""
    return f"neighbor {peer} teardown {subcode}"


def presence_command(peer: str) -> str:
    """Ask whether ExaBGP has this neighbour: if so, a `Listed` comes before the acknowledgement."""
    return f"show neighbor {peer} summary"


RELOAD_COMMAND: Final = "reload"
