"""What an RRDP server publishes (RFC 8182 section 3)."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given, settings
from support.examples import examples
from support.repository_contents import BASE, contents, histories

from lab.rpki.fetching.limits import FetchLimits
from lab.rpki.fetching.rrdp_xml import Change, ChangesDocument, Notification, read_notification
from lab.rpki.publication import rrdp
from lab.rpki.publication.rrdp import NOTIFICATION, RrdpPublisher
from lab.rpki.uris import UriError

HTTPS = "https://rrdp.example.net/lab/"


def notification_of(files: dict[str, bytes]) -> Notification:
    return read_notification(files[NOTIFICATION], "notification", FetchLimits())


def changes(kind: str, files: dict[str, bytes], serial: int) -> list[Change]:
    """The changes in the snapshot, or in the delta to a serial, of what is served."""
    notification = notification_of(files)
    reference = notification.snapshot if kind == "snapshot" else notification.deltas[serial]
    content = files[str(reference.uri).removeprefix(HTTPS)]
    assert hashlib.sha256(content).digest() == reference.digest
    found: list[Change] = []
    version = type(notification.version)(notification.version.session, serial)
    document = ChangesDocument(kind, version, kind, FetchLimits(), found.append)
    document.feed(content)
    document.end()
    return found


@settings(max_examples=examples(50))
@given(histories)
def test_the_snapshot_is_exactly_what_is_published(history: list[dict[str, bytes]]) -> None:
    publisher = RrdpPublisher(HTTPS)
    for published in history:
        files = publisher.publish(published)
        snapshot = changes("snapshot", files, publisher.serial)
        assert {change.uri: change.content for change in snapshot} == published


@settings(max_examples=examples(50))
@given(histories)
def test_deltas_lead_from_every_version_they_start_at_to_the_snapshot(
    history: list[dict[str, bytes]],
) -> None:
    publisher = RrdpPublisher(HTTPS)
    at_serial: dict[int, dict[str, bytes]] = {}
    for published in history:
        files = publisher.publish(published)
        at_serial[publisher.serial] = published
    first = min(notification_of(files).deltas, default=publisher.serial + 1)
    held = dict(at_serial[first - 1])
    for serial in range(first, publisher.serial + 1):
        for change in changes("delta", files, serial):
            before = held.pop(change.uri, None)
            assert change.replaces == (None if before is None else hashlib.sha256(before).digest())
            if change.content is not None:
                held[change.uri] = change.content
        assert held == at_serial[serial]


@given(contents)
def test_the_same_content_again_makes_no_new_serial(published: dict[str, bytes]) -> None:
    publisher = RrdpPublisher(HTTPS)
    assert publisher.publish(published) == publisher.publish(dict(published))
    assert publisher.serial == 1


@settings(max_examples=examples(50))
@given(histories)
def test_deltas_are_never_larger_than_the_snapshot_together(history: list[dict[str, bytes]]) -> None:
    publisher = RrdpPublisher(HTTPS)
    for published in history:
        files = publisher.publish(published)
        notification = notification_of(files)
        deltas = sum(len(files[str(delta.uri).removeprefix(HTTPS)]) for delta in notification.deltas.values())
        assert deltas <= len(files[str(notification.snapshot.uri).removeprefix(HTTPS)])


@settings(max_examples=examples(50))
@given(histories)
def test_what_was_served_under_a_path_is_never_served_differently(history: list[dict[str, bytes]]) -> None:
    publisher = RrdpPublisher(HTTPS)
    seen: dict[str, bytes] = {}
    for published in history:
        for path, content in publisher.publish(published).items():
            if path != NOTIFICATION:
                assert seen.setdefault(path, content) == content


def test_the_number_of_deltas_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rrdp, "MAX_DELTAS", 3)
    publisher = RrdpPublisher(HTTPS)
    big = {f"{BASE}big.roa": bytes(5000)}
    for number in range(10):
        files = publisher.publish({**big, f"{BASE}small.roa": bytes([number])})
    assert sorted(notification_of(files).deltas) == [8, 9, 10]


def test_a_snapshot_that_a_client_may_still_be_reading_stays_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rrdp, "KEPT_BYTES", 0)
    publisher = RrdpPublisher(HTTPS)
    snapshots: list[str] = []
    for number in range(10):
        files = publisher.publish({f"{BASE}a.roa": bytes([number]) * 1000})
        snapshots.append(str(notification_of(files).snapshot.uri).removeprefix(HTTPS))
    served = [path for path in snapshots if path in files]
    assert snapshots[-2] in served
    assert len(served) < len(snapshots)


def test_a_new_publisher_starts_a_session_of_its_own() -> None:
    first, second = RrdpPublisher(HTTPS), RrdpPublisher(HTTPS)
    assert (
        notification_of(first.publish({})).version.session
        != notification_of(second.publish({})).version.session
    )


@pytest.mark.parametrize(
    "uri",
    [
        f"{BASE}../other/a.roa",
        f"{BASE}ca//a.roa",
        f"{BASE}ca/",
        f"{BASE}a\n.roa",
        "https://rpki.example.net/a.roa",
        "rsync://rpki.example.net/",
    ],
)
def test_a_uri_that_names_no_file_is_refused_and_changes_nothing(uri: str) -> None:
    publisher = RrdpPublisher(HTTPS)
    before = publisher.publish({f"{BASE}a.roa": b"1"})
    with pytest.raises(UriError, match=re.escape(ascii(uri)[1:20])):
        publisher.publish({uri: b"2"})
    assert publisher.publish({f"{BASE}a.roa": b"1"}) == before
