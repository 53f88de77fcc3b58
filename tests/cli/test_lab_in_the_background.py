"""A lab that stays up: what `lab status`, `show`, `explain` and the actions say of it, and how it ends."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from lab.engines.live.run_directory import RunDirectory, runs_root
from lab.scenario.asking import STATUS_KEYS

HELD, PART = "203.0.113.0/24", "203.0.113.0/25"

pytestmark = [pytest.mark.background, pytest.mark.usefixtures("runtime_directory")]


@pytest.fixture
def up(lab_command):
    """`up(name)` brings a simulated lab up in the background and gives its run id."""
    runs = []

    def bring_up(name="byoip", *options):
        result = lab_command("up", name, "--detach", "--engine", "sim", *options)
        assert (result.code, result.err) == (0, "")
        runs.append(result.out.split(" is up as run ")[1].split(";")[0])
        return runs[-1]

    yield bring_up
    for run in runs:
        lab_command("down", "--lab", run)
    assert list(runs_root().iterdir()) == []


def process_of(run):
    """The process that serves a run: the peer of its socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(runs_root() / run / "lab.sock"))
        return struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def kill_outright(run):
    process = os.pidfd_open(process_of(run))
    signal.pidfd_send_signal(process, signal.SIGKILL)
    select.select([process], [], [])
    os.close(process)


def test_a_lab_is_used_from_other_commands_until_it_is_taken_down(lab_command, up):
    run = up()
    status = lab_command("status")
    assert status.out.splitlines()[1].split() == [run, "byoip", "8", "15/15", "5", "0"]

    assert lab_command("show", "alerts").out == "no alert\n"
    done = lab_command("hijack", PART, "--by", "attacker")
    assert done.code == 0
    assert done.out.startswith("attacker hijacks 203.0.113.0/25\n    attacker announces 203.0.113.0/25")
    assert "ALERT subprefix-hijack" in done.out

    explained = lab_command("explain", "transit-a", PART).out
    assert explained.startswith(f"transit-a (AS64510), {PART}    * best, - eligible, x rejected\n")
    assert "x  transit-b  64511 64505  invalid" in explained
    assert "no route" in lab_command("show", "routes", "--prefix", PART).out
    last = lab_command("show", "timeline", "-n", "1").out
    assert len(last.splitlines()) == 2
    assert "ALERT" in last

    assert lab_command("down", "--lab", "byoip").out == f"byoip (run {run}) is down\n"
    again = lab_command("down", "--lab", "byoip")
    assert (again.code, again.err) == (2, "lab: no lab is running; `lab up FILE --detach` starts one\n")
    assert lab_command("status").out == "no lab is running\n"


def test_down_without_a_lab_is_done(lab_command):
    for _ in range(2):
        result = lab_command("down")
        assert (result.code, result.out) == (0, "nothing was running\n")


def test_down_takes_all_labs_down(lab_command, up):
    runs = [up("byoip"), up("multihomed")]
    result = lab_command("down")
    names = dict(zip(runs, ("byoip", "multihomed"), strict=True))
    assert sorted(result.out.splitlines()) == sorted(f"{names[run]} (run {run}) is down" for run in runs)


def test_of_several_labs_one_is_named(lab_command, up):
    first, second = up("byoip"), up("multihomed")
    assert lab_command("hijack", PART, "--by", "attacker", "--lab", "byoip").code == 0
    assert lab_command("show", "alerts", "--lab", second).out == "no alert\n"
    assert lab_command("show", "alerts", "--lab", first).out != "no alert\n"
    unnamed = lab_command("show", "alerts")
    assert unnamed.code == 2
    assert unnamed.err.startswith("lab: several labs run, say which with --lab: ")
    assert f"{first} (byoip)" in unnamed.err
    wrong = lab_command("show", "alerts", "--lab", "byoi")
    assert wrong.err == "lab: no running lab is called 'byoi'; did you mean 'byoip'?\n"


def test_two_labs_of_one_name_are_told_apart_by_their_runs(lab_command, up):
    runs = {up("byoip"), up("byoip")}
    result = lab_command("show", "alerts", "--lab", "byoip")
    assert result.err.startswith("lab: several labs are called 'byoip', name the run: ")
    assert set(result.err.strip().split(": ")[2].split(", ")) == runs
    assert all(lab_command("show", "alerts", "--lab", run).code == 0 for run in runs)


def silent(run, state):
    """What `lab status` has to say of a run that does not answer."""
    return dict.fromkeys(STATUS_KEYS) | {"run": run, "state": state}


def test_a_lab_that_was_killed_is_said_to_be_dead_and_cleaned_up(lab_command, up):
    run = up()
    kill_outright(run)
    assert lab_command("status", "--json").data == [silent(run, "dead")]
    assert "(was killed; `lab down` cleans it up)" in lab_command("status").out
    asked = lab_command("show", "routes")
    assert (asked.code, asked.err) == (2, "lab: no lab is running; `lab up FILE --detach` starts one\n")
    assert lab_command("down").out == f"removed {runs_root() / run}\n"
    assert lab_command("status", "--json").data == []


def test_beside_a_dead_lab_the_living_one_needs_no_name(lab_command, up):
    kill_outright(up("byoip"))
    up("multihomed")
    assert lab_command("show", "alerts").out == "no alert\n"


def test_a_run_that_is_held_without_a_lab_is_a_scenario_or_a_test_and_left_alone(lab_command):
    run = RunDirectory.create()
    try:
        assert lab_command("status", "--json").data == [silent(run.run_id, "busy")]
        assert "(a scenario or a test runs there, or a lab comes up)" in lab_command("status").out
        assert lab_command("show", "routes").err.startswith("lab: no lab is running")
        result = lab_command("down")
        assert result.out.startswith(f"run {run.run_id} is in use by a scenario, a test or a lab")
        assert result.code == 0, "there is no lab to end"
        assert run.path.is_dir()
    finally:
        run.release()
    assert lab_command("down").out == f"removed {run.path}\n"


def test_a_lab_that_does_not_answer_is_not_said_to_be_down(lab_command):
    run = RunDirectory.create()
    try:
        with socket.socket(socket.AF_UNIX) as deaf:
            deaf.bind(str(run.path / "lab.sock"))
        result = lab_command("down")
        says = (
            f"run {run.run_id} is in use by a lab that does not answer; `lab down --lab {run.run_id}` ends it"
        )
        assert (result.code, result.out) == (1, f"{says} all the same\n")
        assert lab_command("down", "--json").data == {"lines": [f"{says} all the same"], "left": [run.run_id]}
    finally:
        run.release()
    assert (lab_command("down").code, list(runs_root().iterdir())) == (0, [])


def test_a_lab_that_is_up_can_be_reached_by_its_owner_only(up):
    run = up()
    assert stat.S_IMODE((runs_root() / run).stat().st_mode) == 0o700
    assert stat.S_IMODE((runs_root() / run / "lab.sock").stat().st_mode) == 0o600


def test_a_bad_file_is_refused_in_the_background_as_in_the_foreground(lab_command):
    bad = Path(__file__).parent.parent / "topology" / "bad" / "roas.yaml"
    front, back = lab_command("check", bad), lab_command("up", bad, "--engine", "sim", "--detach")
    assert (back.code, back.out) == (2, "")
    assert back.err == front.err
    assert list(runs_root().iterdir()) == []


def test_a_machine_that_lacks_something_is_3_in_the_background_too(
    lab_command, runtime_directory, monkeypatch
):
    deep = runtime_directory / ("x" * 90)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    result = lab_command("up", "byoip", "--engine", "sim", "--detach")
    assert (result.code, result.out) == (3, "")
    assert "set XDG_RUNTIME_DIR or TMPDIR to a short path" in result.err
    assert list(runs_root().iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_lab_in_the_foreground_ends_with_a_signal_and_leaves_nothing(number):
    with subprocess.Popen(
        [sys.executable, "-m", "lab", "up", "byoip", "--engine", "sim"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert "is up as run" in process.stdout.readline()
        process.send_signal(number)
        _, errors = process.communicate()
    assert process.returncode == 128 + number
    assert "Traceback" not in errors
    assert list(runs_root().iterdir()) == []


JSON_COMMANDS = [
    "status",
    "show table",
    "show routes",
    "show rib eyeball",
    "show vrps",
    "show aspas",
    "show sessions",
    "show alerts",
    "show timeline -n 3",
    "explain eyeball 203.0.113.0/24",
    "export dot",
    "announce 192.0.2.0/26 --from customer --prepend 1 --community no-export",
    "withdraw 192.0.2.0/26 --from customer",
    "hijack 203.0.113.0/24 --by attacker --forge-origin",
    "leak --by customer",
    "leak --by customer --stop",
    "link customer transit-a down",
    "link customer transit-a up",
    "roa add 203.0.113.0/24 64505 --max-length 25",
    "roa remove 203.0.113.0/24 64505 --max-length 25",
    "roa list",
    "aspa add 64496 64510 AS64511",
    "aspa list",
    "aspa remove AS64496",
    "set eyeball --rov drop --aspa drop --urpf loose",
    "probe 203.0.113.9 --from eyeball --source 198.51.100.7",
    "kill transit-b",
]


def test_every_command_that_speaks_to_a_lab_prints_json(lab_command, up):
    up()
    for command in JSON_COMMANDS:
        result = lab_command(*command.split(), "--json")
        assert (result.code, result.err) == (0, ""), command
        assert isinstance(result.data, dict | list), command
        assert result.out.isascii()


@pytest.mark.parametrize("command", ["topologies", "check byoip", "run demo", "schema"])
def test_every_other_command_prints_json(lab_command, command):
    result = lab_command(*command.split(), *([] if command == "schema" else ["--json"]))
    assert (result.code, result.err) == (0, "")
    assert result.data


def test_a_bad_file_is_json_too(lab_command):
    bad = Path(__file__).parent.parent / "topology" / "bad" / "roas.yaml"
    result = lab_command("check", bad, "--json")
    assert result.code == 2
    assert len(result.data["errors"]) == 6


def test_the_doctor_reports_what_is_missing_and_is_content_without_docker(lab_command):
    result = lab_command("doctor", "--json")
    found = {each["what"]: each for each in result.data}
    assert result.code == 0
    assert found["ExaBGP 5"]["ok"]
    assert not found["Docker engine"]["ok"]
    assert "install" in found["Docker engine"]["detail"]


REFUSED = {
    "hijack 203.0.113.1/25 --by attacker": "'203.0.113.1/25' has host bits set; did you mean 203.0.113.0/25?",
    "hijack 203.0.113.0/25 --by atacker": "no speaker is called 'atacker'; did you mean 'attacker'?",
    "roa add 203.0.113.0/24 amazon": ("expected an AS number from 0 to 4294967295, got 'amazon'"),
    "aspa add 64496 0 64510": (
        "AS 0 says that there are no providers, so it stands alone; remove 0 or all the others"
    ),
    "aspa add 64496 amazon": "expected an AS number from 0 to 4294967295, got 'amazon'",
    "aspa remove 64496": "the ASPA of AS64496 is not there",
    "set eyeball --rov dropp": "'dropp' is not one of off, prefer-valid, drop; did you mean 'drop'?",
    "set eyeball": "nothing to set; give rov, aspa, otc, blackhole, graceful_shutdown or urpf",
    "link customer transit-a sideways": "'sideways' is not one of up, down",
    "show rib eyebal": "there is no speaker 'eyebal'; did you mean 'eyeball'?",
    "show timeline --at eyebal": "there is no speaker 'eyebal'; did you mean 'eyeball'?",
    "explain eyeball 203.0.113.0/33": "'203.0.113.0/33' is longer than an IPv4 address; expected /0 to /32",
    "withdraw 192.0.2.0/25 --from customer": "customer does not announce 192.0.2.0/25",
    "probe 203.0.113.9 --from eyeball --source x": (
        "'x' is not an IP address; expected for example 203.0.113.9"
    ),
}


def test_what_makes_no_sense_is_refused_with_the_nearest_choice(lab_command, up):
    up()
    before = lab_command("show", "routes", "--json").data
    for command, error in REFUSED.items():
        result = lab_command(*command.split())
        assert (result.code, result.out, result.err) == (2, "", f"lab: {error}\n"), command
    assert lab_command("show", "routes", "--json").data == before


def test_the_timeline_of_a_running_lab_is_a_file_in_its_directory(up):
    run = up()
    assert (runs_root() / run / "timeline.sqlite").exists()


def test_urpf_that_is_set_is_seen_to_have_changed(lab_command, up):
    up()
    (event,) = lab_command("set", "eyeball", "--urpf", "strict", "--json").data["events"]
    assert (event["at"], event["detail"]) == ("eyeball", "policy: urpf strict")


def test_the_hop_that_an_aspa_contradicts_is_explained(lab_command, up):
    up("multihomed")
    lab_command("leak", "--by", "office", "--to", "carrier-b")
    added = lab_command("aspa", "add", "64510", "0")
    first, *others = added.out.splitlines()
    assert first == "an ASPA is published: AS64510 buys from nobody"
    assert "    carrier-b holds 4 VRPs and 1 ASPA of the lab's RTR cache, serial 2" in others
    *_, listed = lab_command("aspa", "list").out.splitlines()
    assert listed.split()[:3] == ["AS64510", "nobody", "ripe"]
    assert listed.endswith("/AS64510.asa")
    dropped = lab_command("set", "carrier-b", "--aspa", "drop")
    assert "carrier-b rejects 203.0.113.0/25 from office" in dropped.out
    explained = lab_command("explain", "carrier-b", "203.0.113.0/25").out
    hop = "AS64510's ASPA does not name AS64500: its providers are nobody"
    assert f"path verification, from office: invalid: {hop}" in " ".join(explained.split())


HEAVY = {"networkx", "pydantic", "docker", "rich", "yaml", "exabgp", "sqlite3"}
MODULES = """\
import json, sys
from lab.cli.app import app
try: app(sys.argv[1:])
except SystemExit: pass
print(json.dumps(sorted(sys.modules)))
"""


def modules_after(*call):
    """The modules that are loaded after `lab` ran with these arguments."""
    done = subprocess.run([sys.executable, "-c", MODULES, *call], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_asking_a_running_lab_imports_nothing_that_a_lab_is_made_of():
    importing = (
        "import json, sys; import lab.cli.narration, lab.cli.runs; print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", importing], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert not {"pydantic", "yaml", "lab.topology.model", "lab.scenario.lab", "lab.scenario.service"} & loaded


@pytest.mark.parametrize("call", [["--help"], ["--version"]])
def test_help_needs_none_of_the_heavy_modules(call):
    assert not HEAVY & {name.partition(".")[0] for name in modules_after(*call)}


@pytest.mark.parametrize("call", [["run", "--help"], ["show", "--help"], ["hijack", "--help"]])
def test_the_help_of_a_command_needs_no_floor_below(call):
    loaded = modules_after(*call)
    assert not {"networkx", "docker", "exabgp"} & loaded
    assert {name for name in loaded if name.startswith("lab.") and not name.startswith("lab.cli")} == set()
