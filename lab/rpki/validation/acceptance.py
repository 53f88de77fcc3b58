"""What a version of a publication point contributes now: payloads, child CAs, and what is rejected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.objects.certificate import Certificate, CertificateKind, parse_certificate
from lab.rpki.objects.errors import ObjectError
from lab.rpki.payloads import Source
from lab.rpki.validation.horizon import Horizon
from lab.rpki.validation.issuer import Issuer, over_claim
from lab.rpki.validation.limits import Share
from lab.rpki.validation.outcomes import ASPA, CA, ROA, Failed, Verified, weight
from lab.rpki.validation.results import Rejected
from lab.rpki.validation.versions import PointVersion


@dataclass(slots=True)
class Accepted:
    """`children` are the certificates of child CAs with their URIs, `counts` the accepted objects by kind.
    `aspas` counts payloads, and `weight` what all of them count against the limit of VRPs."""

    expires: int
    counts: Counter[str] = field(default_factory=Counter)
    payloads: list[tuple[Vrp | Aspa, Source]] = field(default_factory=list)
    children: list[tuple[str, Certificate]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    vrps: int = 0
    aspas: int = 0
    weight: int = 0


def accept(version: PointVersion, issuer: Issuer, horizon: Horizon, share: Share) -> Accepted:
    """Go through the files of a version whose manifest and CRL are current; their payloads use up `share`.

    Raises ObjectError if there is no room for its payloads.
    """
    room = share.room("vrps")
    accepted = Accepted(min(issuer.expires, version.times.expires))
    accepted.counts["manifest"] = 1
    seen: dict[tuple[bytes, str | None], str] = {}
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
        elif outcome.kind == CA:
            _add_child(accepted, base + name, outcome.payload[0], seen)
        else:
            _take(accepted, base + name, outcome, issuer.ta)
            if accepted.weight > room:
                break
    share.take("vrps", accepted.weight)
    return accepted


def _take(accepted: Accepted, uri: str, outcome: Verified, ta: str) -> None:
    kind = outcome.kind
    accepted.counts[kind] += 1
    accepted.weight += weight(kind, outcome.payload)
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


def _add_child(accepted: Accepted, uri: str, data: bytes, seen: dict[tuple[bytes, str | None], str]) -> None:
    """Take a child CA, unless it has another certificate here: below it, everything would be seen twice."""
    try:
        certificate = parse_certificate(data, CertificateKind.CA)
        first = seen.setdefault((certificate.spki, certificate.manifest_uri), uri)
        if first != uri:
            raise ObjectError(
                "duplicate", f"{first} is for the same key and manifest", "RFC 6487 section 7.2"
            )
    except ObjectError as error:
        accepted.rejected.append(Rejected.of(uri, error))
    else:
        accepted.counts[CA] += 1
        accepted.children.append((uri, certificate))


def _revoked(serial: int) -> ObjectError:
    return ObjectError(
        "revoked", f"the certificate's serial number {serial} is on the CRL", "RFC 6487 section 7.2"
    )
