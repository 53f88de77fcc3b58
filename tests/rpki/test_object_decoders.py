"""What the decoders of RPKI objects take, and that each of their checks refuses something."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.rpki_mutations import mutated
from support.rpki_mutations_catalogue import catalogue
from support.rpki_mutations_der import Node, bits, context, sequence
from support.rpki_mutations_edits import append, at, inside, within
from support.rpki_small import NOW, ROAS, all_files, small_rpki
from support.rpki_verdicts import our_validation

import lab.rpki.objects
from lab.bgp.aspa import Aspa
from lab.rpki.objects import oids
from lab.rpki.objects.aspa import check_aspa, parse_aspa
from lab.rpki.objects.ber import MAX_DEPTH, MAX_ELEMENTS, to_der
from lab.rpki.objects.certificate import CertificateKind, certificate_kind, parse_certificate
from lab.rpki.objects.certificate_names import same_name
from lab.rpki.objects.crl import parse_crl
from lab.rpki.objects.der import bad_encoding, decode, element
from lab.rpki.objects.errors import LONGEST, ObjectError
from lab.rpki.objects.manifest import parse_manifest
from lab.rpki.objects.resources import parse_ip_extension
from lab.rpki.objects.roa import check_roa, parse_roa
from lab.rpki.objects.signed_object import Profile, parse_signed_object
from lab.rpki.objects.tal import parse_tal

ASPA = Aspa(64496, (64500, 64510))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return dict(all_files(small_rpki(aspas=[ASPA])))


def _seven_bits(node: Node) -> None:
    """The last bit is not used; it is not set, as DER wants it."""
    node.content = b"\x01" + node.content[1:-1] + bytes((node.content[-1] & 0xFE,))


def named(files: dict[str, bytes], ending: str) -> Iterator[bytes]:
    return (data for uri, data in files.items() if uri.endswith(ending))


def test_roas_carry_what_was_issued(files: dict[str, bytes]) -> None:
    found = set()
    for data in named(files, ".roa"):
        signed = parse_signed_object(data, oids.ROUTE_ORIGIN_AUTHZ, Profile.CURRENT)
        roa = parse_roa(signed.content)
        check_roa(roa, signed.certificate, Profile.CURRENT)
        found |= {(prefix, most, roa.asn) for prefix, most in roa.prefixes}
    assert found == {(vrp.prefix, vrp.max_length, vrp.asn) for vrp in ROAS}


def test_aspas_carry_what_was_issued(files: dict[str, bytes]) -> None:
    (data,) = named(files, ".asa")
    signed = parse_signed_object(data, oids.ASPA, Profile.CURRENT)
    aspa = parse_aspa(signed.content)
    check_aspa(aspa, signed.certificate)
    assert aspa == ASPA


def test_every_file_beside_a_manifest_is_on_it_with_its_hash(files: dict[str, bytes]) -> None:
    for uri, data in files.items():
        if uri.endswith(".mft"):
            manifest = parse_manifest(parse_signed_object(data, oids.MANIFEST, Profile.CURRENT).content)
            assert manifest.this_update < NOW < manifest.next_update
            assert {name for name, _ in manifest.files if f"{uri.rpartition('/')[0]}/{name}" in files} == {
                name for name, _ in manifest.files
            }


def test_a_ca_signs_in_the_name_and_with_the_key_of_its_certificate(files: dict[str, bytes]) -> None:
    authorities = {}
    for uri, data in files.items():
        if uri.endswith(".cer"):
            assert certificate_kind(data) is CertificateKind.CA
            kind = CertificateKind.TRUST_ANCHOR if uri.endswith("/ta.cer") else CertificateKind.CA
            certificate = parse_certificate(data, kind)
            authorities[certificate.ski] = certificate
    crls = [parse_crl(data) for data in named(files, ".crl")]
    assert len(crls) == len(authorities)
    for crl in crls:
        assert same_name(crl.issuer, authorities[crl.aki].subject)
        assert crl.this_update < NOW < crl.next_update


def test_a_tal_survives_being_written_with_comments_and_windows_line_ends() -> None:
    for tal in small_rpki().tals():
        text = f"# a comment\n# another\n{tal.to_text()}"
        assert parse_tal(text, tal.name) == tal
        assert parse_tal(text.replace("\n", "\r\n"), tal.name) == tal


TAL = small_rpki().tals()[0].to_text()
BAD_TALS = {
    "no empty line before the key": ("uri", TAL.replace("\n\n", "\n")),
    "no key": ("tal", TAL.partition("\n\n")[0] + "\n\n"),
    "a key that is no Base64": ("tal", TAL.partition("\n\n")[0] + "\n\n!!!!\n"),
    "a key that is no key": ("encoding", TAL.partition("\n\n")[0] + "\n\nAAAA\n"),
    "a URI of another scheme": ("uri", "ftp://rpki.example/ta.cer\n" + TAL),
    "a URI that climbs": ("uri", "rsync://rpki.example/repo/../ta.cer\n" + TAL),
    "a directory": ("uri", "rsync://rpki.example/repo/\n" + TAL),
    "very many URIs": ("tal", "rsync://rpki.example/repo/ta.cer\n" * 100 + TAL),
    "very many characters": ("tal", TAL + " " * 100_000),
    "nothing": ("uri", ""),
}


@pytest.mark.parametrize(("check", "text"), BAD_TALS.values(), ids=BAD_TALS)
def test_a_tal_that_is_wrong_is_refused(check: str, text: str) -> None:
    with pytest.raises(ObjectError) as refused:
        parse_tal(text, "bad")
    assert refused.value.check == check


# --- BER ------------------------------------------------------------------------------------------------


def indefinite(data: bytes) -> bytes:
    tree = Node.parse(data)
    for node in tree.nodes():
        node.indefinite = bool(node.children)
    return tree.encode()


def test_indefinite_lengths_become_definite_ones(files: dict[str, bytes]) -> None:
    for data in files.values():
        assert to_der(indefinite(data)) == data
        assert to_der(data) == data


def test_an_octet_string_in_pieces_becomes_one() -> None:
    pieces = b"".join(element(0x04, bytes(size)) for size in (0, 1, 127, 128, 300))
    assert to_der(element(0x24, element(0x24, pieces) + element(0x04, b"!"))) == element(
        0x04, bytes(0 + 1 + 127 + 128 + 300) + b"!"
    )


BAD_BER = {
    "nothing": b"",
    "a tag without a length": b"\x30",
    "less than its length": b"\x30\x05\x05\0",
    "more than its length": b"\x30\x02\x05\0\0",
    "an end that does not come": b"\x30\x80\x05\0",
    "something primitive without a length": b"\x04\x80\0\0",
    "a tag of several octets": b"\x3f\x1f\0",
    "an inner element longer than the outer one": b"\x30\x03\x04\x05\0\0\0\0\0",
    "an octet string of something else": b"\x24\x02\x05\0",
    "deep nesting": b"\x30\x80" * (MAX_DEPTH + 1) + b"\0\0" * (MAX_DEPTH + 1),
    "very deep nesting": b"\x30\x80" * 100_000,
    "very many elements": element(0x30, b"\x05\0" * MAX_ELEMENTS),
    "a length of 126 octets": b"\x30\xfe" + b"\xff" * 126,
}


@pytest.mark.parametrize("data", BAD_BER.values(), ids=BAD_BER)
def test_what_is_no_ber_is_refused(data: bytes) -> None:
    with pytest.raises(ObjectError) as refused:
        to_der(data)
    assert refused.value.check == "encoding"


# --- the two generations ----------------------------------------------------------------------------------


OF_THE_LEGACY_PROFILE = (
    "CMS: no signing-time",
    "CMS: a binary-signing-time besides",
    "CMS: a binary-signing-time instead",
    "ROA's certificate: AS resources besides",
)


@pytest.mark.parametrize("mutation", OF_THE_LEGACY_PROFILE)
def test_the_legacy_profile_takes_roas_made_before_today_s_rules(mutation: str) -> None:
    repository = mutated((each for each in catalogue() if each.name == mutation), NOW)
    place = f"/{repository.places[mutation]}/subject.roa"
    (data,) = (data for uri, data in repository.files.items() if uri.endswith(place))
    signed = parse_signed_object(data, oids.ROUTE_ORIGIN_AUTHZ, Profile.LEGACY)
    check_roa(parse_roa(signed.content), signed.certificate, Profile.LEGACY)
    with pytest.raises(ObjectError):
        check_roa(
            parse_roa(parse_signed_object(data, oids.ROUTE_ORIGIN_AUTHZ, Profile.CURRENT).content),
            signed.certificate,
            Profile.CURRENT,
        )


# --- what no mutation reaches -----------------------------------------------------------------------------

DISTRIBUTION_POINTS = oids.CRL_DISTRIBUTION_POINTS
OTHERWISE: dict[str, tuple[str, str, Callable[[Node], object]]] = {
    "the name of a CRL relative to its issuer": (
        "crldp",
        "full name",
        within(0, edit=inside(DISTRIBUTION_POINTS, at(0, 0, 0, to=context(1)))),
    ),
    "a signature that ends within an octet": ("encoding", "end with an octet", within(2, edit=_seven_bits)),
    "a range with an address of 40 bits": (
        "ip-resources",
        "40 bits",
        within(0, edit=inside(oids.IP_RESOURCES, append(0, 1, new=sequence(bits(bytes(5)), bits(bytes(4)))))),
    ),
}


@pytest.mark.parametrize(("check", "words", "edit"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_certificate_is_refused_before_its_signature_is_looked_at(
    files: dict[str, bytes], check: str, words: str, edit: Callable[[Node], object]
) -> None:
    tree = Node.parse(next(data for uri, data in files.items() if uri.endswith("/customer.cer")))
    edit(tree)
    with pytest.raises(ObjectError, match=words) as refused:
        parse_certificate(tree.encode(), CertificateKind.CA)
    assert refused.value.check == check
    assert refused.value.rfc in str(refused.value)


# --- sets that are not what stands in their place ---------------------------------------------------------

OTHER_SETS = {"certificates": 3, "signer-infos": 4}


@pytest.mark.parametrize(("check", "place"), OTHER_SETS.items())
def test_a_set_of_crls_is_no_set_of_certificates_or_signers(
    files: dict[str, bytes], check: str, place: int
) -> None:
    tree = Node.parse(next(named(files, ".roa")))
    tree[1][0][place].tag = 0xA1
    with pytest.raises(ObjectError) as refused:
        parse_signed_object(tree.encode(), oids.ROUTE_ORIGIN_AUTHZ, Profile.CURRENT)
    assert refused.value.check == check


# --- every check ----------------------------------------------------------------------------------------


def checks_in(package: Path) -> set[str]:
    """The checks that a package's source names."""
    found = set()
    for path in package.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id="ObjectError" | "_error"), args=[ast.Constant(value=str(check)), _, _]
                ):
                    found.add(check)
    return found


@pytest.mark.slow
def test_each_check_of_the_decoders_refuses_something() -> None:
    seen = {rejected.check for rejected in our_validation()[1].rejected}
    seen |= {check for check, _ in BAD_TALS.values()} | set(OTHER_SETS)
    assert checks_in(Path(lab.rpki.objects.__file__).parent) - seen == set()


def test_what_strangers_chose_makes_no_message_long() -> None:
    family = sequence(Node(0x04, b"x" * 1_000_000), sequence()).encode()
    with pytest.raises(ObjectError) as error:
        parse_ip_extension(element(0x30, family))
    assert len(error.value.message) == LONGEST
    assert ObjectError("name", "a\x1b[2J\nb", "RFC").message == "a?[2J?b"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it ends too early"),
        (bytes.fromhex("0401ff"), "another element than expected"),
        (bytes.fromhex("0201050500"), "octets are left over"),
        (bytes.fromhex("02810105"), "a length that is not DER"),
        (bytes.fromhex("02020005"), "a value that is not allowed"),
    ],
)
def test_a_bad_encoding_is_said_in_words(data, said):
    with pytest.raises(ObjectError) as refused:
        decode(int, data, "a number")
    assert refused.value.message == f"a number is not as its ASN.1 says: {said}"


def test_a_bad_encoding_of_an_unknown_kind_is_named():
    error = ValueError("error parsing asn1 value: ParseError { kind: NewKind { size: 7 } }")
    assert bad_encoding("a number", error).message == "a number is not as its ASN.1 says: NewKind"
