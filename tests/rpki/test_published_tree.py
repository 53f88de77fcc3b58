"""The tree that rsync serves: replaced as a whole, and cheap where nothing changed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from support.examples import examples
from support.repository_contents import BASE, histories

from lab.rpki.publication.tree import PublishedTree
from lab.rpki.uris import UriError

A, B = f"{BASE}ca/a.roa", f"{BASE}ca/b.roa"


def on_disk(tree: PublishedTree) -> dict[str, bytes]:
    root = Path(os.path.realpath(tree.path))
    return {
        f"{BASE}{path.relative_to(root)}": path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


@settings(max_examples=examples(30))
@given(history=histories)
def test_the_tree_is_exactly_what_is_published(
    tmp_path_factory: pytest.TempPathFactory, history: list[dict[str, bytes]]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    tree = PublishedTree(root, BASE)
    for published in history:
        tree.publish(published)
        assert on_disk(tree) == published
    assert len(list((root / "rpki.example.net").iterdir())) <= 4


def test_the_same_content_again_changes_nothing(tmp_path: Path) -> None:
    tree = PublishedTree(tmp_path, BASE)
    assert tree.publish({A: b"1"})
    version = os.readlink(tree.path)
    assert not tree.publish({A: b"1"})
    assert os.readlink(tree.path) == version


@pytest.mark.parametrize("restarted", [False, True])
def test_an_unchanged_file_stays_the_same_file(tmp_path: Path, restarted: bool) -> None:
    tree = PublishedTree(tmp_path, BASE)
    tree.publish({A: b"1", B: b"1"})
    before = os.stat(tree.path / "ca/a.roa")
    if restarted:
        tree = PublishedTree(tmp_path, BASE)
    tree.publish({A: b"1", B: b"2"})
    after = os.stat(tree.path / "ca/a.roa")
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("restarted", [False, True])
def test_every_version_of_a_file_has_a_later_second_although_time_stands_still(
    tmp_path: Path, restarted: bool
) -> None:
    tree = PublishedTree(tmp_path, BASE, now=lambda: 1_700_000_000.5)
    seconds = []
    for number in range(5):
        tree.publish({A: bytes([number])})
        seconds.append(int(os.stat(tree.path / "ca/a.roa").st_mtime))
        tree.publish({})
        if restarted:
            tree = PublishedTree(tmp_path, BASE, now=lambda: 1_700_000_000.5)
    assert seconds == sorted(set(seconds))


def test_who_reads_sees_one_version_or_the_other(tmp_path: Path) -> None:
    tree = PublishedTree(tmp_path, BASE)
    tree.publish({A: b"0", B: b"0"})
    seen: set[tuple[bytes, bytes]] = set()
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            try:
                directory = os.open(tree.path, os.O_RDONLY)  # as rsync does: enter once, then read
            except FileNotFoundError:
                continue  # between the link's target and its removal
            try:
                both = [os.open(f"ca/{name}.roa", os.O_RDONLY, dir_fd=directory) for name in "ab"]
                seen.add((os.read(both[0], 9), os.read(both[1], 9)))
                for file in both:
                    os.close(file)
            except FileNotFoundError:
                pass  # so slow that three newer versions had come meanwhile
            finally:
                os.close(directory)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 60):
        tree.publish({A: b"%d" % number, B: b"%d" % number})
    ended.set()
    reader.join()
    assert seen
    assert all(first == second for first, second in seen)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"rsync://elsewhere.example.net/repo/a.roa": b""},
            "is not a file of rsync://rpki.example.net/repo/",
        ),
        ({"rsync://rpki.example.net/other/a.roa": b""}, "is not a file of rsync://rpki.example.net/repo/"),
        ({f"{BASE}../a.roa": b""}, "starts with a dot"),
        ({f"{BASE}ca/": b""}, "is a directory"),
        ({f"{BASE}ca": b"", A: b""}, "cannot be both a file and the directory of"),
        ({A: b"", A.replace("rpki", "RPKI"): b""}, "are the same file"),
    ],
)
def test_what_cannot_be_published_is_refused_as_a_whole(
    tmp_path: Path, files: dict[str, bytes], problem: str
) -> None:
    tree = PublishedTree(tmp_path, BASE)
    tree.publish({B: b"1"})
    with pytest.raises(UriError, match=problem):
        tree.publish({B: b"2"} | files)
    assert on_disk(tree) == {B: b"1"}


def test_what_a_crash_left_behind_is_removed(tmp_path: Path) -> None:
    tree = PublishedTree(tmp_path, BASE)
    tree.publish({A: b"1"})
    half = tree.path.with_name(".repo.2")
    half.mkdir()
    (half / "half.roa").write_bytes(b"half")
    tree.publish({A: b"2"})
    assert on_disk(tree) == {A: b"2"}


def test_the_base_is_a_module(tmp_path: Path) -> None:
    with pytest.raises(UriError, match="is not a module; expected rsync://rpki"):
        PublishedTree(tmp_path, f"{BASE}ca/")
