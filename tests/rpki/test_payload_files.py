import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.payload_files import SHOWN_PROBLEMS, PayloadFileError, parse_payloads, read_payloads
from lab.rpki.payloads import NEVER, Source

RPKI_CLIENT = """
{"metadata": {"buildmachine": "host.example", "buildtime": "2026-01-02T03:04:05Z", "vrps": 2},
 "roas": [
  {"asn": 64496, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe", "expires": 1767325445},
  {"asn": 0, "prefix": "2001:db8::/32", "maxLength": 128, "ta": "arin", "expires": 1767325445}
 ],
 "bgpsec_keys": [], "aspas": []}
"""
ROUTINATOR = """
{"metadata": {"generated": 1767325445, "generatedTime": "2026-01-02T03:04:05Z"},
 "roas": [
  {"asn": "AS64496", "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe"},
  {"asn": "AS0", "prefix": "2001:db8::/32", "maxLength": 128, "ta": "arin"}]}
"""
STAYRTR = """
{"roas": [
  {"prefix": "203.0.113.0/24", "maxLength": 24, "asn": "64496", "ta": "ripe"},
  {"prefix": "2001:db8::/32", "maxLength": 128, "asn": 0, "ta": "arin"}]}
"""
EXPECTED = (
    Vrp(Prefix.parse("203.0.113.0/24"), 24, 64496, "ripe"),
    Vrp(Prefix.parse("2001:db8::/32"), 128, 0, "arin"),
)


@pytest.mark.parametrize(
    "text", [RPKI_CLIENT, ROUTINATOR, STAYRTR], ids=["rpki-client", "routinator", "stayrtr"]
)
def test_the_files_of_three_programs_hold_the_same_vrps(text):
    assert tuple(parse_payloads(text.encode(), "vrps.json").vrps) == EXPECTED


def test_routinators_jsonext_names_sources_instead_of_a_trust_anchor():
    uri = "rsync://rpki.example/a.roa"
    validity = {"chainValidity": {"notBefore": "2026-01-01T00:00:00Z", "notAfter": "2026-01-02T03:44:05Z"}}
    entry = {
        "asn": "AS64496",
        "prefix": "203.0.113.0/24",
        "maxLength": 24,
        "source": [
            {"type": "roa", "uri": uri, "tal": "ripe", **validity},
            {"type": "exception", "path": "exceptions.json"},
        ],
    }
    payloads = parse_payloads(json.dumps({"roas": [entry]}).encode(), "x")
    assert payloads.vrps == {
        EXPECTED[0]: (Source(uri, "ripe", 1767325445),),
        EXPECTED[0]._replace(ta="slurm"): (Source("slurm:exceptions.json", "slurm", NEVER),),
    }


@pytest.mark.parametrize(
    "entry",
    [
        {"customer_asid": 64496, "providers": [64500, 64499], "ta": "ripe", "expires": 1767325445},
        {"customer": "AS64496", "providers": ["AS64499", "AS64500"], "ta": "ripe", "expires": 1767325445},
    ],
    ids=["rpki-client", "routinator"],
)
def test_aspas_are_read_in_both_shapes(entry):
    payloads = parse_payloads(json.dumps({"roas": [], "aspas": [entry]}).encode(), "x")
    assert payloads.aspas == {Aspa(64496, (64499, 64500), "ripe"): (Source("", "ripe", 1767325445),)}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"providers": 64500}, "providers: expected a list of ASNs, got 64500"),
        ({"providers": [64500, "x"]}, "providers[1]: expected 0 to 4294967295 or 'AS64496', got \"x\""),
        ({"providers": []}, "the ASPA of AS64496 names nobody"),
        ({"providers": [64496]}, "the ASPA of AS64496 names AS64496 itself as a provider"),
        ({"customer_asid": 0}, "an ASPA's customer is an AS from 1 to 4294967295, not 0"),
        ({"expires": -1}, "expires: expected UNIX time"),
        ({"source": []}, "source: expected a list of objects, got []"),
        ({"source": [7]}, "source[0]: expected an object, got 7"),
        (
            {"source": [{"chainValidity": {"notAfter": "x"}}]},
            "source[0].chainValidity.notAfter: expected for",
        ),
        ({"provider": 1}, "unknown member \"provider\"; did you mean 'providers'?"),
    ],
)
def test_a_bad_member_of_an_aspa_is_named_with_what_was_expected(change, problem):
    entry = {"customer_asid": 64496, "providers": [64500]} | change
    with pytest.raises(PayloadFileError) as error:
        parse_payloads(json.dumps({"roas": [], "aspas": [entry]}).encode(), "x.json")
    assert str(error.value).startswith(f"x.json: aspas[0]: {problem}")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"asn": -1}, "asn: expected 0 to 4294967295 or 'AS64496', got -1"),
        ({"asn": 4294967296}, "asn: expected 0 to 4294967295 or 'AS64496', got 4294967296"),
        ({"asn": "AS4294967296"}, "asn: expected 0 to 4294967295 or 'AS64496', got \"AS4294967296\""),
        ({"asn": True}, "asn: expected 0 to 4294967295 or 'AS64496', got true"),
        ({"asn": 64496.0}, "asn: expected 0 to 4294967295 or 'AS64496', got 64496.0"),
        ({"asn": "１２"}, "asn: expected 0 to 4294967295"),
        ({"asn": None}, "asn: expected 0 to 4294967295 or 'AS64496', got null"),
        (
            {"prefix": "203.0.113.9/24"},
            "prefix: '203.0.113.9/24' has host bits set; did you mean 203.0.113.0/24?",
        ),
        ({"prefix": "203.0.113.0"}, "prefix: expected for example '203.0.113.0/24', got \"203.0.113.0\""),
        ({"prefix": 7}, "prefix: expected for example '203.0.113.0/24', got 7"),
        ({"maxLength": 23}, "maxLength: expected 24 to 32 for 203.0.113.0/24, got 23"),
        ({"maxLength": 33}, "maxLength: expected 24 to 32 for 203.0.113.0/24, got 33"),
        ({"maxLength": "24"}, 'maxLength: expected 24 to 32 for 203.0.113.0/24, got "24"'),
        ({"ta": 5}, "ta: expected a name, got 5"),
        ({"maxlength": 24}, "unknown member \"maxlength\"; did you mean 'maxLength'?"),
        ({"zzz": 1}, 'unknown member "zzz"; expected asn, prefix'),
    ],
)
def test_a_bad_member_is_named_with_what_was_expected(change, problem):
    entry = {"asn": 64496, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe"} | change
    with pytest.raises(PayloadFileError) as error:
        parse_payloads(json.dumps({"roas": [entry]}).encode(), "vrps.json")
    assert str(error.value).startswith(f"vrps.json: roas[0]: {problem}")


@pytest.mark.parametrize("member", ["asn", "prefix", "maxLength"])
def test_a_missing_member_is_named(member):
    entry = {"asn": 64496, "prefix": "203.0.113.0/24", "maxLength": 24}
    del entry[member]
    with pytest.raises(PayloadFileError, match=rf"roas\[0\]: '{member}' is missing"):
        parse_payloads(json.dumps({"roas": [entry]}).encode(), "vrps.json")


def test_all_problems_are_reported_with_their_place_and_the_text_stays_short():
    entries = [7] * (SHOWN_PROBLEMS + 5)
    with pytest.raises(PayloadFileError) as error:
        parse_payloads(json.dumps({"roas": entries}).encode(), "vrps.json")
    assert len(error.value.problems) == SHOWN_PROBLEMS + 5
    assert error.value.problems[3] == "roas[3]: expected an object, got 7"
    assert str(error.value).endswith("vrps.json: and 5 more problems")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"roas": {}}',
        b"\xff\xfe\xfa",
        b"[" * 200_000,
        b'{"roas": null}',
        b"1" * 5000,
    ],
)
def test_a_file_of_another_shape_is_refused_as_a_whole(data):
    with pytest.raises(PayloadFileError, match=r"^vrps\.json: (is not JSON|has no VRPs)"):
        parse_payloads(data, "vrps.json")


@given(st.binary(max_size=200))
def test_no_bytes_cause_anything_but_the_typed_error(data):
    with pytest.raises(PayloadFileError):  # no 200 bytes of noise are a file of VRPs
        parse_payloads(data, "vrps.json")


def test_a_file_larger_than_the_bound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("lab.rpki.payload_files.MAX_BYTES", 10)
    path = tmp_path / "vrps.json"
    path.write_text(STAYRTR)
    with pytest.raises(PayloadFileError, match="is larger than 10 bytes"):
        read_payloads(path)


def test_what_is_nested_deeper_than_it_can_be_written_is_a_problem_of_its_entry():
    entry = b'{"prefix": "203.0.113.0/24", "maxLength": 24, "asn": %b}'
    for depth in range(900, 1010):
        data = b'{"roas": [%b]}' % (entry % (b"[" * depth + b"]" * depth))
        with pytest.raises(PayloadFileError):
            parse_payloads(data, "vrps.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PayloadFileError, match=r"absent\.json: cannot be read: No such file"):
        read_payloads(tmp_path / "absent.json")
