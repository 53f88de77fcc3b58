"""A lab that goes on with a state: whose it is, and how late it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.small_lab import small

from lab.engines.base import EPOCH
from lab.engines.sim.engine import SimEngine
from lab.scenario.engines import make_engine
from lab.scenario.lab import Lab
from lab.state.errors import StateError
from lab.state.state import State

DAY = 86400.0


def test_the_calendar_goes_on_where_the_former_lab_ended(tmp_path: Path) -> None:
    with Lab(small(), SimEngine, state=State(tmp_path / "state")) as lab:
        lab.wait(DAY)
        ended = lab.engine.calendar()
    with Lab(small(), SimEngine, state=State(tmp_path / "state")) as lab:
        assert ended <= lab.engine.calendar() < ended + DAY


def test_the_calendar_of_the_last_change_survives_a_lab_that_never_ended(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    lab = Lab(small(), SimEngine, state=state)
    lab.start()
    lab.engine.advance(DAY)
    lab.add_roa("203.0.113.0/24", 64505)
    state.close()  # as a kill does it: nothing is kept on the way out
    with Lab(small(), SimEngine, state=State(tmp_path / "state")) as again:
        assert again.engine.calendar() >= EPOCH + DAY
        assert {vrp.asn for vrp in again.vrps} >= {64496, 64505}


def test_a_calendar_that_is_further_already_is_not_set_back(tmp_path: Path) -> None:
    with Lab(small(), SimEngine, state=State(tmp_path / "state")):
        pass
    later = make_engine("sim", calendar=EPOCH + DAY)
    with Lab(small(), later, state=State(tmp_path / "state")) as lab:
        assert lab.engine.calendar() >= EPOCH + DAY


def test_the_state_of_another_lab_is_refused_by_name(tmp_path: Path) -> None:
    with Lab(small(), SimEngine, state=State(tmp_path / "state")):
        pass
    state = State(tmp_path / "state")
    with pytest.raises(StateError, match="the state of small, not of big; bring small up"):
        Lab(replace(small(), name="big"), SimEngine, state=state)
    state.close()
