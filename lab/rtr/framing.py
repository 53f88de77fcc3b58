"""The octets of one direction of a session, cut into PDUs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.bgp.rov import Vrp
from lab.rtr.codec import IPV4, IPV6, Header, vrp_of
from lab.rtr.pdu import HEADER_BYTES, PduType

_STRUCTS: Final = {PduType.IPV4_PREFIX: IPV4, PduType.IPV6_PREFIX: IPV6}


class PduBuffer:
    """Octets as they arrive, PDUs as they are taken."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._offset = 0
        self._last = 0

    def append(self, data: bytes) -> None:
        """Add what arrived; what was taken before is let go."""
        del self._data[: self._offset]
        self._offset = self._last = 0
        self._data += data

    def header(self) -> Header | None:
        """The header of the next PDU as it stands there, or None if it has not arrived yet."""
        if len(self._data) - self._offset < HEADER_BYTES:
            return None
        return Header.read(self._data, self._offset)

    def has(self, header: Header) -> bool:
        """Whether the next PDU, whose header this is, has arrived as a whole."""
        return len(self._data) - self._offset >= header.length

    def take(self, header: Header) -> bytes:
        """The next PDU, which has arrived as a whole."""
        self._last = self._offset
        self._offset += header.length
        return self.last()

    def last(self) -> bytes:
        """The PDU taken last; empty if nothing was taken of what arrived last."""
        return bytes(self._data[self._last : self._offset])

    def prefixes(self, header: Header) -> Iterator[tuple[bool, Vrp]]:
        """Take the Prefix PDUs that follow each other from here and are like the one with this header.

        Yields whether each is an announcement, and its VRP. Raises PduError. A table of 100,000 VRPs comes
        this way, so nothing is made for a PDU but the VRP.
        """
        version = 4 if header.type == PduType.IPV4_PREFIX else 6
        layout = _STRUCTS[PduType(header.type)]
        whole = (len(self._data) - self._offset) // layout.size * layout.size
        block = bytes(self._data[self._offset : self._offset + whole])
        for fields in layout.iter_unpack(block):
            protocol, kind, _, length, flags, prefix_length, max_length, _, *address, asn = fields
            if protocol != header.version or kind != header.type or length != layout.size:
                return
            value = address[0] if version == 4 else address[0] << 64 | address[1]
            self._last = self._offset
            self._offset += layout.size
            yield bool(flags & 1), vrp_of(version, value, prefix_length, max_length, asn)
