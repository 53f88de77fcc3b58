"""What the RPKI steps of a file find there when their turn comes: CAs, space that is held, something broken.

Steps that are typed at a running lab are not held against this: its CAs know what has become of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.bgp.prefix import Prefix
from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, suggestion
from lab.topology.rpki_checks import SERVERS
from lab.topology.steps import AspaStep, RoaStep, RpkiStep

_UNREGISTERED: Final = "ripe/unregistered"
"""The CA for what is registered nowhere (`lab.rpki.issuing.ca_tree`)."""


def check_rpki_order(draft: Draft) -> Iterator[Problem]:
    """The steps in order, with what the file and the steps before them lead to. Entries are well formed."""
    there = _There(draft)
    for index, (kind, body) in draft.steps.items():
        path: Path = ("scenario", index, kind)
        match body:
            case RoaStep() if body.add is not None:
                there.sign_roa(body.add.prefix)
            case AspaStep() if body.add is not None:
                there.sign_aspa(body.add.customer)
            case RpkiStep():
                yield from there.check(path, body)


class _There:
    """CAs by their full names, space by who certifies it, and the kinds of fault that are in force.

    None of them goes again: what is doubtful is left to the CAs.
    """

    def __init__(self, draft: Draft) -> None:
        self._problem = draft.document.problem
        self._names: dict[int, list[str]] = {}
        for name, speaker in draft.ases.items():
            self._names.setdefault(speaker.asn, []).append(name)
        self._servers = {entry.prefix: entry.rir.lower() for entry in draft.registry.values()}
        self._cas = {*SERVERS, *(f"{server}-ta" for server in SERVERS)}
        self._cas |= {f"{entry.rir.lower()}/{entry.holder}" for entry in draft.registry.values()}
        self._broken: set[str] = set()
        for roa in draft.roas.values():
            self.sign_roa(roa.prefix)
        for aspa in draft.aspas.values():
            self.sign_aspa(aspa.customer)

    def sign_roa(self, prefix: Prefix) -> None:
        """There is a CA for a ROA in any case."""
        if self._server(prefix) is None:
            self._cas.add(_UNREGISTERED)

    def sign_aspa(self, customer: int) -> None:
        """The customer's own CA, wherever its AS number is registered."""
        owners = self._names.get(customer, ())
        self._cas |= {f"{server}/{name}" for server in SERVERS for name in owners} or {_UNREGISTERED}

    def check(self, path: Path, body: RpkiStep) -> Iterator[Problem]:
        """What a step lacks; then it has happened."""
        for key, name in (("ca", body.ca), ("roll", body.roll), ("renew", body.renew)):
            if name is not None and not self._is_ca(name):
                hint = suggestion(name, sorted(self._cas), "CAs")
                yield self._problem((*path, key), f"there is no CA {name!r}", hint)
        if body.roll is not None and body.roll in {f"{server}-ta" for server in SERVERS}:
            message = f"{body.roll} is a trust anchor; its key is in the TAL and stays"
            yield self._problem((*path, "roll"), message, f"roll the key of {body.roll.removesuffix('-ta')}")
        if body.transfer is not None:
            yield from self._transfer(path, body.transfer, body.to)
        if body.broken is not None:
            self._broken.add(body.broken)
        if body.mended is not None and body.mended not in self._broken:
            message = f"no {body.mended} is there to mend: no step before breaks it"
            yield self._problem(
                (*path, "mend"), message, suggestion(body.mended, sorted(self._broken), "broken")
            )

    def _transfer(self, path: Path, prefix: Prefix, to: str | None) -> Iterator[Problem]:
        server = self._server(prefix)
        if server is None:
            held = ", ".join(map(str, sorted(self._servers)[:12]))
            message = f"nobody holds {prefix} by the registry"
            yield self._problem((*path, "transfer"), message, f"held: {held}" if held else "")
        elif to is not None:
            self._servers[prefix] = server
            self._cas.add(f"{server}/{to}")

    def _is_ca(self, name: str) -> bool:
        return name in self._cas or any(ca.endswith(f"/{name}") for ca in self._cas)

    def _server(self, prefix: Prefix) -> str | None:
        """Of the RIR whose holder has the prefix."""
        around = (prefix.supernet(length) for length in range(prefix.length, -1, -1))
        return next((self._servers[each] for each in around if each in self._servers), None)
