"""The CAs of a lab: five trust anchors, below each the RIR's CA, below that one CA for each holder.

A trust anchor holds everything, as the real ones do. The RIR's CA holds what the RIR has registered, so that
a holder's CA can claim too much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Final

from lab.rpki.issuing.addresses import TRUST_ANCHOR_LABEL, ServerAddress
from lab.rpki.issuing.authority import CertificationAuthority, PublicationPoint
from lab.rpki.issuing.delegations import Delegations
from lab.rpki.issuing.errors import RefusedError, UnknownError
from lab.rpki.issuing.keys import KeyPair
from lab.rpki.issuing.requests import ObjectRequest
from lab.rpki.issuing.update_times import UpdateTimes
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.tal import TrustAnchorLocator

UNREGISTERED_AT: Final = "ripe"
"""The server whose RIR certifies what is registered nowhere."""
UNREGISTERED: Final = "unregistered"
"""The holder of what is registered nowhere and is no speaker's AS number."""
_PUBLICATIONS_NEEDED: Final = 4
"""One operation publishes at most this often at one CA."""


class CaTree:
    """CAs by name: `arin-ta` (the trust anchor), `arin` (the RIR's), `arin/customer` (a holder's)."""

    def __init__(
        self,
        addresses: Mapping[str, ServerAddress],
        delegations: Delegations,
        keys: Iterator[KeyPair],
        times: UpdateTimes,
    ) -> None:
        self.addresses = addresses
        self.delegations = delegations
        self.cas: dict[str, CertificationAuthority] = {}
        self._keys = keys
        self._times = times
        for server in addresses:
            anchor = self._add(f"{server}-ta", server, TRUST_ANCHOR_LABEL, None)
            self._add(server, server, "registry", anchor)
        for server, holder in delegations.holders():
            self.of_holder(server, holder)

    def find(self, name: str) -> CertificationAuthority:
        """The CA of this name; `customer` will do where one holder's CA only is called so.

        Raises UnknownError.
        """
        if name in self.cas:
            return self.cas[name]
        found = [ca for full, ca in self.cas.items() if full.endswith(f"/{name}")]
        if len(found) != 1:
            several = f"{len(found)} CAs are called" if found else "there is no CA"
            choices = [ca.name for ca in found] or self.cas
            raise UnknownError.among(f"{several} {name!r}", name, choices)
        return found[0]

    def of_holder(self, server: str, holder: str) -> CertificationAuthority:
        """The CA of a holder, which may hold nothing yet."""
        name = f"{server}/{holder}"
        if name not in self.cas:
            self._add(name, server, holder, self.cas[server])
        return self.cas[name]

    def with_request(self, file_name: str) -> list[CertificationAuthority]:
        """The CAs that are asked to sign a file of this name."""
        return [ca for ca in self.cas.values() if file_name in ca.requests]

    def requests(self) -> Iterator[tuple[CertificationAuthority, ObjectRequest]]:
        """All ROAs and ASPAs asked for, with the CA that signs them."""
        for ca in self.cas.values():
            for request in ca.requests.values():
                yield ca, request

    def files(self) -> Mapping[str, Mapping[str, bytes]]:
        """What each server publishes, by rsync URI, the trust anchors' certificates included."""
        found: dict[str, dict[str, bytes]] = {server: {} for server in self.addresses}
        for ca in self.cas.values():
            found[ca.place.server].update(ca.files())
        return MappingProxyType(found)

    def tals(self) -> tuple[TrustAnchorLocator, ...]:
        """One for each trust anchor."""
        return tuple(
            TrustAnchorLocator(server, address.ta_uris, self.cas[f"{server}-ta"].current.key.spki)
            for server, address in self.addresses.items()
        )

    # --- publishing -----------------------------------------------------------------------------------------

    def check_room(self, now: int) -> None:
        """Whether every CA can publish what one operation may ask for. Raises RefusedError."""
        for ca in self.cas.values():
            if ca.publications_left(now) < _PUBLICATIONS_NEEDED:
                raise RefusedError(
                    f"{ca.name} has published too often for this second: the times of its manifests, "
                    "which must rise, have come up to now",
                    "let time pass",
                )

    def delegate(self) -> None:
        """Give every CA what it holds."""
        registered = self.delegations.resources()
        for server in self.addresses:
            registry = self.cas[server]
            changed = [ca for ca in registry.children if ca.hold(_held(ca, registered))]
            if changed:
                registry.hold(reduce(Resources.union, (ca.resources for ca in registry.children)))

    def publish(self, now: int) -> None:
        """Publish where time or a change asks for it."""
        for ca in self.cas.values():
            if ca.is_due(now):
                ca.publish(now)

    def _add(
        self, name: str, server: str, label: str, parent: CertificationAuthority | None
    ) -> CertificationAuthority:
        address = self.addresses[server]
        directory = f"holders/{label}" if "/" in name else label
        place = PublicationPoint(
            server=server,
            label=label,
            repository=f"{address.rsync_base}{directory}/",
            certificate_directory=parent.place.repository if parent else address.rsync_base,
            notification=address.notification,
        )
        self.cas[name] = CertificationAuthority(name, place, parent, self._keys, self._times)
        return self.cas[name]


def _held(ca: CertificationAuthority, registered: Mapping[tuple[str, str], Resources]) -> Resources:
    server, _, holder = ca.name.partition("/")
    held = registered.get((server, holder), Resources())
    if (server, holder) == (UNREGISTERED_AT, UNREGISTERED):
        for request in ca.requests.values():
            if not held.covers(request.resources):
                held = held.union(request.resources)
    return held
