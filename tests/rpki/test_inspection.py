"""Single objects for people: nothing that a file can hold is more than a problem of it."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.rpki.inspection.inspector import Inspection, inspect, inspection_data
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.objects.signed_object import Profile
from lab.topology.loading import load

NOW = 1_767_225_600
DAY = 86400
CUSTOMER = "rsync://arin.rpki.example/arin/holders/customer/"


@cache
def objects() -> dict[str, bytes]:
    """One object of each kind by its file name."""
    rpki = Rpki.of(load("byoip"), user_key_pool(), NOW)
    rpki.add_aspa(64496, [64510])
    files = {uri: data for content in rpki.files().values() for uri, data in content.items()}
    names = ["customer.crl", "customer.mft", "203-0-113-0-24-24-AS64496.roa", "AS64496.asa"]
    found = {name: files[CUSTOMER + name] for name in names}
    found["customer.cer"] = files["rsync://arin.rpki.example/arin/registry/customer.cer"]
    found["ta.cer"] = files["rsync://arin.rpki.example/arin/ta.cer"]
    (tal,) = (tal for tal in rpki.tals() if tal.name == "arin")
    return found | {"arin.tal": tal.to_text().encode()}


def checks(found: Inspection | None) -> list[str]:
    assert found is not None
    return [problem.check for problem in found.problems]


@pytest.mark.parametrize("name", objects())
def test_an_object_of_ours_has_nothing_wrong(name: str) -> None:
    assert checks(inspect(objects()[name], name, NOW)) == []


@pytest.mark.parametrize(
    ("name", "later", "wrong"),
    [
        ("customer.crl", 3 * DAY, ["stale-crl"]),
        ("customer.mft", 3 * DAY, ["stale-manifest", "expired"]),
        ("AS64496.asa", 400 * DAY, ["expired"]),
        ("customer.cer", 400 * DAY, ["expired"]),
        ("ta.cer", -30 * DAY, ["not-yet-valid"]),
    ],
)
def test_time_is_what_makes_it_wrong(name: str, later: int, wrong: list[str]) -> None:
    assert sorted(checks(inspect(objects()[name], name, NOW + later))) == sorted(wrong)


def test_a_manifest_without_any_of_its_files_beside_it_is_no_worse_for_that() -> None:
    manifest = objects()["customer.mft"]
    alone = inspect(manifest, "customer.mft", NOW, beside=lambda name: None)
    assert checks(alone) == []
    assert alone is not None
    assert {each["state"] for each in alone.fields["files"]} == {"missing"}
    crl_only = inspect(
        manifest,
        "customer.mft",
        NOW,
        beside=lambda name: objects().get(name) if name.endswith("crl") else None,
    )
    assert set(checks(crl_only)) == {"missing-file"}


def test_all_that_is_wrong_is_told_not_only_the_first_thing() -> None:
    roa = bytearray(objects()["203-0-113-0-24-24-AS64496.roa"])
    roa[-1] ^= 1
    found = inspect(bytes(roa), "x.mft", NOW + 400 * DAY)
    assert checks(found) == ["file-name", "cms-signature", "expired"]
    assert found is not None
    assert (found.kind, found.fields["origin"]) == ("ROA", "AS64496")


@settings(max_examples=examples(150))
@given(st.data())
def test_whatever_the_bytes_are_it_is_a_problem_and_no_crash(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(objects())))
    content = bytearray(objects()[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    profile = data.draw(st.sampled_from(Profile))
    found = inspect(cut, data.draw(st.sampled_from([name, "x.roa", "x"])), NOW, profile=profile)
    assert found is None or inspection_data(found)["kind"] == found.kind


@given(st.binary(max_size=200))
def test_what_is_nothing_of_the_rpki_is_called_nothing(content: bytes) -> None:
    found = inspect(content, "something", NOW)
    assert found is None or found.problems
