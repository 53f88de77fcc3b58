"""A repository as files: all of it, nothing else, or nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.repository_contents import BASE

from lab.rpki.exporting import ExportError, export_repository
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.objects.tal import TrustAnchorLocator


class Small(Rpki):
    """One file and one TAL, without any CA."""

    def __init__(self) -> None:
        pass

    def files(self) -> dict[str, dict[str, bytes]]:
        return {"rpki": {f"{BASE}a.roa": b"new"}}

    def tals(self) -> tuple[TrustAnchorLocator, ...]:
        return (TrustAnchorLocator("ta", (f"{BASE}ta.cer",), b"key"),)


def files(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


def test_what_a_killed_export_has_left_is_not_exported(tmp_path: Path) -> None:
    stale = tmp_path / ".tree.new" / "rpki.example.net" / "repo"
    stale.mkdir(parents=True)
    (stale / "stale.roa").write_bytes(b"old")
    assert export_repository(Small(), tmp_path) == 1
    assert files(tmp_path / "tree") == ["rpki.example.net/repo/a.roa"]
    assert files(tmp_path / "tals") == ["ta.tal"]


def test_an_export_that_fails_at_its_end_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == "tals":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", failing)
        with pytest.raises(OSError, match="No space left"):
            export_repository(Small(), tmp_path)
    assert not list(tmp_path.iterdir())
    export_repository(Small(), tmp_path)
    with pytest.raises(ExportError, match="tree is there already"):
        export_repository(Small(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_directory_that_cannot_be_made_is_named_with_what_was_expected(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(ExportError, match="file cannot be used: it is a file; expected a directory"):
        export_repository(Small(), file)
    with pytest.raises(ExportError, match="file/below cannot be used: Not a directory; expected"):
        export_repository(Small(), file / "below")
    assert file.read_text() == "mine"
