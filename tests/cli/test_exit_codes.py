"""What a command's exit code says, and that an error is text: what is wrong and the nearest valid choice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.small_lab import text_with

from lab.cli.main import guarded
from lab.engines.base import EngineError, MachineError, UnsuitableError
from lab.engines.live.ending_signals import ENDING_SIGNALS
from lab.observe.store import StoreError

BAD = Path(__file__).parent.parent / "topology" / "bad"
HOLDS = "expect: {at: eyeball, prefix: 203.0.113.0/24, via: transit}"
FAILS = "expect: {alert: moas}"

pytestmark = pytest.mark.usefixtures("runtime_directory")


@pytest.fixture
def small_file(tmp_path):
    """`small_file(*steps)` writes the small lab with a scenario and gives its path."""

    def write(*steps):
        path = tmp_path / "small.yaml"
        path.write_text(text_with(*steps))
        return path

    return write


def test_a_scenario_that_holds_ends_with_0(lab_command, small_file):
    result = lab_command("run", small_file(HOLDS))
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("small: 1 step, 1 expectation, all met\n")


def test_a_scenario_that_fails_ends_with_1(lab_command, small_file):
    result = lab_command("run", small_file(HOLDS, FAILS))
    assert (result.code, result.err) == (1, "")
    assert result.out.endswith("small: 2 steps, 2 expectations, 1 failed\n")


def test_a_scenario_without_expectations_ends_with_0(lab_command):
    assert lab_command("run", "byoip").code == 0


def test_a_simulation_of_an_as_with_an_rtr_cache_of_its_own_ends_with_2(lab_command, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text('name: own\nases: {a: {asn: 64496, rtr: "127.0.0.1:3323"}}\n')
    result = lab_command("run", path)
    assert result.code == 2
    assert result.err == (
        "lab: a has an RTR cache of its own (127.0.0.1:3323), which a simulation cannot ask; "
        "use --engine live\n"
    )


def test_a_bad_file_is_said_to_be_one_in_json_too(lab_command, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("name: bad\nases: {a: {asn: 0}}\n")
    for command in ("check", "run"):
        result = lab_command(command, path, "--json")
        assert (result.code, result.err) == (2, "")
        assert [problem["line"] for problem in result.data["errors"]] == [2]


def test_vrps_from_a_validator_replace_the_roas_of_the_file(lab_command, small_file, tmp_path):
    vrps = tmp_path / "vrps.json"
    vrps.write_text('{"roas": [{"asn": "AS64496", "prefix": "203.0.113.0/24", "maxLength": 25, "ta": "x"}]}')
    forged = (
        "hijack: {by: attacker, prefix: 203.0.113.0/25, forge_origin: true}",
        "expect: {at: transit, prefix: 203.0.113.0/25, via: attacker, rov: valid}",
    )
    assert lab_command("run", small_file(*forged)).code == 1
    assert lab_command("run", small_file(*forged), "--vrps", vrps).code == 0


GOLDEN = """\
small
small: 5 speakers, engine sim


A hijack.
* attacker hijacks 203.0.113.0/25
    1 best path changed
    transit rejects 203.0.113.0/25 from attacker (path 64505): ...
    ALERT subprefix-hijack: ...
    ALERT rpki-invalid: ...
✓ an alert subprefix-hijack
✗ at transit, 203.0.113.0/25: via attacker   (FILE:17)
    seen: no route; rejected: attacker (path 64505): rov-invalid
    what led there:
      +0.000 s  transit prefers 203.0.113.0/24 via customer (path 64496, valid): only eligible route
      +0.099 s  transit rejects 203.0.113.0/25 from attacker (path 64505): ...

small: 4 steps, 2 expectations, 1 failed
"""


def test_a_failed_scenario_is_told_with_what_was_seen_and_what_led_there(lab_command, small_file):
    file = small_file(
        "note: A hijack.",
        "hijack: {by: attacker, prefix: 203.0.113.0/25}",
        "expect: {alert: subprefix-hijack}",
        "expect: {at: transit, prefix: 203.0.113.0/25, via: attacker}",
    )
    result = lab_command("run", file)
    told = re.sub(r"(ALERT [a-z-]+|\(path 64505\)): .{60,}", r"\1: ...", result.out)
    assert told == GOLDEN.replace("FILE", str(file))
    assert result.code == 1


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.yaml")))
@pytest.mark.parametrize("command", ["check", pytest.param("run", marks=pytest.mark.slow)])
def test_a_bad_file_ends_with_2_and_all_its_problems(lab_command, monkeypatch, command, name):
    monkeypatch.chdir(BAD)
    result = lab_command(command, f"{name}.yaml")
    assert (result.code, result.out) == (2, "")
    assert result.err == (BAD / f"{name}.txt").read_text(encoding="utf-8")


WRONG_CALLS = {
    ("run", "byoi"): "did you mean 'byoip'?",
    ("run", "nothing.yaml"): "nothing.yaml: no such file",
    ("run", "."): "is a directory",
    ("run", "byoip", "--engine", "simm"): "there is no engine 'simm'; engines: sim, live",
    ("run", "byoip", "--engine", "live", "--driver", "x"): "there is no driver 'x'; drivers: process, docker",
    ("run", "byoip", "--seed", "x"): "Invalid value for '--seed'",
    ("run", "byoip", "--speed", "0"): "Invalid value for '--speed'",
    ("run", "byoip", "--vrps", "nothing.json"): "nothing.json: cannot be read",
    ("demo", "--driver", "x"): "there is no driver 'x'; drivers: process, docker",
    ("up", "byoip", "--engine", "simm"): "there is no engine 'simm'",
    ("show", "routes"): "no lab is running; `lab up FILE --detach` starts one",
    ("show", "rotes"): "Did you mean 'routes'?",
    ("explain", "eyeball", "203.0.113.0/24"): "no lab is running",
    ("hijack", "203.0.113.0/25", "--by", "attacker"): "no lab is running",
    ("hijack", "203.0.113.0/25"): "Missing option '--by'",
    ("announce", "203.0.113.0/24", "--from", "a", "--path", "64500 x"): "'x' is not an ASN",
    ("down", "--lab", "byoip"): "no lab is running",
    ("frobnicate",): "No such command 'frobnicate'",
    ("check",): "Missing argument",
}


@pytest.mark.parametrize("call", WRONG_CALLS, ids=" ".join)
def test_a_wrong_call_ends_with_2_and_says_what_would_be_right(lab_command, call):
    result = lab_command(*call)
    assert (result.code, result.out) == (2, "")
    assert WRONG_CALLS[call] in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("call", [("run", "byoip", "--engine", "live"), ("up", "byoip")])
def test_a_machine_without_docker_ends_with_3_and_says_how_to_get_it(lab_command, call):
    result = lab_command(*call, "--driver", "docker")
    assert (result.code, result.out) == (3, "")
    assert "no Docker engine answers; install one" in result.err


def test_a_lab_that_does_not_come_up_leaves_the_signals_as_they_were(lab_command):
    before = [signal.getsignal(number) for number in ENDING_SIGNALS]
    assert lab_command("up", "byoip", "--driver", "docker").code == 3
    assert [signal.getsignal(number) for number in ENDING_SIGNALS] == before


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (MachineError("no loopback"), 3, "lab: no loopback\n"),
        (EngineError("transit did not come up"), 1, "lab: transit did not come up\n"),
        (OSError(28, "No space left on device"), 3, "lab: No space left on device\n"),
        (FileNotFoundError(2, "No such file", "x.html"), 3, "lab: No such file: x.html\n"),
        (StoreError("timeline.sqlite: cannot be opened"), 3, "lab: timeline.sqlite: cannot be opened\n"),
        (UnsuitableError("a cache of its own"), 2, "lab: a cache of its own\n"),
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
    ],
)
def test_an_exception_becomes_an_exit_code_and_a_line(capsys, monkeypatch, error, code, text):
    monkeypatch.setattr("lab.cli.main._discard_output", lambda: None)

    def fail():
        raise error

    assert guarded(fail) == code
    assert capsys.readouterr().err == text


def test_a_fault_of_our_own_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        guarded(lambda: 1 / 0)


def test_there_is_a_version_and_help(lab_command):
    assert lab_command("--version").out.startswith("lab 0.")
    assert "Bring a lab up and keep it up." in lab_command("--help").out
    assert lab_command().code == 2


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["topologies", "schema", "run demo"])
def test_a_reader_that_stops_reading_is_no_error_of_the_lab(closed):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "lab", *closed.split()], stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.slow
def test_a_full_disk_is_a_fault_of_the_machine():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lab", "topologies"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert (done.returncode, done.stderr) == (3, "lab: No space left on device\n")


@pytest.mark.slow
def test_a_terminal_that_knows_only_ascii_is_told_all_the_same(tmp_path, small_file):
    file = small_file("note: Größe", HOLDS, FAILS)
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "lab", "run", str(file)], capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "\nok at eyeball, 203.0.113.0/24: via transit\n" in done.stdout
    assert "\nFAILED an alert moas" in done.stdout
    assert "Gr\\xf6\\xdfe" in done.stdout


def test_nothing_is_coloured_or_padded_in_a_pipe(lab_command, small_file):
    for call in (("run", small_file(HOLDS, FAILS)), ("topologies",)):
        lines = lab_command(*call).out.splitlines()
        assert not [line for line in lines if "\x1b" in line or line != line.rstrip()]


def test_calls_that_a_cloud_has_no_place_for_are_errors_of_the_file(lab_command, tmp_path):
    path = tmp_path / "calls.yaml"
    path.write_text(
        "name: calls\ntopology: cloudflare-byoip\nscenario:\n"
        "  - cloudflare: {post: addressing/prefixs}\n"
        "  - cloudflare: {post: addressing/prefixes, with: {cidr: 192.0.2.0/24, asn: 13335, descripton: x}}\n"
    )
    result = lab_command("check", path)
    assert (result.code, result.out) == (2, "")
    assert f"{path}:4: POST addressing/prefixs: No route for that URI: the nearest is" in result.err
    assert f"{path}:5: POST addressing/prefixes: there is no member descripton; did you mean" in result.err
    assert result.err.endswith("2 problems\n")


CALLS = "name: calls\ntopology: cloudflare-byoip\nscenario:\n  - expect: {no_alert: true}\n"


def test_a_call_that_a_cloud_refuses_ends_a_scenario_with_1_and_its_results(lab_command, tmp_path):
    path = tmp_path / "calls.yaml"
    call = "  - cloudflare: {post: addressing/prefixes, with: {cidr: 203.0.113.0/24, asn: 64500}}\n"
    path.write_text(CALLS + call + "  - wait: {for: 5s}\n")
    told = lab_command("run", path)
    assert (told.code, told.err) == (1, "")
    assert f"\n✗ POST addressing/prefixes succeeds   ({path}:5)\n    seen: 1101: AS64500" in told.out
    end = "\ncalls: 2 steps, 2 expectations, 1 failed; 1 step not carried out\n"
    assert told.out.endswith(end)
    data = lab_command("run", path, "--json").data
    assert [step["outcome"]["met"] for step in data["steps"]] == [True, False]
    assert (data["failed"], data["not_carried_out"], data["error"]) == (1, 1, None)


def test_a_step_that_makes_no_sense_ends_a_scenario_with_2_after_what_ran_before(lab_command, tmp_path):
    path = tmp_path / "calls.yaml"
    path.write_text(CALLS + "  - roa: {remove: {prefix: 203.0.113.0/24, asn: 64511}}\n")
    error = f"{path}:5: the ROA 203.0.113.0/24 AS64511 is not there"
    told = lab_command("run", path)
    assert told.code == 2
    assert told.err.startswith(f"lab: {error}")
    assert told.out.endswith("\ncalls: 1 step, 1 expectation, 0 failed; 1 step not carried out\n")
    whole = lab_command("run", path, "--json")
    assert whole.code == 2
    assert (len(whole.data["steps"]), whole.data["not_carried_out"]) == (1, 1)
    assert whole.data["error"].startswith(error)


def test_a_view_of_a_file_whose_calls_are_refused_is_none(lab_command, tmp_path):
    path = tmp_path / "calls.yaml"
    path.write_text(CALLS + "  - cloudflare: {get: addressing/prefixes, error: 1108}\n")
    result = lab_command("export", "dot", "--file", path)
    assert (result.code, result.out) == (2, "")
    assert "GET addressing/prefixes succeeded; expected it to be refused with 1108" in result.err


def test_one_of_something_is_not_several(lab_command, tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text("name: one\nases: {a: {asn: 64496}, b: {asn: 64497}}\nlinks: [a -> b]\n"
                    "scenario: [{note: One.}]\n")  # fmt: skip
    assert "2 speakers and a collector, 1 link, 1 step, " in lab_command("check", path).out
