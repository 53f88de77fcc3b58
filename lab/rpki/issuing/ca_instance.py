"""One key of a CA and everything signed with it (a "CA instance" of RFC 6489): products, CRL and manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from lab.rpki.issuing import periods
from lab.rpki.issuing.certificates import (
    CaLocations,
    Issuer,
    ca_certificate,
    crl,
    ee_certificate,
    subject_name,
    trust_anchor_certificate,
)
from lab.rpki.issuing.contents import file_hash, manifest_content
from lab.rpki.issuing.deviations import Deviations
from lab.rpki.issuing.encoding import signed
from lab.rpki.issuing.keys import KeyPair
from lab.rpki.issuing.requests import CaRequest, ObjectRequest, Request
from lab.rpki.issuing.signed_objects import sign_content
from lab.rpki.issuing.update_times import UpdateTimes
from lab.rpki.objects import oids
from lab.rpki.objects.resources import Resources

_SERIALS_PER_PUBLICATION: Final = 1 << 32
_INHERITED = Resources(None, None, None)
"""What a manifest's EE certificate holds (RFC 9286 section 4.2)."""


@dataclass(frozen=True, slots=True)
class Product:
    """A file that a CA has signed. `expired` is whether it was made to be expired. Times are UNIX seconds."""

    request: Request
    serial: int
    not_after: int
    expired: bool
    data: bytes
    digest: bytes

    @property
    def renewed_at(self) -> int:
        """When it is time to renew it, unless it was made to be expired."""
        return self.not_after - periods.RENEW_BEFORE


@dataclass
class CaInstance:
    """A key of a CA at work. Serials, the CRL's and the manifest's number and thisUpdate only ever rise.

    All of them come from `times`, so that they rise from one lab to the next, too, as far as it is kept.
    What the lab before has revoked is not known any more; it is on no manifest of this lab.

    Its EE certificates share one key: making a key for each costs a hundred times what signing does, and
    relying parties do not ask for it.
    """

    stem: str
    """Names its certificate, CRL and manifest: `customer`, and `customer_2` after a key roll."""
    key: KeyPair
    ee_key: KeyPair
    repository: str
    certificate_directory: str
    notification: str | None
    times: UpdateTimes
    products: dict[str, Product] = field(default_factory=dict)
    """By file name."""
    revoked: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Serials: when they were revoked, and until when the certificate would be valid."""
    crl_data: bytes = b""
    manifest_data: bytes = b""
    this_update: int = 0
    _due_at: int = 0
    _signed: int = 0

    @property
    def locations(self) -> CaLocations:
        """What its certificate says about where it publishes."""
        return CaLocations(self.repository, f"{self.repository}{self.manifest_name}", self.notification)

    @property
    def issuer(self) -> Issuer:
        """What its products say about it."""
        return Issuer(
            subject_name(self.key.spki),
            self.key.identifier,
            self.certificate_uri,
            f"{self.repository}{self.crl_name}",
        )

    @property
    def certificate_name(self) -> str:
        """Its certificate's file name."""
        return f"{self.stem}.cer"

    @property
    def certificate_uri(self) -> str:
        """Where its issuer publishes its certificate."""
        return f"{self.certificate_directory}{self.certificate_name}"

    @property
    def crl_name(self) -> str:
        """Its CRL's file name."""
        return f"{self.stem}.crl"

    @property
    def manifest_name(self) -> str:
        """Its manifest's file name."""
        return f"{self.stem}.mft"

    def request(self, resources: Resources) -> CaRequest:
        """What its issuer is asked to sign."""
        return CaRequest(self.stem, self.key.spki, resources, self.locations)

    def trust_anchor(self, not_before: int, not_after: int) -> bytes:
        """Its certificate, signed by itself, for all resources."""
        template = trust_anchor_certificate(
            serial=self._serial(),
            not_before=not_before,
            not_after=not_after,
            spki=self.key.spki,
            resources=Resources.everything(),
            locations=self.locations,
        )
        return signed(template, self.key)

    def is_due(self, now: int) -> bool:
        """Whether time asks for a new publication."""
        return now >= self._due_at

    # --- products -------------------------------------------------------------------------------------------

    def _sign(self, requests: Mapping[str, Request], deviations: Deviations, now: int) -> None:
        for name in self.products.keys() - requests.keys():
            self.revoke(name, now)
            del self.products[name]
        for name, request in requests.items():
            product = self.products.get(name)
            if product is None or not self._may_stay(name, product, request, deviations, now):
                self.revoke(name, now)
                self.products[name] = self._product(request, name in deviations.expired, now)

    def revoke(self, name: str, now: int) -> None:
        """Revoke a product if there is one; a new one is signed the next time that it is asked for."""
        product = self.products.get(name)
        if product is not None:
            self.revoked.setdefault(product.serial, (now, product.not_after))

    def _may_stay(
        self, name: str, product: Product, request: Request, deviations: Deviations, now: int
    ) -> bool:
        return (
            product.request == request
            and product.expired == (name in deviations.expired)
            and (product.serial not in self.revoked or name in deviations.revoked)
            and (deviations.asleep or product.expired or now < product.renewed_at)
        )

    def _product(self, request: Request, expired: bool, now: int) -> Product:
        serial = self._serial()
        if expired:
            not_before, not_after = now - periods.CERTIFICATE, now - periods.EXPIRED
        else:
            not_before, not_after = now - periods.BACKDATED, now + periods.CERTIFICATE
        if isinstance(request, CaRequest):
            template = ca_certificate(
                serial=serial,
                issuer=self.issuer,
                not_before=not_before,
                not_after=not_after,
                spki=request.spki,
                resources=request.resources,
                locations=request.locations,
            )
            data = signed(template, self.key)
        else:
            data = self._signed_object(request, serial, not_before, not_after)
        return Product(request, serial, not_after, expired, data, file_hash(data))

    def _signed_object(self, request: ObjectRequest, serial: int, not_before: int, not_after: int) -> bytes:
        ee = self._ee(serial, not_before, not_after, request.resources, request.file_name)
        return sign_content(request.content_type, request.content(), ee, self.ee_key, not_before)

    def _ee(
        self, serial: int, not_before: int, not_after: int, resources: Resources, file_name: str
    ) -> bytes:
        template = ee_certificate(
            serial=serial,
            issuer=self.issuer,
            not_before=not_before,
            not_after=not_after,
            spki=self.ee_key.spki,
            resources=resources,
            object_uri=f"{self.repository}{file_name}",
        )
        return signed(template, self.key)

    def _serial(self) -> int:
        """A serial number that this key has not used: thisUpdate, and a count within the publication."""
        self._signed += 1
        return _manifest_serial(self.this_update) + self._signed

    # --- publishing -----------------------------------------------------------------------------------------

    @property
    def number(self) -> int:
        """The number of the CRL and the manifest: their time, which rises with each of them."""
        return self.this_update

    def publications_left(self, now: int) -> int:
        """How often it can publish at this moment: thisUpdate rises each time and stays behind now."""
        last = self.times.last(self.key.identifier, now)
        return now - periods.LATEST - max(last, now - periods.BACKDATED - 1)

    def publish(self, requests: Mapping[str, Request], deviations: Deviations, now: int) -> None:
        """Make the products what is asked for, by file name, and a new CRL and a new manifest.

        What is not asked for any more is revoked; what is as it should be stays.
        """
        self._revoke_manifest(now)
        self.this_update = self.times.take(self.key.identifier, now)
        self._signed = 0
        self._sign(requests, deviations, now)
        renewals = (product.renewed_at for product in self.products.values() if not product.expired)
        self._due_at = min((now + periods.REPUBLISH_AFTER, *renewals))
        self._publish_crl(deviations, now)
        self._publish_manifest(deviations, now)

    def _revoke_manifest(self, now: int) -> None:
        """Revoke the manifest that is to be replaced, be it the last lab's (RFC 9286 section 4.2.1)."""
        last = self.this_update or self.times.last(self.key.identifier, now)
        if last:
            not_after = last + periods.BACKDATED + periods.PUBLICATION  # or earlier
            self.revoked[_manifest_serial(last)] = (now, not_after)

    def _publish_crl(self, deviations: Deviations, now: int) -> None:
        for name in deviations.revoked:
            self.revoke(name, now)
        self.revoked = {
            serial: entry for serial, entry in self.revoked.items() if entry[1] > now - periods.DAY
        }
        template = crl(
            issuer=self.issuer,
            number=self.number,
            this_update=self.this_update,
            next_update=self._next_update(deviations.crl_expired, now),
            revoked=((serial, when) for serial, (when, _) in sorted(self.revoked.items())),
        )
        self.crl_data = signed(template, self.key)

    def _publish_manifest(self, deviations: Deviations, now: int) -> None:
        next_update = self._next_update(deviations.manifest_stale, now)
        listed = [(self.crl_name, file_hash(self.crl_data))]
        listed += ((name, product.digest) for name, product in self.products.items())
        content = manifest_content(self.number, self.this_update, next_update, sorted(listed))
        serial = _manifest_serial(self.this_update)
        ee = self._ee(serial, self.this_update, next_update, _INHERITED, self.manifest_name)
        self.manifest_data = sign_content(oids.MANIFEST, content, ee, self.ee_key, self.this_update)

    def _next_update(self, passed: bool, now: int) -> int:
        return self.this_update + 1 if passed else now + periods.PUBLICATION

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Names and contents of what is published."""
        yield self.crl_name, self.crl_data
        yield self.manifest_name, self.manifest_data
        for name, product in self.products.items():
            yield name, product.data


def _manifest_serial(this_update: int) -> int:
    return this_update * _SERIALS_PER_PUBLICATION


def published(instances: Iterable[CaInstance], missing: Set[str], corrupt: Set[str]) -> dict[str, bytes]:
    """The files of a CA's instances by their rsync URI, as they come out of its publication point."""
    return {
        f"{instance.repository}{name}": _damaged(data) if name in corrupt else data
        for instance in instances
        for name, data in instance.files()
        if name not in missing
    }


def _damaged(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))
