"""An RTR cache of the user's own, beside the lab's."""

from __future__ import annotations

from support.rtr_routers import free_port

from lab.bgp.rov import Vrp
from lab.rtr.address import TcpAddress
from lab.rtr.cache import Cache
from lab.rtr.server import RtrServer


class OwnCache:
    """It can be stopped and started again on the same port; every run is another RTR session."""

    def __init__(self) -> None:
        self.address = TcpAddress("127.0.0.1", free_port())
        self._server: RtrServer | None = None
        self._runs = 0

    def start(self, *vrps: Vrp) -> None:
        self._runs += 1
        cache = Cache(session_id=1000 * self._runs)
        cache.update(vrps)
        self._server = RtrServer(cache, [self.address], notify_interval=0)

    def update(self, *vrps: Vrp) -> None:
        assert self._server is not None
        self._server.update(vrps)

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()
