"""Every bad file is refused with exactly the text beside it. `LAB_UPDATE_GOLDEN=1` rewrites the texts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lab.topology.loading import load
from lab.topology.problems import TopologyError, format_problems

BAD = Path(__file__).parent / "bad"
FILES = sorted(path.name for path in BAD.glob("*.yaml"))


def test_there_are_bad_files_of_every_kind() -> None:
    assert len(FILES) >= 45
    kinds = {name.split("_")[0] for name in FILES}
    assert kinds >= {"yaml", "top", "as", "collector", "link", "route", "step", "expect", "extends"}
    assert kinds >= {"aws", "clouds", "cloudflare", "dns", "flow", "irr", "registry", "traffic"}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_with_a_readable_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(TopologyError) as caught:
        load(Path(name))
    text = format_problems(caught.value.problems) + "\n"
    golden = BAD / name.replace(".yaml", ".txt")
    if os.environ.get("LAB_UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert all(character.isprintable() for character in text if character != "\n")
    assert max(len(line) for line in text.splitlines()) < 300
    assert "Traceback" not in text


def test_no_golden_text_is_left_over() -> None:
    assert sorted(path.stem for path in BAD.glob("*.txt")) == [name.removesuffix(".yaml") for name in FILES]
