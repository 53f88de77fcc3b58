"""The guide to writing scenarios says what is true: its examples work and it leaves no word out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.agreement import failures, run_to_the_end

from lab.scenario.engines import make_engine
from lab.topology.cloud_vocabulary import ByoipState, SigningMistake
from lab.topology.cloudflare_section import Entitlement, ServiceName
from lab.topology.cloudflare_vocabulary import Approval, BindingState, Permission, Role, ValidationState
from lab.topology.filemodel import AsEntry
from lab.topology.loading import parse
from lab.topology.steps import STEP_KINDS, StepModel
from lab.topology.validation import keys_of
from lab.topology.vocabulary import AlertKind, DropReason

GUIDE = Path(__file__).parents[2].joinpath("docs/guides/writing-scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
FILES = [text for text in EXAMPLES if text.startswith("name:")]
STEPS = [text for text in EXAMPLES if text.startswith("- ")]
WORDS = (
    AlertKind,
    DropReason,
    ByoipState,
    SigningMistake,
    Entitlement,
    ServiceName,
    Permission,
    Role,
    Approval,
    ValidationState,
    BindingState,
)
EXAMPLE_LINK = next(line.strip() for line in GUIDE.splitlines() if line.startswith("    - {link: "))


def test_every_example_is_a_file_or_a_list_of_steps():
    assert len(FILES) + len(STEPS) == len(EXAMPLES)
    assert FILES
    assert STEPS


@pytest.mark.parametrize("text", FILES)
def test_an_example_file_of_the_guide_holds(text):
    report, _ = run_to_the_end(parse(text), make_engine("sim"))
    assert report.expectations
    assert failures(report) == []


@pytest.mark.parametrize("text", STEPS)
def test_the_example_steps_of_the_guide_are_well_formed(text):
    indented = "".join(f"  {line}\n" for line in text.splitlines())
    topology = parse(f"topology: byoip\nname: example\nscenario:\n{indented}")
    assert len(topology.steps) == len(text.splitlines())


def test_the_example_link_of_the_guide_is_well_formed():
    ases = "ases: {eyeball: {asn: 64500}, transit-b: {asn: 64511}}"
    link = parse(f"name: example\n{ases}\nlinks:\n  {EXAMPLE_LINK}\n").links[0]
    assert link.delay == 0.02
    assert link.urpf
    assert link.local_pref
    assert link.prepend


@pytest.mark.parametrize("kind", sorted(STEP_KINDS))
def test_the_guide_shows_every_step_with_every_key(kind):
    shown = [line for text in STEPS for line in text.splitlines() if line.startswith(f"- {kind}:")]
    assert shown
    form = STEP_KINDS[kind]
    if isinstance(form, type) and issubclass(form, StepModel):
        missing = {key for key in keys_of(form) if not any(f"{key}: " in line for line in shown)}
        assert missing == set()


@pytest.mark.parametrize("word", [word.value for words in WORDS for word in words])
def test_the_guide_names_every_word_that_a_step_may_use(word):
    assert f"`{word}`" in GUIDE


@pytest.mark.parametrize("key", sorted(set(keys_of(AsEntry)) - {"router"}))
def test_the_guide_explains_every_key_of_an_as(key):
    assert f"\n| `{key}` | " in GUIDE
