"""What a version of a publication point contributes now: payloads, child CAs, and what is rejected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.objects.errors import ObjectError
from lab.rpki.payloads import Source
from lab.rpki.validation.horizon import Horizon
from lab.rpki.validation.issuer import Issuer, over_claim
from lab.rpki.validation.outcomes import ASPA, CA, ROA, Failed, Verified
from lab.rpki.validation.results import Rejected
from lab.rpki.validation.versions import PointVersion


@dataclass(slots=True)
class Accepted:
    """`children` are the certificates of child CAs in DER with their URIs; `counts` the accepted objects by
    kind."""

    expires: int
    counts: Counter[str] = field(default_factory=Counter)
    payloads: list[tuple[Vrp | Aspa, Source]] = field(default_factory=list)
    children: list[tuple[str, bytes]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    vrps: int = 0
    aspas: int = 0


def accept(version: PointVersion, issuer: Issuer, horizon: Horizon) -> Accepted:
    """Go through the files of a version whose manifest and CRL are current."""
    accepted = Accepted(min(issuer.expires, version.times.expires))
    accepted.counts["manifest"] = 1
    revoked, base, holds = version.times.revoked, issuer.repository, horizon.holds
    for name, record in version.files.items():
        outcome = record.outcome
        if isinstance(outcome, Failed):
            accepted.rejected.append(Rejected(base + name, *outcome))
        elif outcome.excess:
            accepted.rejected.append(Rejected.of(base + name, over_claim(outcome.excess)))
        elif outcome.serial in revoked:
            accepted.rejected.append(Rejected.of(base + name, _revoked(outcome.serial)))
        elif not holds(outcome.not_before, outcome.not_after):
            error = horizon.not_valid(outcome.not_before, outcome.not_after)
            accepted.rejected.append(Rejected.of(base + name, error))
        else:
            _take(accepted, base + name, outcome, issuer.ta)
    return accepted


def _take(accepted: Accepted, uri: str, outcome: Verified, ta: str) -> None:
    kind = outcome.kind
    accepted.counts[kind] += 1
    if kind == ROA:
        source = Source(uri, ta, min(accepted.expires, outcome.not_after))
        payload = outcome.payload
        asn = payload[0]
        for at in range(1, len(payload), 4):
            version, value, length, max_length = payload[at : at + 4]
            accepted.payloads.append((Vrp(Prefix(version, value, length), max_length, asn, ta), source))
            accepted.vrps += 1
    elif kind == ASPA:
        source = Source(uri, ta, min(accepted.expires, outcome.not_after))
        customer, *providers = outcome.payload
        accepted.payloads.append((Aspa(customer, tuple(providers), ta), source))
        accepted.aspas += 1
    elif kind == CA:
        accepted.children.append((uri, outcome.payload[0]))


def _revoked(serial: int) -> ObjectError:
    return ObjectError(
        "revoked", f"the certificate's serial number {serial} is on the CRL", "RFC 6487 section 7.2"
    )
