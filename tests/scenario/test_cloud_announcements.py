"""Speakers announce what clouds want, as they want it, and afterwards again what was theirs before."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.bgp.commands import Command, Originate, StopOriginating
from lab.bgp.prefix import Prefix
from lab.engines.base import EngineError
from lab.scenario.cloud_announcements import CloudAnnouncements

HELD, OTHER = Prefix.parse("203.0.113.0/24"), Prefix.parse("192.0.2.0/26")
SITES = ("cf-ams", "cf-sjc")


@dataclass
class Speakers:
    """Those of an engine: what each announces, and every command that it got. `lost` cannot be reached."""

    announced: dict[str, dict[Prefix, Originate]] = field(default_factory=dict)
    got: list[tuple[str, Command]] = field(default_factory=list)
    lost: str = ""

    def commands(self, speaker: str) -> list[Command]:
        return list(self.announced.get(speaker, {}).values())

    def apply(self, speaker: str, command: Command) -> None:
        if speaker == self.lost:
            raise EngineError(f"{speaker} does not answer")
        self.got.append((speaker, command))
        own = self.announced.setdefault(speaker, {})
        if isinstance(command, Originate):
            own[command.prefix] = command
        else:
            assert isinstance(command, StopOriginating)
            del own[command.prefix]


def at_sites(*commands: Originate) -> dict[tuple[str, Prefix], Originate]:
    return {(site, each.prefix): each for site in SITES for each in commands}


def test_only_differences_are_commanded() -> None:
    speakers = Speakers()
    clouds = CloudAnnouncements(speakers)  # type: ignore[arg-type]
    assert clouds.follow(at_sites(Originate(HELD)))
    assert not clouds.follow(at_sites(Originate(HELD)))
    assert speakers.got == [(site, Originate(HELD)) for site in SITES]
    assert clouds.has("cf-ams", HELD)
    assert clouds.follow({})
    assert speakers.got[2:] == [(site, StopOriginating(HELD)) for site in SITES]
    assert not clouds.has("cf-ams", HELD)


@pytest.mark.parametrize("change", [Originate(HELD, prepend=2), Originate(HELD, path=(64496,))])
def test_prepending_and_an_asn_of_the_customers_change_the_announcement_and_never_interrupt_it(
    change: Originate,
) -> None:
    speakers = Speakers()
    clouds = CloudAnnouncements(speakers)  # type: ignore[arg-type]
    clouds.follow(at_sites(Originate(HELD)))
    speakers.got.clear()
    assert clouds.follow(at_sites(change))
    assert speakers.got == [(site, change) for site in SITES]
    clouds.follow({})
    assert speakers.announced == {site: {} for site in SITES}


@pytest.mark.parametrize("own", [Originate(OTHER), Originate(OTHER, prepend=1)])
def test_what_a_speaker_announced_before_it_announces_again_when_the_cloud_has_done(own: Originate) -> None:
    speakers = Speakers({"cf-ams": {OTHER: own}})
    clouds = CloudAnnouncements(speakers)  # type: ignore[arg-type]
    for prepend in (0, 3):
        clouds.follow({("cf-ams", OTHER): Originate(OTHER, prepend=prepend)})
        assert speakers.announced["cf-ams"] == {OTHER: Originate(OTHER, prepend=prepend)}
    clouds.follow({})
    assert speakers.announced["cf-ams"] == {OTHER: own}


def test_what_one_speaker_could_not_be_told_it_is_told_the_next_time() -> None:
    speakers = Speakers(lost="cf-sjc")
    clouds = CloudAnnouncements(speakers)  # type: ignore[arg-type]
    with pytest.raises(EngineError):
        clouds.follow(at_sites(Originate(HELD)))
    assert (clouds.has("cf-ams", HELD), clouds.has("cf-sjc", HELD)) == (True, False)
    speakers.lost = ""
    assert clouds.follow(at_sites(Originate(HELD)))
    assert [speaker for speaker, _ in speakers.got] == ["cf-ams", "cf-sjc"]
    speakers.lost = "cf-ams"
    with pytest.raises(EngineError):
        clouds.follow({})
    speakers.lost = ""
    assert clouds.follow({})
    assert speakers.announced == {site: {} for site in SITES}


_COMMANDS = st.builds(Originate, st.sampled_from([HELD, OTHER]), prepend=st.integers(0, 2))
_WANTED = st.dictionaries(
    st.tuples(st.sampled_from(SITES), st.sampled_from([HELD, OTHER])), st.integers(0, 2)
)


@settings(max_examples=examples(200))
@given(st.lists(_WANTED, max_size=6), st.lists(_COMMANDS, max_size=2))
def test_whatever_was_wanted_in_between_the_end_is_as_the_beginning(
    wishes: list[dict[tuple[str, Prefix], int]], own: list[Originate]
) -> None:
    begun = {each.prefix: each for each in own}
    speakers = Speakers({site: dict(begun) for site in SITES})
    clouds = CloudAnnouncements(speakers)  # type: ignore[arg-type]
    for wish in wishes:
        wanted = {key: Originate(key[1], prepend=prepend) for key, prepend in wish.items()}
        clouds.follow(wanted)
        for site in SITES:
            expected = begun | {prefix: each for (at, prefix), each in wanted.items() if at == site}
            assert speakers.announced[site] == expected
    clouds.follow({})
    assert speakers.announced == dict.fromkeys(SITES, begun)
