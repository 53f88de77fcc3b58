"""ROAs that a CA has signed and the relying party does not accept, and what brings them back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Final

from lab.bgp.prefix import Prefix
from lab.rpki.issuing.authority import CertificationAuthority
from lab.rpki.issuing.faults import CaFault, Fault, FileFault, UnreachableRepository, WrongRoa
from lab.rpki.issuing.requests import RoaRequest
from lab.rpki.local import LocalRpki
from lab.rpki.suggestions import Suggestion

_OF_EVERY_FILE: Final = (".crl", ".mft")
"""The endings of the files on which all that a CA has signed depends."""


def repair(rpki: LocalRpki, prefix: Prefix, origin: int) -> Suggestion | None:
    """How to bring back a ROA that would make a route valid; None if no CA has signed one."""
    for ca in rpki.cas.cas.values():
        for roa in ca.roas:
            if roa.asn == origin and roa.prefix.covers(prefix) and prefix.length <= roa.max_length:
                said = _said(rpki, ca, roa) or "no valid certificate leads to it"
                reason = f"its ROA {roa.vrp('')} is there but not valid now: {said}"
                return Suggestion((), (), reason, repairs=tuple(_commands(rpki, ca, roa)))
    return None


def _line(ca: CertificationAuthority) -> Iterator[CertificationAuthority]:
    """A CA and those above it."""
    above: CertificationAuthority | None = ca
    while above is not None:
        yield above
        above = above.parent


def _said(rpki: LocalRpki, ca: CertificationAuthority, roa: RoaRequest) -> str:
    """What the relying party says of the ROA, or else of the nearest of the CAs above it."""
    rejected = {each.uri: each.message for each in reversed(rpki.validation.rejected)}
    reasons = {point.repository: point.reason for point in rpki.validation.points}
    told = [rejected.get(f"{ca.place.repository}{roa.file_name}", "")]
    for each in _line(ca):
        told += [reasons.get(each.place.repository, ""), rejected.get(each.current.certificate_uri, "")]
    return next(filter(None, told), "")


def _commands(rpki: LocalRpki, ca: CertificationAuthority, roa: RoaRequest) -> Iterator[str]:
    line = tuple(_line(ca))
    mended = [fault for fault in rpki.cas.faults if _takes(fault, line, roa)]
    for fault in mended:
        yield _mend(fault)
    if not mended:
        yield f"lab rpki renew {next((each.name for each in line if each.withdrawn), ca.name)}"


def _takes(fault: Fault, line: tuple[CertificationAuthority, ...], roa: RoaRequest) -> bool:
    """Whether a fault can take a ROA away that the first of these CAs has signed."""
    if isinstance(fault, UnreachableRepository):
        return fault.server in {ca.place.server for ca in line}
    if not isinstance(fault, CaFault) or isinstance(fault, WrongRoa):
        return False
    if isinstance(fault, FileFault) and fault.file is not None:
        needed = {roa.file_name, *(ca.current.certificate_name for ca in line)}
        if fault.file not in needed and not fault.file.endswith(_OF_EVERY_FILE):
            return False
    return fault.ca in {ca.name for ca in line}


def _mend(fault: Fault) -> str:
    options = ((field.name, getattr(fault, field.name)) for field in fields(fault))
    return f"lab rpki mend {fault.kind}" + "".join(
        f" --{name} {value}" for name, value in options if value is not None
    )
