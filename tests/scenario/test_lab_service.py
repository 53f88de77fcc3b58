"""The service behind `lab up`: it answers everything, and an error changes nothing."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.small_lab import TEXT, small

from lab import Lab, make_engine
from lab.engines.base import EngineError, MachineError
from lab.observe.events import Note, ScenarioStep
from lab.scenario.asking import SOCKET_NAME, ServiceError, ask
from lab.scenario.service import MAX_REQUEST, Service
from lab.topology.loading import read_document

VIEWS = (
    "status",
    "table",
    "routes",
    "rib",
    "vrps",
    "aspas",
    "sessions",
    "alerts",
    "timeline",
    "explain",
    "export",
    "registry",
    "irr",
    "irr-check",
    "irr-env",
    "dns-zones",
    "dns-lookup",
    "dns-env",
    "flows",
    "aws-env",
    "aws-accounts",
    "aws-ranges",
    "cloudflare-env",
    "cloudflare-accounts",
    "cloudflare-prefixes",
    "rpki-status",
    "rpki-faults",
    "rpki-explain",
    "rpki-advice",
)


@pytest.fixture(scope="module")
def directory():
    """A short private path, as a socket needs."""
    with tempfile.TemporaryDirectory(prefix="lab") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def service(directory):
    with Lab(small(), make_engine("sim")) as lab:
        yield Service(lab, read_document(TEXT), directory)


@pytest.fixture
def serving(directory):
    """A lab that is served from a thread until the end of the test."""
    with Lab(small(), make_engine("sim")) as lab, Service(lab, read_document(TEXT), directory) as service:
        thread = threading.Thread(target=service.serve)
        thread.start()
        yield lab
        with contextlib.suppress(ServiceError):
            ask(directory, {"stop": True})
        thread.join()


def state(service):
    """All that a request could have changed; of the timeline, all but what was refused."""
    lab = service.lab
    return (
        sum(not isinstance(event, ScenarioStep | Note) for event in lab.timeline),
        lab.engine.now(),
        lab.vrps.vrps,
        lab.aspas.aspas,
        lab.last_trace,
        service._stopping,
        {name: (dict(view.best), dict(view.adj_in)) for name, view in lab.views().items()},
        lab.sessions(),
    )


def refused(service, line):
    """The error with which a request is refused, when nothing has changed by it."""
    before = state(service)
    answer = service.answer(line)
    assert list(answer) == ["error"], answer
    assert "a fault of the lab itself" not in answer["error"]
    assert state(service) == before
    assert json.loads(json.dumps(answer)) == answer
    return answer["error"]


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"[" * 60_000)
@example(b'{"a":' * 10_000)
@example(b'{"do":' + b"[" * 900 + b"]" * 900 + b"}")
@example(b'"\\ud800"')
def test_any_bytes_are_answered_and_change_nothing(service, line):
    assert refused(service, line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["from", "by", "as", "prefix", "to", "at", "add"]) | st.text(), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=examples(60))
@given(JSON)
def test_any_json_is_answered(service, request_data):
    answer = service.answer(json.dumps(request_data).encode())
    assert list(answer) == ["error"]


@settings(max_examples=examples(80))
@given(
    st.sampled_from(["announce", "hijack", "leak", "roa", "aspa", "set", "probe", "kill", "expect", "nope"]),
    JSON,
)
def test_a_step_that_makes_no_sense_changes_nothing(service, kind, body):
    before = state(service)
    answer = service.answer(json.dumps({"do": {kind: body}}).encode())
    assert list(answer) == ["error"]
    assert "a fault of the lab itself" not in answer["error"]
    assert state(service) == before


NAMES = st.sampled_from(
    ["speaker", "prefix", "last", "format", "lab", "self", "what", "x", "about", "name", "rtype", "caller"]
)


@settings(max_examples=examples(80))
@given(st.sampled_from(VIEWS) | JSON, st.dictionaries(NAMES, JSON, max_size=3))
def test_no_view_changes_anything_or_fails_for_want_of_an_argument(service, what, arguments):
    before = state(service)
    answer = service.answer(json.dumps({"show": what, **arguments}).encode())
    assert list(answer) in (["ok"], ["error"])
    assert "a fault of the lab itself" not in answer.get("error", "")
    assert state(service) == before


@settings(max_examples=examples(300))
@given(
    st.sampled_from(
        [("irr", "about"), ("irr-check", "about"), ("dns-lookup", "name"), ("dns-lookup", "rtype")]
    ),
    st.text(max_size=20) | st.from_regex(r"[aA][sS][-:0-9a-z]{0,12}|[0-9a-f.:/]{1,24}", fullmatch=True),
)
def test_any_words_about_the_irr_and_the_dns_are_answered(service, view, word):
    what, name = view
    given_name = {} if name != "rtype" else {"name": "example.com"}
    answer = service.answer(json.dumps({"show": what, name: word, **given_name}).encode())
    assert "a fault of the lab itself" not in answer.get("error", "")
    assert answer.get("error", "x"), "a refusal says something"


REFUSALS = {
    b"": "a request is one line of JSON: Expecting value: line 1 column 1 (char 0)",
    b"[]": "a request is a JSON object",
    b"{}": 'a request has one of the keys "do", "what_if", "show" and "stop"',
    b'{"show": "rotes"}': "there is no view 'rotes'; did you mean 'routes'?",
    b'{"show": 5}': f"there is no view 5; views: {', '.join(VIEWS[:12])} and {len(VIEWS) - 12} more",
    b'{"show": "explain", "speaker": "eyeball"}': (
        "wrong arguments for explain: it takes speaker, prefix; given: speaker"
    ),
    b'{"show": "rib", "speaker": "eyebal"}': "there is no speaker 'eyebal'; did you mean 'eyeball'?",
    b'{"show": "timeline", "speaker": "eyebal"}': "there is no speaker 'eyebal'; did you mean 'eyeball'?",
    b'{"show": "timeline", "last": -1}': "last is a number of events, from 0; got -1",
    b'{"show": "table", "prefix": 5}': "prefix is text; got 5",
    b'{"show": "table", "prefix": "203.0.113.0/33"}': (
        "'203.0.113.0/33' is longer than an IPv4 address; expected /0 to /32"
    ),
    b'{"do": {"hijack": {"by": "atacker", "prefix": "203.0.113.0/25"}}}': (
        "no speaker is called 'atacker'; did you mean 'attacker'?"
    ),
}
REFUSED_STEPS = {
    b'{"do": {"withdraw": {"from": "eyeball", "prefix": "203.0.113.0/24"}}}': (
        "eyeball does not announce 203.0.113.0/24"
    ),
    b'{"do": {"roa": {"remove": {"prefix": "203.0.113.0/24", "asn": 64499}}}}': (
        "the ROA 203.0.113.0/24 AS64499 is not there; did you mean 'the ROA 203.0.113.0/24 AS64496'?"
    ),
    b'{"do": {"aspa": {"remove": {"customer": 64499}}}}': ("the ASPA of AS64499 is not there"),
    b'{"do": {"probe": {"from": "eyeball", "source": "192.0.2.1", "destination": "2001:db8::1"}}}': (
        "a packet cannot go from 192.0.2.1 to 2001:db8::1; "
        "source and destination must both be IPv4 or both IPv6"
    ),
}


@pytest.mark.parametrize("line", [*REFUSALS, *REFUSED_STEPS])
def test_a_refusal_says_what_is_wrong_and_what_would_be_right(service, line):
    assert refused(service, line) == {**REFUSALS, **REFUSED_STEPS}[line]


def test_the_timeline_tells_that_a_step_was_refused(service):
    (line, error), *_ = REFUSED_STEPS.items()
    refused(service, line)
    assert list(service.lab.timeline)[-1].text == f"refused: {error}"


def test_a_fault_of_our_own_is_told_and_does_not_take_the_lab_down(service, monkeypatch, capsys):
    monkeypatch.setattr(service.lab, "alerts", lambda: 1 / 0)
    answer = service.answer(b'{"show": "alerts"}')
    assert answer["error"].startswith("a fault of the lab itself (ZeroDivisionError: division by zero)")
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_what_is_done_over_the_socket_is_done_in_the_lab(serving, directory):
    done = ask(directory, {"do": {"hijack": {"by": "attacker", "prefix": "203.0.113.0/25"}}})
    assert done["text"] == "attacker hijacks 203.0.113.0/25"
    assert {alert["kind"] for alert in ask(directory, {"show": "alerts"})} == {
        "subprefix-hijack",
        "rpki-invalid",
    }
    assert len(serving.alerts()) == 2
    with pytest.raises(ServiceError, match="did you mean 'attacker'"):
        ask(directory, {"do": {"kill": {"as": "atacker"}}})


def test_the_socket_is_there_for_its_owner_only_and_from_the_beginning_on(directory):
    with Lab(small(), make_engine("sim")) as lab, Service(lab, read_document(TEXT), directory):
        mode = os.stat(directory / SOCKET_NAME).st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
        assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700
    assert not (directory / SOCKET_NAME).exists()


def send(directory, data):
    """What the service answers to raw bytes."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(directory / SOCKET_NAME))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while part := client.recv(65536):
                received += part
    return received


def test_a_line_that_is_too_long_is_refused_and_the_service_goes_on(serving, directory):
    answer = send(directory, b'{"do": {"note": "' + b"x" * MAX_REQUEST + b'"}}\n')
    assert json.loads(answer) == {"error": f"a request has at most {MAX_REQUEST} bytes"}
    assert ask(directory, {"show": "status"})["name"] == "small"


def test_a_client_that_hangs_up_does_not_stop_the_service(serving, directory):
    for data in (b"", b"{", b'{"show": "timeline"}\n'):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(directory / SOCKET_NAME))
            client.sendall(data)
    assert ask(directory, {"show": "status"})["name"] == "small"


def test_after_stop_nobody_answers(directory):
    with Lab(small(), make_engine("sim")) as lab, Service(lab, read_document(TEXT), directory) as service:
        thread = threading.Thread(target=service.serve)
        thread.start()
        assert ask(directory, {"stop": True}) == {"stopping": "small"}
        thread.join()
    with pytest.raises(ServiceError, match="does not answer"):
        ask(directory, {"show": "status"})


def test_a_path_too_long_for_a_socket_is_a_fault_of_the_machine_with_the_way_out(tmp_path, service):
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    with pytest.raises(MachineError, match=r"too long.*set XDG_RUNTIME_DIR or TMPDIR to a short path"):
        Service(service.lab, read_document(TEXT), deep).__enter__()


def test_routes_that_do_not_settle_are_noted_and_the_lab_stays_up(serving, directory, monkeypatch):
    looked = threading.Event()

    def look():
        monkeypatch.undo()
        looked.set()
        raise EngineError("transit does not come back")

    monkeypatch.setattr(serving, "look", look)
    assert looked.wait(10)
    assert ask(directory, {"show": "status"}, timeout=5)["name"] == "small"
    assert "transit does not come back" in [
        event.text for event in serving.timeline if isinstance(event, Note)
    ]


def test_a_fault_of_our_own_between_requests_is_told_once_and_the_lab_stays_up(
    serving, directory, monkeypatch, capsys
):
    looked = threading.Semaphore(0)

    def look():
        looked.release()
        raise RuntimeError("oops")

    monkeypatch.setattr(serving, "look", look)
    for _ in range(3):
        assert looked.acquire(timeout=10)
    assert ask(directory, {"show": "status"}, timeout=5)["name"] == "small"
    told = [event.text for event in serving.timeline if isinstance(event, Note) and "oops" in event.text]
    assert told == ["a fault of the lab itself (RuntimeError: oops); see its lab.log"]
