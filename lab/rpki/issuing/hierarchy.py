"""The RPKI of a lab, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.issuing import periods
from lab.rpki.issuing.active_faults import ActiveFaults
from lab.rpki.issuing.addresses import ServerAddress, example_addresses
from lab.rpki.issuing.authority import CertificationAuthority
from lab.rpki.issuing.ca_tree import UNREGISTERED, UNREGISTERED_AT, CaTree
from lab.rpki.issuing.delegations import Delegations, server_of
from lab.rpki.issuing.errors import ConflictError, RefusedError, UnknownError
from lab.rpki.issuing.faults import Fault
from lab.rpki.issuing.keys import KeyPool
from lab.rpki.issuing.requests import AspaRequest, ObjectRequest, RoaRequest
from lab.rpki.issuing.update_times import UpdateTimes
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.topology.model import Holding, Topology


class Rpki:
    """All that the CAs of a lab sign. It is pure: `advance` tells it the time, `files` is what is published.

    CAs are named `arin-ta` (the trust anchor), `arin` (the RIR's) and `arin/customer` (a holder's). An
    operation is done as a whole, publication included, or raises an IssuingError and changes nothing.
    """

    def __init__(
        self,
        holdings: Iterable[Holding],
        asns: Mapping[str, int],
        keys: KeyPool,
        now: int,
        addresses: Mapping[str, ServerAddress] | None = None,
        *,
        roas: Iterable[Vrp] = (),
        aspas: Iterable[Aspa] = (),
        times: UpdateTimes | None = None,
    ) -> None:
        """`asns` are the AS numbers of the speakers by name, `now` is UNIX seconds. `times` says when the
        keys have published before; by default they have not. Raises IssuingError."""
        _check_time(now)
        self.now = now
        self._delegations = Delegations(holdings, asns)
        given = example_addresses() if addresses is None else MappingProxyType(dict(addresses))
        self._tree = CaTree(given, self._delegations, keys.keys(), times or UpdateTimes())
        self._faults = ActiveFaults(self._tree)
        for roa in roas:
            self._ask_roa(RoaRequest(roa.prefix, roa.max_length, roa.asn))
        for aspa in aspas:
            self._ask_aspa(AspaRequest(aspa.customer, aspa.providers))
        self._tree.check_room(now)
        self._settle()

    @classmethod
    def of(
        cls,
        topology: Topology,
        keys: KeyPool,
        now: int,
        addresses: Mapping[str, ServerAddress] | None = None,
        times: UpdateTimes | None = None,
    ) -> Rpki:
        """The RPKI of a file: its registry, ROAs and ASPAs; the rest as for `Rpki`. Raises IssuingError."""
        asns = {speaker.name: speaker.asn for speaker in topology.speakers.values()}
        return cls(
            topology.registry,
            asns,
            keys,
            now,
            addresses,
            roas=topology.vrps,
            aspas=topology.aspas,
            times=times,
        )

    # --- what there is --------------------------------------------------------------------------------------

    @property
    def cas(self) -> Mapping[str, CertificationAuthority]:
        """All CAs by name, parents first. They are for looking at: the operations here keep them in step."""
        return MappingProxyType(self._tree.cas)

    @property
    def addresses(self) -> Mapping[str, ServerAddress]:
        """The publication servers by name."""
        return self._tree.addresses

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """Who holds what by now, by prefix."""
        return self._delegations.holdings

    @property
    def roas(self) -> tuple[Vrp, ...]:
        """The ROAs asked for, in order; `ta` is the name of the trust anchor."""
        asked = self._tree.requests()
        return tuple(
            sorted(request.vrp(ca.place.server) for ca, request in asked if isinstance(request, RoaRequest))
        )

    @property
    def aspas(self) -> tuple[Aspa, ...]:
        """The ASPAs asked for, in order; `ta` is the name of the trust anchor."""
        asked = self._tree.requests()
        return tuple(
            sorted(request.aspa(ca.place.server) for ca, request in asked if isinstance(request, AspaRequest))
        )

    def files(self) -> Mapping[str, Mapping[str, bytes]]:
        """What each server publishes, by rsync URI, the trust anchor's certificate included."""
        return self._tree.files()

    def tals(self) -> tuple[TrustAnchorLocator, ...]:
        """One for each trust anchor; they are named after the servers."""
        return self._tree.tals()

    def trust_anchor_certificate(self, server: str) -> bytes:
        """What the TAL of a server leads to, for serving it under an https URI too. Raises UnknownError."""
        anchor = self._tree.find(f"{server}-ta")
        return anchor.files()[anchor.current.certificate_uri]

    # --- time -----------------------------------------------------------------------------------------------

    def advance(self, now: int) -> None:
        """It is `now` (UNIX seconds): what is due is made again. A clock that goes back is not followed.

        Raises RefusedError for a time that certificates cannot have.
        """
        if now > self.now:
            _check_time(now)
            self.now = now
        self._settle()

    @contextmanager
    def _operation(self) -> Iterator[None]:
        self._tree.check_room(self.now)
        yield
        self._settle()

    def _settle(self) -> None:
        self._tree.delegate()
        self._faults.follow()
        self._tree.publish(self.now)

    # --- ROAs and ASPAs -------------------------------------------------------------------------------------

    def add_roa(self, prefix: Prefix, asn: int, max_length: int | None = None) -> str:
        """The holder signs a ROA; returns its rsync URI. Raises ConflictError and RefusedError."""
        with self._operation():
            request = _roa(prefix, asn, max_length)
            ca = self._ask_roa(request)
        return f"{ca.place.repository}{request.file_name}"

    def remove_roa(self, prefix: Prefix, asn: int, max_length: int | None = None) -> None:
        """Revoke the ROA for exactly this. Raises UnknownError."""
        self._remove(_roa(prefix, asn, max_length))

    def add_aspa(self, customer: int, providers: Iterable[int]) -> str:
        """The holder of AS `customer` signs an ASPA, in the place of the one it has; returns its rsync URI.

        Raises RefusedError.
        """
        with self._operation():
            request = AspaRequest(customer, tuple(sorted(set(providers))))
            ca = self._ask_aspa(request)
        return f"{ca.place.repository}{request.file_name}"

    def remove_aspa(self, customer: int) -> None:
        """Revoke the ASPA of AS `customer`. Raises UnknownError."""
        self._remove(AspaRequest(customer, ()))

    def _ask_roa(self, request: RoaRequest) -> CertificationAuthority:
        if problem := request.problem():
            raise RefusedError(problem)
        for ca in self._tree.with_request(request.file_name):
            raise ConflictError(f"there is {request} already", f"it is signed by {ca.name}")
        holding = self._delegations.around(request.prefix)
        if holding is None:
            ca = self._tree.of_holder(UNREGISTERED_AT, UNREGISTERED)
        else:
            ca = self._tree.of_holder(server_of(holding), holding.holder)
        ca.ask(request)
        return ca

    def _ask_aspa(self, request: AspaRequest) -> CertificationAuthority:
        if problem := request.problem():
            raise RefusedError(problem)
        home = self._delegations.home_of_asn(request.customer, UNREGISTERED_AT)
        server, holder = home or (UNREGISTERED_AT, UNREGISTERED)
        self._delegations.settle(holder, server)
        ca = self._tree.of_holder(server, holder)
        ca.ask(request)
        return ca

    def _remove(self, request: RoaRequest | AspaRequest) -> None:
        with self._operation():
            found = self._tree.with_request(request.file_name)
            if not found:
                there = {str(other) for _, other in self._tree.requests() if _is_like(request, other)}
                raise UnknownError.among(f"{request} is not there", str(request), there)
            for ca in found:
                ca.drop(request.file_name)

    # --- certificates and keys ------------------------------------------------------------------------------

    def revoke(self, ca: str, file: str | None = None) -> None:
        """A CA revokes one of its files: a ROA, an ASPA or the certificate of a CA below it, by name or rsync
        URI. Without a file, its own certificate is revoked. Raises UnknownError, ConflictError, RefusedError.

        A CA whose certificate was revoked stays at work, in vain, until it is renewed.
        """
        with self._operation():
            authority = self._tree.find(ca)
            if file is None:
                authority.withdraw()
                return
            name = file.removeprefix(authority.place.repository)
            children = {child.current.certificate_name: child for child in authority.children}
            if name in authority.requests:
                authority.drop(name)
            elif name in children:
                children[name].withdraw()
            else:
                choices = [*authority.requests, *children]
                raise UnknownError.among(f"{authority.name} has signed no {file!r}", name, choices)

    def renew(self, ca: str) -> None:
        """A CA signs everything again, and its parent its certificate. Raises UnknownError."""
        with self._operation():
            self._tree.find(ca).renew(self.now)

    def start_key_roll(self, ca: str) -> None:
        """A CA gets a new key, certified beside its old one, and publishes a CRL and a manifest with each.

        Raises UnknownError, ConflictError and RefusedError. RFC 6489 section 2, steps 1 to 4.
        """
        with self._operation():
            self._tree.find(ca).stage_key()

    def finish_key_roll(self, ca: str) -> None:
        """The new key signs all that the old one has signed, and the old one is revoked.

        Raises UnknownError and ConflictError. RFC 6489 section 2, steps 5 and 6.
        """
        with self._operation():
            self._tree.find(ca).activate_key()

    def roll_key(self, ca: str) -> None:
        """A key roll from start to end. Raises UnknownError, ConflictError and RefusedError."""
        with self._operation():
            authority = self._tree.find(ca)
            authority.stage_key()
            self._settle()
            authority.activate_key()

    # --- transfers ------------------------------------------------------------------------------------------

    def transfer(self, prefix: Prefix, to_holder: str) -> tuple[Vrp, ...]:
        """`to_holder` holds `prefix` from now on, at the same RIR, and who had it does not.

        The old holder's ROAs that reach into it are revoked; they are what is returned. Raises UnknownError,
        ConflictError and RefusedError.
        """
        with self._operation():
            old = self._delegations.transfer(prefix, to_holder)
            server = server_of(old)
            ca = self._tree.of_holder(server, old.holder)
            self._tree.of_holder(server, to_holder)
            left = self._delegations.resources().get((server, old.holder), Resources())
            lost = [roa for roa in ca.roas if not left.covers_prefix(roa.prefix)]
            for roa in lost:
                ca.drop(roa.file_name)
        return tuple(roa.vrp(server) for roa in lost)

    # --- faults ---------------------------------------------------------------------------------------------

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults injected and not repaired, in the order in which they came.

        A fault of a CRL or a manifest goes on with a CA's new key. One of another file ends with the file,
        and one of space that is not held ends when it is.
        """
        return self._faults.faults

    @property
    def unreachable(self) -> frozenset[str]:
        """The servers that do not answer; `files` still says what they publish."""
        return self._faults.unreachable

    def inject(self, fault: Fault) -> Fault:
        """Let something be wrong from now on; returns the fault with what it left open filled in.

        Raises UnknownError, ConflictError and RefusedError.
        """
        with self._operation():
            return self._faults.inject(fault)

    def repair(self, fault: Fault) -> tuple[Fault, ...]:
        """Put a fault right, or all that are like it where it leaves something open; returns them.

        Raises UnknownError.
        """
        with self._operation():
            return self._faults.repair(fault)


def _check_time(now: int) -> None:
    if not periods.FIRST_NOW <= now <= periods.LAST_NOW:
        raise RefusedError(
            f"there can be no certificates at {now}",
            f"expected UNIX seconds from {periods.FIRST_NOW} to {periods.LAST_NOW}",
        )


def _roa(prefix: Prefix, asn: int, max_length: int | None) -> RoaRequest:
    return RoaRequest(prefix, prefix.length if max_length is None else max_length, asn)


def _is_like(request: ObjectRequest, other: ObjectRequest) -> bool:
    """Whether one may be meant by the other: ROAs of overlapping prefixes, and ASPAs."""
    if isinstance(request, RoaRequest) and isinstance(other, RoaRequest):
        return request.prefix.covers(other.prefix) or other.prefix.covers(request.prefix)
    return type(request) is type(other)
