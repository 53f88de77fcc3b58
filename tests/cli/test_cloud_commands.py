"""`lab aws`, `lab registry` and `lab wait`: what they ask of a lab, and what they print of its answer."""

from __future__ import annotations

import subprocess

import pytest

from lab.topology.loading import open_document, parse_step

HELD = "203.0.113.0/24"
ENV = {
    "endpoint": "http://127.0.0.1:8080",
    "access_key": "AKIAEXAMPLE234567",
    "secret_key": "it's $ecret `x`",
    "account": "123456789012",
    "region": "us-east-1",
}
REGISTRATION = {
    "prefix": HELD,
    "rir": "ARIN",
    "status": "Direct Allocation",
    "holder": "customer",
    "kind": "organization",
    "name": "EXAMPLE-NET",
    "remarks": [{"title": "Registration Comments", "lines": ["one [bold]", "two"]}],
    "holder_remarks": [{"title": "", "lines": ["three"]}],
}


STEPS = {
    ("registry", "add", HELD, "hello"): {"add": "hello", "prefix": HELD, "on": "range", "helpdesk": False},
    ("registry", "add", HELD, "hello", "--field", "descr", "--helpdesk", "--on", "holder"): {
        "add": "hello", "prefix": HELD, "field": "descr", "helpdesk": True, "on": "holder",
    },
    ("registry", "clear", HELD): {"remove_comments": True, "prefix": HELD, "on": "range", "helpdesk": False},
    ("registry", "set", HELD, "--status", "Reassigned"): {"prefix": HELD, "status": "Reassigned"},
    ("registry", "set", HELD, "--kind", "individual"): {"prefix": HELD, "kind": "individual"},
}  # fmt: skip


@pytest.mark.parametrize("call", STEPS, ids=" ".join)
def test_an_edit_is_one_step_that_a_lab_understands(lab_command, asked, call):
    result = lab_command(*call)
    assert (result.code, result.err) == (0, "")
    ((request, _),) = asked
    assert request == {"do": {"registry": STEPS[call]}}
    assert parse_step(request["do"], open_document("byoip")).body.text


def test_a_comment_is_taken_from_a_file_line_by_line(lab_command, asked, tmp_path):
    file = tmp_path / "publickey.cer"
    file.write_text("-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n")
    assert lab_command("registry", "add", HELD, "--file", file).code == 0
    assert asked[0][0]["do"]["registry"]["add"] == file.read_text().strip()


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (("registry", "add", HELD), "give either a text or --file"),
        (("registry", "add", HELD, "text", "--file", "README.md"), "give either a text or --file"),
        (("registry", "set", HELD), "give either --status or --kind"),
        (("registry", "set", HELD, "--status", "x", "--kind", "y"), "give either --status or --kind"),
        (("registry", "sho"), "Did you mean 'show'"),
        (("wait", "5"), "'5' is not a duration; expected for example 20ms, 90s, 5m, 2h or 1d; write '5s'"),
        (("wait",), "Missing argument"),
        (("aws", "envv"), "Did you mean 'env'"),
        (("up", "byoip", "--http-port", "65536"), "Invalid value for '--http-port'"),
    ],
)
def test_a_wrong_call_asks_the_lab_nothing(lab_command, asked, call, text):
    result = lab_command(*call)
    assert (result.code, result.out) == (2, "")
    assert text in " ".join(result.err.split())
    assert asked == []


def test_a_file_that_is_missing_or_not_text_is_said_to_be(lab_command, asked, tmp_path):
    assert lab_command("registry", "add", HELD, "--file", tmp_path / "none").code == 3
    binary = tmp_path / "key.der"
    binary.write_bytes(b"\x30\x82\xff")
    result = lab_command("registry", "add", HELD, "--file", binary)
    assert result.code == 2
    assert "is not text in UTF-8" in " ".join(result.err.split())
    assert asked == []


def test_waiting_has_as_much_patience_as_it_takes(lab_command, asked):
    assert lab_command("wait", "5h").code == 0
    assert asked == [({"do": {"wait": {"for": "5h"}}}, 120 + 5 * 3600)]
    assert lab_command("wait", "999999999d").code == 0


def test_a_shell_takes_the_environment_as_it_is_meant(lab_command, asked):
    asked.answers = ENV
    lines = lab_command("aws", "env", "--account", "networking", "--region", "us-east-1").out
    assert asked[0][0] == {"show": "aws-env", "account": "networking", "region": "us-east-1"}
    before = {"AWS_SESSION_TOKEN": "old", "AWS_PROFILE": "mine", "AWS_REGION": "eu-west-1"}
    shown = subprocess.run(
        ["sh", "-c", f"{lines}\nenv | grep '^AWS_' | sort"],
        env={**before, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.splitlines() == [
        "AWS_ACCESS_KEY_ID=AKIAEXAMPLE234567",
        "AWS_DEFAULT_REGION=us-east-1",
        "AWS_EC2_METADATA_DISABLED=true",
        "AWS_ENDPOINT_URL=http://127.0.0.1:8080",
        "AWS_SECRET_ACCESS_KEY=it's $ecret `x`",
    ]
    assert lab_command("aws", "env", "--json").data == ENV
    assert asked[1][0] == {"show": "aws-env"}


def test_accounts_and_ranges_are_tables(lab_command, asked):
    asked.answers = [{"id": "123456789012", "name": "networking"}]
    assert lab_command("aws", "accounts").out.split() == ["id", "name", "123456789012", "networking"]
    failed = {"prefix": HELD, "account": "123456789012", "region": "us-east-1", "state": "failed-provision"}
    asked.answers = [{**failed, "message": "no [ROA]", "pool": None}]
    head, row = lab_command("aws", "ranges").out.splitlines()
    assert head.split() == ["prefix", "account", "region", "state", "pool", "message"]
    assert row.split() == [HELD, "123456789012", "us-east-1", "failed-provision", "-", "no", "[ROA]"]
    asked.answers = []
    assert lab_command("aws", "ranges").out == "no range was brought to AWS\n"
    assert lab_command("aws", "ranges", "--json").data == []


def test_one_registration_is_shown_with_what_stands_in_it(lab_command, asked):
    asked.answers = [REGISTRATION]
    assert lab_command("registry", "show", HELD).out.splitlines() == [
        f"{HELD} EXAMPLE-NET",
        "  ARIN, Direct Allocation",
        "  held by customer, organization",
        "  Registration Comments:",
        "    one [bold]",
        "    two",
        "  remarks on customer:",
        "    three",
    ]
    assert asked == [({"show": "registry", "prefix": HELD}, 120.0)]


def test_all_registrations_are_a_table(lab_command, asked):
    asked.answers = [REGISTRATION, {**REGISTRATION, "status": "", "remarks": []}]
    _, first, second = lab_command("registry", "show").out.splitlines()
    assert first.split() == [HELD, "ARIN", "Direct", "Allocation", "customer", "organization", "1"]
    assert second.split() == [HELD, "ARIN", "-", "customer", "organization", "-"]
    assert lab_command("registry", "show", "--json").data == asked.answers


def test_a_lab_in_the_background_is_given_the_port_and_the_file_of_its_state(lab_command, monkeypatch):
    launched = []
    monkeypatch.setattr("lab.cli.labs.launch_detached", lambda arguments: launched.append(arguments) or "id")
    assert lab_command("up", "byoip", "--http-port", "8080", "--state", "my.state", "--detach").code == 0
    assert lab_command("up", "byoip", "--detach").code == 0
    given = launched[0][launched[0].index("--http-port") :]
    assert dict(zip(given[::2], given[1::2], strict=True)) == {
        "--http-port": "8080",
        "--whois-port": "0",
        "--dns-port": "0",
        "--state": "my.state",
    }
    assert "--state" not in launched[1]


def test_a_comment_is_not_taken_from_a_file_without_end(lab_command):
    result = lab_command("registry", "add", "203.0.113.0/24", "--file", "/dev/zero")
    assert result.code == 2
    assert "too much for a comment" in " ".join(result.err.split())
