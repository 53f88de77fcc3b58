from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import NotFound
from docker.models.containers import Container

from lab.bgp.commands import Originate
from lab.engines.base import MachineError, SpeakerFault
from lab.engines.live.docker_driver import (
    DOCKER_RUN_LABEL,
    DOCKER_SPEAKER_LABEL,
    DockerDriver,
    clean_up_docker,
)
from lab.engines.live.driver import BGP_PORT
from lab.engines.live.engine import LiveEngine
from lab.engines.live.run_directory import RunDirectory
from lab.topology.loading import parse

pytestmark = pytest.mark.docker

CHAIN = """
name: chain
title: Origin, transit and edge in a row
ases:
  origin: {asn: 64496, prefixes: [203.0.113.0/24, "2001:db8:100::/48"]}
  transit: {asn: 64497}
  edge: {asn: 64498}
links:
  - origin -> transit
  - edge -> transit
"""
PYTHON = "/opt/speaker/python3"
DECOY_PORT = 8000


@pytest.fixture
def chain(base_image: str, run: RunDirectory) -> Iterator[LiveEngine]:
    """The chain, up and with the origin's prefixes announced."""
    topology = parse(CHAIN)
    with LiveEngine(topology, DockerDriver(base_image), run=run) as lab:
        for prefix in topology.speakers["origin"].prefixes:
            lab.apply("origin", Originate(prefix))
        lab.converge()
        yield lab


@pytest.fixture
def decoy(engine: docker.DockerClient, base_image: str) -> Iterator[Container]:
    """A container and a network of somebody else; the container runs, and serves HTTP."""
    name = f"not-of-the-lab-{secrets.token_hex(4)}"
    network = engine.networks.create(name, labels={"somebody": "else"})
    container = engine.containers.run(
        base_image,
        ["python3", "-u", "-m", "http.server", str(DECOY_PORT)],
        name=name,
        network=name,
        labels={"somebody": "else"},
        detach=True,
    )
    assert next(line for line in container.logs(stream=True) if b"Serving HTTP" in line)
    yield container
    container.remove(force=True)
    network.remove()


def of_run(engine: docker.DockerClient, run_id: str) -> list[str]:
    """Names of all containers and networks of a run."""
    label = {"label": f"{DOCKER_RUN_LABEL}={run_id}"}
    containers = engine.containers.list(all=True, filters=label)
    return [str(each.name) for each in [*containers, *engine.networks.list(filters=label)]]


def container_of(engine: docker.DockerClient, lab: LiveEngine, speaker: str) -> Container:
    assert lab.run
    labels = [f"{DOCKER_RUN_LABEL}={lab.run.run_id}", f"{DOCKER_SPEAKER_LABEL}={speaker}"]
    (found,) = engine.containers.list(filters={"label": labels})
    return found


def best_paths(lab: LiveEngine) -> dict[str, list[tuple[str, tuple[int, ...]]]]:
    return {
        name: [(str(prefix), path) for prefix, path in lab.view(name).paths()]
        for name in lab.topology.speakers
    }


def test_routes_arrive_through_a_chain_of_containers(chain: LiveEngine) -> None:
    assert best_paths(chain)["edge"] == [
        ("203.0.113.0/24", (64497, 64496)),
        ("2001:db8:100::/48", (64497, 64496)),
    ]
    assert all(session.established for session in chain.sessions())


def test_a_speaker_is_not_root_has_no_capability_and_gets_none(
    engine: docker.DockerClient, chain: LiveEngine
) -> None:
    container = container_of(engine, chain, "transit")
    answer = container.exec_run([PYTHON, "-c", "print(open('/proc/1/status').read())"])
    status = dict(line.split(":\t") for line in answer.output.decode().splitlines() if ":\t" in line)
    assert "0" not in status["Uid"].split()
    assert "0" not in status["Gid"].split()
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_a_speaker_can_write_to_its_own_directory_and_nowhere_else(
    engine: docker.DockerClient, chain: LiveEngine
) -> None:
    container = container_of(engine, chain, "transit")

    def can_write(directory: str) -> bool:
        return container.exec_run([PYTHON, "-c", f"open('{directory}/probe', 'w')"]).exit_code == 0

    assert can_write("/run/speaker")
    assert not any(map(can_write, ("/", "/tmp", "/opt/speaker", "/etc", "/var/tmp", "/run")))


def test_a_speaker_reaches_its_neighbour_but_neither_the_host_nor_other_networks(
    engine: docker.DockerClient, chain: LiveEngine, decoy: Container
) -> None:
    container = container_of(engine, chain, "transit")
    neighbour = address_of(container_of(engine, chain, "origin"))
    elsewhere = address_of(decoy)

    def reaches(address: str, port: int) -> bool:
        probe = f"import socket; socket.create_connection(('{address}', {port}), timeout=2)"
        return container.exec_run([PYTHON, "-c", probe]).exit_code == 0

    with socket.create_server(("0.0.0.0", 0)) as service:
        port = service.getsockname()[1]
        for address in host_addresses(engine):
            assert not reaches(address, port)
        assert answers("127.0.0.1", port)
    assert not reaches(elsewhere, DECOY_PORT)
    assert answers(elsewhere, DECOY_PORT)
    assert reaches(neighbour, BGP_PORT)


def answers(address: str, port: int) -> bool:
    """Whether the host itself gets through."""
    try:
        socket.create_connection((address, port), timeout=5).close()
    except OSError:
        return False
    return True


def address_of(container: Container) -> str:
    container.reload()
    (network,) = container.attrs["NetworkSettings"]["Networks"].values()
    return str(network["IPAddress"])


def host_addresses(engine: docker.DockerClient) -> set[str]:
    """The addresses under which a container might find the host: every network's gateway."""
    pools = [pool for network in engine.networks.list() for pool in network.attrs["IPAM"]["Config"] or ()]
    return {pool.get("Gateway") or str(next(ipaddress.ip_network(pool["Subnet"]).hosts())) for pool in pools}


def test_a_speaker_finds_the_others_by_name_but_no_name_of_the_outside(
    engine: docker.DockerClient, chain: LiveEngine
) -> None:
    container = container_of(engine, chain, "transit")
    origin = container_of(engine, chain, "origin")

    def resolves(name: str) -> bool:
        lookup = f"import socket; socket.gethostbyname('{name}')"
        once = {"RES_OPTIONS": "attempts:1 timeout:1"}
        return container.exec_run([PYTHON, "-c", lookup], environment=once).exit_code == 0

    assert resolves(str(origin.name))
    assert not resolves("example.org")


def test_a_killed_container_comes_back_and_the_table_with_it(
    engine: docker.DockerClient, chain: LiveEngine
) -> None:
    before = best_paths(chain)
    chain.events()
    killed = container_of(engine, chain, "transit")
    killed.kill("SIGKILL")
    assert await_recovery(chain) == ["died", "recovered"]
    assert best_paths(chain) == before
    assert container_of(engine, chain, "transit").id != killed.id


def await_recovery(lab: LiveEngine) -> list[str]:
    """What is reported of faults until a speaker has recovered and all routes are back."""
    faults: list[str] = []
    while "recovered" not in faults:
        lab.converge()
        faults += [event.what for event in lab.events() if isinstance(event, SpeakerFault)]
    lab.converge()
    return faults


def test_a_killed_agent_takes_its_container_along_and_both_come_back(
    engine: docker.DockerClient, chain: LiveEngine
) -> None:
    before = best_paths(chain)
    chain.events()
    container = container_of(engine, chain, "transit")
    agents = [process[1] for process in container.top()["Processes"] if "agent.py" in process[-1]]
    assert len(agents) == 1
    os.kill(int(agents[0]), signal.SIGKILL)
    await_recovery(chain)
    assert best_paths(chain) == before
    with pytest.raises(NotFound):
        container.reload()


def test_a_link_a_container_plants_leads_the_lab_to_no_file_and_no_socket_of_the_host(
    engine: docker.DockerClient, chain: LiveEngine, tmp_path: Path
) -> None:
    before = best_paths(chain)
    chain.events()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    victim.chmod(0o600)
    owner = victim.stat().st_uid
    plant = (
        "import os, sys\n"
        "for name in ('speaker.json', 'exabgp.conf', 'exabgp.env', 'control.sock'):\n"
        "    os.unlink(f'/run/speaker/{name}')\n"
        "    os.symlink(sys.argv[1], f'/run/speaker/{name}')\n"
    )
    planted = container_of(engine, chain, "transit").exec_run([PYTHON, "-c", plant, str(victim)])
    assert planted.exit_code == 0, planted.output
    chain.kill("transit")
    assert await_recovery(chain) == ["died", "recovered"]
    assert best_paths(chain) == before
    assert victim.read_text() == "precious"
    assert victim.stat().st_uid == owner


def test_nothing_is_left_of_a_closed_lab_and_closing_twice_is_fine(
    engine: docker.DockerClient, base_image: str, run: RunDirectory
) -> None:
    driver = DockerDriver(base_image)
    with LiveEngine(parse(CHAIN), driver, run=run):
        assert len(of_run(engine, run.run_id)) == len(parse(CHAIN).speakers) + 1
    assert of_run(engine, run.run_id) == []
    driver.stop()


def test_labs_at_the_same_time_have_networks_of_their_own_and_end_one_by_one(
    engine: docker.DockerClient, base_image: str, run: RunDirectory, chain: LiveEngine
) -> None:
    other = RunDirectory.create()
    try:
        with LiveEngine(parse(CHAIN), DockerDriver(base_image), run=other):
            pools = [
                engine.networks.get(f"byoip-lab-{each}").attrs["IPAM"] for each in (run.run_id, other.run_id)
            ]
            first, second = (ipaddress.ip_network(pool["Config"][0]["Subnet"]) for pool in pools)
            assert not first.overlaps(second)
            removed = clean_up_docker(other.run_id)
            assert len(removed) == len(parse(CHAIN).speakers) + 1
            assert all(other.run_id in name for name in removed)
        assert len(of_run(engine, run.run_id)) == len(parse(CHAIN).speakers) + 1
    finally:
        other.remove()


def subnet_of(engine: docker.DockerClient, run_id: str) -> ipaddress.IPv4Network:
    (pool,) = engine.networks.get(f"byoip-lab-{run_id}").attrs["IPAM"]["Config"]
    return ipaddress.IPv4Network(pool["Subnet"])


KILLED_LAB = """
import sys
from lab.engines.live.docker_driver import DockerDriver
from lab.engines.live.engine import LiveEngine
from lab.topology.loading import parse

topology, base_image = sys.argv[1:]
with LiveEngine(parse(topology), DockerDriver(base_image)) as lab:
    print(lab.run.path, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_lab_left_is_cleaned_up_by_label_and_nothing_else_is(
    engine: docker.DockerClient, base_image: str, decoy: Container
) -> None:
    lab = subprocess.Popen(
        [sys.executable, "-c", KILLED_LAB, CHAIN, base_image],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert lab.stdin
    assert lab.stdout
    with lab.stdin, lab.stdout:
        run = RunDirectory.at(Path(lab.stdout.readline().strip()))
        assert run.holder == lab.pid
        lab.kill()
        lab.wait()
    assert not run.is_held
    left = of_run(engine, run.run_id)
    assert len(left) == len(parse(CHAIN).speakers) + 1

    assert sorted(name.split()[-1] for name in clean_up_docker(run.run_id)) == sorted(left)
    run.remove()
    assert of_run(engine, run.run_id) == []
    assert clean_up_docker(run.run_id) == []
    decoy.reload()
    assert decoy.status == "running"
    assert engine.networks.get(str(decoy.name)).containers == [decoy]


def test_a_stranger_on_the_network_of_a_lab_is_put_off_it_but_lives_on(
    engine: docker.DockerClient, chain: LiveEngine, decoy: Container
) -> None:
    assert chain.run
    engine.networks.get(f"byoip-lab-{chain.run.run_id}").connect(decoy)
    chain.close()
    assert of_run(engine, chain.run.run_id) == []
    decoy.reload()
    assert decoy.status == "running"
    assert list(decoy.attrs["NetworkSettings"]["Networks"]) == [decoy.name]


def test_a_speaker_that_cannot_start_shows_what_it_printed(
    engine: docker.DockerClient, base_image: str, run: RunDirectory
) -> None:
    driver = DockerDriver(base_image)
    driver.prepare(parse(CHAIN), run)
    driver.start({"edge": [PYTHON, "-c", "raise SystemExit('the reason')"]}, {})
    with contextlib.suppress(NotFound):
        engine.containers.get(f"{driver.network}-edge").wait()
    assert not driver.alive("edge")
    assert "the reason" in driver.log("edge")
    driver.kill("edge")


def test_a_missing_base_image_stops_a_lab_before_anything_is_made(
    engine: docker.DockerClient, run: RunDirectory
) -> None:
    lab = LiveEngine(parse(CHAIN), DockerDriver("nowhere.invalid/python:3"), run=run)
    with pytest.raises(MachineError, match="--base-image"):
        lab.start()
    assert of_run(engine, run.run_id) == []


def test_an_engine_that_is_gone_is_a_readable_error_and_stopping_stays_quiet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: RunDirectory
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    driver = DockerDriver("any:image")
    with pytest.raises(MachineError, match="no Docker engine answers"):
        driver.prepare(parse(CHAIN), run)
    driver.stop()
