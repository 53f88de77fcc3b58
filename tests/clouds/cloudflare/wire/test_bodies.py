"""Bodies: what an operation is given, and what it is never given."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_wire import NOTES, ZONE, Door, errors, refusal, result
from support.examples import examples

from lab.clouds.cloudflare.wire.json_text import read_json
from lab.clouds.cloudflare.wire.refusals import RefusedError

SPECTRUM_LIKE = f"/zones/{ZONE}/notes"


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"nane": "x"}, "/nane", "there is no member nane; did you mean 'name'?"),
        ({}, "/name", "the member name is missing"),
        ({"name": 1}, "/name", "valid string; got 1"),
        ({"name": None}, "/name", "valid string; got nothing"),
        ({"name": "a" * 30}, "/name", "at most 20 characters"),
        ({"name": "x", "count": "1"}, "/count", "valid integer; got '1'"),
        ({"name": "x", "count": True}, "/count", "valid integer; got true"),
        ({"name": "x", "count": 1.5}, "/count", "valid integer"),
        ({"name": "x", "sizes": [{"width": 1}, {"wide": 1}]}, "/sizes/1/wide", "did you mean 'width'?"),
        ({"name": "x", "sizes": [{"width": 1}, {"height": 1}]}, "/sizes/1/width", "sizes.1.width is missing"),
        ({"name": "x", "sizes": {}}, "/sizes", "got a mapping"),
        ({"name": "x", "a/~b": 1}, "/a~1~0b", "there is no member a/~b"),
    ],
)
def test_a_wrong_member_is_pointed_at(body: object, pointer: str, says: str) -> None:
    door = Door()
    answer = door.ask("POST", NOTES, body)
    assert answer.status == 400
    found = {error["source"]["pointer"]: error["message"] for error in errors(answer)}
    assert says in found[pointer]
    assert {error["code"] for error in errors(answer)} == {10001}
    assert not door.cloud.notes


def test_everything_that_is_wrong_is_told_at_once_and_not_without_end() -> None:
    answer = Door().ask("POST", NOTES, {"name": 1, "count": "a"})
    assert [error["source"]["pointer"] for error in errors(answer)] == ["/name", "/count"]
    many = Door().ask("POST", NOTES, {"name": "x"} | {f"m{number}": 1 for number in range(3000)})
    assert len(errors(many)) == 8


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 6007), (b"\xff", 6007), (b'{"name":"x","name":"y"}', 6007),
        (b'{"name":"x","count":NaN}', 6007),
        (b'{"name":"x","count":-Infinity}', 6007), (b'{"name":"x","count":1e999}', 6007),
        (b'{"name":"x","count":' + b"9" * 5000 + b"}", 6007), (b'{"name":"\\ud800"}', 6007),
        (b"[" * 60000, 6007), (b'{"a":' * 10000 + b"1" + b"}" * 10000, 6007), (b"[[" * 20 + b"]]" * 20, 6007),
        (b"{} {}", 6007), (b"[]", 10001), (b"null", 10001), (b"1", 10001), (b'"name"', 10001), (b"", 10001),
        (b'[{"name":"x"}]', 10001),
    ],
)  # fmt: skip
def test_what_is_no_json_object_or_could_mean_two_things_is_refused(body: bytes, code: int) -> None:
    door = Door()
    assert refusal(door.ask("POST", NOTES, body)) == (400, code)
    assert not door.cloud.notes


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b'"text"', "a string"), (b"7", "a number"), (b"1.5", "a number"), (b"true", "true"), (b"null", "null"),
     (b"[]", "a list of 0")],
)  # fmt: skip
def test_what_is_there_instead_of_an_object_is_called_as_json_calls_it(body: bytes, kind: str) -> None:
    (error,) = errors(Door().ask("POST", NOTES, body))
    assert f"the body is {kind}; expected a JSON object" in error["message"]


@pytest.mark.seed(205)
def test_a_list_of_just_one_object_is_taken_where_cloudflare_s_example_has_it() -> None:
    door = Door()
    assert result(door.ask("POST", SPECTRUM_LIKE, [{"name": "x"}])) == {"name": "x", "count": 0}
    assert result(door.ask("POST", SPECTRUM_LIKE, {"name": "y"})) == {"name": "y", "count": 0}
    for body in ([], [{"name": "a"}, {"name": "b"}], [[{"name": "a"}]], ["a"]):
        assert refusal(door.ask("POST", SPECTRUM_LIKE, body)) == (400, 10001)
    (error,) = errors(door.ask("POST", SPECTRUM_LIKE, [{"name": 1}]))
    assert error["source"]["pointer"] == "/0/name"
    assert set(door.cloud.notes) == {"x", "y"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""]
)
def test_a_body_of_another_type_is_refused(kind: str) -> None:
    answer = Door().ask("POST", NOTES, {"name": "x"}, content_type=kind)
    assert refusal(answer) == (400, 6003)
    assert [each["code"] for each in errors(answer)[0]["error_chain"]] == [6105]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_may_say_its_character_set(kind: str) -> None:
    assert result(Door().ask("POST", NOTES, {"name": "x"}, content_type=kind))


def test_where_no_body_is_expected_only_an_empty_one_is_taken() -> None:
    door = Door()
    for body in (b"", b"{}", b" null\n"):
        assert result(door.ask("GET", NOTES, body)) == []
    for body in (b'{"name":"x"}', b"x", b"[]"):
        assert refusal(door.ask("GET", NOTES, body)) == (400, 10001)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(codec="utf-8"), max_size=10),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=5), below, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=examples(200))
@given(VALUES.filter(lambda value: "\\ud" not in json.dumps(value)))
def test_json_is_read_as_the_standard_library_reads_it(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value


@settings(max_examples=examples(1000))
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_are_read_or_refused_as_json_and_nothing_else_happens(text: bytes) -> None:
    try:
        value = read_json(text)
    except RefusedError:
        return
    assert value == json.loads(text.decode())


@settings(max_examples=examples(200))
@given(VALUES)
def test_any_json_is_carried_out_or_refused_in_an_envelope(value: object) -> None:
    door = Door()
    answer = door.ask("POST", NOTES, value)
    envelope = json.loads(answer.body)
    assert envelope["success"] is (answer.status == 200)
    assert answer.status in (200, 400)
    assert bool(door.cloud.notes) is envelope["success"]
