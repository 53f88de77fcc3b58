"""`lab rpki` and `--what-if` on a running lab, and on a file in the simulator."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest

HELD = "203.0.113.0/24"
ROA = "203-0-113-0-24-24-AS64496.roa"

pytestmark = pytest.mark.background


@pytest.fixture
def running(lab_command, monkeypatch, tmp_path_factory):
    """The byoip lab, simulated, in a process and a run directory of its own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    assert lab_command("up", "byoip", "--engine", "sim", "--detach").code == 0
    yield
    assert lab_command("down").code == 0


def states(lab_command):
    return {each["name"]: each["state"] for each in lab_command("rpki", "status", "--json").data["points"]}


def test_a_stale_manifest_costs_nothing_while_the_last_good_version_holds(lab_command, running):
    before = lab_command("roa", "list").out
    done = lab_command("rpki", "break", "stale-manifest", "--ca", "customer")
    assert done.code == 0
    assert done.out.startswith("broken at customer: stale-manifest\n")
    assert lab_command("roa", "list").out == before

    status = lab_command("rpki", "status").out
    assert "last good  arin" in status
    assert "[stale-manifest, RFC 9286 section 6.3]" in status
    assert status.endswith("broken on purpose\n  stale-manifest arin/customer\n")
    faults = {each["fault"]: each["broken"] for each in lab_command("rpki", "faults", "--json").data}
    assert faults["stale-manifest"] == ["arin/customer"]

    assert lab_command("rpki", "mend", "stale-manifest", "--ca", "customer").code == 0
    assert set(states(lab_command).values()) == {"fresh"}


def test_a_ca_whose_certificate_has_expired_is_reached_no_more(lab_command, running):
    lab_command("rpki", "break", "expired-ca", "--ca", "arin/customer")
    status = lab_command("rpki", "status")
    assert "no valid certificate leads to\n  arin/customer\n" in status.out
    assert "arin/customer" not in states(lab_command)
    explained = lab_command("rpki", "explain", HELD, "64496").out
    assert explained.startswith(f"{HELD} from AS64496 is not-found\n")
    assert "rejected objects that may have to do with it:\n  rsync://arin.rpki.example/" in explained


def test_a_roa_is_listed_with_its_file_and_gone_when_it_is_revoked(lab_command, running):
    assert f"rsync://arin.rpki.example/arin/holders/customer/{ROA}" in lab_command("roa", "list").out
    assert lab_command("rpki", "revoke", ROA, "--ca", "customer").code == 0
    assert ROA not in lab_command("roa", "list").out


def test_a_transfer_takes_the_old_holders_roas_along(lab_command, running):
    assert lab_command("rpki", "transfer", HELD, "--to", "aws").code == 0
    assert HELD not in [each["prefix"] for each in lab_command("roa", "list", "--json").data]
    lab_command("roa", "add", HELD, "16509")
    (files,) = [each["files"] for each in lab_command("roa", "list", "--json").data if each["prefix"] == HELD]
    assert files == ["rsync://arin.rpki.example/arin/holders/aws/203-0-113-0-24-24-AS16509.roa"]


def test_what_if_says_what_a_roa_would_do_and_changes_nothing(lab_command, running):
    lab_command("announce", HELD, "--from", "aws")
    before = lab_command("roa", "list", "--json").data
    asked = lab_command("roa", "add", HELD, "16509", "--what-if")
    assert asked.code == 0
    assert f"{HELD} from AS16509: rov invalid -> valid at " in asked.out
    removal = lab_command("roa", "remove", HELD, "64496", "--what-if", "--json").data
    assert {(each["old"], each["new"]) for each in removal["validity"]} == {
        ("invalid", "not-found"),
        ("valid", "not-found"),
    }
    assert "aspa" in lab_command("aspa", "add", "64496", "64511", "--what-if").out
    assert lab_command("roa", "list", "--json").data == before
    assert lab_command("aspa", "list", "--json").data == []
    assert lab_command("show", "timeline", "--json").data[-1]["type"] != "PayloadsChanged"


def test_advice_names_the_command_that_mends_it(lab_command, running):
    assert lab_command("rpki", "advise").out.startswith("5 of 5 announcements are valid")
    lab_command("roa", "add", HELD, "64496", "--max-length", "26")
    advice = lab_command("rpki", "advise")
    assert f"$ lab roa remove {HELD} 64496 --max-length 26" in advice.out
    lab_command("roa", "remove", HELD, "64496", "--max-length", "26")
    lab_command("roa", "remove", HELD, "64496")
    assert f"lab roa add {HELD} 64496" in lab_command("rpki", "advise", "--json").data["commands"]


JSON_COMMANDS = [
    "rpki status",
    "rpki faults",
    f"rpki explain {HELD} AS64496",
    "rpki advise",
    "rpki break unreachable-repository --server arin",
    "rpki mend unreachable-repository --server arin",
    f"rpki break missing-file --ca customer --file {ROA}",
    "rpki mend missing-file --ca customer",
    "rpki break wrong-roa --ca customer --prefix 192.0.2.0/24 --asn AS64511",
    "rpki mend wrong-roa --ca customer",
    "rpki roll customer",
    "rpki renew arin/customer",
    f"rpki revoke {ROA} --ca customer",
    "rpki transfer 192.0.2.0/25 --to customer",
    f"roa add {HELD} 64511 --what-if",
    "roa remove 198.51.100.0/24 64500 --what-if",
    "aspa add 64496 64510 --what-if",
]


def test_every_command_prints_json(lab_command, running):
    for command in JSON_COMMANDS:
        result = lab_command(*command.split(), "--json")
        assert (result.code, result.err) == (0, ""), command
        assert isinstance(result.data, dict | list), command


REFUSED = {
    "rpki break stale-manifst --ca customer": "did you mean 'stale-manifest'?",
    "rpki break stale-manifest --ca custmer": "did you mean 'arin/customer'?",
    "rpki break stale-manifest": "stale-manifest needs --ca",
    "rpki mend expired-ca --ca customer --server arin": "--server has no meaning with expired-ca",
    "rpki mend stale-manifest --ca customer": "there is no such fault",
    "rpki break unreachable-repository --server arn": "did you mean 'arin'?",
    "rpki roll custmer": "did you mean 'arin/customer'?",
    f"rpki transfer {HELD} --to awz": "did you mean 'aws'?",
    f"rpki explain {HELD} amazon": "'amazon' is not an ASN; expected for example 64496 or AS64496",
    "rpki explain 203.0.113.1/24 64496": "did you mean 203.0.113.0/24?",
    f"roa remove {HELD} 64511 --what-if": f"did you mean 'the ROA {HELD} AS64496'?",
}


def test_what_is_refused_is_explained_and_changes_nothing(lab_command, running):
    before = lab_command("roa", "list").out
    for command, said in REFUSED.items():
        result = lab_command(*command.split())
        assert (result.code, result.out) == (2, ""), command
        assert said in result.err, (command, result.err)
    assert lab_command("roa", "list").out == before
    assert set(states(lab_command).values()) == {"fresh"}


# --- of a file ------------------------------------------------------------------------------------------


def test_a_file_is_asked_about_without_a_running_lab(lab_command, monkeypatch):
    monkeypatch.setenv("LAB", "some-lab")
    explained = lab_command("rpki", "explain", HELD, "16509", "--file", "byoip")
    assert (explained.code, explained.err) == (0, "")
    assert explained.out.startswith(f"{HELD} from AS16509 is invalid\n")
    assert f"/holders/customer/{ROA} (arin)" in explained.out
    assert f"lab roa add {HELD} 16509" in explained.out
    assert lab_command("rpki", "advise", "--file", "byoip").code == 0
    assert "arin/customer" in lab_command("rpki", "status", "--file", "byoip").out


def test_a_file_and_a_running_lab_exclude_each_other(lab_command):
    for command in ("status", "faults", "advise"):
        result = lab_command("rpki", command, "--file", "byoip", "--lab", "x")
        assert (result.code, result.out) == (2, "")
        assert "--file and --lab exclude each other" in result.err


def test_the_faults_listed_are_those_that_a_step_can_break(lab_command):
    from lab.topology.vocabulary import RpkiFault

    listed = json.loads(lab_command("rpki", "faults", "--file", "byoip", "--json").out)
    assert {each["fault"] for each in listed} == {fault.value for fault in RpkiFault}


def test_the_steps_that_the_guide_shows_do_what_it_says(lab_command, tmp_path):
    guide = (Path(__file__).parent.parent.parent / "docs" / "guides" / "rpki.md").read_text(encoding="utf-8")
    steps = re.search(r"```yaml\n(- rpki.*?)```", guide, re.S)[1]
    scenario = tmp_path / "guide.yaml"
    scenario.write_text("topology: byoip\nscenario:\n" + textwrap.indent(steps, "  "))
    result = lab_command("run", scenario)
    assert (result.code, result.err) == (0, "")
    assert "4 expectations, all met" in result.out
