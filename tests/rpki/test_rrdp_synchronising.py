"""Holding a copy of an RRDP repository (RFC 8182 section 3.4, RFC 9697), without a network."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.https_in_memory import HttpsInMemory
from support.repository_contents import BASE, contents

from lab.rpki.fetching.limits import Deadline, FetchError, FetchLimits
from lab.rpki.fetching.rrdp_client import RrdpClient, Synchronised
from lab.rpki.fetching.rrdp_store import RrdpStore
from lab.rpki.publication.rrdp import NOTIFICATION, RrdpPublisher
from lab.rpki.uris import parse_https

HTTPS = "https://rrdp.example.net/lab/"
A, B = f"{BASE}a.roa", f"{BASE}b.roa"
FILLING = {f"{BASE}filling.cer": bytes(range(256)) * 20}
"""Makes the snapshot larger than a few deltas."""


class Copy:
    """A store, and the client that keeps it up to date with a publisher's files."""

    def __init__(self, limits: FetchLimits | None = None, path: Path = Path(":memory:")) -> None:
        self.https = HttpsInMemory(HTTPS)
        self.store = RrdpStore(path)
        self._client = RrdpClient(self.https, limits or FetchLimits())

    def close(self) -> None:
        self.store.close()

    def synchronise(self) -> Synchronised:
        self.https.asked.clear()
        return self._client.synchronise(parse_https(HTTPS + NOTIFICATION), self.store, Deadline(60))

    def files(self) -> dict[str, bytes]:
        found = {}
        for directory in ("", "ca/", "ca/1/", "other/"):
            for name in self.store.names(BASE + directory):
                found[BASE + directory + name] = self.store.read(BASE + directory + name, 10_000)
        return found

    def asked_for(self) -> set[str]:
        """What kinds of files were asked for: "snapshot", "delta"."""
        return {path.rpartition("/")[2].partition("-")[0] for path in self.https.asked} - {NOTIFICATION}


@settings(max_examples=examples(60))
@given(
    st.lists(
        st.tuples(contents, st.sampled_from(["", "sync", "sync", "new session"])), min_size=1, max_size=8
    )
)
def test_a_client_that_synchronises_now_and_then_holds_exactly_what_is_published(
    history: list[tuple[dict[str, bytes], str]],
) -> None:
    copy, publisher = Copy(), RrdpPublisher(HTTPS)
    for published, then in history:
        if then == "new session":
            publisher = RrdpPublisher(HTTPS)
        copy.https.serve(publisher.publish(published))
        if then:
            before = copy.files()
            assert copy.synchronise() == Synchronised(
                before != published or bool(copy.asked_for() & {"delta"})
            )
            assert copy.files() == published
    copy.https.serve(publisher.publish(history[-1][0]))
    copy.synchronise()
    assert copy.files() == history[-1][0]


def published_and_synchronised(copy: Copy, *versions: dict[str, bytes]) -> RrdpPublisher:
    publisher = RrdpPublisher(HTTPS)
    for version in versions:
        copy.https.serve(publisher.publish(FILLING | version))
        copy.synchronise()
    return publisher


def test_a_small_change_is_fetched_as_a_delta() -> None:
    copy = Copy()
    published_and_synchronised(copy, {A: b"1"}, {A: b"2", B: b"3"})
    assert copy.asked_for() == {"delta"}
    assert copy.files() == FILLING | {A: b"2", B: b"3"}


def test_nothing_but_the_notification_is_fetched_when_nothing_is_new() -> None:
    copy = Copy()
    published_and_synchronised(copy, {A: b"1"})
    assert copy.synchronise() == Synchronised(False)
    assert copy.https.asked == [NOTIFICATION]


def test_a_new_session_starts_from_its_snapshot_and_keeps_the_stamp_of_what_is_equal() -> None:
    copy = Copy()
    published_and_synchronised(copy, {A: b"1", B: b"2"})
    stamps = copy.store.stamp(A), copy.store.stamp(B)
    published_and_synchronised(copy, {A: b"1", B: b"3"})
    assert copy.asked_for() == {"snapshot"}
    assert copy.store.stamp(A) == stamps[0]
    assert copy.store.stamp(B) != stamps[1]


def test_a_server_that_alternates_between_sessions_is_followed_with_one_snapshot_each() -> None:
    copy = Copy()
    sessions = [RrdpPublisher(HTTPS, uuid.UUID(int=number)) for number in range(2)]
    for number in range(6):
        content = {A: bytes([number])}
        copy.https.serve(sessions[number % 2].publish(content))
        copy.synchronise()
        assert copy.files() == content
        assert len(copy.https.asked) == 2


def test_a_serial_that_goes_back_starts_from_the_snapshot() -> None:
    copy, session = Copy(), uuid.uuid4()
    publisher = RrdpPublisher(HTTPS, session)
    for number in range(5):
        copy.https.serve(publisher.publish(FILLING | {A: bytes([number])}))
    copy.synchronise()
    restored = RrdpPublisher(HTTPS, session)
    copy.https.serve(restored.publish({A: b"restored"}))
    copy.synchronise()
    assert copy.files() == {A: b"restored"}


def test_a_server_that_names_another_hash_for_an_old_delta_has_lost_its_history() -> None:
    copy, session = Copy(), uuid.uuid4()
    publisher, other = RrdpPublisher(HTTPS, session), RrdpPublisher(HTTPS, session)
    for number in range(3):
        copy.https.serve(publisher.publish(FILLING | {A: bytes([number])}))
        other.publish(FILLING | {B: bytes([number])})
    copy.synchronise()
    copy.https.serve(other.publish(FILLING | {B: b"9"}))
    copy.synchronise()
    assert copy.asked_for() == {"snapshot"}
    assert copy.files() == FILLING | {B: b"9"}


def test_more_deltas_than_allowed_are_replaced_by_the_snapshot() -> None:
    copy = Copy(FetchLimits(deltas=2))
    publisher = published_and_synchronised(copy, {A: b"0"})
    for number in range(3):
        copy.https.serve(publisher.publish(FILLING | {A: bytes([number, 1])}))
    copy.synchronise()
    assert copy.asked_for() == {"snapshot"}


def broken(files: dict[str, bytes], kind: str) -> dict[str, bytes]:
    """The same files, but those of a kind have one more space."""
    return {path: content + b" " * (f"/{kind}-" in path) for path, content in files.items()}


def test_a_delta_with_a_wrong_hash_is_reported_and_replaced_by_the_snapshot() -> None:
    copy = Copy()
    publisher = published_and_synchronised(copy, {A: b"1"})
    copy.https.serve(broken(publisher.publish(FILLING | {A: b"2"}), "delta"))
    result = copy.synchronise()
    assert result.changed
    assert "its SHA-256 is not the one in the notification file" in result.problem
    assert copy.asked_for() == {"delta", "snapshot"}
    assert copy.files() == FILLING | {A: b"2"}


def test_a_snapshot_with_a_wrong_hash_leaves_everything_as_it_was() -> None:
    copy = Copy()
    publisher = published_and_synchronised(copy, {A: b"1"})
    copy.https.serve(broken(broken(publisher.publish(FILLING | {A: b"2"}), "delta"), "snapshot"))
    with pytest.raises(FetchError, match="its SHA-256 is not the one in the notification file"):
        copy.synchronise()
    assert copy.files() == FILLING | {A: b"1"}
    copy.https.serve(publisher.publish(FILLING | {A: b"2"}))
    assert copy.synchronise() == Synchronised(True)


def test_deltas_are_applied_all_or_none() -> None:
    copy = Copy()
    publisher = published_and_synchronised(copy, {A: b"1"})
    publisher.publish(FILLING | {A: b"2"})
    files = publisher.publish(FILLING | {A: b"3"})
    second = next(path for path in files if "/3/delta-" in path)
    copy.https.serve(
        {path: content for path, content in files.items() if path != second and "snap" not in path}
    )
    with pytest.raises(FetchError, match="404"):
        copy.synchronise()
    assert copy.files() == FILLING | {A: b"1"}


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (FetchLimits(repository_files=2), "more than 2 files"),
        (FetchLimits(repository_bytes=5000), "larger than 5000 bytes"),
        (FetchLimits(object_bytes=5000), "larger than 5000 bytes"),
    ],
)
def test_a_repository_beyond_its_bounds_is_not_taken(limits: FetchLimits, problem: str) -> None:
    copy = Copy(limits)
    copy.https.serve(RrdpPublisher(HTTPS).publish(FILLING | {A: b"1", B: b"2"}))
    with pytest.raises(FetchError, match=problem):
        copy.synchronise()
    assert copy.files() == {}
    assert copy.store.version is None


def delta_file(*elements: str) -> tuple[RrdpPublisher, dict[str, bytes]]:
    """A publisher at serial 2 whose delta says something else than what its snapshot does, rightly hashed."""
    publisher = RrdpPublisher(HTTPS)
    publisher.publish(FILLING | {A: b"1"})
    files = publisher.publish(FILLING | {A: b"2"})
    path = next(path for path in files if "/2/delta-" in path)
    head, _, rest = files[path].decode().partition("\n")
    forged = "\n".join([head, *elements, rest.splitlines()[-1]]).encode()
    return publisher, _rehashed(files, path, forged)


def _rehashed(files: dict[str, bytes], path: str, forged: bytes) -> dict[str, bytes]:
    old, new = (hashlib.sha256(content).hexdigest() for content in (files[path], forged))
    notification = files[NOTIFICATION].replace(old.encode(), new.encode())
    return files | {path: forged, NOTIFICATION: notification}


NONE = "00" * 32


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        (f'<publish uri="{A}">Mg==</publish>', f"a delta publishes {A} as new, which is there already"),
        (f'<publish uri="{A}" hash="{NONE}">Mg==</publish>', f"a delta replaces {A} with another hash"),
        (f'<publish uri="{B}" hash="{NONE}">Mg==</publish>', f"a delta replaces {B}, which is not there"),
        (f'<withdraw uri="{B}" hash="{NONE}"/>', f"a delta withdraws {B}, which is not there"),
        (f'<withdraw uri="{A}" hash="{NONE}"/>', f"a delta withdraws {A} with another hash"),
    ],
)
def test_a_delta_that_does_not_fit_what_is_held_is_replaced_by_the_snapshot(
    element: str, problem: str
) -> None:
    publisher, files = delta_file(element)
    copy = Copy()
    first = RrdpPublisher(HTTPS, publisher.session)
    copy.https.serve(first.publish(FILLING | {A: b"1"}))
    copy.synchronise()
    copy.https.serve(files)
    assert problem in copy.synchronise().problem
    assert copy.files() == FILLING | {A: b"2"}


def test_a_snapshot_that_names_an_object_twice_is_refused() -> None:
    publisher = RrdpPublisher(HTTPS)
    files = publisher.publish({A: b"1"})
    path = next(path for path in files if "snapshot" in path)
    lines = files[path].decode().splitlines()
    copy = Copy()
    copy.https.serve(_rehashed(files, path, "\n".join([lines[0], lines[1], lines[1], lines[2]]).encode()))
    with pytest.raises(FetchError, match=r"the snapshot publishes .* twice"):
        copy.synchronise()


def test_a_notification_that_leads_to_another_origin_is_refused() -> None:
    files = RrdpPublisher("https://elsewhere.example.net/").publish({A: b"1"})
    copy = Copy()
    copy.https.serve(files)
    with pytest.raises(FetchError, match="which is another origin"):
        copy.synchronise()


def test_a_damaged_store_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"no database" * 1000)
    with contextlib.closing(RrdpStore(path)) as store:
        assert store.version is None


@pytest.mark.parametrize("text", [b"a.roa", b"CREATE TABLE object", b"object", b"serial"])
@pytest.mark.parametrize("copy_number", [0, 1])
def test_a_store_that_contradicts_itself_is_made_anew(tmp_path: Path, text: bytes, copy_number: int) -> None:
    """What a table says may be damaged, or what its index says."""
    path = tmp_path / "store.sqlite"
    with contextlib.closing(Copy(path=path)) as copy:
        copy.https.serve(RrdpPublisher(HTTPS).publish(FILLING | {A: b"1"}))
        copy.synchronise()
    parts = path.read_bytes().split(text)
    damaged = text.join(parts[: copy_number + 1]) + b"\xff" * len(text) + text.join(parts[copy_number + 1 :])
    path.write_bytes(damaged)
    published = FILLING | {A: b"2", B: b"3"}
    with contextlib.closing(Copy(path=path)) as copy:
        copy.https.serve(RrdpPublisher(HTTPS).publish(published))
        copy.synchronise()
        assert copy.files() == published


@settings(max_examples=examples(15))
@given(offset=st.floats(0, 1), junk=st.binary(min_size=1, max_size=5000))
def test_a_store_that_is_damaged_anywhere_is_mended_by_a_run_or_two(
    tmp_path_factory: pytest.TempPathFactory, offset: float, junk: bytes
) -> None:
    path = tmp_path_factory.mktemp("store") / "store.sqlite"
    published = FILLING | {A: b"1"}
    publisher = RrdpPublisher(HTTPS)
    with contextlib.closing(Copy(path=path)) as copy:
        copy.https.serve(publisher.publish(published))
        copy.synchronise()
    content = bytearray(path.read_bytes())
    start = int(offset * len(content))
    content[start : start + len(junk)] = junk
    path.write_bytes(content)
    published = FILLING | {A: b"2", B: b"3"}
    files = RrdpPublisher(HTTPS).publish(published)
    for _ in range(2):
        with contextlib.closing(Copy(path=path)) as copy:
            copy.https.serve(files)
            with contextlib.suppress(FetchError):
                copy.synchronise()
            held = copy.files()
    assert held == published
