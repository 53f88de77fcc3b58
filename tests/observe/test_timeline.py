import dataclasses
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import typing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.bgp.events import BestPathChanged, SessionUp, Withdrawn
from lab.bgp.jsonable import from_json
from lab.bgp.prefix import Prefix
from lab.engines.base import SpeakerFault
from lab.observe.events import AlertRaised, Note, PacketVerdict
from lab.observe.store import SCHEMA_VERSION, StoreError
from lab.observe.timeline import EVENT_TYPES, Timeline, json_line
from lab.topology.vocabulary import AlertKind

TYPES = (SpeakerFault,)
TIME = st.floats(0, 2e9)
st.register_type_strategy(
    Prefix,
    st.builds(
        lambda value, length: Prefix(4, value, 32).supernet(length),
        st.integers(0, 2**32 - 1),
        st.integers(0, 32),
    ),
)
EVENTS = st.one_of(
    *(
        st.builds(
            cls,
            at=st.sampled_from(("", "transit-a", "customer")),
            **{name: TIME for name, hint in typing.get_type_hints(cls).items() if hint is float},
        )
        for cls in (*EVENT_TYPES, *TYPES)
    )
)
PREFIX = Prefix.parse("203.0.113.0/24")


@given(st.lists(EVENTS, max_size=20))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_timeline_on_disk_reads_back_equal(tmp_path_factory, events):
    path = tmp_path_factory.mktemp("timeline") / "timeline.sqlite"
    timeline = Timeline(path, TYPES)
    timeline.extend(events)
    timeline.close()
    again = Timeline(path, TYPES)
    assert list(again) == events
    again.append(Note(1.0, "", "more"))
    again.close()
    assert [*events, Note(1.0, "", "more")] == list(Timeline(path, TYPES))


@given(EVENTS)
def test_every_event_has_a_json_line_that_decodes_to_itself(event):
    line = json_line(event)
    assert "\n" not in line
    assert json.loads(line)["type"] == type(event).__name__
    assert from_json(type(event), json.loads(line)) == event


def test_every_kind_of_event_of_the_lower_floors_is_known():
    names = {cls.__name__ for cls in EVENT_TYPES}
    assert {"SessionUp", "BestPathChanged", "ValidationChanged", "AlertRaised", "PacketVerdict"} <= names
    assert len(names) == len(EVENT_TYPES)
    assert all(dataclasses.is_dataclass(cls) and "at" in typing.get_type_hints(cls) for cls in EVENT_TYPES)


def test_listeners_hear_every_event_until_they_leave():
    timeline, heard = Timeline(), []
    leave = timeline.subscribe(heard.append)
    timeline.append(Note(0.0, "", "one"))
    leave()
    timeline.append(Note(1.0, "", "two"))
    assert heard == [Note(0.0, "", "one")]
    assert len(timeline) == 2


def test_a_listener_may_append():
    timeline = Timeline()
    timeline.subscribe(lambda event: timeline.append(Note(0.0, "", "two")) if event.text == "one" else None)
    timeline.append(Note(0.0, "", "one"))
    assert [event.text for event in timeline] == ["one", "two"]


def test_queries_combine():
    part = Prefix.parse("203.0.113.0/25")
    up = SessionUp(0.0, "customer", "transit-a")
    withdrawn = Withdrawn(1.0, "customer", PREFIX)
    changed = BestPathChanged(2.0, "transit-a", part, None, (64499,), "attacker", None, "only eligible route")
    raised = AlertRaised(
        3.0,
        "collector",
        AlertKind.SUBPREFIX_HIJACK,
        part,
        "attacker",
        64499,
        (64499,),
        ("transit-a",),
        "text",
    )
    packet = PacketVerdict(4.0, "customer", "192.0.2.1", "203.0.113.9", ("customer",), None, "delivered")
    timeline = Timeline()
    timeline.extend([up, withdrawn, changed, raised, packet])
    assert timeline.query() == [up, withdrawn, changed, raised, packet]
    assert timeline.query(prefix=PREFIX) == [withdrawn, changed, raised]
    assert timeline.query(prefix=part) == [changed, raised]
    assert timeline.query(speaker="customer") == [up, withdrawn, packet]
    assert timeline.query(speaker="attacker") == [raised]
    assert timeline.query(kind="SessionUp") == timeline.query(kind=SessionUp) == [up]
    assert timeline.query(since=3.0) == [raised, packet]
    assert timeline.query(prefix=PREFIX, since=2.0, speaker="transit-a") == [changed]


def test_json_lines_hold_one_event_each():
    timeline, file = Timeline(), io.StringIO()
    timeline.extend([Note(0.0, "", "line\nbreak"), Withdrawn(1.5, "customer", PREFIX)])
    timeline.write_json_lines(file)
    assert [json.loads(line) for line in file.getvalue().splitlines()] == [
        {"type": "Note", "time": 0.0, "at": "", "text": "line\nbreak"},
        {"type": "Withdrawn", "time": 1.5, "at": "customer", "prefix": "203.0.113.0/24"},
    ]


@pytest.mark.parametrize("value", ["text", 7, None, Prefix.parse("203.0.113.0/24")])
def test_what_is_no_event_is_refused_and_not_added(value):
    timeline = Timeline()
    with pytest.raises(TypeError, match="is no event"):
        timeline.append(value)
    assert len(timeline) == 0


def test_a_file_refuses_events_that_nobody_could_read_back(tmp_path):
    timeline = Timeline(tmp_path / "timeline.sqlite")
    heard = []
    timeline.subscribe(heard.append)
    with pytest.raises(TypeError, match="SpeakerFault is not among the event types"):
        timeline.append(SpeakerFault(0.0, "customer", "died", "signal 9"))
    assert list(timeline) == heard == []


def test_what_was_appended_survives_kill_9(tmp_path):
    path = tmp_path / "timeline.sqlite"
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from lab.observe.events import Note\n"
        "from lab.observe.timeline import Timeline\n"
        "timeline = Timeline(Path(sys.argv[1]))\n"
        "for number in range(200):\n"
        "    timeline.append(Note(float(number), '', str(number)))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program, path], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [event.text for event in Timeline(path)] == [str(number) for number in range(200)]


def test_a_second_reader_sees_events_while_the_first_goes_on(tmp_path):
    path = tmp_path / "timeline.sqlite"
    writer = Timeline(path)
    writer.append(Note(0.0, "", "one"))
    assert [event.text for event in Timeline(path)] == ["one"]
    writer.append(Note(1.0, "", "two"))
    assert [event.text for event in Timeline(path)] == ["one", "two"]


def _other_format(path):
    database = sqlite3.connect(path)
    Timeline(path).close()
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _other_program(path):
    sqlite3.connect(path).execute("CREATE TABLE cookies (name)")


def _no_database(path):
    path.write_bytes(b"BGP4" * 1000)


def _unknown_event(path):
    timeline = Timeline(path, TYPES)
    timeline.append(SpeakerFault(0.0, "customer", "died", "signal 9"))
    timeline.close()


def _damaged_event(path):
    timeline = Timeline(path)
    timeline.append(Note(0.0, "", "one"))
    timeline.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE event SET body = '{}'")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            _other_format,
            f"holds timeline format {SCHEMA_VERSION + 1}, this lab reads format {SCHEMA_VERSION}",
        ),
        (_other_program, "is a database, but not a timeline of this lab"),
        (_no_database, "cannot be opened as a timeline: file is not a database"),
        (_unknown_event, "event 1 is of unknown type 'SpeakerFault'"),
        (_damaged_event, r"event 1 \(Note\) cannot be read"),
    ],
)
def test_a_file_that_is_no_timeline_is_refused_by_name_and_left_alone(tmp_path, damage, message):
    path = tmp_path / "timeline.sqlite"
    damage(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=message) as error:
        Timeline(path)
    assert str(path) in str(error.value)
    assert path.read_bytes() == before


def test_a_timeline_in_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened as a timeline"):
        Timeline(tmp_path / "absent" / "timeline.sqlite")


def test_an_event_that_cannot_be_written_is_an_error_of_the_store(tmp_path):
    timeline = Timeline(tmp_path / "timeline.sqlite")
    with sqlite3.connect(tmp_path / "timeline.sqlite") as other:
        other.execute("DROP TABLE event")
    with pytest.raises(StoreError, match="cannot write the timeline: no such table"):
        timeline.append(Note(0.0, "", "lost"))
    assert len(timeline) == 0


def test_a_damaged_timeline_is_refused_by_its_name(tmp_path):
    path = tmp_path / "timeline.sqlite"
    timeline = Timeline(path)
    timeline.extend([Note(1.0, "", "long " * 100)] * 40)
    timeline.close()
    whole = path.read_bytes()
    assert len(whole) > 13_000
    refused = 0
    for seed in range(30):
        chance = random.Random(seed)
        at = 9000 if seed == 0 else chance.randrange(len(whole))
        path.write_bytes(whole[:at] + chance.randbytes(4000) + whole[at + 4000 :])
        said = ""
        try:
            Timeline(path).close()
        except StoreError as error:
            said = str(error)
        refused += bool(said)
        assert not said or str(path) in said, seed
    assert refused > 20
