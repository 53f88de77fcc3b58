"""The docker driver: one locked-down container per speaker, on a network that leads nowhere else."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool, LogConfig, Mount

from lab.engines.base import MachineError
from lab.engines.live.docker_connection import DOCKER_ERRORS, connect, reason
from lab.engines.live.driver import Place
from lab.engines.live.image import BASE_VARIABLE, DEFAULT_BASE, SPEAKER_HOME, speaker_image
from lab.engines.live.run_directory import RunDirectory
from lab.topology.model import Topology

DOCKER_RUN_LABEL: Final = "byoip.lab.run"
DOCKER_SPEAKER_LABEL: Final = "byoip.lab.speaker"
DOCKER_USER_LABEL: Final = "byoip.lab.user"
DOCKER_DIRECTORY_LABEL: Final = "byoip.lab.directory"
"""Labels: the run's id, who runs it and its directory on containers and networks, the speaker's name on
containers."""

_SUBNETS: Final = ipaddress.IPv4Network("198.19.0.0/16")
"""The upper half of the benchmarking range of RFC 2544: nobody's real addresses, and not the speakers' own
identifiers and next hops, which are counted from 198.18.0.0."""
_DIRECTORY_INSIDE: Final = "/run/speaker"
_UNPRIVILEGED: Final = 65532
_MEMORY: Final = "512m"
_PROCESSES: Final = 64
_LOG_LINES: Final = 50
_LOG_BYTES: Final = 4096
_CLEANING_PASSES: Final = 3
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class DockerDriver:
    """Runs each speaker in a container: not root, no capabilities, a read-only file system, no way out.

    The only thing shared with the host is the speaker's directory of the run, so the Docker engine has to be
    on this machine. `base_image` is what the speaker image is made from (see `lab.engines.live.image`).
    """

    shares_loopback = False

    def __init__(self, base_image: str | None = None) -> None:
        self._base = base_image or os.environ.get(BASE_VARIABLE) or DEFAULT_BASE
        self._client: DockerClient
        self._run: RunDirectory | None = None
        self._image = ""
        self._user = ""
        self._addresses: dict[str, str] = {}

    @property
    def network(self) -> str:
        """The name of the network of this run, for an external speaker to join."""
        return f"byoip-lab-{self._prepared().run_id}"

    def prepare(
        self, topology: Topology, run: RunDirectory, external: Collection[str] = ()
    ) -> Mapping[str, Place]:
        """Build or find the image, make the network, give every speaker an address. Raises MachineError."""
        self._client = connect()
        self._run = run
        self._image = speaker_image(self._client, self._base)
        self._user = _container_user(self._client)
        hosts = _claim_network(self._client, self.network, self._labels(), len(topology.speakers))
        self._addresses = dict(zip(topology.speakers, hosts, strict=False))
        return {
            name: Place(
                address=address,
                directory=_DIRECTORY_INSIDE,
                python=f"{SPEAKER_HOME}/python3",
                agent=f"{SPEAKER_HOME}/agent.py",
            )
            for name, address in self._addresses.items()
        }

    def start(
        self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, Mapping[str, str]]
    ) -> None:
        """A new container for each speaker named, in place of any it had. Raises MachineError."""

        def launch(name: str) -> None:
            try:
                self._launch(name, commands[name], environment.get(name, {}))
            except DOCKER_ERRORS as error:
                raise MachineError(f"cannot start the container of {name}: {reason(error)}") from None

        _in_parallel(launch, commands)

    def kill(self, speaker: str) -> None:
        """SIGKILL everything in the speaker's container."""
        with contextlib.suppress(*DOCKER_ERRORS):
            self._client.api.kill(self._container(speaker), "SIGKILL")

    def alive(self, speaker: str) -> bool:
        """Whether the speaker's container runs; it lives exactly as long as its ExaBGP."""
        try:
            return bool(self._client.api.inspect_container(self._container(speaker))["State"]["Running"])
        except DOCKER_ERRORS:
            return False

    def log(self, speaker: str) -> str:
        """The end of what ExaBGP and the agent printed."""
        try:
            printed = self._client.api.logs(self._container(speaker), tail=_LOG_LINES)
        except DOCKER_ERRORS:
            return ""
        return bytes(printed)[-_LOG_BYTES:].decode(errors="replace")

    def stop(self) -> None:
        """Remove the containers and the network of this run."""
        if self._run is not None:
            clean_up_docker(self._run.run_id)

    def _prepared(self) -> RunDirectory:
        if self._run is None:
            raise RuntimeError("prepare() comes first")
        return self._run

    def _container(self, speaker: str) -> str:
        return f"byoip-lab-{self._prepared().run_id}-{speaker}"

    def _labels(self) -> dict[str, str]:
        run = self._prepared()
        return {
            DOCKER_RUN_LABEL: run.run_id,
            DOCKER_USER_LABEL: str(os.getuid()),
            DOCKER_DIRECTORY_LABEL: str(run.path),
        }

    def _launch(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        directory = self._prepared().speaker(name)
        _hand_over(directory)
        with contextlib.suppress(NotFound):
            self._client.api.remove_container(self._container(name), force=True)
        self._client.containers.create(
            self._image,
            list(command),
            name=self._container(name),
            hostname=name,
            labels=self._labels() | {DOCKER_SPEAKER_LABEL: name},
            # ExaBGP insists on the name of a user that exists in there, though it does not become it.
            environment={**environment, "exabgp_daemon_user": "nobody"},
            user=self._user,
            userns_mode="host",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            read_only=True,
            mounts=[Mount(target=_DIRECTORY_INSIDE, source=str(directory), type="bind")],
            mem_limit=_MEMORY,
            pids_limit=_PROCESSES,
            init=True,
            network=self.network,
            networking_config={
                self.network: self._client.api.create_endpoint_config(ipv4_address=self._addresses[name])
            },
            dns=["127.0.0.1"],  # else the engine's resolver would ask the host's on our behalf
            log_config=LogConfig(type=LogConfig.types.JSON, config={"max-size": "1m", "max-file": "1"}),
        ).start()


def clean_up_docker(run_id: str | None = None, spare_living: bool = False) -> list[str]:
    """Remove this user's containers and networks, of one run or of all; return what was removed.

    `spare_living` leaves those whose lab lives, wherever its run directory is.

    Only what carries our labels is removed. Idempotent; never raises, and does nothing without an engine.
    """
    try:
        client = connect()
    except MachineError:
        return []
    labels = [
        f"{DOCKER_RUN_LABEL}={run_id}" if run_id else DOCKER_RUN_LABEL,
        f"{DOCKER_USER_LABEL}={os.getuid()}",
    ]
    removed: set[str] = set()
    with contextlib.suppress(*DOCKER_ERRORS):
        # More than once: a lab killed while starting may have left the engine a container to finish.
        for _ in range(_CLEANING_PASSES):
            containers = client.containers.list(
                all=True, filters={"label": labels}, sparse=True, ignore_removed=True
            )
            networks = client.networks.list(filters={"label": labels})
            if spare_living:
                containers = [each for each in containers if not _lives(each)]
                networks = [each for each in networks if not _lives(each)]
            if not containers and not networks:
                break
            removed.update(_in_parallel(_remove_container, containers))
            removed.update(map(_remove_network, networks))
    return sorted(removed - {""})


def _lives(item: Container | Network) -> bool:
    directory = item.attrs["Labels"].get(DOCKER_DIRECTORY_LABEL)
    return directory is not None and RunDirectory.at(Path(directory)).is_held


def _remove_container(container: Container) -> str:
    """What was removed, or nothing if it could not be."""
    name = f"container {container.attrs['Names'][0].lstrip('/')}"
    try:
        container.remove(force=True, v=True)
    except NotFound:
        return ""
    except APIError as error:
        if error.status_code == 409:  # somebody else is removing it
            with contextlib.suppress(*DOCKER_ERRORS):
                container.wait(condition="removed", timeout=30)
        return ""
    return name


def _remove_network(network: Network) -> str:
    """What was removed, or nothing if it could not be."""
    try:
        network.reload()
        for stranger in network.attrs.get("Containers") or {}:
            network.disconnect(stranger, force=True)
        network.remove()
    except APIError:
        return ""
    return f"network {network.name}"


def _claim_network(client: DockerClient, name: str, labels: dict[str, str], speakers: int) -> Iterator[str]:
    """Make the network of a run on free addresses; return those speakers may use. Raises MachineError."""
    refusal = "none is large enough"
    for subnet in _free_subnets(client, speakers):
        hosts = subnet.hosts()
        gateway = str(next(hosts))
        try:
            client.networks.create(
                name,
                driver="bridge",
                internal=True,
                # No address for the host either: its services that listen everywhere are not reachable.
                options={"com.docker.network.bridge.inhibit_ipv4": "true"},
                ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet), gateway=gateway)]),
                labels=labels,
            )
        except DOCKER_ERRORS as error:
            refusal = reason(error)
            if "overlaps" not in refusal:
                raise MachineError(f"cannot make the network {name}: {refusal}") from None
        else:
            return map(str, hosts)
    raise MachineError(f"no free network in {_SUBNETS} for {speakers} speakers: {refusal}; try `lab down`")


def _free_subnets(client: DockerClient, speakers: int) -> Iterator[ipaddress.IPv4Network]:
    addresses = speakers + 3  # and the network's own, the gateway's and the broadcast address
    length = min(24, 32 - (addresses - 1).bit_length())
    try:
        networks = client.networks.list()
    except DOCKER_ERRORS as error:
        raise MachineError(f"the Docker engine does not list its networks: {reason(error)}") from None
    taken = [
        ipaddress.ip_network(pool["Subnet"], strict=False)
        for network in networks
        for pool in network.attrs["IPAM"]["Config"] or ()
        if "Subnet" in pool
    ]
    if length < _SUBNETS.prefixlen:
        return
    for subnet in _SUBNETS.subnets(new_prefix=length):
        if not any(subnet.version == other.version and subnet.overlaps(other) for other in taken):
            yield subnet


def _container_user(client: DockerClient) -> str:
    """Who a speaker is: the user that runs the lab, so that both can use the run's directory, but never root.

    Under a rootless engine that user is known inside as 0, with no more rights than outside.
    """
    security = client.info().get("SecurityOptions") or ()
    if any("rootless" in option for option in security):
        return "0:0"
    if os.getuid() == 0:
        return f"{_UNPRIVILEGED}:{_UNPRIVILEGED}"
    return f"{os.getuid()}:{os.getgid()}"


def _hand_over(directory: Path) -> None:
    """Let the container's user own a speaker's directory where the lab runs as root."""
    if os.getuid() == 0:
        for path in (directory, *directory.iterdir()):
            os.chown(path, _UNPRIVILEGED, _UNPRIVILEGED, follow_symlinks=False)


def _in_parallel(act: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(pool.map(act, items))
