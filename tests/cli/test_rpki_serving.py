"""`lab rpki serve`: other people's validators and routers get from it what our relying party has found."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.bgp.prefix import Prefix
from lab.cli.rpki_other_software import other_software
from lab.rpki.payload_files import read_payloads
from lab.rpki.serving import Ports, ServedRpki, readable_temporary_directory
from lab.topology.loading import load

pytestmark = pytest.mark.rpki

ANY = ("--rsync-port", "0", "--https-port", "0", "--rtr-port", "0")
NOW = int(time.time())


def wanted():
    return {(vrp.prefix, vrp.max_length, vrp.asn) for vrp in load("byoip").vrps}


@contextmanager
def serving(*options):
    """`lab rpki serve` in a process of its own, and what it says of itself."""
    with subprocess.Popen(
        [sys.executable, "-m", "lab", "rpki", "serve", "byoip", *ANY, *options, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            lines = iter(process.stdout.readline, "}\n")
            yield process, json.loads("".join(lines) + "}")
        finally:
            process.kill()


@pytest.fixture(scope="module")
def served():
    """The RPKI of byoip, where validators that give up root can read it."""
    with (
        readable_temporary_directory() as directory,
        ServedRpki(load("byoip"), directory, Ports(), NOW) as served,
    ):
        yield served


def typed(served, title, contains):
    """A command shown under a heading, as a shell takes it."""
    (lines,) = [lines for heading, lines in other_software(served) if heading.startswith(title)]
    (line,) = [line for line in lines if contains in line]
    return line.replace("lab rpki", f"{sys.executable} -m lab rpki")


def run(command):
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def vrps_in(text):
    """The VRPs in the CSV that a validator prints."""
    rows = csv.reader(line for line in text.splitlines() if re.match(r"AS\d+,", line))
    return {(Prefix.parse(row[1]), int(row[2]), int(row[0].removeprefix("AS"))) for row in rows}


def test_the_vrps_are_those_of_the_file(served):
    assert {vrp[:3] for vrp in read_payloads(served.vrps).vrps} == wanted()
    assert served.validation.rejected == ()


@pytest.mark.seed(130, 256)
@pytest.mark.parametrize("by", ["-R", "unshare"])
def test_rpki_client_takes_the_same_by_what_is_shown_to_type(served, by):
    if os.geteuid() != 0:
        pytest.skip("a mount namespace needs root")
    run(typed(served, "rpki-client", "install"))
    assert vrps_in(run(typed(served, "rpki-client", by))) == wanted()


@pytest.mark.seed(130, 256)
@pytest.mark.parametrize("without", ["--http.enabled=false", "--rsync.enabled=false"])
def test_fort_takes_the_same_by_what_is_shown_to_type(served, without):
    run(typed(served, "Fort", "openssl"))
    assert vrps_in(run(typed(served, "Fort", without))) == wanted()


@pytest.mark.seed(256)
def test_our_own_validator_takes_the_same_over_the_network_and_verifies_it_once(served):
    command = typed(served, "this lab's own validator", "validate")
    assert vrps_in(run(f"{command} --format csv")) == wanted()
    again = json.loads(run(f"{command} --json"))
    assert {point["via"] for point in again["points"]} == {"rrdp"}
    assert sum(point["signatures"] for point in again["points"]) == 0
    by_rsync = json.loads(run(f"{command} --no-rrdp --json"))
    assert {point["via"] for point in by_rsync["points"]} == {"rsync"}
    assert by_rsync["vrps"] == len(wanted())


@pytest.mark.rtr
def test_an_rtr_client_takes_the_same_by_what_is_shown_to_type(served):
    shown = run(typed(served, "RTR", "rtrclient"))
    rows = (line.split(", ") for line in shown.splitlines() if line.count(", ") == 3)
    found = {(Prefix.parse(f"{net}/{low}"), int(high), int(asn)) for net, low, high, asn in rows}
    assert found == wanted()


def test_the_tree_on_disk_validates_offline(served, lab_command):
    result = lab_command("rpki", "validate", "--tal", served.tals, "--tree", served.tree, "--format", "csv")
    assert (result.code, result.err) == (0, "")
    assert vrps_in(result.out) == wanted()


def test_the_objects_stay_fresh_as_time_passes(tmp_path):
    with ServedRpki(load("byoip"), tmp_path, Ports(), NOW) as served:
        numbers = {point.manifest_number for point in served.validation.points}
        for day in range(1, 4):
            validation = served.refresh(NOW + day * 86400)
            assert {point.state.value for point in validation.points} == {"fresh"}
            assert len(validation.payloads) == len(wanted())
        assert min(point.manifest_number for point in validation.points) > max(numbers)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_a_signal_and_leaves_nothing(number):
    with serving() as (process, where):
        place = Path(where["tals"]).parent
        assert (place / "tree").is_dir()
        process.send_signal(number)
        out, errors = process.communicate()
    assert process.returncode == 128 + number
    assert "Traceback" not in out + errors
    assert not place.exists()
    for name in ("rsync", "https", "rtr"):
        port = int(re.search(r":(\d+)/?$", where[name])[1])
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_what_it_wrote_into_a_directory_of_ones_own_stays(tmp_path):
    with serving("--directory", str(tmp_path)) as (process, _):
        process.terminate()
        process.communicate()
    assert {"tals", "tree", "ca.pem", "vrps.json"} <= {path.name for path in tmp_path.iterdir()}
    assert {vrp[:3] for vrp in read_payloads(tmp_path / "vrps.json").vrps} == wanted()


def test_a_directory_that_is_served_already_is_a_fault_of_the_machine(tmp_path):
    again = [sys.executable, "-m", "lab", "rpki", "serve", "byoip", *ANY, "--directory", tmp_path]
    with serving("--directory", str(tmp_path)) as (process, _):
        result = subprocess.run(again, capture_output=True, text=True, timeout=20)
        assert (result.returncode, result.stdout) == (3, "")
        assert "in use by another lab rpki serve" in result.stderr
        assert list((tmp_path / "tree").rglob("*.mft"))
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("command", [("serve", "byoip", *ANY, "--directory"), ("export", "byoip", "--to")])
def test_a_file_where_the_directory_should_be_is_a_wrong_call(lab_command, tmp_path, command):
    file = tmp_path / "file"
    file.write_text("mine")
    result = lab_command("rpki", *command, file)
    assert (result.code, result.out) == (2, "")
    assert f"{file} cannot be used: it is a file; expected a directory" in result.err


def test_only_its_owner_reads_the_key_of_the_server(served):
    keys = [path for path in served.directory.rglob("*.pem") if b"PRIVATE KEY" in path.read_bytes()]
    assert [path.stat().st_mode & 0o777 for path in keys] == [0o600]


@pytest.mark.parametrize("option", ["--rsync-port", "--https-port", "--rtr-port"])
def test_a_port_that_is_taken_is_a_fault_of_the_machine(lab_command, option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = lab_command("rpki", "serve", "byoip", *ANY, option, port)
    assert (result.code, result.out) == (3, "")
    assert str(port) in result.err
    assert result.err.endswith("; port 0 takes a free one\n")


def test_a_file_that_is_none_is_refused_before_anything_is_served(lab_command, tmp_path):
    result = lab_command("rpki", "serve", "byoipp", *ANY, "--directory", tmp_path / "new")
    assert (result.code, result.out) == (2, "")
    assert "did you mean 'byoip'?" in result.err
    assert not (tmp_path / "new").exists()
