"""Bringing a store up to date with an RRDP server (RFC 8182 section 3.4, RFC 9674, RFC 9697)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lab.rpki.fetching.https_client import HttpsClient
from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.rrdp_changes import DeltaChanges, SnapshotChanges
from lab.rpki.fetching.rrdp_store import RrdpStore
from lab.rpki.fetching.rrdp_xml import (
    Change,
    ChangesDocument,
    FileReference,
    Notification,
    RrdpError,
    Version,
    read_notification,
)
from lab.rpki.uris import HttpsUri


def deltas_to_apply(
    notification: Notification, held: Version | None, digests: Mapping[int, str], most: int
) -> Sequence[FileReference] | None:
    """The deltas from what is held to the present version, in order; None when it takes the snapshot.

    `digests` are the hashes that the server named before, by serial: a server that names another one now has
    lost its history (RFC 9697 section 4), and what was built on it cannot be trusted.
    """
    present = notification.version
    if held is None or held.session != present.session:
        return None
    named = {serial: delta.digest.hex() for serial, delta in notification.deltas.items()}
    if any(digests.get(serial, digest) != digest for serial, digest in named.items()):
        return None
    if not 0 <= present.serial - held.serial <= most:
        return None
    wanted = range(held.serial + 1, present.serial + 1)
    if any(serial not in notification.deltas for serial in wanted):
        return None
    return [notification.deltas[serial] for serial in wanted]


@dataclass(frozen=True, slots=True)
class Synchronised:
    """Whether any object changed; `problem` is why the deltas failed and the snapshot was taken instead."""

    changed: bool
    problem: str = ""


class RrdpClient:
    """Fetches over HTTPS, checks, and applies all or nothing."""

    def __init__(self, https: HttpsClient, limits: FetchLimits) -> None:
        self._https = https
        self._limits = limits

    def synchronise(self, uri: HttpsUri, store: RrdpStore, deadline: Deadline) -> Synchronised:
        """Bring `store` up to date with the notification file at `uri`.

        Raises FetchError with the store as it was.
        """
        held = store.version
        fetched = self._notification(uri, store.state("etag") if held else "", deadline)
        if fetched is None:
            return Synchronised(False)
        notification, etag = fetched
        problem = ""
        values = _values(notification, etag)
        deltas = deltas_to_apply(notification, held, store.digests, self._limits.deltas)
        if deltas is not None:
            try:
                with store.change():
                    changed = self._apply_deltas(notification, deltas, store, deadline)
                    store.remember(values)
                return Synchronised(changed)
            except FetchError as error:
                deadline.check(str(uri))
                problem = str(error)
        with store.change():
            changed = self._apply_snapshot(notification, store, deadline)
            store.remember(values)
        return Synchronised(changed, problem)

    def _notification(self, uri: HttpsUri, etag: str, deadline: Deadline) -> tuple[Notification, str] | None:
        """The notification file and its ETag, None when it is the one of that ETag still."""
        with self._https.get(uri, self._limits.notification_bytes, deadline, etag) as answer:
            if answer.unchanged:
                return None
            data = b"".join(answer.pieces)
        notification = read_notification(data, str(uri), self._limits)
        for reference in (notification.snapshot, *notification.deltas.values()):
            if reference.uri.origin != uri.origin:
                raise RrdpError(f"{uri}: names {reference.uri}, which is another origin (RFC 9674)")
        return notification, answer.etag

    def _apply_deltas(
        self,
        notification: Notification,
        deltas: Sequence[FileReference],
        store: RrdpStore,
        deadline: Deadline,
    ) -> bool:
        changes = DeltaChanges(store, self._limits)
        room = self._limits.snapshot_bytes
        for delta in deltas:
            room -= self._read("delta", delta, notification.version.session, changes.apply, room, deadline)
        return changes.changed

    def _apply_snapshot(self, notification: Notification, store: RrdpStore, deadline: Deadline) -> bool:
        changes = SnapshotChanges(store, self._limits)
        session, room = notification.version.session, self._limits.snapshot_bytes
        self._read("snapshot", notification.snapshot, session, changes.apply, room, deadline)
        changes.complete()
        return changes.changed

    def _read(
        self,
        kind: str,
        reference: FileReference,
        session: str,
        apply: Callable[[Change], None],
        room: int,
        deadline: Deadline,
    ) -> int:
        """Apply one file as it arrives; how many bytes it had. What calls undoes it all if this raises."""
        name = str(reference.uri)
        document = ChangesDocument(kind, Version(session, reference.serial), name, self._limits, apply)
        digest, size = hashlib.sha256(), 0
        with self._https.get(reference.uri, room, deadline) as answer:
            for piece in answer.pieces:
                digest.update(piece)
                size += len(piece)
                document.feed(piece)
        if digest.digest() != reference.digest:
            raise RrdpError(f"{name}: its SHA-256 is not the one in the notification file")
        document.end()
        return size


def _values(notification: Notification, etag: str) -> dict[str, str]:
    digests = {serial: delta.digest.hex() for serial, delta in notification.deltas.items()}
    return {
        "session": notification.version.session,
        "serial": str(notification.version.serial),
        "etag": etag,
        "digests": json.dumps(digests),
    }
