"""What the process driver says when the machine lacks something."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from support.live_lab import topology_of

from lab.engines.base import MachineError
from lab.engines.live import process_driver, run_directory
from lab.engines.live.control import ControlConnection
from lab.engines.live.labelled_processes import labelled_processes
from lab.engines.live.process_driver import ProcessDriver
from lab.engines.live.run_directory import RunDirectory
from lab.engines.live.speaker_files import write_speaker_files
from lab.speaker.setup import CONFIGURATION_FILE, CONTROL_SOCKET, SETUP_FILE

TOPOLOGY = topology_of("one -> two")


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return RunDirectory.create()


@pytest.fixture
def driver():
    driver = ProcessDriver()
    yield driver
    driver.stop()


def until_it_ends(driver: ProcessDriver, speaker: str) -> None:
    assert driver._processes[speaker].has_ended(timeout=60)


def test_every_speaker_has_an_address_of_its_own_and_two_labs_share_none(driver, run):
    other = ProcessDriver()
    try:
        places = [*driver.prepare(TOPOLOGY, run).values(), *other.prepare(TOPOLOGY, run).values()]
        assert len({place.address for place in places}) == 6
    finally:
        other.stop()


def test_a_missing_exabgp_is_named_with_its_cure(driver, run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MachineError, match="pip install exabgp"):
        driver.prepare(TOPOLOGY, run)


def test_a_taken_port_makes_the_driver_choose_another_network(driver, run, monkeypatch):
    taken = set(list(process_driver._NETWORKS)[:-1])
    monkeypatch.setattr(process_driver, "_is_free", lambda address: int(address.split(".")[1]) not in taken)
    places = driver.prepare(TOPOLOGY, run)
    assert places["one"].address.split(".")[1] == str(process_driver._NETWORKS[-1])


def test_a_machine_with_every_port_taken_is_told_so(driver, run, monkeypatch):
    monkeypatch.setattr(process_driver, "_is_free", lambda address: False)
    with pytest.raises(MachineError, match=r"port 1790 is taken .* `lab down`"):
        driver.prepare(TOPOLOGY, run)


def test_a_machine_without_the_loopback_range_is_sent_to_docker(driver, run, monkeypatch):
    class NoSuchAddress(process_driver.socket.socket):
        def bind(self, address):
            if isinstance(address, tuple):
                raise OSError(errno.EADDRNOTAVAIL, "no such address")
            super().bind(address)

    monkeypatch.setattr(process_driver.socket, "socket", NoSuchAddress)
    with pytest.raises(MachineError, match="--driver docker"):
        driver.prepare(TOPOLOGY, run)


@pytest.mark.parametrize(("number", "advice"), [(errno.EMFILE, "ulimit -n"), (errno.EAGAIN, "ulimit -u")])
def test_a_limit_of_the_machine_is_named_with_the_way_to_raise_it(driver, run, monkeypatch, number, advice):
    def fail(*_, **__):
        raise OSError(number, "limit reached")

    driver.prepare(TOPOLOGY, run)
    monkeypatch.setattr(subprocess, "Popen", fail)
    with pytest.raises(MachineError, match=f"speaker one: limit reached; .*{advice}"):
        driver.start({"one": ["true"]}, {"one": {}})


def first_on_the_path(monkeypatch, directory: Path, file: str, text: str) -> None:
    """Let the nursery find a Python file of ours before all others."""
    (directory / file).write_text(text)
    environment = process_driver._base_environment()
    environment["PYTHONPATH"] = os.pathsep.join((str(directory), environment["PYTHONPATH"]))
    monkeypatch.setattr(process_driver, "_base_environment", lambda: environment)


@pytest.mark.slow
def test_a_limit_the_nursery_meets_is_named_too(driver, run, monkeypatch, tmp_path):
    fork = "import errno, os\ndef fork(): raise OSError(errno.EAGAIN, '')\nos.fork = fork"
    first_on_the_path(monkeypatch, tmp_path, "sitecustomize.py", fork)
    driver.prepare(TOPOLOGY, run)
    with pytest.raises(MachineError, match=r"speaker one: .*; raise .* `ulimit -u`"):
        driver.start({"one": ["true"]}, {"one": {}})


def test_an_exabgp_that_cannot_be_imported_is_an_error_with_the_reason(driver, run, monkeypatch, tmp_path):
    first_on_the_path(monkeypatch, tmp_path, "exabgp.py", "raise ImportError('half installed')")
    driver.prepare(TOPOLOGY, run)
    with pytest.raises(MachineError, match=r"(?s)cannot import ExaBGP.*half installed"):
        driver.start({"one": ["true"]}, {"one": {}})


def test_a_speaker_is_alive_until_it_is_killed_or_ends(driver, run):
    places = driver.prepare(TOPOLOGY, run)
    forever = [places["one"].python, "-c", "import signal; signal.pause()"]
    driver.start({"one": forever, "two": forever}, {"one": {}, "two": {}})
    assert driver.alive("one")
    driver.kill("one")
    assert not driver.alive("one")
    assert driver.alive("two")
    os.kill(driver._processes["two"].pid, signal.SIGKILL)
    until_it_ends(driver, "two")
    assert not driver.alive("two")


def test_a_speaker_that_ended_leaves_no_zombie(driver, run):
    driver.prepare(TOPOLOGY, run)
    driver.start({"one": ["true"]}, {"one": {}})
    until_it_ends(driver, "one")
    driver.start({"two": ["true"]}, {"two": {}})
    assert driver._processes["two"].pid != driver._processes["one"].pid
    assert not Path(f"/proc/{driver._processes['one'].pid}").exists()


def test_stop_leaves_no_process_and_no_descriptor(driver, run):
    before = len(os.listdir("/proc/self/fd"))
    places = driver.prepare(TOPOLOGY, run)
    forever = [places["one"].python, "-c", "import signal; signal.pause()"]
    driver.start({"one": forever}, {"one": {}})
    driver.start({"one": forever}, {"one": {}})
    driver.stop()
    assert not list(labelled_processes(run.run_id))
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_end_of_a_long_log_is_what_is_shown(driver, run):
    places = driver.prepare(TOPOLOGY, run)
    program = "print('x' * 9000); print('the end')"
    driver.start({"one": [places["one"].python, "-c", program]}, {"one": {}})
    until_it_ends(driver, "one")
    assert driver.log("one").endswith("the end")
    assert len(driver.log("one")) < 5000
    assert not driver.alive("one")


def test_a_log_cannot_fill_the_disk(driver, run):
    places = driver.prepare(TOPOLOGY, run)
    program = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    driver.start({"one": [places["one"].python, "-c", program]}, {"one": {}})
    until_it_ends(driver, "one")
    assert (run.speaker("one") / "exabgp.log").stat().st_size <= 1 << 20


def test_a_path_exabgp_could_misread_is_refused(driver, run):
    places = driver.prepare(TOPOLOGY, run)
    places = {
        name: process_driver.Place(p.address, p.directory, "/a b;/python", p.agent)
        for name, p in places.items()
    }
    with pytest.raises(MachineError, match="ExaBGP cannot be told to use '/a b;/python'"):
        write_speaker_files("one", TOPOLOGY, places, run, [], [], [], shares_loopback=True)


def test_a_run_directory_too_deep_for_a_socket_is_refused(monkeypatch, tmp_path):
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with pytest.raises(MachineError, match="too long for a UNIX socket"):
        RunDirectory.create().speaker("one")


def test_a_runs_directory_others_can_enter_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    run_directory.runs_root().chmod(0o755)
    with pytest.raises(MachineError, match="not a private directory"):
        RunDirectory.create()


def test_a_link_in_a_speakers_directory_is_replaced_and_not_followed(driver, run, tmp_path):
    places = driver.prepare(TOPOLOGY, run)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for name in (SETUP_FILE, CONFIGURATION_FILE):
        (run.speaker("one") / name).symlink_to(victim)
    write_speaker_files("one", TOPOLOGY, places, run, [], [], [], shares_loopback=True)
    assert victim.read_text() == "precious"
    for name in (SETUP_FILE, CONFIGURATION_FILE):
        assert not (run.speaker("one") / name).is_symlink()
        assert (run.speaker("one") / name).stat().st_size > 0


def test_an_agent_is_not_looked_for_behind_a_link_or_in_a_file(run, tmp_path):
    with socket.socket(socket.AF_UNIX) as somebody_elses:
        somebody_elses.bind(str(tmp_path / "else"))
        somebody_elses.listen()
        path = run.speaker("one") / CONTROL_SOCKET
        path.symlink_to(tmp_path / "else")
        assert ControlConnection.open(path) is None
        path.unlink()
        path.touch()
        assert ControlConnection.open(path) is None
        path.unlink()
        (tmp_path / "else").rename(path)
        ControlConnection.open(path).close()
