"""`lab aws`, `lab registry`, `lab wait` and `lab up --state` on a lab that runs."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.config import Config

HELD = "203.0.113.0/24"

pytestmark = [pytest.mark.background, pytest.mark.usefixtures("runtime_directory")]


@pytest.fixture
def up(lab_command):
    """`up(*options)` brings the byoip lab up, simulated, in a process of its own."""

    def bring_up(*options):
        result = lab_command("up", "byoip", "--engine", "sim", "--detach", *options)
        assert (result.code, result.err) == (0, "")

    yield bring_up
    assert lab_command("down").code == 0


def client(env, service):
    return botocore.session.Session().create_client(
        service,
        region_name=env["region"],
        endpoint_url=env["endpoint"],
        aws_access_key_id=env["access_key"],
        aws_secret_access_key=env["secret_key"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_the_environment_that_is_shown_is_that_of_the_account(lab_command, up):
    up()
    env = lab_command("aws", "env", "--region", "eu-west-1", "--json").data
    assert client(env, "sts").get_caller_identity()["Account"] == env["account"]
    assert lab_command("aws", "accounts", "--json").data == [{"id": env["account"], "name": "lab"}]
    wrong = lab_command("aws", "env", "--account", "labb")
    assert (wrong.code, wrong.out) == (2, "")
    assert "there is no account 'labb'" in wrong.err


def test_a_range_is_listed_with_what_aws_says_of_it_once_it_has_looked(lab_command, up):
    up()
    env = lab_command("aws", "env", "--json").data
    context = {"Message": f"1|aws|{env['account']}|{HELD}|20200101|SHA256|RSAPSS", "Signature": "AAAA"}
    client(env, "ec2").provision_byoip_cidr(Cidr=HELD, CidrAuthorizationContext=context)
    assert [row["state"] for row in lab_command("aws", "ranges", "--json").data] == ["pending-provision"]
    assert lab_command("wait", "21d").code == 0
    (row,) = lab_command("aws", "ranges", "--json").data
    assert (row["prefix"], row["account"], row["region"]) == (HELD, env["account"], env["region"])
    assert row["state"] == "failed-provision"
    assert "certificate" in row["message"]
    assert row["message"] in lab_command("aws", "ranges").out


def test_edits_of_the_registry_are_seen_and_kept_with_the_state_of_the_lab(lab_command, up, tmp_path):
    options = ("--state", str(tmp_path / "lab.state"))
    up(*options)
    assert lab_command("registry", "add", HELD, "ask noc@customer.example").code == 0
    assert lab_command("registry", "set", HELD, "--status", "Reassigned").code == 0
    shown = lab_command("registry", "show", "203.0.113.128/25").out
    assert "ARIN, Reassigned" in shown
    assert "ask noc@customer.example" in shown
    keys = lab_command("aws", "env", "--json").data["access_key"]

    lab_command("down")
    up(*options)
    assert lab_command("registry", "show", "203.0.113.128/25").out == shown
    assert lab_command("aws", "env", "--json").data["access_key"] == keys
    assert lab_command("registry", "clear", HELD).code == 0
    assert "ask noc@" not in lab_command("registry", "show", HELD).out


def test_what_the_registry_refuses_is_said_and_changes_nothing(lab_command, up):
    up()
    before = lab_command("registry", "show", "--json").data
    for call, text in {
        ("registry", "set", HELD, "--status", "LEGACY"): "it is one of RIPE",
        ("registry", "add", HELD, "text", "--field", "descr"): "Public Comments",
        ("registry", "add", "10.0.0.0/8", "text"): "registered",
    }.items():
        result = lab_command(*call)
        assert (result.code, result.out) == (2, ""), call
        assert text in result.err
    assert lab_command("registry", "show", "--json").data == before


def test_a_simulated_lab_that_stays_up_begins_today_so_that_certificates_of_today_are_valid(lab_command, up):
    before = datetime.now(UTC).replace(microsecond=0)
    up()
    endpoint = lab_command("aws", "env", "--json").data["endpoint"]
    with urllib.request.urlopen(f"{endpoint}/rdap/ip/{HELD}", timeout=10) as answer:
        registered = json.load(answer)["events"][0]["eventDate"]
    assert before <= datetime.fromisoformat(registered) <= datetime.now(UTC)


def test_the_state_of_another_lab_is_refused_in_one_line(lab_command, up, tmp_path):
    options = ("--state", str(tmp_path / "lab.state"))
    up(*options)
    lab_command("down")
    other = lab_command("up", "hijack-exact", "--engine", "sim", "--detach", *options)
    assert (other.code, other.out) == (2, "")
    assert "this is the state of byoip, not of hijack-exact" in other.err
    up(*options)
