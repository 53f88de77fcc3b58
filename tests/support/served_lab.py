"""A lab in the simulator that is served as `lab up` does it, seen from outside."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab import Lab, make_engine
from lab.scenario.asking import ask
from lab.scenario.service import Service
from lab.topology.loading import load, open_document


class Served:
    """Steps as `lab` commands make them, and what the lab shows."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def do(self, **step: Any) -> Any:
        """Carry out a step."""
        return ask(self._directory, {"do": step})

    def show(self, view: str, **arguments: Any) -> Any:
        """What a view has."""
        return ask(self._directory, {"show": view, **arguments})

    def wait(self, duration: str) -> None:
        """Let time pass."""
        self.do(wait={"for": duration})

    def origins(self, prefix: str) -> dict[str, int | None]:
        """Who originates what each speaker uses."""
        return {row["at"]: row["origin"] for row in self.show("routes", prefix=prefix)}


@contextlib.contextmanager
def served(path: Path) -> Iterator[Served]:
    """The lab of a file, served until the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="lab") as directory,
        Lab(load(path), make_engine("sim")) as lab,
        Service(lab, open_document(path), Path(directory)) as service,
    ):
        thread = threading.Thread(target=service.serve)
        thread.start()
        yield Served(Path(directory))
        ask(Path(directory), {"stop": True})
        thread.join()
