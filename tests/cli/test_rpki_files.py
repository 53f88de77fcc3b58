"""`lab rpki export`, `validate`, `inspect` and `diff`: what they say of an RPKI on disk, and how they end."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from support.command_line import run_lab

from lab.rpki.payload_files import read_payloads
from lab.topology.loading import load

CUSTOMER = "tree/arin.rpki.example/arin/holders/customer"
ROA = f"{CUSTOMER}/203-0-113-0-24-24-AS64496.roa"
MANIFEST = f"{CUSTOMER}/customer.mft"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The RPKI of byoip as files; not to be changed."""
    directory = tmp_path_factory.mktemp("rpki") / "out"
    assert run_lab(["rpki", "export", "byoip", "--to", directory]) == 0
    return directory


@pytest.fixture
def copied(exported, tmp_path):
    """The same, to be broken."""
    return shutil.copytree(exported, tmp_path / "copy")


def validate(lab_command, directory, *options):
    return lab_command(
        "rpki", "validate", "--tal", directory / "tals", "--tree", directory / "tree", *options
    )


def vrps_of(name):
    return {vrp[:3] for vrp in load(name).vrps}


def damage(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


# --- export ---------------------------------------------------------------------------------------------


def test_an_exported_tree_validates_to_the_roas_of_the_file(lab_command, exported, tmp_path):
    result = validate(lab_command, exported, "--format", "json")
    assert (result.code, result.err) == (0, "")
    file = tmp_path / "vrps.json"
    file.write_text(result.out)
    assert {vrp[:3] for vrp in read_payloads(file).vrps} == vrps_of("byoip")


def test_an_export_overwrites_nothing(lab_command, tmp_path):
    (tmp_path / "tals").mkdir()
    (tmp_path / "tals" / "mine.tal").write_text("mine")
    result = lab_command("rpki", "export", "byoip", "--to", tmp_path)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"lab: {tmp_path / 'tals'} is there already; remove it, or choose another directory\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["tals"]


def test_an_export_says_in_json_where_it_went(lab_command, tmp_path):
    data = lab_command("rpki", "export", "byoip", "--to", tmp_path / "out", "--json").data
    found = [path for path in (tmp_path / "out" / "tree").rglob("*") if path.is_file()]
    assert data["objects"] == len(found) > 30
    assert data["tals"] == str(tmp_path / "out" / "tals")


# --- validate -------------------------------------------------------------------------------------------


def test_the_rpki_of_a_file_is_validated_without_files(lab_command):
    result = lab_command("rpki", "validate", "byoip")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("5 VRPs and 0 ASPAs from 38 objects, 0 rejected, as of ")
    assert "arin/customer" in result.out
    data = lab_command("rpki", "validate", "byoip", "--json").data
    assert {point["state"] for point in data["points"]} == {"fresh"}
    assert (data["vrps"], data["rejected"], data["unreached"]) == (5, [], [])


@pytest.mark.parametrize("format", ["json", "jsonext", "csv", "routinator-csv", "openmetrics"])
def test_every_format_holds_the_vrps(lab_command, format):
    result = lab_command("rpki", "validate", "byoip", "--format", format)
    assert (result.code, result.err) == (0, "")
    if format == "openmetrics":
        assert 'lab_rpki_vrps{name="arin"} 4.0' in result.out
        assert 'lab_rpki_ta_valid_objects{name="arin",type="roa"} 4.0' in result.out
        assert result.out.endswith("# EOF\n")
    elif format.startswith("json"):
        assert len(result.data["roas"]) == 5
    else:
        assert sum(line.startswith("AS64496,") for line in result.out.splitlines()) == 2


def test_a_damaged_roa_costs_its_ca_and_is_named_with_the_rfc(lab_command, copied):
    damage(copied / ROA)
    result = validate(lab_command, copied)
    assert result.code == 1
    assert result.out.startswith("3 VRPs and 0 ASPAs")
    assert "lost   arin" in result.out
    assert "203-0-113-0-24-24-AS64496.roa" in result.out
    assert "hash-mismatch, RFC 9286 section 6.5]" in result.out


def test_a_format_for_programs_leaves_what_is_wrong_to_stderr(lab_command, copied):
    (copied / MANIFEST).unlink()
    result = validate(lab_command, copied, "--format", "csv")
    assert result.code == 1
    assert len(result.out.splitlines()) == 1 + 3
    assert "holders/customer/ is lost: " in result.err
    assert "[missing-manifest, RFC 9286 section 6.2]" in result.err


def test_a_trust_anchor_that_is_lost_is_said_to_be(lab_command, copied):
    (copied / "tree/ripe.rpki.example/ripe/ta.cer").unlink()
    result = validate(lab_command, copied, "--json")
    assert result.code == 1
    usable = {anchor["name"]: anchor["usable"] for anchor in result.data["trust_anchors"]}
    assert usable == {"afrinic": True, "apnic": True, "arin": True, "lacnic": True, "ripe": False}


def test_local_exceptions_change_the_outcome(lab_command, exported, tmp_path):
    slurm = tmp_path / "slurm.json"
    slurm.write_text(
        json.dumps(
            {
                "slurmVersion": 1,
                "validationOutputFilters": {"prefixFilters": [{"asn": 64496}], "bgpsecFilters": []},
                "locallyAddedAssertions": {
                    "prefixAssertions": [{"asn": 64510, "prefix": "192.0.2.0/24"}],
                    "bgpsecAssertions": [],
                },
            }
        )
    )
    result = validate(lab_command, exported, "--slurm", slurm, "--format", "routinator-csv")
    assert result.code == 0
    assert "AS64496" not in result.out
    assert "AS64510,192.0.2.0/24,24,slurm" in result.out
    summary = validate(lab_command, exported, "--slurm", slurm)
    assert "with the local exceptions: 4 VRPs and 0 ASPAs" in summary.out


WRONG_CALLS = {
    (): "expected either a FILE, such as byoip, or --tal",
    ("byoip", "--tal", "tals"): "expected either a FILE, such as byoip, or --tal",
    ("--tal", "tals"): "--tal needs either --tree, to read files, or --cache",
    ("--tal", "tals", "--tree", "a", "--cache", "b"): "--tal needs either --tree, to read files, or --cache",
    ("byoip", "--tree", "tree"): "--tree and --cache go with --tal",
    ("byoip", "--ca-file", "ca.pem"): "--no-rrdp and --ca-file go with --cache",
    ("byoipp",): "did you mean 'byoip'?",
    ("byoip", "--format", "jsn"): "there is no format 'jsn'; did you mean 'json'?",
    ("byoip", "--format", "csv", "--json"): "--json is for the summary",
    ("byoip", "--profile", "old"): "there is no profile 'old'; profiles: current, legacy",
    ("byoip", "--slurm", "nothing.json"): "nothing.json: cannot be read",
    ("--tal", "nothing", "--tree", "."): "nothing cannot be read: No such file or directory",
    ("--tal", ".", "--tree", "."): ". has no .tal files in it",
    ("--tal", ".", "--tree", "nowhere"): "nowhere is no directory",
}


@pytest.mark.parametrize("call", WRONG_CALLS, ids=" ".join)
def test_a_wrong_call_says_what_would_be_right(lab_command, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = lab_command("rpki", "validate", *call)
    assert (result.code, result.out) == (2, "")
    assert WRONG_CALLS[call] in result.err
    assert "Traceback" not in result.err


# --- inspect --------------------------------------------------------------------------------------------

KINDS = {
    "tals/arin.tal": "TAL",
    "tree/arin.rpki.example/arin/ta.cer": "trust anchor certificate",
    "tree/arin.rpki.example/arin/registry/customer.cer": "CA certificate",
    f"{CUSTOMER}/customer.crl": "CRL",
    MANIFEST: "manifest",
    ROA: "ROA",
}


@pytest.mark.parametrize("file", KINDS)
def test_every_kind_of_object_is_told_by_what_it_holds(lab_command, exported, tmp_path, file):
    nameless = tmp_path / "nameless"
    nameless.write_bytes((exported / file).read_bytes())
    for path in (exported / file, nameless):
        result = lab_command("rpki", "inspect", path, "--json")
        assert (result.code, result.err) == (0, "")
        assert (result.data["kind"], result.data["problems"]) == (KINDS[file], [])


def test_a_roa_is_shown_with_its_prefixes_and_its_certificate(lab_command, exported):
    shown = lab_command("rpki", "inspect", exported / ROA).out
    assert "origin        AS64496\n" in shown
    assert "prefixes      203.0.113.0/24  max length 24\n" in shown
    assert "    issuer certificate  rsync://arin.rpki.example/arin/registry/customer.cer\n" in shown
    assert shown.endswith("nothing is wrong with it as far as the file itself shows\n")


def test_a_manifest_is_held_against_the_files_beside_it(lab_command, copied):
    damage(copied / ROA)
    (copied / CUSTOMER / "customer.crl").unlink()
    result = lab_command("rpki", "inspect", copied / MANIFEST, "--json")
    assert result.code == 1
    states = {each["file"]: each["state"] for each in result.data["files"]}
    assert states["customer.crl"] == "missing"
    assert states["203-0-113-0-24-24-AS64496.roa"] == "another file"
    assert states["2001-db8-100---48-48-AS64496.roa"] == "as listed"
    assert {each["check"] for each in result.data["problems"]} == {"missing-file", "hash-mismatch"}


def test_a_damaged_signature_is_found(lab_command, copied):
    damage(copied / ROA)
    result = lab_command("rpki", "inspect", copied / ROA)
    assert result.code == 1
    assert "203.0.113.0/24  max length 24\n" in result.out
    assert "[cms-signature, RFC 6488 section 3]" in result.out


def test_an_object_under_the_name_of_another_kind_is_said_to_be_one(lab_command, exported, tmp_path):
    wrong = tmp_path / "wrong.mft"
    wrong.write_bytes((exported / ROA).read_bytes())
    result = lab_command("rpki", "inspect", wrong)
    assert result.code == 1
    assert "a ROA is called wrong.mft [file-name, RFC 6481 section 2.2]" in result.out


def test_what_is_cut_off_is_an_object_with_a_problem(lab_command, exported, tmp_path):
    cut = tmp_path / "cut.roa"
    cut.write_bytes((exported / ROA).read_bytes()[:500])
    result = lab_command("rpki", "inspect", cut, "--json")
    assert result.code == 1
    assert [each["check"] for each in result.data["problems"]] == ["encoding"] * len(result.data["problems"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing.roa", "cannot be read: No such file or directory"),
        (".", "cannot be read: it is no regular file"),
        ("text", "is nothing of the RPKI; expected a certificate, CRL, manifest, ROA, ASPA or TAL"),
    ],
)
def test_what_cannot_be_inspected_ends_with_2(lab_command, tmp_path, name, said):
    (tmp_path / "text").write_text("hello")
    result = lab_command("rpki", "inspect", tmp_path / name)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


# --- diff -----------------------------------------------------------------------------------------------


def test_a_diff_tells_what_came_and_went_and_which_routes_turn(lab_command, tmp_path):
    def write(name, asn):
        entry = {"asn": asn, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "arin"}
        (tmp_path / name).write_text(json.dumps({"roas": [entry]}))
        return tmp_path / name

    old, new = write("old.json", 64496), write("new.json", 64510)
    assert lab_command("rpki", "diff", old, old).out == "no difference\n"
    changed = lab_command("rpki", "diff", old, new)
    assert changed.code == 0
    assert changed.out.splitlines() == [
        "1 VRP added, 1 removed",
        "- 203.0.113.0/24 AS64496 (arin)",
        "+ 203.0.113.0/24 AS64510 (arin)",
        "  203.0.113.0/24 from AS64496: valid -> invalid",
        "  203.0.113.0/24 from AS64510: invalid -> valid",
    ]
    data = lab_command("rpki", "diff", old, new, "--json").data
    assert [each["vrp"]["asn"] for each in data["added"]] == [64510]


def test_a_name_from_a_strangers_file_cannot_act_on_the_terminal(lab_command, tmp_path):
    entry = {"asn": 64496, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "\x1b[2Jarin"}
    (tmp_path / "old.json").write_text('{"roas": []}')
    (tmp_path / "new.json").write_text(json.dumps({"roas": [entry]}))
    shown = lab_command("rpki", "diff", tmp_path / "old.json", tmp_path / "new.json").out
    assert "+ 203.0.113.0/24 AS64496 (\\x1b[2Jarin)" in shown


def test_a_diff_of_what_is_no_vrp_file_says_so(lab_command, tmp_path):
    (tmp_path / "x.json").write_text("[]")
    result = lab_command("rpki", "diff", tmp_path / "x.json", tmp_path / "x.json")
    assert (result.code, result.out) == (2, "")
    assert 'has no VRPs; expected an object with a list "roas"' in result.err


def test_a_pipe_is_refused_at_once(lab_command, exported, tmp_path):
    pipe, vrps = tmp_path / "pipe.tal", tmp_path / "vrps.json"
    os.mkfifo(pipe)
    vrps.write_text('{"roas": []}')
    for call in (
        ("inspect", pipe),
        ("diff", vrps, pipe),
        ("validate", "--tal", pipe, "--tree", exported / "tree"),
        ("validate", "byoip", "--slurm", pipe),
    ):
        result = lab_command("rpki", *call)
        assert (result.code, result.out) == (2, ""), call
        assert "pipe.tal" in result.err, call
        assert "it is no regular file" in result.err, call
