"""The directory of `lab rpki serve`: one server at a time, and nobody else's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.rpki.exporting import ExportError
from lab.rpki.publication.listening import PublicationError
from lab.rpki.serving_directory import serving_directory


def test_it_is_one_servers_until_that_ends(tmp_path: Path) -> None:
    with serving_directory(tmp_path):
        (tmp_path / "tree" / "localhost:8873").mkdir(parents=True)
        with (
            pytest.raises(PublicationError, match="in use by another lab rpki serve"),
            serving_directory(tmp_path),
        ):
            pass
        assert (tmp_path / "tree" / "localhost:8873").exists()
    with serving_directory(tmp_path):
        pass


def test_the_tree_of_a_former_run_goes_and_the_rest_stays(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "served"
    with serving_directory(directory):
        (directory / "tree" / "localhost:8873").mkdir(parents=True)
        (directory / "vrps.json").write_text("{}")
    with serving_directory(directory):
        assert not (directory / "tree").exists()
        assert (directory / "vrps.json").exists()


def test_a_directory_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    with (
        pytest.raises(ExportError, match="expected an empty or a new directory"),
        serving_directory(tmp_path),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["tree"]
