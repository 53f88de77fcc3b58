"""Publication points made by hand, so that a test can make any part of one wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat import asn1

from lab.bgp.prefix import Prefix
from lab.rpki.issuing.certificates import (
    CaLocations,
    Issuer,
    ca_certificate,
    crl,
    ee_certificate,
    subject_name,
    trust_anchor_certificate,
)
from lab.rpki.issuing.contents import aspa_content, manifest_content, roa_content
from lab.rpki.issuing.encoding import sign_structure, signed
from lab.rpki.issuing.keys import KeyPair, user_key_pool
from lab.rpki.issuing.signed_objects import sign_content
from lab.rpki.objects import oids
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.objects.templates import TbsCertificate, TbsCertList

NOW = 1_800_000_000
HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY
HOST = "rpki.example"
INHERITED = Resources(None, None, None)
Change = Callable[[TbsCertificate], None]


def key(number: int) -> KeyPair:
    """One of the keys of the user's pool."""
    return user_key_pool().key(number)


@dataclass
class Point:
    """A CA with its publication point: `products` are what its manifest lists, the CRL excepted."""

    name: str
    parent: Point | None = None
    resources: Resources = field(default_factory=Resources.everything)
    number: int = 0
    made_at: int = NOW
    key_number: int | None = None
    host: str = HOST
    products: dict[str, bytes] = field(default_factory=dict)
    children: list[Point] = field(default_factory=list)
    revoked: set[int] = field(default_factory=set)
    serial: int = 1
    extra: dict[str, bytes] = field(default_factory=dict)
    """Published over what would be, by URI."""
    absent: set[str] = field(default_factory=set)
    """URIs not published although they would be."""

    def __post_init__(self) -> None:
        if self.key_number is None:
            self.key_number = 0 if self.parent is None else 1 + int(self.name.encode().hex(), 16) % 24
        self.key = key(self.key_number)
        self.ee_key = key(25)
        if self.parent is not None:
            self.parent.children.append(self)
            self.parent.certify(self)

    @property
    def repository(self) -> str:
        return f"rsync://{self.host}/repo/{self.name}/"

    @property
    def certificate_uri(self) -> str:
        base = f"rsync://{self.host}/repo/" if self.parent is None else self.parent.repository
        return f"{base}{self.name}.cer"

    @property
    def manifest_uri(self) -> str:
        return f"{self.repository}{self.name}.mft"

    @property
    def crl_uri(self) -> str:
        return f"{self.repository}{self.name}.crl"

    @property
    def locations(self) -> CaLocations:
        return CaLocations(self.repository, self.manifest_uri)

    @property
    def issuer(self) -> Issuer:
        return Issuer(subject_name(self.key.spki), self.key.identifier, self.certificate_uri, self.crl_uri)

    @property
    def tal(self) -> TrustAnchorLocator:
        return TrustAnchorLocator(self.name, (self.certificate_uri,), self.key.spki)

    # --- products ---------------------------------------------------------------------------------------

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def certify(self, child: Point, *, change: Change | None = None, **parts: Any) -> int:
        """A certificate for a child; `parts` replace what `ca_certificate` is given. Its serial number."""
        serial = self.next_serial()
        given: dict[str, Any] = {
            "serial": serial,
            "issuer": self.issuer,
            "not_before": NOW - HOUR,
            "not_after": NOW + YEAR,
            "spki": child.key.spki,
            "resources": child.resources,
            "locations": child.locations,
        }
        template = ca_certificate(**{**given, **parts})
        if change is not None:
            change(template)
        self.products[f"{child.name}.cer"] = signed(template, self.key)
        return serial

    def roa(self, name: str, asn: int, *prefixes: str, max_length: int | None = None, **parts: Any) -> int:
        """A ROA for prefixes, in the file `name`; its EE certificate's serial number."""
        parsed = [Prefix.parse(prefix) for prefix in prefixes]
        content = roa_content(asn, [(prefix, max_length or prefix.length) for prefix in parsed])
        parts.setdefault("resources", Resources.of(parsed))
        return self.signed_object(name, oids.ROUTE_ORIGIN_AUTHZ, content, **parts)

    def aspa(self, name: str, customer: int, *providers: int, **parts: Any) -> int:
        """An ASPA, in the file `name`; its EE certificate's serial number."""
        parts.setdefault("resources", Resources.of(asns=(customer,)))
        return self.signed_object(name, oids.ASPA, aspa_content(customer, providers), **parts)

    def signed_object(
        self,
        name: str,
        content_type: Any,
        content: bytes,
        *,
        change: Change | None = None,
        **parts: Any,
    ) -> int:
        """A signed object of any content; `parts` replace what `ee_certificate` is given."""
        serial = self.next_serial()
        self.products[name] = self._signed(name, content_type, content, change, {"serial": serial, **parts})
        return serial

    def _signed(
        self,
        name: str,
        content_type: Any,
        content: bytes,
        change: Change | None,
        parts: dict[str, Any],
    ) -> bytes:
        signer = parts.pop("signer", self.key)
        given: dict[str, Any] = {
            "issuer": self.issuer,
            "not_before": NOW - HOUR,
            "not_after": NOW + YEAR,
            "spki": self.ee_key.spki,
            "object_uri": f"{self.repository}{name}",
        }
        template = ee_certificate(**{**given, **parts})
        if change is not None:
            change(template)
        certificate = sign_structure(asn1.encode_der(template), signer)
        return sign_content(content_type, content, certificate, self.ee_key, NOW - HOUR)

    # --- publishing -------------------------------------------------------------------------------------

    def crl(self, change: Callable[[TbsCertList], None] | None = None, **parts: Any) -> bytes:
        given: dict[str, Any] = {
            "issuer": self.issuer,
            "number": self.number,
            "this_update": self.made_at - HOUR,
            "next_update": self.made_at + DAY,
            "revoked": [(serial, NOW) for serial in sorted(self.revoked)],
        }
        template = crl(**{**given, **parts})
        if change is not None:
            change(template)
        return sign_structure(asn1.encode_der(template), self.key)

    def manifest(
        self,
        crl_data: bytes,
        *,
        files: Iterable[tuple[str, bytes]] | None = None,
        number: int | None = None,
        this_update: int | None = None,
        next_update: int | None = None,
        **parts: Any,
    ) -> bytes:
        listed = {f"{self.name}.crl": crl_data, **self.products}
        this = self.made_at - HOUR if this_update is None else this_update
        until = self.made_at + DAY if next_update is None else next_update
        content = manifest_content(
            self.number if number is None else number,
            this,
            until,
            ((name, hashlib.sha256(data).digest()) for name, data in listed.items())
            if files is None
            else files,
        )
        given = {
            "serial": self.next_serial(),
            "resources": INHERITED,
            "not_before": self.made_at - HOUR,
            "not_after": self.made_at + DAY,
        }
        return self._signed(f"{self.name}.mft", oids.MANIFEST, content, None, {**given, **parts})

    def trust_anchor(self, change: Change | None = None, **parts: Any) -> bytes:
        given: dict[str, Any] = {
            "serial": 1,
            "not_before": NOW - HOUR,
            "not_after": NOW + 10 * YEAR,
            "spki": self.key.spki,
            "resources": self.resources,
            "locations": self.locations,
        }
        template = trust_anchor_certificate(**{**given, **parts})
        if change is not None:
            change(template)
        return signed(template, self.key)

    def publish(
        self, now: int | None = None, *, crl: bytes | None = None, manifest: bytes | None = None
    ) -> dict[str, bytes]:
        """All it and those below it publish, by URI, with a new manifest and CRL of its own."""
        self.number += 1
        self.made_at = (self.made_at + 1) if now is None else now
        crl_data = self.crl() if crl is None else crl
        self.files = {f"{self.repository}{name}": data for name, data in self.products.items()}
        self.files[self.crl_uri] = crl_data
        self.files[self.manifest_uri] = self.manifest(crl_data) if manifest is None else manifest
        if self.parent is None:
            self.files[self.certificate_uri] = self.trust_anchor()
        return self.published()

    def published(self) -> dict[str, bytes]:
        """What is published by it and those below it; those that never did are made to."""
        if not hasattr(self, "files"):
            self.publish()
        found = {**self.files, **self.extra}
        for child in self.children:
            found.update(child.published())
        return {uri: data for uri, data in found.items() if uri not in self.absent}
