"""Key pairs and the pool that keeps them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lab.rpki.issuing.keys import KeyPool, user_key_pool
from lab.rpki.objects.signature import public_key, verify

FILL = "import sys, pathlib; from lab.rpki.issuing.keys import KeyPool; \
pool = KeyPool(pathlib.Path(sys.argv[1])); print(*(pool.key(n).identifier.hex() for n in range(2)))"


@pytest.fixture(scope="module")
def pool_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pool of two keys, filled by three processes at once."""
    directory = tmp_path_factory.mktemp("cache") / "byoip-lab" / "keys"
    command = [sys.executable, "-c", FILL, str(directory)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    found = {process.communicate()[0] for process in processes}
    assert len(found) == 1, "they do not agree on the keys"
    assert found == {" ".join(KeyPool(directory).key(number).identifier.hex() for number in range(2)) + "\n"}
    return directory


def test_a_key_is_rsa_2048_and_what_it_signs_is_verified_with_its_public_key() -> None:
    key = user_key_pool().key(0)
    assert public_key(key.spki).key_size == 2048
    verify(key.spki, b"data", key.sign(b"data"), "signature", "the data", "RFC 7935")


@pytest.mark.slow
def test_processes_that_fill_a_pool_at_once_end_with_the_same_keys(pool_directory: Path) -> None:
    assert sorted(path.name for path in pool_directory.iterdir()) == ["00000.pem", "00001.pem"]


def test_only_the_user_can_read_the_keys(pool_directory: Path) -> None:
    assert stat.S_IMODE(pool_directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in pool_directory.iterdir()} == {0o600}


def test_the_same_number_is_the_same_key_in_the_next_lab(pool_directory: Path) -> None:
    first, second = KeyPool(pool_directory).keys(), KeyPool(pool_directory).keys()
    pairs = [(next(first).spki, next(second).spki) for _ in range(2)]
    assert all(one == other for one, other in pairs)
    assert pairs[0] != pairs[1]


@pytest.mark.parametrize("damage", [b"", b"nonsense", None], ids=["empty", "nonsense", "one bit flipped"])
def test_a_damaged_key_is_replaced(tmp_path: Path, pool_directory: Path, damage: bytes | None) -> None:
    path = tmp_path / "00000.pem"
    content = bytearray((pool_directory / "00000.pem").read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content) if damage is None else damage)
    path.chmod(0o600)
    made = KeyPool(tmp_path).key(0)
    assert made.identifier == KeyPool(tmp_path).key(0).identifier
    verify(made.spki, b"data", made.sign(b"data"), "signature", "the data", "RFC 7935")


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o602])
def test_a_key_that_others_could_read_or_write_is_replaced(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "00000.pem"
    first = KeyPool(tmp_path).key(0)
    path.chmod(mode)
    again = KeyPool(tmp_path).key(0)
    assert again.identifier != first.identifier
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyPool(tmp_path).key(0).identifier == again.identifier


def test_somebody_elses_key_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = KeyPool(tmp_path).key(0)
    somebody_else = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody_else)
    assert KeyPool(tmp_path).key(0).identifier != first.identifier


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_key_is_taken_from_a_file_only(tmp_path: Path, pool_directory: Path, kind: str) -> None:
    path = tmp_path / "00000.pem"
    if kind == "link":
        path.symlink_to(pool_directory / "00000.pem")
    else:
        os.mkfifo(path, 0o600)
    made = KeyPool(tmp_path).key(0)
    assert made.identifier != KeyPool(pool_directory).key(0).identifier
    assert stat.S_ISREG(path.lstat().st_mode)


def test_a_directory_of_keys_that_others_could_write_is_closed_to_them(tmp_path: Path) -> None:
    first = KeyPool(tmp_path).key(0)
    tmp_path.chmod(0o777)
    assert KeyPool(tmp_path).key(0).identifier == first.identifier
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_without_a_place_to_write_keys_are_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    pool = KeyPool(tmp_path / "file" / "keys")
    assert pool.key(0) is pool.key(0)


def test_the_pool_is_in_the_cache_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    user_key_pool().key(0)
    assert (tmp_path / "byoip-lab" / "rpki-keys" / "00000.pem").is_file()


def test_a_relative_cache_directory_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(tmp_path))
    user_key_pool().key(0)
    assert (tmp_path / ".cache" / "byoip-lab" / "rpki-keys" / "00000.pem").is_file()
