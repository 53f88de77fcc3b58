"""What a CA is asked to sign: ROAs, ASPAs, and certificates of other CAs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cryptography.x509 import ObjectIdentifier

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.rov import Vrp
from lab.rpki.issuing.certificates import CaLocations
from lab.rpki.issuing.contents import aspa_content, roa_content
from lab.rpki.objects import oids
from lab.rpki.objects.resources import LAST_ASN, Resources

_NOT_IN_A_FILE_NAME: Final = re.compile(r"[^A-Za-z0-9]")

_MOST_PROVIDERS: Final = 10_000
"""Relying parties take no more, and an RTR PDU has room for 16,380 (draft-ietf-sidrops-8210bis)."""


@dataclass(frozen=True, slots=True, order=True)
class RoaRequest:
    """A ROA for one prefix: then none falls with another's prefix (RFC 9455)."""

    prefix: Prefix
    max_length: int
    asn: int

    @property
    def file_name(self) -> str:
        """Such as `203-0-113-0-24-24-AS64496.roa`: network, length, maxLength and AS."""
        network = _NOT_IN_A_FILE_NAME.sub("-", self.prefix.network)
        return f"{network}-{self.prefix.length}-{self.max_length}-AS{self.asn}.roa"

    @property
    def resources(self) -> Resources:
        """What its EE certificate holds: the prefix, and no AS number (RFC 9582 section 5)."""
        return Resources.of((self.prefix,))

    @property
    def content_type(self) -> ObjectIdentifier:
        """The type of the signed object."""
        return oids.ROUTE_ORIGIN_AUTHZ

    def content(self) -> bytes:
        """The eContent in DER."""
        return roa_content(self.asn, ((self.prefix, self.max_length),))

    def problem(self) -> str:
        """Why there can be no such ROA, as text for people; empty if there can."""
        width = WIDTH[self.prefix.version]
        if not self.prefix.length <= self.max_length <= width:
            lengths = f"from {self.prefix.length} to {width}"
            return f"a ROA for {self.prefix} has a maxLength {lengths}, not {self.max_length}"
        if not 0 <= self.asn <= LAST_ASN:
            return f"a ROA for {self.prefix} names AS{self.asn}; an ASN has 32 bits"
        return ""

    def vrp(self, ta: str) -> Vrp:
        """The payload that a relying party takes from it."""
        return Vrp(self.prefix, self.max_length, self.asn, ta)

    def __str__(self) -> str:
        return f"the ROA {self.vrp('')}"


@dataclass(frozen=True, slots=True, order=True)
class AspaRequest:
    """An ASPA: all providers of one customer, ascending."""

    customer: int
    providers: tuple[int, ...]

    @property
    def file_name(self) -> str:
        """Such as `AS64496.asa`: a customer has one ASPA."""
        return f"AS{self.customer}.asa"

    @property
    def resources(self) -> Resources:
        """What its EE certificate holds: the customer's AS number, and no addresses."""
        return Resources.of(asns=(self.customer,))

    @property
    def content_type(self) -> ObjectIdentifier:
        """The type of the signed object."""
        return oids.ASPA

    def content(self) -> bytes:
        """The eContent in DER."""
        return aspa_content(self.customer, self.providers)

    def problem(self) -> str:
        """Why there can be no such ASPA, as text for people; empty if there can."""
        if len(self.providers) > 1 and 0 in self.providers:
            return f"{self} names AS0 beside others; AS0 alone says that there are no providers"
        if len(self.providers) > _MOST_PROVIDERS:
            return f"{self} names {len(self.providers)} providers; expected at most {_MOST_PROVIDERS}"
        return self.aspa("").problem()

    def aspa(self, ta: str) -> Aspa:
        """The payload that a relying party takes from it."""
        return Aspa(self.customer, self.providers, ta)

    def __str__(self) -> str:
        return f"the ASPA of AS{self.customer}"


@dataclass(frozen=True, slots=True)
class CaRequest:
    """The certificate of a CA with the public key `spki` (DER). `stem` is its file's name without the
    ending."""

    stem: str
    spki: bytes
    resources: Resources
    locations: CaLocations

    @property
    def file_name(self) -> str:
        """Such as `customer.cer`."""
        return f"{self.stem}.cer"

    def __str__(self) -> str:
        return f"the certificate {self.file_name}"


ObjectRequest = RoaRequest | AspaRequest
Request = ObjectRequest | CaRequest
