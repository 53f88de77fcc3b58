"""The lab's RTR cache where speakers and others reach it, and the way to caches that speakers have of their
own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from lab.bgp.aspa import Aspa
from lab.bgp.rov import Vrp
from lab.engines.base import EngineError, MachineError
from lab.engines.live.relay import Relay
from lab.engines.live.run_directory import RunDirectory
from lab.rtr.address import Address, AddressError, TcpAddress, UnixAddress, parse_address
from lab.rtr.cache import Cache
from lab.rtr.errors import ListenError
from lab.rtr.pdu import MAX_VERSION
from lab.rtr.server import RtrServer, random_session_id
from lab.speaker.setup import RTR_SOCKET
from lab.topology.model import Topology

_NO_LIMIT_ON_NOTIFIES: Final = 0.0


class Caches:
    """What the speakers of a run validate against, served on a UNIX socket in the directory of each.

    Speakers with a cache of their own are joined to it there, unless they reach it themselves.
    """

    def __init__(self) -> None:
        self._cache = Cache(random_session_id())
        self._cache.update(())
        self._server: RtrServer | None = None
        self._relay: Relay | None = None

    def open(
        self,
        topology: Topology,
        run: RunDirectory,
        external: Collection[str],
        shares_loopback: bool,
        address: Address | None,
    ) -> None:
        """Listen. `shares_loopback` as in Driver; `address` is where others than the speakers are served.

        Raises MachineError where that is impossible, and EngineError for a cache that is not on this machine;
        nothing is left behind then.
        """
        own = own_caches(topology)
        sockets = {
            name: UnixAddress(str(run.speaker(name) / RTR_SOCKET))
            for name in topology.speakers
            if name not in external
        }
        served: list[Address] = [] if address is None else [address]
        served += [socket for name, socket in sockets.items() if name not in own]
        try:
            self._server = RtrServer(self._cache, served, notify_interval=_NO_LIMIT_ON_NOTIFIES)
            if not shares_loopback:
                self._relay = Relay({sockets[name]: own[name] for name in own if name in sockets})
        except ListenError as error:
            self.close()
            raise MachineError(f"cannot serve the speakers their VRPs: {error}") from None
        except OSError as error:
            self.close()
            raise MachineError(
                f"cannot serve the speakers their VRPs: {error.strerror}; raise the limit on open files "
                "with `ulimit -n 4096`"
            ) from None

    @property
    def address(self) -> TcpAddress | None:
        """Where others than the speakers are served."""
        found = self._server.addresses if self._server else ()
        return next((each for each in found if isinstance(each, TcpAddress)), None)

    @property
    def position(self) -> tuple[int, int]:
        """The session ID and the serial that speakers hold when they hold all there is."""
        assert self._cache.state is not None
        return self._cache.session_id(MAX_VERSION), self._cache.state.serial

    def update(self, vrps: Iterable[Vrp], aspas: Iterable[Aspa]) -> None:
        """Serve these from now on. Raises ValueError for what a cache cannot serve."""
        (self._server or self._cache).update(vrps, aspas)

    def close(self) -> None:
        """Hang up on everybody. Idempotent; it can be told more, and opened again."""
        for each in (self._relay, self._server):
            if each is not None:
                each.close()
        self._relay = self._server = None


def own_caches(topology: Topology) -> dict[str, TcpAddress]:
    """The caches that speakers have of their own, by speaker. Raises EngineError for one off this machine."""
    return {
        speaker.name: _on_this_machine(speaker.name, speaker.rtr)
        for speaker in topology.speakers.values()
        if speaker.rtr is not None
    }


def _on_this_machine(speaker: str, text: str) -> TcpAddress:
    try:
        address = parse_address(text)
    except AddressError as error:
        raise EngineError(f"the RTR cache of {speaker}: {error}") from None
    if not isinstance(address, TcpAddress) or not address.is_local:
        raise EngineError(
            f"the RTR cache of {speaker} is at {address}; a lab connects to loopback only, "
            "such as 127.0.0.1:3323"
        )
    return address
