"""VRPs and ASPAs as a cache may hold them, and as payload PDUs in the order that routers are to get them in.

The order (draft-ietf-sidrops-8210bis section 11.2) is meant for a router that applies each PDU as it comes:
announcements before withdrawals, all VRPs of a prefix address next to each other. Announcements descend by
prefix address, then maxLength, then prefix length, then ASN: AS 0 is the last of those that differ in nothing
else. Withdrawals ascend by the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from lab.bgp.aspa import Aspa, merged_providers
from lab.bgp.prefix import WIDTH
from lab.bgp.rov import Vrp
from lab.rtr.codec import IPV4, IPV6, LOW_HALF, encode
from lab.rtr.pdu import ASPA_VERSION, MAX_PROVIDERS, AspaPdu, PduType

_MAX_ASN: Final = 0xFFFFFFFF
_PDU_BYTES: Final = {4: IPV4.size, 6: IPV6.size}


def plain_vrps(vrps: Iterable[Vrp]) -> set[Vrp]:
    """The VRPs without their trust anchors: those that differ in nothing else are one to a router."""
    return {Vrp(vrp[0], vrp[1], vrp[2]) for vrp in vrps}


def check_vrp(vrp: Vrp) -> None:
    """Raise ValueError for a VRP that a Prefix PDU cannot carry."""
    prefix, max_length, asn, _ = vrp
    width = WIDTH.get(prefix.version, 0)
    if not 0 <= prefix.length <= max_length <= width:
        raise ValueError(f"{vrp}: a maxLength is from {prefix.length} to {width}, not {max_length}")
    if not 0 <= prefix.value < 1 << width or prefix.value & (1 << width - prefix.length) - 1:
        raise ValueError(f"{vrp}: the prefix has bits set beyond its length")
    if not 0 <= asn <= _MAX_ASN:
        raise ValueError(f"{vrp}: an ASN is from 0 to {_MAX_ASN}")


def merged_aspas(aspas: Iterable[Aspa]) -> dict[int, tuple[int, ...]]:
    """The providers of each customer, ascending: what all ASPAs of the customer say together.

    AS 0 stands only where nobody else does. Raises ValueError for an ASPA that an ASPA PDU cannot carry.
    """
    aspas = tuple(aspas)
    for aspa in aspas:
        if not aspa.providers:
            raise ValueError(f"the ASPA of AS{aspa.customer} names no provider; AS 0 says that there is none")
        if not all(0 <= asn <= _MAX_ASN for asn in (aspa.customer, *aspa.providers)):
            raise ValueError(f"the ASPA of AS{aspa.customer}: an ASN is from 0 to {_MAX_ASN}")
    merged = merged_providers(aspas)
    for customer, providers in merged.items():
        if len(providers) > MAX_PROVIDERS:
            raise ValueError(
                f"AS{customer} has {len(providers)} providers; a PDU has room for {MAX_PROVIDERS}"
            )
    return {customer: tuple(sorted(providers)) for customer, providers in merged.items()}


def encode_vrps(vrps: Iterable[Vrp], family: int, announce: bool, version: int) -> bytes:
    """The Prefix PDUs of the VRPs of one IP version (`family`), in order."""
    fields = [
        (prefix.value, max_length, prefix.length, asn)
        for prefix, max_length, asn, _ in vrps
        if prefix.version == family
    ]
    fields.sort(reverse=announce)
    if family == 4:
        head4 = (version, PduType.IPV4_PREFIX.value, 0, IPV4.size, announce)
        return b"".join(
            [IPV4.pack(*head4, length, most, 0, value, asn) for value, most, length, asn in fields]
        )
    head6 = (version, PduType.IPV6_PREFIX.value, 0, IPV6.size, announce)
    return b"".join(
        [
            IPV6.pack(*head6, length, most, 0, value >> 64, value & LOW_HALF, asn)
            for value, most, length, asn in fields
        ]
    )


def in_version(prefix_pdus: bytes, family: int, version: int) -> bytes:
    """Prefix PDUs of one IP version as another protocol version has them: only the first octet differs."""
    size = _PDU_BYTES[family]
    copy = bytearray(prefix_pdus)
    copy[::size] = bytes((version,)) * (len(copy) // size)
    return bytes(copy)


def encode_aspas(announced: dict[int, tuple[int, ...]], withdrawn: Iterable[int]) -> bytes:
    """The ASPA PDUs that announce (customer to providers) and withdraw (customers), in order."""
    pdus = [AspaPdu(True, *each) for each in sorted(announced.items(), key=itemgetter(0))]
    pdus += [AspaPdu(False, customer, ()) for customer in sorted(withdrawn)]
    return b"".join([encode(pdu, ASPA_VERSION) for pdu in pdus])
