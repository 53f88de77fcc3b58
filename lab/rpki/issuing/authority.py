"""A certification authority (RFC 6487): what it holds, what it is asked to sign, and its keys (RFC 6489)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from lab.rpki.issuing import periods
from lab.rpki.issuing.ca_instance import CaInstance, published
from lab.rpki.issuing.deviations import NONE, Deviations
from lab.rpki.issuing.errors import ConflictError, RefusedError
from lab.rpki.issuing.keys import KeyPair
from lab.rpki.issuing.requests import AspaRequest, ObjectRequest, Request, RoaRequest
from lab.rpki.issuing.update_times import UpdateTimes
from lab.rpki.objects.resources import Resources


@dataclass(frozen=True, slots=True)
class PublicationPoint:
    """Where a CA publishes. Directories are rsync URIs with a slash at their end."""

    server: str
    """The name of the publication server."""
    label: str
    """Names the CA's own files."""
    repository: str
    certificate_directory: str
    """Where its parent publishes its certificate."""
    notification: str | None
    """The https URI of RRDP's notification file, if RRDP is served."""


class CertificationAuthority:
    """A CA with one publication point. A trust anchor is one without a parent.

    Changes are noted first; `publish` signs what they ask for.
    """

    def __init__(
        self,
        name: str,
        place: PublicationPoint,
        parent: CertificationAuthority | None,
        keys: Iterator[KeyPair],
        times: UpdateTimes,
    ) -> None:
        self.name = name
        self.place = place
        self.parent = parent
        self.resources = Resources.everything() if parent is None else Resources()
        self.children: list[CertificationAuthority] = []
        self.requests: dict[str, ObjectRequest] = {}
        self.deviations = NONE
        self.withdrawn = False
        self._keys = keys
        self._times = times
        self._generation = 0
        self.instances = [self._new_instance()]
        self._trust_anchor = b""
        self._trust_anchor_until = 0
        self.outdated = True
        self._published: Mapping[str, bytes] = MappingProxyType({})
        if parent is not None:
            parent.children.append(self)

    def __repr__(self) -> str:
        return f"<CA {self.name}: {self.resources}>"

    @property
    def current(self) -> CaInstance:
        """The key that signs."""
        return self.instances[0]

    @property
    def staged(self) -> CaInstance | None:
        """The key that a roll will change to, once one has begun."""
        return self.instances[1] if len(self.instances) > 1 else None

    @property
    def roas(self) -> list[RoaRequest]:
        """The ROAs it is asked to sign, in order."""
        return sorted(request for request in self.requests.values() if isinstance(request, RoaRequest))

    @property
    def aspas(self) -> list[AspaRequest]:
        """The ASPAs it is asked to sign, in order."""
        return sorted(request for request in self.requests.values() if isinstance(request, AspaRequest))

    @property
    def is_certified(self) -> bool:
        """Whether its parent certifies it: it holds something, and its certificate was not withdrawn."""
        return not self.withdrawn and not self.resources.is_empty

    # --- what is asked of it --------------------------------------------------------------------------------

    def hold(self, resources: Resources) -> bool:
        """From now on it holds exactly this; returns whether that is new."""
        if resources == self.resources:
            return False
        self.resources = resources
        self._tell_parent()
        return True

    def ask(self, request: ObjectRequest) -> None:
        """Sign this; what has the same file name goes."""
        self.requests[request.file_name] = request
        self.outdated = True

    def drop(self, file_name: str) -> None:
        """Sign this no longer. Raises KeyError."""
        del self.requests[file_name]
        self.outdated = True

    def withdraw(self) -> None:
        """Its parent revokes its certificate and certifies it no more, until it is renewed.

        Raises RefusedError and ConflictError.
        """
        if self.parent is None:
            raise RefusedError(
                f"{self.name} is a trust anchor", "nobody can revoke it; take its TAL away instead"
            )
        if not self.is_certified:
            raise ConflictError(f"{self.name} has no certificate")
        self.withdrawn = True
        self._tell_parent()

    def renew(self, now: int) -> None:
        """Sign everything again, and have its own certificate signed again."""
        self.withdrawn = False
        for name in self.current.products:
            self.current.revoke(name, now)
        if self.parent is None:
            self._trust_anchor_until = 0
        else:
            for instance in self.instances:
                self.parent.current.revoke(instance.certificate_name, now)
        self._tell_parent()

    def deviate(self, deviations: Deviations) -> None:
        """From now on these are its faults."""
        if deviations.certificate_expired != self.deviations.certificate_expired:
            self._trust_anchor_until = 0
        if deviations != self.deviations:
            self.deviations = deviations
            self._tell_parent()

    def _tell_parent(self) -> None:
        self.outdated = True
        if self.parent is not None:
            self.parent.outdated = True

    # --- keys (RFC 6489) ------------------------------------------------------------------------------------

    def stage_key(self) -> None:
        """Begin a roll: a new key, certified beside the one in use, that signs a CRL and a manifest only.

        Raises RefusedError and ConflictError.
        """
        if self.parent is None:
            raise RefusedError(
                f"{self.name} is a trust anchor", "its key is in its TAL, so it cannot be rolled"
            )
        if self.staged is not None:
            raise ConflictError(f"{self.name} is rolling its key already")
        self.instances.append(self._new_instance())
        self._tell_parent()

    def activate_key(self) -> None:
        """End a roll: the new key signs everything, under the same names, and the old one is revoked.

        Raises ConflictError.
        """
        if self.staged is None:
            raise ConflictError(f"{self.name} is not rolling its key")
        del self.instances[0]
        self._tell_parent()

    def _new_instance(self) -> CaInstance:
        self._generation += 1
        place = self.place
        stem = place.label if self._generation == 1 else f"{place.label}_{self._generation}"
        return CaInstance(
            stem=stem,
            key=next(self._keys),
            ee_key=next(self._keys),
            repository=place.repository,
            certificate_directory=place.certificate_directory,
            notification=place.notification,
            times=self._times,
        )

    # --- publishing -----------------------------------------------------------------------------------------

    def publications_left(self, now: int) -> int:
        """How often it can publish at this moment."""
        return min(instance.publications_left(now) for instance in self.instances)

    def is_due(self, now: int) -> bool:
        """Whether time or a change asks for a publication."""
        if self.outdated or self.deviations.asleep or self.resources.is_empty:
            return self.outdated
        return any(instance.is_due(now) for instance in self.instances) or self._trust_anchor_is_due(now)

    def publish(self, now: int) -> None:
        """Sign what is asked for and not signed yet, and publish; nothing if it holds nothing."""
        self.outdated = False
        if self.resources.is_empty:
            self._published = MappingProxyType({})
            return
        requests = self._all_requests()
        deviations = self._deviations_in_signing()
        for instance in self.instances:
            instance.publish(requests if instance is self.current else {}, deviations, now)
        files = published(self.instances, deviations.missing, deviations.corrupt)
        if self.parent is None:
            self._certify_itself(now)
            files[self.current.certificate_uri] = self._trust_anchor
        self._published = MappingProxyType(files)

    def files(self) -> Mapping[str, bytes]:
        """What it publishes, by rsync URI; the same object until it publishes again."""
        return self._published

    @property
    def file_names(self) -> frozenset[str]:
        """What is to be in its publication point and signed with the current key, by now."""
        return frozenset((self.current.crl_name, self.current.manifest_name, *self._all_requests()))

    def _all_requests(self) -> dict[str, Request]:
        certificates = (
            instance.request(child.resources.union(child.deviations.claims))
            for child in self.children
            if child.is_certified
            for instance in child.instances
        )
        return {
            **{request.file_name: request for request in certificates},
            **self.requests,
            **{request.file_name: request for request in self.deviations.roas},
        }

    def _deviations_in_signing(self) -> Deviations:
        """Its own, and the expired certificates of its children: it is what signs them."""
        expired = (
            instance.certificate_name
            for child in self.children
            if child.deviations.certificate_expired
            for instance in child.instances
        )
        return replace(self.deviations, expired=self.deviations.expired.union(expired))

    def _trust_anchor_is_due(self, now: int) -> bool:
        return self.parent is None and self._trust_anchor_until - now <= periods.YEAR

    def _certify_itself(self, now: int) -> None:
        if not self._trust_anchor_is_due(now):
            return
        if self.deviations.certificate_expired:
            not_before, not_after = now - periods.YEAR, now - periods.EXPIRED
        else:
            not_before, not_after = now - periods.BACKDATED, now + periods.TRUST_ANCHOR
        self._trust_anchor = self.current.trust_anchor(not_before, not_after)
        self._trust_anchor_until = now + periods.TRUST_ANCHOR
