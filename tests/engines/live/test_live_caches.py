"""What serves the speakers of a run their VRPs, when the machine has no room for all of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from lab.engines.base import MachineError
from lab.engines.live import caches as caches_module
from lab.engines.live.caches import Caches
from lab.engines.live.run_directory import RunDirectory
from lab.rtr.address import TcpAddress
from lab.rtr.client import fetch
from lab.rtr.errors import ListenError
from lab.topology.model import Topology

PATIENCE = 20.0


@pytest.mark.parametrize(
    "error", [ListenError("cannot listen"), OSError(errno.EMFILE, os.strerror(errno.EMFILE))]
)
def test_caches_that_cannot_be_opened_as_a_whole_serve_nobody_and_can_be_opened_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(_: object) -> None:
        raise error

    caches = Caches()
    arguments = (
        Topology("lab", "", {}, (), ""),
        RunDirectory.at(tmp_path),
        (),
        False,
        TcpAddress("127.0.0.1", 0),
    )
    with monkeypatch.context() as patch:
        patch.setattr(caches_module, "Relay", refuse)
        with pytest.raises(MachineError, match="cannot serve the speakers their VRPs"):
            caches.open(*arguments)
    assert caches.address is None
    caches.open(*arguments)
    assert fetch(caches.address, PATIENCE).vrps == frozenset()
    caches.close()
