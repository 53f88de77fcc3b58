import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import WIDTH, Prefix
from lab.bgp.rov import Vrp
from lab.rpki.vrps import SHOWN_PROBLEMS, VrpFileError, parse_vrps, read_vrps, write_vrps

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


@st.composite
def vrps(draw):
    version = draw(st.sampled_from((4, 6)))
    width = WIDTH[version]
    length = draw(st.integers(0, width))
    prefix = Prefix(version, draw(st.integers(0, 2**width - 1)), width).supernet(length)
    return Vrp(
        prefix, draw(st.integers(length, width)), draw(st.integers(0, 2**32 - 1)), draw(st.text(max_size=5))
    )


@pytest.mark.parametrize(
    "text", [RPKI_CLIENT, ROUTINATOR, STAYRTR], ids=["rpki-client", "routinator", "stayrtr"]
)
def test_the_files_of_three_programs_hold_the_same_vrps(text):
    assert parse_vrps(text.encode(), "vrps.json") == EXPECTED


def test_routinators_jsonext_names_sources_instead_of_a_trust_anchor():
    entry = {
        "asn": "AS64496",
        "prefix": "203.0.113.0/24",
        "maxLength": 24,
        "source": [{"type": "roa", "uri": "rsync://rpki.example/a.roa", "tal": "ripe"}],
    }
    assert parse_vrps(json.dumps({"roas": [entry]}).encode(), "x") == (EXPECTED[0]._replace(ta=""),)


@given(st.lists(vrps(), max_size=8))
def test_what_is_written_reads_back_equal(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("vrps") / "vrps.json"
    write_vrps(path, written, generated=1767325445)
    assert read_vrps(path) == tuple(written)
    assert json.loads(path.read_text())["metadata"] == {"vrps": len(written), "generated": 1767325445}
    assert [each.name for each in path.parent.iterdir()] == ["vrps.json"]


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
    with pytest.raises(VrpFileError) as error:
        parse_vrps(json.dumps({"roas": [entry]}).encode(), "vrps.json")
    assert str(error.value).startswith(f"vrps.json: roas[0]: {problem}")


@pytest.mark.parametrize("member", ["asn", "prefix", "maxLength"])
def test_a_missing_member_is_named(member):
    entry = {"asn": 64496, "prefix": "203.0.113.0/24", "maxLength": 24}
    del entry[member]
    with pytest.raises(VrpFileError, match=rf"roas\[0\]: '{member}' is missing"):
        parse_vrps(json.dumps({"roas": [entry]}).encode(), "vrps.json")


def test_all_problems_are_reported_with_their_place_and_the_text_stays_short():
    entries = [7] * (SHOWN_PROBLEMS + 5)
    with pytest.raises(VrpFileError) as error:
        parse_vrps(json.dumps({"roas": entries}).encode(), "vrps.json")
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
    with pytest.raises(VrpFileError, match=r"^vrps\.json: (is not JSON|has no VRPs)"):
        parse_vrps(data, "vrps.json")


@given(st.binary(max_size=200))
def test_no_bytes_cause_anything_but_the_typed_error(data):
    with pytest.raises(VrpFileError):  # no 200 bytes of noise are a file of VRPs
        parse_vrps(data, "vrps.json")


def test_a_file_larger_than_the_bound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("lab.rpki.vrps.MAX_BYTES", 10)
    path = tmp_path / "vrps.json"
    path.write_text(STAYRTR)
    with pytest.raises(VrpFileError, match="is larger than 10 bytes"):
        read_vrps(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(VrpFileError, match=r"absent\.json: cannot be read: No such file"):
        read_vrps(tmp_path / "absent.json")
