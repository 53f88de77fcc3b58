"""CAs that wait to be visited."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from lab.rpki.objects.errors import ObjectError
from lab.rpki.uris import parse_rsync
from lab.rpki.validation.issuer import Issuer
from lab.rpki.validation.limits import Share


class WaitingCa(NamedTuple):
    """`refused` says why it is not to be fetched, if so."""

    issuer: Issuer
    share: Share
    refused: ObjectError | None


class Waiting:
    """Breadth first, and those whose server has answered in this run before all others: servers that are slow
    or dead keep nobody else waiting."""

    def __init__(self) -> None:
        self._answered: set[tuple[str, str | None]] = set()
        self._first: deque[WaitingCa] = deque()
        self._then: deque[WaitingCa] = deque()

    def add(self, ca: WaitingCa) -> None:
        """One more."""
        (self._first if _server(ca.issuer) in self._answered else self._then).append(ca)

    def answered(self, issuer: Issuer) -> None:
        """A CA could be fetched."""
        self._answered.add(_server(issuer))

    def next(self) -> WaitingCa | None:
        """The one whose turn it is, None when all had theirs."""
        queue = self._first or self._then
        return queue.popleft() if queue else None


def _server(issuer: Issuer) -> tuple[str, str | None]:
    return parse_rsync(issuer.repository).authority, issuer.certificate.notify_uri
