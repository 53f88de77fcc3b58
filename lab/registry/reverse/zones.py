"""The zones of the reverse DNS: one per octet of an IPv4 address, one per nibble of an IPv6 address."""

from __future__ import annotations

from typing import Final

from lab.bgp.prefix import WIDTH, Prefix
from lab.dns.names import around, canonical
from lab.registry.errors import RegistryError
from lab.topology.problems import shown

TREES: Final = {4: "in-addr.arpa", 6: "ip6.arpa"}
"""Where the names of each IP version are (RFC 1035 section 3.5, RFC 3596 section 2.5)."""
STEP: Final = {4: 8, 6: 4}
"""Bits of an address that one label stands for."""


def reverse_zones(prefix: Prefix) -> tuple[str, ...]:
    """The zones that are, together, just `prefix`, in the order of their addresses.

    A prefix that does not end at the boundary of an octet (IPv4) or nibble (IPv6) is split at the next one:
    2^(boundary - length) zones, at most 128 for IPv4 and 8 for IPv6. That holds for prefixes longer than a
    /24, too: 203.0.113.128/25 has 128 zones of one address each, for the classless names of RFC 2317 are a
    matter between a holder and its own customers, and no RIR delegates them.
    """
    version, value, length = prefix
    boundary = -(-length // STEP[version]) * STEP[version]
    size = 1 << WIDTH[version] - boundary
    parts = (Prefix(version, value + index * size, boundary) for index in range(1 << boundary - length))
    return tuple(map(zone_name, parts))


def zone_name(prefix: Prefix) -> str:
    """The zone of a prefix that ends at a boundary."""
    step = STEP[prefix.version]
    count = prefix.length // step
    bits = prefix.value >> WIDTH[prefix.version] - prefix.length
    labels = [bits >> step * index & (1 << step) - 1 for index in range(count)]
    written = [str(label) if prefix.version == 4 else f"{label:x}" for label in labels]
    return ".".join([*written, TREES[prefix.version]])


def zone_prefix(name: str) -> Prefix:
    """The prefix that a reverse zone is for: 203.0.113.0/24 for 113.0.203.in-addr.arpa.

    Raises RegistryError, which names the nearest zone, where the name is not that of an octet or nibble.
    """
    name = canonical(name)
    found = _prefix_of(name)
    if found is not None:
        return found
    around_it = next((each for each in around(name) if _prefix_of(each) is not None), None)
    if around_it is None:
        raise RegistryError(
            f"{shown(name)} is not a reverse zone",
            "expected for example 113.0.203.in-addr.arpa or 8.b.d.0.1.0.0.2.ip6.arpa",
        )
    raise RegistryError(
        f"{shown(name)} is not a reverse zone: there is one per octet (IPv4) or nibble (IPv6)",
        f"the nearest is {around_it}, for {_prefix_of(around_it)}",
    )


def _prefix_of(name: str) -> Prefix | None:
    for version, tree in TREES.items():
        if name == tree:
            return Prefix(version, 0, 0)
        if name.endswith(f".{tree}"):
            return _from_labels(version, name.removesuffix(f".{tree}").split("."))
    return None


def _from_labels(version: int, labels: list[str]) -> Prefix | None:
    step, width = STEP[version], WIDTH[version]
    if len(labels) * step > width:
        return None
    value = 0
    for label in reversed(labels):
        part = _octet(label) if version == 4 else _nibble(label)
        if part is None:
            return None
        value = value << step | part
    length = len(labels) * step
    return Prefix(version, value << width - length, length)


def _octet(label: str) -> int | None:
    if not (label.isascii() and label.isdigit() and len(label) <= 3) or int(label) > 255:
        return None
    return int(label) if label == str(int(label)) else None


def _nibble(label: str) -> int | None:
    return int(label, 16) if len(label) == 1 and label in "0123456789abcdef" else None
