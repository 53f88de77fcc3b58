"""Faults on purpose: what takes routes off the Internet, as data that is injected and repaired.

A field left open (None) is filled in when a fault is injected, with the first that fits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import ClassVar, Final, Self

from lab.bgp.prefix import Prefix
from lab.rpki.issuing.authority import CertificationAuthority
from lab.rpki.issuing.ca_tree import CaTree
from lab.rpki.issuing.deviations import Deviations
from lab.rpki.issuing.errors import RefusedError, UnknownError
from lab.rpki.issuing.requests import RoaRequest
from lab.rpki.objects.resources import Resources


@dataclass(frozen=True, slots=True)
class Fault(ABC):
    """Something wrong. `kind` is its name in files and commands, `description` one line for people."""

    kind: ClassVar[str]
    description: ClassVar[str]

    @abstractmethod
    def settled(self, tree: CaTree) -> Self:
        """The same with what is left open filled in. Raises UnknownError and RefusedError."""

    def followed(self, tree: CaTree) -> Self | None:
        """The same as it is called by now, None if there is no such thing any more."""
        return self

    def stands_for(self, other: Fault) -> bool:
        """Whether `other` is of this kind and the same in all that is not left open here."""
        return type(self) is type(other) and all(
            mine is None
            or mine == getattr(other, field.name)
            or (field.name == "ca" and _is_short(mine, other))
            or (field.name == "file" and _role(mine) == _role(getattr(other, field.name)))
            for field in fields(self)
            for mine in (getattr(self, field.name),)
        )

    def __str__(self) -> str:
        values = (getattr(self, field.name) for field in fields(self))
        return " ".join((self.kind, *(str(value) for value in values if value is not None)))


def _is_short(name: str, other: Fault) -> bool:
    return isinstance(other, CaFault) and other.ca.endswith(f"/{name}")


def _role(file: str) -> str:
    """What a file is to its CA, which has one CRL and one manifest, under another name after a key roll."""
    name = file.rpartition("/")[2]
    return name[-4:] if name.endswith(_BY_ROLE) else name


@dataclass(frozen=True, slots=True)
class UnreachableRepository(Fault):
    """No relying party can fetch anything from `server`; what it fetched before, it may use while that is
    valid."""

    kind: ClassVar[str] = "unreachable-repository"
    description: ClassVar[str] = "a publication server does not answer"
    server: str

    def settled(self, tree: CaTree) -> Self:
        if self.server not in tree.addresses:
            message = f"there is no publication server {self.server!r}"
            raise UnknownError.among(message, self.server, tree.addresses)
        return self


@dataclass(frozen=True, slots=True)
class CaFault(Fault):
    """A fault of one CA, named as in `Rpki.cas`."""

    ca: str

    def settled(self, tree: CaTree) -> Self:
        ca = tree.find(self.ca)
        return self.settled_at(ca, replace(self, ca=ca.name))

    def settled_at(self, ca: CertificationAuthority, fault: Self) -> Self:
        """`fault`, which names its CA in full, with the rest filled in. Raises UnknownError and
        RefusedError."""
        return fault

    @abstractmethod
    def applied(self, deviations: Deviations) -> Deviations:
        """What its CA does wrong, with this added."""


@dataclass(frozen=True, slots=True)
class FileFault(CaFault):
    """A fault of one `file` in a CA's publication point, named without its directory; by default its first
    ROA that is not there by a fault itself."""

    file: str | None = None

    def settled_at(self, ca: CertificationAuthority, fault: Self) -> Self:
        if self.file is None:
            wrong = {roa.file_name for roa in ca.deviations.roas}
            names = [
                name for name in self.candidates(ca) if name not in wrong and not name.endswith(_BY_ROLE)
            ]
            if not names:
                raise RefusedError(f"{ca.name} has signed nothing that could be wrong")
            return replace(fault, file=min(names, key=lambda name: (not name.endswith(".roa"), name)))
        file = self.file.removeprefix(ca.place.repository)
        if file not in self.candidates(ca):
            raise UnknownError.among(f"{ca.name} has no file {file!r}", file, self.candidates(ca))
        return replace(fault, file=file)

    def followed(self, tree: CaTree) -> Self | None:
        names = tree.cas[self.ca].file_names
        if self.file is None or self.file in names:
            return self
        if not self.file.endswith(_BY_ROLE):
            return None
        return replace(self, file=next(name for name in names if name.endswith(self.file[-4:])))

    def candidates(self, ca: CertificationAuthority) -> list[str]:
        """The files that can have this fault."""
        return [name for name in ca.file_names if not name.endswith(_BY_ROLE)]

    @property
    def files(self) -> frozenset[str]:
        """The file, once it is settled."""
        return frozenset(() if self.file is None else (self.file,))


class ExpiredCrl(CaFault):
    """Relying parties reject everything the CA has signed (RFC 9286 section 6.3)."""

    __slots__ = ()
    kind = "expired-crl"
    description = "a CA's CRL has expired"

    def applied(self, deviations: Deviations) -> Deviations:
        return replace(deviations, crl_expired=True)


class StaleManifest(CaFault):
    """The fetch fails (RFC 9286 section 6.3): relying parties use what they have from before, if anything."""

    __slots__ = ()
    kind = "stale-manifest"
    description = "a CA's manifest says that there should be a newer one"

    def applied(self, deviations: Deviations) -> Deviations:
        return replace(deviations, manifest_stale=True)


class StopRenewing(CaFault):
    """A CA that is asleep: manifest and CRL expire within a day, ROAs within a year. What it is asked to
    sign, it still signs, and that publishes a new manifest and CRL."""

    __slots__ = ()
    kind = "stop-renewing"
    description = "a CA renews nothing any more, and what it has signed expires as time passes"

    def applied(self, deviations: Deviations) -> Deviations:
        return replace(deviations, asleep=True)


class ExpiredCa(CaFault):
    """All that the CA and those below it have signed is lost."""

    __slots__ = ()
    kind = "expired-ca"
    description = "a CA's own certificate has expired"

    def applied(self, deviations: Deviations) -> Deviations:
        return replace(deviations, certificate_expired=True)


@dataclass(frozen=True, slots=True)
class OverClaimingCa(CaFault):
    """The CA's certificate has `prefix` in it, which its issuer does not hold: it is lost whole (RFC 6487
    section 7.2), and so is all below it."""

    kind: ClassVar[str] = "over-claiming-ca"
    description: ClassVar[str] = "a CA's certificate claims space that its issuer does not hold"
    prefix: Prefix | None = None

    def settled_at(self, ca: CertificationAuthority, fault: Self) -> Self:
        if ca.parent is None or ca.parent.parent is None:
            raise RefusedError(
                f"{ca.name} cannot claim too much: its issuer holds everything", "choose a holder's CA"
            )
        return replace(fault, prefix=_not_held(ca.parent, self.prefix))

    def followed(self, tree: CaTree) -> Self | None:
        return None if _is_held(tree.cas[self.ca].parent, self.prefix) else self

    def applied(self, deviations: Deviations) -> Deviations:
        claimed = Resources.of(() if self.prefix is None else (self.prefix,))
        return replace(deviations, claims=deviations.claims.union(claimed))


@dataclass(frozen=True, slots=True)
class WrongRoa(CaFault):
    """The CA signs a ROA for `prefix`, which it does not hold. Relying parties reject this one object."""

    kind: ClassVar[str] = "wrong-roa"
    description: ClassVar[str] = "a CA signs a ROA for space that it does not hold"
    prefix: Prefix | None = None
    asn: int | None = None

    def settled_at(self, ca: CertificationAuthority, fault: Self) -> Self:
        if ca.parent is None:
            raise RefusedError(f"{ca.name} holds everything", "choose a CA below it")
        asn = _DOCUMENTED_ASN if self.asn is None else self.asn
        prefix = _not_held(ca, self.prefix)
        if problem := RoaRequest(prefix, prefix.length, asn).problem():
            raise RefusedError(problem)
        return replace(fault, prefix=prefix, asn=asn)

    def followed(self, tree: CaTree) -> Self | None:
        return None if _is_held(tree.cas[self.ca], self.prefix) else self

    def applied(self, deviations: Deviations) -> Deviations:
        if self.prefix is None or self.asn is None:
            return deviations
        return replace(
            deviations, roas=(*deviations.roas, RoaRequest(self.prefix, self.prefix.length, self.asn))
        )


class MissingFile(FileFault):
    """The fetch fails (RFC 9286 section 6.4): relying parties use what they have from before, if anything."""

    __slots__ = ()
    kind = "missing-file"
    description = "a file on a CA's manifest is not there"

    def candidates(self, ca: CertificationAuthority) -> list[str]:
        return list(ca.file_names)

    def applied(self, deviations: Deviations) -> Deviations:
        return replace(deviations, missing=deviations.missing | self.files)


class CorruptFile(FileFault):
    """The fetch fails (RFC 9286 section 6.5): relying parties use what they have from before, if anything."""

    __slots__ = ()
    kind = "corrupt-file"
    description = "a file is not the one whose hash is on the manifest"

    def candidates(self, ca: CertificationAuthority) -> list[str]:
        return list(ca.file_names)

    def applied(self, deviations: Deviations) -> Deviations:
        return replace(deviations, corrupt=deviations.corrupt | self.files)


class ExpiredRoa(FileFault):
    """Relying parties reject this one object."""

    __slots__ = ()
    kind = "expired-roa"
    description = "the EE certificate of a ROA has expired"

    def applied(self, deviations: Deviations) -> Deviations:
        return replace(deviations, expired=deviations.expired | self.files)


class RevokedRoa(FileFault):
    """Relying parties reject this one object."""

    __slots__ = ()
    kind = "revoked-roa"
    description = "a ROA is published although its EE certificate is revoked"

    def applied(self, deviations: Deviations) -> Deviations:
        return replace(deviations, revoked=deviations.revoked | self.files)


FAULTS: Final[Mapping[str, type[Fault]]] = MappingProxyType(
    {
        fault.kind: fault
        for fault in (
            ExpiredCrl,
            StaleManifest,
            MissingFile,
            CorruptFile,
            OverClaimingCa,
            ExpiredCa,
            ExpiredRoa,
            WrongRoa,
            RevokedRoa,
            StopRenewing,
            UnreachableRepository,
        )
    }
)
"""The kinds of fault by name."""

_BY_ROLE: Final = (".crl", ".mft")
"""The endings of the files whose names change with a CA's key."""
_DOCUMENTED_ASN: Final = 64511
"""Reserved for documentation (RFC 5398)."""
_FOREIGN: Final = tuple(
    Prefix.parse(text)
    for text in (
        "198.51.100.0/24",
        "203.0.113.0/24",
        "192.0.2.0/24",
        "2001:db8::/32",
        "198.18.0.0/15",
        "10.0.0.0/8",
    )
)


def _is_held(ca: CertificationAuthority | None, prefix: Prefix | None) -> bool:
    return ca is not None and prefix is not None and ca.resources.covers_prefix(prefix)


def _not_held(ca: CertificationAuthority, prefix: Prefix | None) -> Prefix:
    """`prefix`, or one reserved for documentation, that is not wholly the CA's. Raises RefusedError."""
    candidates = _FOREIGN if prefix is None else (prefix,)
    for candidate in candidates:
        if not ca.resources.covers_prefix(candidate):
            return candidate
    held = " and ".join(map(str, candidates))
    raise RefusedError(f"{ca.name} holds {held}", "name a prefix that it does not hold")
