"""What the README and the guides show is true: their files load and run, their Python runs."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from lab.scenario.engines import make_engine
from lab.scenario.lab import Lab
from lab.scenario.running import run_scenario
from lab.topology.loading import parse
from lab.topology.problems import TopologyError

ROOT = Path(__file__).parent.parent.parent
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
README = ROOT / "README.md"
GROUPS = ("show", "roa", "aspa", "rpki", "registry", "irr", "dns", "aws", "cloudflare")
"""Commands that have sub-commands."""


def blocks(path, language):
    """The code blocks of a language with the line each begins in."""
    text = path.read_text(encoding="utf-8")
    return [
        (text[: match.start()].count("\n") + 2, match[1])
        for match in re.finditer(rf"^```{language}\n(.*?)^```", text, re.M | re.S)
    ]


def loads(text, directory):
    """A whole file as it is; a part of one in a lab that has the rest."""
    if re.search(r"^(ases|topology):", text, re.M):
        return parse(text, "example.yaml", directory)
    if re.match(r"- ", text):
        text = "scenario:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    return parse(f"topology: byoip\n{text}", "example.yaml", directory)


def test_the_file_in_the_readme_passes_with_lab_run(lab_command, tmp_path):
    ((_, text),) = blocks(README, "yaml")
    file = tmp_path / "tiny.yaml"
    file.write_text(text)
    assert lab_command("check", file).code == 0
    result = lab_command("run", file)
    assert (result.code, result.err) == (0, "")
    assert "2 expectations, all met" in result.out


def test_the_python_of_the_readme_runs(capsys):
    (_, text), *_ = blocks(README, "python")
    exec(compile(text, str(README), "exec"), {})
    printed = capsys.readouterr().out
    assert "forged-origin" in printed
    assert "originates 203.0.113.0/24" in printed


def test_the_test_of_the_readme_passes(pytester):
    _, (_, text) = blocks(README, "python")
    ((_, scenario),) = blocks(README, "yaml")
    (pytester.path / "migration.yaml").write_text(scenario)
    pytester.makepyfile(text)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def commands_shown(path):
    return [
        line.split("#")[0].split()
        for _, text in blocks(path, "sh")
        for line in text.splitlines()
        if line.startswith("lab ")
    ]


@pytest.mark.parametrize("path", [README, *GUIDES], ids=lambda path: path.name)
def test_every_command_shown_exists_with_its_options(path, lab_command):
    options: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for _, *words in commands_shown(path):
        names = [word for word in words if re.fullmatch(r"[a-z]+", word)]
        depth = 2 if names[0] in GROUPS else 1
        options[tuple(names[:depth])] |= {word.split("=")[0] for word in words if word.startswith("-")}
    for command, shown_with in options.items():
        told = lab_command(*command, "--help")
        assert told.code == 0, command
        for option in shown_with:
            assert re.search(rf"(^|[\s,]){option}\b", told.out), (command, option)


EXAMPLES = [(path, line, text) for path in GUIDES for line, text in blocks(path, "yaml")]


def test_every_yaml_example_of_the_guides_loads():
    wrong = []
    for path, line, text in EXAMPLES:
        try:
            loads(text, path.parent)
        except TopologyError as error:
            wrong.append(f"{path.name}:{line}: {error}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_a_whole_scenario_in_a_guide_holds(path):
    for line, text in blocks(path, "yaml"):
        if re.search(r"^(ases|topology):", text, re.M) and "scenario:" in text:
            with Lab(loads(text, path.parent), make_engine("sim")) as lab:
                report = run_scenario(lab)
            assert not report.failures, (line, [result.outcome for result in report.failures])
