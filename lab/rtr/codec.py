"""PDUs to octets and back.

Decoding is strict: a PDU of the wrong length, a prefix with host bits, a maxLength below the prefix length
are refused. Bits and fields that are reserved are sent as zero and ignored when received.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Final, NamedTuple

from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.rov import Vrp
from lab.rtr import pdu as pdus
from lab.rtr.errors import ErrorCode, PduError
from lab.rtr.pdu import ASPA_VERSION, HEADER_BYTES, MAX_PDU_BYTES, Pdu, PduType
from lab.rtr.timers import Timers

HEADER: Final = struct.Struct(">BBHI")
IPV4: Final = struct.Struct(">BBHIBBBBII")
IPV6: Final = struct.Struct(">BBHIBBBBQQI")
_WORD: Final = struct.Struct(">I")
_ROUTER_KEY: Final = struct.Struct(">BBBBI20sI")
_ASPA: Final = struct.Struct(">BBBBII")
LOW_HALF: Final = 0xFFFFFFFFFFFFFFFF
_LENGTHS: Final[dict[int, tuple[int, int]]] = {
    PduType.SERIAL_NOTIFY: (12, 12),
    PduType.SERIAL_QUERY: (12, 12),
    PduType.RESET_QUERY: (8, 8),
    PduType.CACHE_RESPONSE: (8, 8),
    PduType.IPV4_PREFIX: (IPV4.size, IPV4.size),
    PduType.IPV6_PREFIX: (IPV6.size, IPV6.size),
    PduType.END_OF_DATA: (24, 24),
    PduType.CACHE_RESET: (8, 8),
    PduType.ROUTER_KEY: (_ROUTER_KEY.size + 1, MAX_PDU_BYTES),
    PduType.ERROR_REPORT: (16, MAX_PDU_BYTES),
    PduType.ASPA: (_ASPA.size, MAX_PDU_BYTES),
}
"""The least and the largest length of each type, in octets; End of Data has 12 in version 0."""
_FIRST_VERSION: Final[dict[int, int]] = {PduType.ROUTER_KEY: 1, PduType.ASPA: ASPA_VERSION}


class Header(NamedTuple):
    """The first eight octets of a PDU. `field` is a session ID, error code or flags; `length` is in
    octets."""

    version: int
    type: int
    field: int
    length: int

    @classmethod
    def read(cls, data: bytes | bytearray, offset: int = 0) -> Header:
        """The header that begins at `offset`, where there must be eight octets."""
        return cls._make(HEADER.unpack_from(data, offset))

    def check_length(self) -> None:
        """Raise PduError for a length that no PDU has, whatever its version and type."""
        if not HEADER_BYTES <= self.length <= MAX_PDU_BYTES:
            text = f"a PDU has {HEADER_BYTES} to {MAX_PDU_BYTES} octets, not {self.length}"
            raise PduError(ErrorCode.CORRUPT_DATA, text, HEADER.pack(*self))

    def check(self) -> None:
        """Raise PduError for a type that the version does not have, or a length that the type cannot have."""
        lengths = _LENGTHS.get(self.type)
        if lengths is None or self.version < _FIRST_VERSION.get(self.type, 0):
            text = f"version {self.version} of the protocol has no PDU type {self.type}"
            raise PduError(ErrorCode.UNSUPPORTED_PDU_TYPE, text, HEADER.pack(*self))
        if self.type == PduType.END_OF_DATA and self.version == 0:
            lengths = (12, 12)
        least, most = lengths
        if not least <= self.length <= most:
            expected = f"{least}" if least == most else f"{least} to {most}"
            text = f"a PDU of type {self.type} has {expected} octets, not {self.length}"
            raise PduError(ErrorCode.CORRUPT_DATA, text, HEADER.pack(*self))


def encode(pdu: Pdu, version: int) -> bytes:
    """`pdu` as octets of a protocol version from 0 to 2.

    Raises ValueError for a PDU that the version does not have, and for one that has no encoding.
    """
    try:
        encoded = _encode(pdu, version)
    except struct.error as error:
        raise ValueError(f"{pdu} has a value that does not fit its field: {error}") from None
    try:
        Header.read(encoded).check()
    except PduError as error:
        raise ValueError(str(error)) from None
    return encoded


def _encode(pdu: Pdu, version: int) -> bytes:
    match pdu:
        case pdus.SerialNotify(session_id, serial):
            return HEADER.pack(version, PduType.SERIAL_NOTIFY, session_id, 12) + _WORD.pack(serial)
        case pdus.SerialQuery(session_id, serial):
            return HEADER.pack(version, PduType.SERIAL_QUERY, session_id, 12) + _WORD.pack(serial)
        case pdus.ResetQuery():
            return HEADER.pack(version, PduType.RESET_QUERY, 0, HEADER_BYTES)
        case pdus.CacheResponse(session_id):
            return HEADER.pack(version, PduType.CACHE_RESPONSE, session_id, HEADER_BYTES)
        case pdus.CacheReset():
            return HEADER.pack(version, PduType.CACHE_RESET, 0, HEADER_BYTES)
        case pdus.PrefixPdu(announce, vrp):
            return _encode_prefix(announce, vrp, version)
        case pdus.EndOfData(session_id, serial, timers):
            return _encode_end(session_id, serial, timers, version)
        case pdus.RouterKey(announce, ski, asn, public_key):
            if len(ski) != pdus.SKI_BYTES:
                raise ValueError(f"a subject key identifier has {pdus.SKI_BYTES} octets, not {len(ski)}")
            length = _ROUTER_KEY.size + len(public_key)
            return _ROUTER_KEY.pack(version, PduType.ROUTER_KEY, announce, 0, length, ski, asn) + public_key
        case pdus.AspaPdu(announce, customer, providers):
            length = _ASPA.size + 4 * len(providers)
            header = _ASPA.pack(version, PduType.ASPA, announce, 0, length, customer)
            return header + struct.pack(f">{len(providers)}I", *providers)
        case pdus.ErrorReport(code, erroneous, text):
            said = text.encode()
            header = HEADER.pack(version, PduType.ERROR_REPORT, code, 16 + len(erroneous) + len(said))
            return header + _WORD.pack(len(erroneous)) + erroneous + _WORD.pack(len(said)) + said


def _encode_prefix(announce: bool, vrp: Vrp, version: int) -> bytes:
    prefix, max_length, asn, _ = vrp
    if prefix.version == 4:
        head = (version, PduType.IPV4_PREFIX, 0, IPV4.size, announce, prefix.length, max_length, 0)
        return IPV4.pack(*head, prefix.value, asn)
    head = (version, PduType.IPV6_PREFIX, 0, IPV6.size, announce, prefix.length, max_length, 0)
    return IPV6.pack(*head, prefix.value >> 64, prefix.value & LOW_HALF, asn)


def _encode_end(session_id: int, serial: int, timers: Timers | None, version: int) -> bytes:
    if (timers is None) != (version == 0):
        raise ValueError(
            f"End of Data has timers in every version but 0; in version {version} it got {timers}"
        )
    words = (serial,) if timers is None else (serial, timers.refresh, timers.retry, timers.expire)
    header = HEADER.pack(version, PduType.END_OF_DATA, session_id, HEADER_BYTES + 4 * len(words))
    return header + struct.pack(f">{len(words)}I", *words)


def decode(data: bytes) -> tuple[int, Pdu]:
    """The protocol version and the PDU that is exactly `data`. Raises PduError."""
    if len(data) < HEADER_BYTES:
        raise PduError(ErrorCode.CORRUPT_DATA, f"a PDU has at least {HEADER_BYTES} octets", data)
    header = Header.read(data)
    if header.version > pdus.MAX_VERSION:
        text = f"protocol version {header.version} is not known here; 0 to {pdus.MAX_VERSION} are"
        raise PduError(ErrorCode.UNSUPPORTED_PROTOCOL_VERSION, text, data)
    header.check()
    if len(data) != header.length:
        text = f"the PDU claims {header.length} octets and has {len(data)}"
        raise PduError(ErrorCode.CORRUPT_DATA, text, data)
    return header.version, _decode(header, data)


def _decode(header: Header, data: bytes) -> Pdu:
    match header.type:
        case PduType.SERIAL_NOTIFY:
            return pdus.SerialNotify(header.field, _word(data, 8))
        case PduType.SERIAL_QUERY:
            return pdus.SerialQuery(header.field, _word(data, 8))
        case PduType.RESET_QUERY:
            return pdus.ResetQuery()
        case PduType.CACHE_RESPONSE:
            return pdus.CacheResponse(header.field)
        case PduType.IPV4_PREFIX:
            _, _, _, _, flags, length, max_length, _, value, asn = IPV4.unpack(data)
            return pdus.PrefixPdu(bool(flags & 1), vrp_of(4, value, length, max_length, asn))
        case PduType.IPV6_PREFIX:
            _, _, _, _, flags, length, max_length, _, high, low, asn = IPV6.unpack(data)
            return pdus.PrefixPdu(bool(flags & 1), vrp_of(6, high << 64 | low, length, max_length, asn))
        case PduType.END_OF_DATA:
            timers = None if header.version == 0 else Timers.nearest(*struct.unpack_from(">III", data, 12))
            return pdus.EndOfData(header.field, _word(data, 8), timers)
        case PduType.CACHE_RESET:
            return pdus.CacheReset()
        case PduType.ROUTER_KEY:
            _, _, flags, _, _, ski, asn = _ROUTER_KEY.unpack_from(data)
            return pdus.RouterKey(bool(flags & 1), ski, asn, data[_ROUTER_KEY.size :])
        case PduType.ASPA:
            return _decode_aspa(data)
    return _decode_report(header, data)


def _word(data: bytes, offset: int) -> int:
    word: int = _WORD.unpack_from(data, offset)[0]
    return word


def vrp_of(version: int, value: int, length: int, max_length: int, asn: int) -> Vrp:
    """The VRP that the fields of a Prefix PDU stand for. Raises PduError if there is none."""
    width = WIDTH[version]
    if not length <= max_length <= width:
        text = f"prefix length {length} and maxLength {max_length} do not fit an IPv{version} prefix"
    elif value & (1 << width - length) - 1:
        text = f"the prefix has bits set after its first {length} (draft-ietf-sidrops-8210bis section 5.9)"
    else:
        return Vrp(Prefix(version, value, length), max_length, asn)
    raise PduError(ErrorCode.CORRUPT_DATA, text)


def _decode_aspa(data: bytes) -> pdus.AspaPdu:
    _, _, flags, _, length, customer = _ASPA.unpack_from(data)
    count, rest = divmod(length - _ASPA.size, 4)
    if rest:
        text = f"an ASPA PDU has 12 octets and 4 for each provider, not {length}"
        raise PduError(ErrorCode.CORRUPT_DATA, text, data)
    providers = struct.unpack_from(f">{count}I", data, _ASPA.size)
    if wrong := _wrong_providers(bool(flags & 1), providers):
        raise PduError(ErrorCode.ASPA_PROVIDER_LIST_ERROR, f"the ASPA of AS{customer} {wrong}", data)
    return pdus.AspaPdu(bool(flags & 1), customer, providers)


def _wrong_providers(announce: bool, providers: tuple[int, ...]) -> str:
    """What is wrong with the providers (draft-ietf-sidrops-8210bis section 5.12); empty if nothing is."""
    if not announce:
        return "is withdrawn and yet lists providers" if providers else ""
    if not providers:
        return "is announced without a provider"
    if any(after <= before for before, after in pairwise(providers)):
        return "lists its providers out of order or twice"
    return "lists AS 0 beside other providers" if providers[0] == 0 and len(providers) > 1 else ""


def _decode_report(header: Header, data: bytes) -> pdus.ErrorReport:
    room = header.length - 16
    erroneous = _word(data, 8)
    if erroneous > room or erroneous + _word(data, 12 + erroneous) != room:
        text = f"the parts of an Error Report do not add up to its {header.length} octets"
        raise PduError(ErrorCode.CORRUPT_DATA, text, data)
    text = data[16 + erroneous :].decode("utf-8", "replace")
    return pdus.ErrorReport(header.field, data[12 : 12 + erroneous], text)
