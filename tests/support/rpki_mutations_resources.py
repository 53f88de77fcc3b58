"""Single faults of the extensions for resources (RFC 3779)."""

from __future__ import annotations

from collections.abc import Mapping

from support.rpki_mutations_der import (
    Node,
    bits,
    context,
    integer,
    null,
    octets,
    sequence,
)
from support.rpki_mutations_drafts import Edit
from support.rpki_mutations_edits import (
    add_more_specific,
    append,
    at,
    both,
    critical,
    doubled,
    empty,
    insert,
    inside,
    repeat,
    reverse,
    set_unused_bit,
    split_in_halves,
    tail,
    unused,
    valued,
    within,
    without,
    write_as_range,
)

from lab.rpki.objects import oids

_IP, _AS = oids.IP_RESOURCES, oids.AS_RESOURCES
_IPV4, _IPV6 = 0, 1
_AFI_9 = octets(b"\0\x09")


RESOURCES: Mapping[str, Edit] = {
    "IP resources not critical": critical(_IP, None),
    "IP resources twice": doubled(_IP),
    "IP resources empty": valued(_IP, sequence()),
    "IPv6 before IPv4": inside(_IP, reverse()),
    "IPv4 twice": inside(_IP, repeat(_IPV4)),
    "IPv4 with a SAFI": inside(_IP, at(_IPV4, 0, to=octets(b"\0\x01\x01"))),
    "an unknown address family": inside(_IP, append(new=sequence(_AFI_9, sequence(bits(b"\x0a"))))),
    "IPv4 list empty": inside(_IP, empty(_IPV4, 1)),
    "addresses not sorted": inside(_IP, reverse(_IPV4, 1)),
    "a prefix twice": inside(_IP, repeat(_IPV4, 1, 0)),
    "a prefix inside another": inside(_IP, add_more_specific),
    "two prefixes that are one": inside(_IP, split_in_halves),
    "a range that is a prefix": inside(_IP, write_as_range),
    "a prefix of 40 bits in IPv4": inside(_IP, append(_IPV4, 1, new=bits(b"\xcb\0\x71\xff\x01"))),
    "a prefix with nine unused bits": inside(_IP, within(_IPV4, 1, 0, edit=unused(9))),
    "a prefix with unused bits that are set": inside(_IP, set_unused_bit),
    "IPv4 inherited": inside(_IP, at(_IPV4, 1, to=null())),
    "IPv4 inherited with content": inside(_IP, at(_IPV4, 1, to=Node(0x05, b"\0"))),
    "IP resources with octets after them": tail(_IP, b"\x05\0"),
}


def ranges(first: int) -> Mapping[str, Edit]:
    """Ranges in 203.0.113.0/24 from its address `first` on."""

    def address(last_octet: int, unused_bits: int = 0) -> Node:
        return bits(bytes((203, 0, 113, first + last_octet)), unused_bits)

    return {
        "a range of addresses": inside(_IP, append(_IPV4, 1, new=sequence(address(4, 2), address(8, 3)))),
        "a range with needless zeros": inside(_IP, append(_IPV4, 1, new=sequence(address(4), address(8, 3)))),
        "a range that ends before it begins": inside(
            _IP, append(_IPV4, 1, new=sequence(address(9), address(1)))
        ),
    }


CA_RESOURCES: Mapping[str, Edit] = {
    "IP resources missing": without(_IP),
    "AS resources missing": without(_AS),
    "no resources at all": both(without(_IP), without(_AS)),
    "AS resources not critical": critical(_AS, None),
    "AS resources twice": doubled(_AS),
    "AS numbers not sorted": inside(_AS, reverse(0, 0)),
    "AS number twice": inside(_AS, repeat(0, 0, 0)),
    "AS numbers that are a range": inside(_AS, insert(0, 0, 1, new=integer(64501))),
    "AS range of one": inside(_AS, at(0, 0, 0, to=sequence(integer(64500), integer(64500)))),
    "AS range that ends before it begins": inside(
        _AS, at(0, 0, 0, to=sequence(integer(64510), integer(64500)))
    ),
    "AS number of 33 bits": inside(_AS, append(0, 0, new=integer(1 << 32))),
    "AS number -1": inside(_AS, insert(0, 0, 0, new=integer(-1))),
    "AS list empty": inside(_AS, empty(0, 0)),
    "AS numbers inherited": inside(_AS, at(0, 0, to=null())),
    "routing domain identifiers": inside(_AS, append(new=context(1, null()))),
    "only routing domain identifiers": inside(_AS, at(0, to=context(1, null()))),
    "everything inherited": both(
        valued(_IP, sequence(*(sequence(octets(afi), null()) for afi in (b"\0\x01", b"\0\x02")))),
        valued(_AS, sequence(context(0, null()))),
    ),
}
