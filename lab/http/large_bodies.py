"""How many long bodies a server keeps at one time, so that many clients together cannot fill memory."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

AT_ONCE: Final = 4


class Budget:
    """Places for requests whose body is longer than usual. Who finds none waits for one."""

    def __init__(self, places: int = AT_ONCE) -> None:
        self._places = asyncio.Semaphore(places)

    def place(self) -> Place:
        """A place that is not taken yet; leaving its `async with` block gives it back."""
        return Place(self._places)


class Place:
    """One request's place: taken when the request turns out to need it, at most once."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._taken = False

    async def take(self) -> None:
        """Wait for the place, unless it is taken already."""
        if not self._taken:
            await self._places.acquire()
            self._taken = True

    async def __aenter__(self) -> Place:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._taken:
            self._places.release()
