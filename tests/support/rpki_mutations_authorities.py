"""The CAs and trust anchors of a repository of mutations, which sign what was drafted."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier
from support.rpki_mutations_der import Node
from support.rpki_mutations_drafts import (
    ASPA,
    CONTROL,
    EE_KEY,
    MANIFEST,
    SUBJECT,
    Draft,
    Mutation,
    ObjectDraft,
    SignedDraft,
    TestKey,
    apply,
    key,
)

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.issuing.certificates import (
    CaLocations,
    Issuer,
    ca_certificate,
    crl,
    ee_certificate,
    trust_anchor_certificate,
)
from lab.rpki.issuing.contents import aspa_content, file_hash, manifest_content, roa_content
from lab.rpki.issuing.signed_objects import sign_content
from lab.rpki.objects import oids
from lab.rpki.objects.resources import Resources
from lab.rpki.objects.tal import TrustAnchorLocator
from lab.rpki.objects.templates import TbsCertificate, TbsCertList

HOUR = 3600
DAY = 24 * HOUR
CA_MANIFEST, CA_CRL = "ca.mft", "ca.crl"
FILE_OF = {SUBJECT: "subject.roa", CONTROL: "control.roa", ASPA: "subject.asa", MANIFEST: CA_MANIFEST}
SHARED = Prefix.parse("203.0.113.0/26"), 64500
"""Every CA holds these too, so that its lists of resources have two entries."""
ANCHOR = Resources.of(
    map(Prefix.parse, ("10.0.0.0/8", "203.0.113.0/24", "2001:db8::/32")),
    ((64496, 64511), (4_200_000_000, 4_200_001_000)),
)
"""What the trust anchors hold."""
PROVIDERS = (64502, 64503)
INHERITED = Resources(None, None, None)


class Ca:
    """The CA of one mutation."""

    def __init__(self, number: int, anchor: str, mutation: Mutation, now: int) -> None:
        self.mutation = mutation
        self.draft = Draft()
        mutation.change(self.draft)
        self.name = f"ca{number}"
        self.ipv4 = Prefix(4, 0x0A000000 + (number << 8), 24)
        self.ipv6 = Prefix(6, (0x20010DB80000 + number) << 80, 48)
        self.asn = 4_200_000_000 + number
        self.key = self.draft.certificate.key or key(number)
        self._number = number
        self._now = now
        self._base = f"rsync://{anchor}.rpki.example/repo/"
        self._repository = f"{self._base}{self.name}/"
        self._serial = 0

    def payloads(self) -> dict[str, frozenset[Vrp | Aspa]]:
        """What each role should yield."""
        yields = {
            SUBJECT: frozenset(Vrp(prefix, most, 64496) for prefix, most in self._prefixes(SUBJECT)),
            CONTROL: frozenset(Vrp(prefix, most, 64497) for prefix, most in self._prefixes(CONTROL)),
        }
        if self.draft.aspa is not None:
            yields[ASPA] = frozenset((Aspa(self.asn, PROVIDERS),))
        return yields

    def certificate(self, issuer: Issuer, issuer_key: TestKey) -> tuple[str, bytes]:
        """Its file name and it; remembers what its own products say of it."""
        resources = Resources.of((self.ipv4, self.ipv6, SHARED[0]), (self.asn, SHARED[1]))
        tbs = _tree(
            ca_certificate(
                serial=self._number,
                issuer=issuer,
                not_before=self._now - DAY,
                not_after=self._now + 30 * DAY,
                spki=self.key.spki,
                resources=resources,
                locations=CaLocations(self._repository, self._repository + CA_MANIFEST),
            )
        )
        apply(self.draft.certificate.edits, tbs)
        self._issuer = Issuer(
            subject_of(tbs),
            key_identifier_of(tbs) or self.key.identifier,
            f"{self._base}{self.name}.cer",
            self._repository + CA_CRL,
        )
        return f"{self.name}.cer", self.draft.certificate.sign(tbs, issuer_key)

    def files(self) -> dict[str, bytes]:
        """Its publication point by URI, once its certificate is made."""
        serials = {role: self._next_serial() for role in (*FILE_OF,)}
        listed = {
            FILE_OF[SUBJECT]: self._roa(SUBJECT, self.draft.subject, 64496, serials),
            FILE_OF[CONTROL]: self._roa(CONTROL, ObjectDraft(), 64497, serials),
            CA_CRL: self._crl(serials),
        }
        if self.draft.aspa is not None:
            content = aspa_content(self.asn, PROVIDERS)
            held = Resources.of(asns=(self.asn,))
            listed[FILE_OF[ASPA]] = self._object(ASPA, self.draft.aspa, oids.ASPA, content, held, serials)
        published = dict(listed)
        for edit in self.draft.listed:
            edit(listed)
        published |= listed
        entries = sorted((name, file_hash(data)) for name, data in listed.items())
        content = manifest_content(7, self._now - HOUR, self._now + DAY, entries)
        published[CA_MANIFEST] = self._object(
            MANIFEST, self.draft.manifest, oids.MANIFEST, content, INHERITED, serials
        )
        for edit in self.draft.published:
            edit(published)
        return {self._repository + name: data for name, data in published.items()}

    def _prefixes(self, role: str) -> list[tuple[Prefix, int]]:
        own = self.ipv4.value
        if role == CONTROL:
            return [(Prefix(4, own + 128, 25), 25)]
        return [
            (Prefix(4, own, 27), 28),
            (Prefix(4, own + 64, 27), 27),
            (Prefix(6, self.ipv6.value, 64), 64),
        ]

    def _roa(self, role: str, draft: ObjectDraft, asn: int, serials: Mapping[str, int]) -> bytes:
        prefixes = self._prefixes(role)
        held = Resources.of(prefix for prefix, _ in prefixes)
        content = roa_content(asn, prefixes)
        return self._object(role, draft, oids.ROUTE_ORIGIN_AUTHZ, content, held, serials)

    def _object(
        self,
        role: str,
        draft: ObjectDraft,
        content_type: ObjectIdentifier,
        content: bytes,
        held: Resources,
        serials: Mapping[str, int],
    ) -> bytes:
        is_manifest = role == MANIFEST
        ee_key = draft.certificate.key or key(EE_KEY)
        tbs = _tree(
            ee_certificate(
                serial=serials[role],
                issuer=self._issuer,
                not_before=self._now - (HOUR if is_manifest else DAY),
                not_after=self._now + (DAY if is_manifest else 20 * DAY),
                spki=ee_key.spki,
                resources=draft.resources or held,
                object_uri=self._repository + FILE_OF[role],
            )
        )
        apply(draft.certificate.edits, tbs)
        ee = draft.certificate.sign(tbs, self.key)
        carried = Node.parse(content)
        apply(draft.content, carried)
        made = sign_content(content_type, carried.encode(), ee, ee_key, self._now - HOUR)
        tree = Node.parse(made)
        signer = signer_of(tree)
        signer[1].content = key_identifier_of(tbs) or ee_key.identifier
        if draft.attributes or draft.signer:
            apply(draft.attributes, signer[3])
            signed = Node(0x31, children=signer[3].children).encode()
            signer[5].content = (draft.signer or ee_key).sign(signed)
        apply(draft.envelope, tree)
        return tree.encode() + draft.trailer

    def _crl(self, serials: Mapping[str, int]) -> bytes:
        tbs = _tree(
            crl(
                issuer=self._issuer,
                number=7,
                this_update=self._now - HOUR,
                next_update=self._now + DAY,
                revoked=[(serials[role], self._now - HOUR) for role in sorted(self.draft.revoked)],
            )
        )
        apply(self.draft.crl.edits, tbs)
        return self.draft.crl.sign(tbs, self.key)

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial


class Anchor:
    """A trust anchor with some CAs; its own publication point is faultless, its certificate as drafted."""

    def __init__(self, name: str, key_number: int, cas: list[Ca], now: int) -> None:
        self._draft = cas[0].draft.anchor if name != "ta" else SignedDraft()
        self._tal_key = cas[0].draft.tal_key if name != "ta" else None
        self._key = self._draft.key or key(key_number)
        self._name = name
        self._cas = cas
        self._now = now
        self._base = f"rsync://{name}.rpki.example/repo/"

    def tal(self) -> TrustAnchorLocator:
        return TrustAnchorLocator(self._name, (f"{self._base}ta.cer",), (self._tal_key or self._key).spki)

    def files(self) -> dict[str, bytes]:
        locations = CaLocations(self._base, f"{self._base}ta.mft")
        tbs = _tree(
            trust_anchor_certificate(
                serial=1,
                not_before=self._now - 2 * DAY,
                not_after=self._now + 300 * DAY,
                spki=self._key.spki,
                resources=ANCHOR,
                locations=locations,
            )
        )
        apply(self._draft.edits, tbs)
        issuer = Issuer(subject_of(tbs), self._key.identifier, f"{self._base}ta.cer", f"{self._base}ta.crl")
        listed = dict(ca.certificate(issuer, self._key) for ca in self._cas)
        times = self._now - HOUR, self._now + DAY
        crl_tbs = _tree(crl(issuer=issuer, number=1, this_update=times[0], next_update=times[1], revoked=()))
        listed["ta.crl"] = SignedDraft().sign(crl_tbs, self._key)
        content = manifest_content(
            1, *times, sorted((name, file_hash(data)) for name, data in listed.items())
        )
        ee = SignedDraft().sign(
            _tree(
                ee_certificate(
                    serial=2,
                    issuer=issuer,
                    not_before=times[0],
                    not_after=times[1],
                    spki=key(EE_KEY).spki,
                    resources=INHERITED,
                    object_uri=f"{self._base}ta.mft",
                )
            ),
            self._key,
        )
        listed["ta.mft"] = sign_content(oids.MANIFEST, content, ee, key(EE_KEY), times[0])
        listed["ta.cer"] = self._draft.sign(tbs, self._key)
        files = {self._base + name: data for name, data in listed.items()}
        for ca in self._cas:
            files |= ca.files()
        return files


# --- parts of trees -------------------------------------------------------------------------------------


def _tree(template: TbsCertificate | TbsCertList) -> Node:
    return Node.parse(asn1.encode_der(template))


def subject_of(tbs: Node) -> bytes:
    """The subject of a certificate, wherever the edits have left it: the sequence after the validity."""
    return tbs[[child.tag for child in tbs.children].index(0x30) + 3].encode()


def key_identifier_of(tbs: Node) -> bytes:
    """The subject key identifier of a certificate, empty if it has none."""
    wanted = asn1.encode_der(oids.SUBJECT_KEY_IDENTIFIER)
    for extension in tbs[-1][0].children:
        if extension[0].encode() == wanted:
            return Node.parse(extension[-1].content).content
    return b""


def signer_of(tree: Node) -> Node:
    """The signer info of a signed object that is as it should be."""
    return tree[1][0][4][0]
