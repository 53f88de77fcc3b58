"""The RPKI of one lab in this process: its CAs, what they publish, and what a relying party makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import MemorySource
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.payloads import NEVER, Payloads, Source
from lab.rpki.uris import parse_rsync
from lab.rpki.validation.results import Validation
from lab.rpki.validation.validator import Validator
from lab.topology.model import Topology

GIVEN: Final = Source("given:", "", NEVER)
"""The source of a VRP that was not validated here."""


class LocalRpki:
    """CAs for everything a lab's file registers, and a relying party that reads what they publish.

    Objects are signed and validated as anywhere else; only rsync and RRDP are left out in between. `now` is
    UNIX seconds of the lab's calendar. With `given` VRPs, which somebody else has validated, the file's own
    ROAs are not published, and the given ones are added to what is validated here.
    """

    def __init__(self, topology: Topology, now: int, given: Iterable[Vrp] | None = None) -> None:
        published = topology if given is None else replace(topology, vrps=())
        self._given = [(vrp, replace(GIVEN, ta=vrp.ta)) for vrp in given or ()]
        self._source = MemorySource()
        self.cas = Rpki.of(published, user_key_pool(), now)
        """The CAs. What is done to them shows in `validation` and `payloads` after `refresh`."""
        self._validator = Validator(self.cas.tals(), self._source, workers=1)
        self.validation = self.refresh(now)

    @property
    def payloads(self) -> Payloads:
        """What speakers judge by: what is validated, and what was given."""
        if not self._given:
            return self.validation.payloads
        return Payloads.of([*self.validation.payloads.items(), *self._given])

    @property
    def names(self) -> dict[str, str]:
        """The names of the CAs that hold something by their repository's URI, which relying parties know them
        by."""
        holders = (ca for ca in self.cas.cas.values() if not ca.resources.is_empty)
        return {ca.place.repository: ca.name for ca in holders}

    def refresh(self, now: int) -> Validation:
        """Publish what is to be published by now, and validate it."""
        self.cas.advance(now)
        self._source.unreachable.clear()
        for server, files in self.cas.files().items():
            host = parse_rsync(self.cas.addresses[server].rsync_base).authority
            self._source.publish(host, files)
            if server in self.cas.unreachable:
                self._source.unreachable.add(host)
        self.validation = self._validator.run(now)
        return self.validation
