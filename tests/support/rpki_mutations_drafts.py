"""Drafts of an RPKI CA's objects, which a mutation changes before they are signed, or after."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from support.rpki_mutations_der import Node, bits, sequence

from lab.rpki.issuing.encoding import SHA256_WITH_RSA
from lab.rpki.issuing.keys import KeyPair
from lab.rpki.objects.resources import Resources

Edit = Callable[[Node], object]
FileEdit = Callable[[dict[str, bytes]], object]
SUBJECT, CONTROL, ASPA, MANIFEST = "subject", "control", "aspa", "manifest"
_ALGORITHM = asn1.encode_der(SHA256_WITH_RSA)


class TestKey(KeyPair):
    """A key that signs with any hash, as a relying party should not accept."""

    __test__ = False

    def sign_with(self, data: bytes, algorithm: HashAlgorithm) -> bytes:
        return self._private.sign(data, PKCS1v15(), algorithm)


@dataclass
class SignedDraft:
    """A certificate or CRL to be: `edits` change what is signed, `signed_edits` the whole afterwards.

    `key` is the subject's and `signer` the issuer's, where not the usual ones.
    """

    edits: list[Edit] = field(default_factory=list)
    signed_edits: list[Edit] = field(default_factory=list)
    key: TestKey | None = None
    signer: TestKey | None = None
    algorithm: HashAlgorithm = field(default_factory=SHA256)
    trailer: bytes = b""

    def sign(self, tbs: Node, issuer: TestKey) -> bytes:
        """The structure around a part that is edited already."""
        signature = (self.signer or issuer).sign_with(tbs.encode(), self.algorithm)
        signed = sequence(tbs, Node.parse(_ALGORITHM), bits(signature))
        apply(self.signed_edits, signed)
        return signed.encode() + self.trailer


@dataclass
class ObjectDraft:
    """A signed object to be. `attributes` change the set that is signed, `envelope` all of it afterwards."""

    certificate: SignedDraft = field(default_factory=SignedDraft)
    content: list[Edit] = field(default_factory=list)
    attributes: list[Edit] = field(default_factory=list)
    envelope: list[Edit] = field(default_factory=list)
    signer: TestKey | None = None
    resources: Resources | None = None
    trailer: bytes = b""


@dataclass
class Draft:
    """A CA and its publication point to be. `listed` changes what is on the manifest, `published` what is
    there; both by file name. `revoked` are roles whose EE certificates the CRL revokes."""

    certificate: SignedDraft = field(default_factory=SignedDraft)
    crl: SignedDraft = field(default_factory=SignedDraft)
    manifest: ObjectDraft = field(default_factory=ObjectDraft)
    subject: ObjectDraft = field(default_factory=ObjectDraft)
    aspa: ObjectDraft | None = None
    listed: list[FileEdit] = field(default_factory=list)
    published: list[FileEdit] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    anchor: SignedDraft = field(default_factory=SignedDraft)
    tal_key: TestKey | None = None


@dataclass(frozen=True, slots=True)
class Mutation:
    """One fault. `alone` is one that needs a trust anchor of its own, `fatal` one that kills a validator."""

    name: str
    change: Callable[[Draft], object]
    alone: bool = False
    fatal: bool = False


def apply(edits: Iterable[Edit], node: Node) -> None:
    """Make each edit."""
    for edit in edits:
        edit(node)


EE_KEY, STRANGER = 0, 1
"""The numbers of the key of all signed objects, and of one that has no business there."""
FIRST_OF_A_CA = 40


@lru_cache(maxsize=1)
def _primes() -> tuple[int, ...]:
    numbers = [rsa.generate_private_key(65537, 2048).private_numbers() for _ in range(18)]
    return tuple(prime for each in numbers for prime in (each.p, each.q))


@lru_cache(maxsize=1024)
def key(number: int) -> TestKey:
    """One of 630 keys. Any two of 36 primes make one: no two share a modulus, and none guards anything."""
    p, q = next(itertools.islice(itertools.combinations(_primes(), 2), number, None))
    public = rsa.RSAPublicNumbers(65537, p * q)
    d = rsa.rsa_recover_private_exponent(65537, p, q)
    coefficients = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    private = rsa.RSAPrivateNumbers(p, q, d, *coefficients, public)
    return TestKey(private.private_key(unsafe_skip_rsa_key_validation=True))
