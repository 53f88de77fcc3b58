"""What hostile repositories kill validators with: it is refused by name, and nobody else loses a VRP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.rpki_mutations import CONTROL, SUBJECT, Mutated, mutated
from support.rpki_mutations_certificates import AKI_EMPTY
from support.rpki_mutations_contents import ATTRIBUTE_EDITS, ENVELOPE_EDITS
from support.rpki_mutations_der import Node, bits, sequence, text, uri
from support.rpki_mutations_drafts import Draft, Edit, Mutation
from support.rpki_mutations_edits import append, at, empty, inside, valued, within
from support.rpki_mutations_lists import FILES
from support.signed_points import HOST, NOW, Point

from lab.rpki.fetching.source import MemorySource, Refreshed
from lab.rpki.objects import oids
from lab.rpki.objects.der import element
from lab.rpki.validation.limits import Limits
from lab.rpki.validation.results import Validation
from lab.rpki.validation.validator import validate

_IA5, _MANY = 0x16, 20_000
Change = Callable[[Draft], object]


def in_ca(edit: Edit) -> Change:
    return lambda draft: draft.certificate.edits.append(edit)


def in_roa_certificate(edit: Edit) -> Change:
    return lambda draft: draft.subject.certificate.edits.append(edit)


def in_roa(edit: Edit) -> Change:
    return lambda draft: draft.subject.content.append(edit)


def in_envelope(edit: Edit) -> Change:
    return lambda draft: draft.subject.envelope.append(edit)


def in_attributes(edit: Edit) -> Change:
    return lambda draft: draft.subject.attributes.append(edit)


def in_manifest(edit: Edit) -> Change:
    return lambda draft: draft.manifest.content.append(edit)


def named(name: str) -> Change:
    return in_manifest(append(FILES, new=sequence(text(_IA5, name), bits(bytes(32)))))


def in_file(name: str, data: bytes) -> Change:
    """A file of these octets, on the manifest."""
    return lambda draft: draft.listed.append(lambda listed: listed.update({name: data}))


def manifest_is(data: bytes) -> Change:
    return lambda draft: draft.published.append(lambda files: files.update({"ca.mft": data}))


def deep(depth: int) -> bytes:
    """Elements in elements, with lengths that are right."""
    data = b""
    for _ in range(depth):
        data = element(0x30, data)
    return data


def sia(place: int, target: str) -> Edit:
    return inside(oids.SUBJECT_INFO_ACCESS, at(place, 1, to=uri(target)))


_SPKI = 6
_PREFIXES = (1, 0, 1)
MANY_PREFIXES = sequence(*(sequence(bits((n << 8 | 0x0A000000).to_bytes(4, "big"))) for n in range(_MANY)))
MANY_RANGES = sequence(*(bits((0x0A000000 + 2 * n).to_bytes(4, "big")) for n in range(_MANY)))
MANY_RESOURCES = inside(oids.IP_RESOURCES, at(0, 1, to=MANY_RANGES))
MANY_NAMES = sequence(
    *(sequence(Node(0x06, b"\x2a\x03"), uri(f"rsync://host.example/repo/{n}/")) for n in range(_MANY))
)

HUGE = Node(0x02, b"\x01" * 500_000)
EMPTIED = ENVELOPE_EDITS["empty signed attributes afterwards"]
NOTHING_SIGNED = ATTRIBUTE_EDITS["no attributes in the set"]
VALUELESS = ATTRIBUTE_EDITS["signing-time without a value"]

HOSTILE: dict[str, tuple[str, Change]] = {
    # Malformed objects that killed a validator.
    "key usage over two octets": ("key-usage", in_ca(valued(oids.KEY_USAGE, bits(b"\x06\0\0\0\0\x01")))),
    "an AKI without key identifier, in a CA": ("aki", in_ca(AKI_EMPTY)),
    "an AKI without key identifier, in a ROA": ("aki", in_roa_certificate(AKI_EMPTY)),
    "an AKI without key identifier, in a CRL": ("aki", lambda draft: draft.crl.edits.append(AKI_EMPTY)),
    "empty signed attributes": (
        "signed-attributes",
        in_envelope(EMPTIED),
    ),
    "signed attributes of nothing": (
        "signed-attributes",
        in_attributes(NOTHING_SIGNED),
    ),
    "an attribute without value": (
        "encoding",
        in_attributes(VALUELESS),
    ),
    "attributes that are not canonical": ("encoding", in_attributes(within(0, edit=lambda node: _pad(node)))),
    "no content": ("content", in_envelope(ENVELOPE_EDITS["no content"])),
    "content that is NULL": ("encoding", in_envelope(ENVELOPE_EDITS["content is NULL"])),
    "a key that is no key": ("key", in_ca(at(_SPKI, 1, to=bits(b"\x30\x80\x01")))),
    "a key that is empty": ("key", in_ca(at(_SPKI, 1, to=bits(b"")))),
    "a key with a modulus of 0": (
        "key",
        in_ca(at(_SPKI, 1, to=bits(sequence(Node(0x02, b"\0"), Node(0x02, b"\x01\0\x01")).encode()))),
    ),
    "a key of a million bits": (
        "key",
        in_ca(
            at(_SPKI, 1, to=bits(sequence(Node(0x02, b"\x01" * 125_000), Node(0x02, b"\x01\0\x01")).encode()))
        ),
    ),
    "an empty list of files": ("manifest-crl", in_manifest(empty(FILES))),
    "an empty extension": ("encoding", in_ca(valued(oids.IP_RESOURCES, b""))),
    "an empty manifest": ("encoding", manifest_is(b"")),
    # Names that lead elsewhere.
    "a manifest name that climbs": ("file-name", named("../../../etc/passwd.roa")),
    "a manifest name that is absolute": ("file-name", named("/etc/passwd.roa")),
    "a manifest name with a zero octet": ("file-name", named("a\0b.roa")),
    "a manifest name with a line end": ("file-name", named("a\nb.roa")),
    "a manifest name of very many characters": ("file-name", named("a" * 100_000 + "/.roa")),
    "a repository that climbs": ("access-location", in_ca(sia(0, "rsync://ta.rpki.example/repo/../../etc/"))),
    "a repository that is an option": ("access-location", in_ca(sia(0, "rsync://-e.sh/repo/"))),
    "a repository of a shell": ("access-location", in_ca(sia(0, "rsync://ta.rpki.example/$(id)`id`/ /"))),
    "a repository with an encoded slash, of nobody": (
        "sia",
        in_ca(sia(0, "rsync://ta.rpki.example/repo/%2e%2e/")),
    ),
    "a manifest of somebody else": ("sia", in_ca(sia(1, "rsync://ta.rpki.example/repo/ta.mft"))),
    "a repository of very many characters": (
        "access-location",
        in_ca(sia(0, f"rsync://ta.rpki.example/{'a/' * 50_000}")),
    ),
    # Sizes, counts and depth.
    "deep nesting in a ROA's place": ("encoding", in_file("deep.roa", deep(3_000))),
    "deep nesting without lengths": ("encoding", in_file("deep.roa", b"\x30\x80" * 500_000)),
    "very many elements": ("encoding", in_file("wide.roa", element(0x30, b"\x30\0" * 400_000))),
    "deep nesting in a certificate": (
        "encoding",
        in_ca(lambda tbs: tbs.children.insert(3, Node.parse(deep(200)))),
    ),
    "a deep manifest": ("encoding", manifest_is(deep(3_000))),
    "very many prefixes": ("limit", in_roa(at(*_PREFIXES, to=MANY_PREFIXES))),
    "very many resources": (
        "resources",
        in_roa_certificate(MANY_RESOURCES),
    ),
    "very many locations": ("sia", in_roa_certificate(valued(oids.SUBJECT_INFO_ACCESS, MANY_NAMES))),
    "a large object": ("missing-file", in_file("large.roa", bytes(3_000_000))),
    "a manifest number of very many octets": (
        "manifest-number",
        in_manifest(at(0, to=HUGE)),
    ),
    "a serial number of very many octets": ("serial", in_ca(at(1, to=HUGE))),
    "an AS number of very many octets": ("asn", in_roa(at(0, to=HUGE))),
    "a maxLength of very many octets": (
        "max-length",
        in_roa(append(*_PREFIXES, 1, new=HUGE)),
    ),
}
LIMITS = Limits(object_size=2_000_000)


def _pad(node: Node) -> None:
    node.length_padding = 3


@pytest.fixture(scope="module")
def judged() -> tuple[Mutated, Validation]:
    """All of them in one repository, beside a CA that does nothing wrong."""
    mutations = [Mutation(name, change) for name, (_, change) in HOSTILE.items()]
    innocent = Mutation("innocent", lambda draft: None)
    repository = mutated([*mutations, innocent], NOW)
    return repository, validate(repository.tals, MemorySource(repository.files), NOW, limits=LIMITS)


@pytest.mark.parametrize(("name", "check"), [(name, check) for name, (check, _) in HOSTILE.items()])
def test_it_is_refused_by_name(judged: tuple[Mutated, Validation], name: str, check: str) -> None:
    repository, validation = judged
    place = repository.places[name]
    found = [each for each in validation.rejected if f"/{place}." in each.uri or f"/{place}/" in each.uri]
    assert check in {each.check for each in found}
    assert all(len(each.message) < 5_000 and each.message.isprintable() for each in found)


def test_nobody_else_loses_a_vrp(judged: tuple[Mutated, Validation]) -> None:
    repository, validation = judged
    verdicts = repository.verdicts(validation.payloads.vrps, ())
    assert verdicts.pop("innocent") == "accepted"
    assert set(verdicts.values()) <= {"refused", "lost", "accepted"}
    wanted = repository.payloads["innocent"]
    assert wanted[SUBJECT] | wanted[CONTROL] <= {vrp._replace(ta="") for vrp in validation.payloads.vrps}


class EndlessChain(MemorySource):
    """A CA below which there is another one, as often as somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self.top = self._last = Point("chain0", key_number=0)

    def refresh(self, ca_repository: str, notification: str | None) -> Refreshed:
        if ca_repository == self._last.repository:
            here, level = self._last, int(self._last.name.removeprefix("chain")) + 1
            here.roa(f"r{level}.roa", level, "192.0.2.0/24")
            self._last = Point(f"chain{level}", here, key_number=level)
            here.publish()
        self.begin()
        self.publish(HOST, self.top.published())
        return super().refresh(ca_repository, notification)


def test_a_chain_without_end_is_followed_so_far_and_no_further() -> None:
    source = EndlessChain()
    limits = Limits(depth=8)
    found = validate([source.top.tal], source, NOW, limits=limits)
    assert [each.check for each in found.rejected] == ["limit"]
    assert {vrp.asn for vrp in found.payloads.vrps} == set(range(1, limits.depth + 1))
