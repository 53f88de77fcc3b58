"""Internet number resources: sets of addresses and AS numbers, and their extensions (RFC 3779)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Final, NamedTuple

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString

from lab.bgp.prefix import WIDTH, Prefix
from lab.rpki.objects.der import CONTEXT_0, NULL, SEQUENCE, decode, element, is_tag
from lab.rpki.objects.errors import ObjectError, number_text
from lab.rpki.objects.remembering import remembered
from lab.rpki.objects.templates import AsRange, IpAddressFamily, IpAddressRange

Ranges = tuple[tuple[int, int], ...]
"""Sorted, disjoint, not adjacent, both ends included."""

LAST_ASN: Final = 0xFFFFFFFF
MOST_RANGES: Final = 100_000
"""Of one family in one certificate; that of a registry has some ten thousand."""
_AFI: Final = {4: b"\x00\x01", 6: b"\x00\x02"}
_VERSION: Final = {afi: version for version, afi in _AFI.items()}
_IP_RFC: Final = "RFC 3779 section 2.2.3"
_AS_RFC: Final = "RFC 3779 section 3.2.3"


class Resources(NamedTuple):
    """What a certificate's subject holds. In each family None inherits from the issuer, () is nothing."""

    ipv4: Ranges | None = ()
    ipv6: Ranges | None = ()
    asns: Ranges | None = ()

    @classmethod
    def of(cls, prefixes: Iterable[Prefix] = (), asns: Iterable[int | tuple[int, int]] = ()) -> Resources:
        """Exactly these prefixes, AS numbers and ranges of AS numbers."""
        ranges: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for prefix in prefixes:
            ranges[prefix.version].append(prefix_range(prefix))
        numbers = [(asn, asn) if isinstance(asn, int) else asn for asn in asns]
        return cls(_merged(ranges[4]), _merged(ranges[6]), _merged(numbers))

    @classmethod
    def everything(cls) -> Resources:
        """What a trust anchor holds: all addresses and all AS numbers."""
        return cls(((0, (1 << 32) - 1),), ((0, (1 << 128) - 1),), ((0, LAST_ASN),))

    @property
    def inherits(self) -> bool:
        """Whether any family is inherited."""
        return None in self

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held and nothing inherited."""
        return not (self.inherits or any(self))

    def resolved(self, issuer: Resources) -> Resources:
        """With what is inherited filled in from the issuer, which inherits nothing itself."""
        if not self.inherits:
            return self
        return Resources(*(theirs if own is None else own for own, theirs in zip(self, issuer, strict=True)))

    def union(self, other: Resources) -> Resources:
        """What either holds."""
        return self._each(other, lambda own, theirs: _merged((*own, *theirs)))

    def beyond(self, issuer: Resources) -> Resources:
        """What is held here and not by the issuer: what over-claims (RFC 6487 section 7.2)."""
        return self._each(issuer, _without)

    def covers(self, other: Resources) -> bool:
        """Whether all that `other` holds is held here."""
        return all(
            _holds(own, part) for own, theirs in zip(self, other, strict=True) for part in theirs or ()
        )

    def covers_prefix(self, prefix: Prefix) -> bool:
        """Whether the whole prefix is held."""
        return _holds(self.ipv4 if prefix.version == 4 else self.ipv6, prefix_range(prefix))

    def covers_asn(self, asn: int) -> bool:
        """Whether an AS number is held."""
        return _holds(self.asns, (asn, asn))

    def _each(self, other: Resources, operation: Callable[[Ranges, Ranges], Ranges]) -> Resources:
        return Resources(
            *(operation(own or (), theirs or ()) for own, theirs in zip(self, other, strict=True))
        )

    def __str__(self) -> str:
        texts = [
            *_texts(self.ipv4, "IPv4", lambda ranges: _addresses_text(4, ranges)),
            *_texts(self.ipv6, "IPv6", lambda ranges: _addresses_text(6, ranges)),
            *_texts(self.asns, "ASNs", _asns_text),
        ]
        return ", ".join(texts) or "nothing"


# --- ranges ---------------------------------------------------------------------------------------------


def prefix_range(prefix: Prefix) -> tuple[int, int]:
    """The first and the last address of a prefix."""
    size = 1 << (WIDTH[prefix.version] - prefix.length)
    return prefix.value, prefix.value + size - 1


def prefixes_in(version: int, first: int, last: int) -> list[Prefix]:
    """The fewest prefixes that make up a range of addresses."""
    width = WIDTH[version]
    prefixes = []
    while first <= last:
        aligned = (first & -first).bit_length() - 1 if first else width
        size = min(aligned, (last - first + 1).bit_length() - 1)
        prefixes.append(Prefix(version, first, width - size))
        first += 1 << size
    return prefixes


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _holds(ranges: Ranges | None, wanted: tuple[int, int]) -> bool:
    if not ranges:
        return False
    index = bisect_right(ranges, (wanted[0], _INFINITY)) - 1
    return index >= 0 and wanted[1] <= ranges[index][1]


_INFINITY: Final = 1 << 129


def _without(own: Ranges, theirs: Ranges) -> Ranges:
    """In one pass over both: strangers choose how many there are."""
    left: list[tuple[int, int]] = []
    index = 0
    for first, last in own:
        start = first
        while index < len(theirs) and theirs[index][1] < first:
            index += 1
        while index < len(theirs) and theirs[index][0] <= last:
            other_first, other_last = theirs[index]
            if start < other_first:
                left.append((start, other_first - 1))
            start = other_last + 1
            if other_last > last:
                break  # it may cover some of the next one too
            index += 1
        if start <= last:
            left.append((start, last))
    return tuple(left)


# --- the extension for addresses ------------------------------------------------------------------------


def ip_extension(resources: Resources) -> bytes | None:
    """The value of the IP resources extension in canonical form, None if no address is held."""
    families = [
        element(SEQUENCE, element(0x04, _AFI[version]) + _choice(version, ranges))
        for version, ranges in ((4, resources.ipv4), (6, resources.ipv6))
        if ranges is None or ranges
    ]
    return element(SEQUENCE, b"".join(families)) if families else None


def _choice(version: int, ranges: Ranges | None) -> bytes:
    if ranges is None:
        return element(NULL, b"")
    return element(SEQUENCE, b"".join(_address_or_range(version, first, last) for first, last in ranges))


def _address_or_range(version: int, first: int, last: int) -> bytes:
    width = WIDTH[version]
    size = (last - first + 1).bit_length() - 1
    if last - first + 1 == 1 << size and not first & ((1 << size) - 1):
        return asn1.encode_der(bits(first, width - size, width))
    zeros = (first & -first).bit_length() - 1 if first else width
    ones = (~last & (last + 1)).bit_length() - 1
    low = bits(first, width - zeros, width)
    high = bits(last, width - ones, width)
    return asn1.encode_der(IpAddressRange(min=low, max=high))


def bits(value: int, length: int, width: int) -> BitString:
    """The first `length` bits of an address of `width` bits (RFC 3779 section 2.1.1)."""
    octets = (length + 7) // 8
    data = (value >> (width - length) << (8 * octets - length)).to_bytes(octets, "big")
    return BitString(data, 8 * octets - length)


def parse_ip_extension(data: bytes) -> tuple[Ranges | None, Ranges | None]:
    """The IPv4 and IPv6 resources of an extension's value. Raises ObjectError."""
    found: dict[int, Ranges | None] = {}
    for family in decode(_Families, element(SEQUENCE, data), "the IP resources extension").families:
        version = _VERSION.get(family.address_family)
        if version is None:
            raise _ip_error(f"names the address family {family.address_family.hex()}, not 0001 or 0002")
        if version in found or (version == 4 and found):
            raise _ip_error("has its address families twice or out of order")
        found[version] = _parse_choice(version, family.choice)
    if not found:
        raise _ip_error("is empty")
    return found.get(4, ()), found.get(6, ())


@asn1.sequence
class _Families:
    families: list[IpAddressFamily]


@asn1.sequence
class _AddressesOrRanges:
    items: list[BitString | IpAddressRange]


def _parse_choice(version: int, choice: TLV) -> Ranges | None:
    if is_tag(choice, NULL) and not len(choice.data):
        return None
    if not is_tag(choice, SEQUENCE):
        raise _ip_error("has a family that is neither inherited nor a list")
    wrapped = element(SEQUENCE, element(SEQUENCE, bytes(choice.data)))
    items = decode(_AddressesOrRanges, wrapped, "the IP resources extension").items
    ranges = [_parse_range(version, item) for item in items]
    return _canonical(ranges, _ip_error)


def _parse_range(version: int, item: BitString | IpAddressRange) -> tuple[int, int]:
    if isinstance(item, BitString):
        return prefix_range(parse_address(item, version))
    first = _padded(item.min, version, fill=0)
    last = _padded(item.max, version, fill=1)
    if first > last:
        raise _ip_error("has a range that ends before it begins")
    size = last - first + 1
    if size & (size - 1) == 0 and first % size == 0:
        raise _ip_error("has a range that must be written as a prefix")
    return first, last


def parse_address(address: BitString, version: int) -> Prefix:
    """The prefix that a BIT STRING stands for. Raises ObjectError."""
    data = address.as_bytes()
    length = 8 * len(data) - address.padding_bits()
    width = WIDTH[version]
    if length > width:
        raise _ip_error(f"has an IPv{version} prefix of {length} bits")
    return Prefix(version, int.from_bytes(data, "big") << width >> 8 * len(data), length)


def _padded(bit_string: BitString, version: int, fill: int) -> int:
    data = bit_string.as_bytes()
    length = 8 * len(data) - bit_string.padding_bits()
    width = WIDTH[version]
    if length > width:
        raise _ip_error(f"has an IPv{version} address of {length} bits")
    value = int.from_bytes(data, "big") >> bit_string.padding_bits() << (width - length)
    return value | ((1 << (width - length)) - 1) if fill else value


def _ip_error(message: str) -> ObjectError:
    return ObjectError("ip-resources", f"the IP resources extension {message}", _IP_RFC)


# --- the extension for AS numbers -----------------------------------------------------------------------


def as_extension(resources: Resources) -> bytes | None:
    """The value of the AS resources extension in canonical form, None if no AS number is held."""
    ranges = resources.asns
    if ranges is None:
        choice = element(NULL, b"")
    elif not ranges:
        return None
    else:
        items = (
            asn1.encode_der(first if first == last else AsRange(min=first, max=last))
            for first, last in ranges
        )
        choice = element(SEQUENCE, b"".join(items))
    return element(SEQUENCE, element(CONTEXT_0, choice))


@asn1.sequence
class _AsIdentifiers:
    asnum: TLV


@asn1.sequence
class _AsIdsOrRanges:
    items: list[int | AsRange]


@remembered
def parse_as_extension(data: bytes) -> Ranges | None:
    """The AS numbers of an extension's value. Raises ObjectError."""
    outer = decode(_AsIdentifiers, data, "the AS resources extension").asnum
    if not is_tag(outer, CONTEXT_0):
        raise _as_error("has no AS numbers, or routing domain identifiers, which the RPKI does not use")
    choice = bytes(outer.data)
    if choice == b"\x05\x00":
        return None
    items = decode(_AsIdsOrRanges, element(SEQUENCE, choice), "the AS resources extension").items
    ranges = [(item, item) if isinstance(item, int) else (item.min, item.max) for item in items]
    for item in items:
        if isinstance(item, AsRange) and item.min >= item.max:
            raise _as_error(f"has the range {number_text(item.min)} to {number_text(item.max)}")
    for first, last in ranges:
        if first < 0 or last > LAST_ASN:
            raise _as_error(f"names the AS number {number_text(first if first < 0 else last)}")
    return _canonical(ranges, _as_error)


def _as_error(message: str) -> ObjectError:
    return ObjectError("as-resources", f"the AS resources extension {message}", _AS_RFC)


def _canonical(ranges: list[tuple[int, int]], error: Callable[[str], ObjectError]) -> Ranges:
    if not ranges:
        raise error("has an empty list")
    if len(ranges) > MOST_RANGES:
        raise error(f"has {len(ranges)} ranges in one family; at most {MOST_RANGES} are accepted")
    for (_, last), (first, _) in pairwise(ranges):
        if first <= last + 1:
            raise error("is not sorted and merged")
    return tuple(ranges)


# --- for people -----------------------------------------------------------------------------------------


_RANGES_SHOWN: Final = 16
"""Of each family: a stranger's certificate may have a hundred thousand."""
_PREFIXES_SHOWN: Final = 8
"""Of one range, which may be some hundred."""


def _texts(ranges: Ranges | None, family: str, text: Callable[[Ranges], list[str]]) -> list[str]:
    if ranges is None:
        return [f"{family} inherited"]
    more = len(ranges) - _RANGES_SHOWN
    return [*text(ranges[:_RANGES_SHOWN]), *([f"{more} more ranges of {family}"] if more > 0 else [])]


def _addresses_text(version: int, ranges: Ranges) -> list[str]:
    texts: list[str] = []
    for first, last in ranges:
        prefixes = prefixes_in(version, first, last)
        if len(prefixes) <= _PREFIXES_SHOWN:
            texts += map(str, prefixes)
        else:
            texts.append(" to ".join(str(Prefix(version, end, WIDTH[version])) for end in (first, last)))
    return texts


def _asns_text(ranges: Ranges) -> list[str]:
    return [f"AS{first}" if first == last else f"AS{first}-AS{last}" for first, last in ranges]
