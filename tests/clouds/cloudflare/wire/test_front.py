"""The front door: what is answered, what is refused, and what stays on the timeline."""

from __future__ import annotations

import json
import re

import pytest
from support.cloudflare_wire import (
    NOTES,
    NOWHERE,
    OTHER_ZONE,
    ZONE,
    Door,
    errors,
    headers_of,
    refusal,
    result,
    small_operations,
)
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT

from lab.clouds.cloudflare.wire.front import MAX_BODY
from lab.http.messages import HttpRequest


def test_a_call_is_carried_out_for_the_account_and_answered_in_an_envelope() -> None:
    door = Door()
    answer = door.ask("POST", NOTES, {"name": "first", "count": 2})
    assert result(answer) == {"name": "first", "count": 2}
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f]{16}-LAB", answer.headers["cf-ray"])
    assert door.cloud.notes["first"].account == ACCOUNT


def test_deleting_is_answered_in_the_same_envelope() -> None:
    door = Door()
    door.ask("POST", NOTES, {"name": "first"})
    answer = door.ask("DELETE", f"{NOTES}/first")
    assert json.loads(answer.body) == {
        "result": {"id": "first"}, "success": True, "errors": [], "messages": [],
    }  # fmt: skip


def test_a_document_comes_as_it_is() -> None:
    answer = Door().ask("GET", f"{NOTES}/{NOWHERE}/letter")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.body == b"%PDF-1.7 a letter"


def test_a_refused_call_changes_nothing_names_the_member_and_is_not_worth_repeating() -> None:
    door = Door()
    for name in "abc":
        door.ask("POST", NOTES, {"name": name})
    before = dict(door.cloud.notes)
    answer = door.ask("POST", NOTES, {"name": "d"})
    assert answer.status == 409
    assert errors(answer) == [
        {"code": 1999, "message": "A fourth note is too many", "source": {"pointer": "/name"}}
    ]
    assert answer.headers["x-should-retry"] == "false"
    assert dict(door.cloud.notes) == before


def test_an_answer_without_a_json_form_is_a_fault_of_the_lab_that_is_logged_and_undone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = Door()
    answer = door.ask("PUT", NOTES)
    assert refusal(answer) == (500, 10500)
    ray = answer.headers["cf-ray"]
    assert ray.encode() in answer.body
    assert ray in caplog.text
    assert "Traceback" in caplog.text
    assert b"Traceback" not in answer.body
    assert not door.cloud.notes
    assert door.cloud.basics.events[-1].error == 10500


def test_a_fault_while_authenticating_is_answered_too(caplog: pytest.LogCaptureFixture) -> None:
    door = Door()
    door.cloud.identity = None
    answer = door.front.handle(HttpRequest("GET", "/client/v4/accounts", {"authorization": "Bearer a"}))
    assert refusal(answer) == (500, 10500)
    assert "AttributeError" in caplog.text


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/nowhere", "paths begin with"),
        (NOTES + "s", "the nearest is /client/v4/accounts/{account_id}/notes"),
        (f"{NOTES}/", "name must have 1 to 100 characters, got 0"),
        (f"{NOTES}/" + "a" * 101, "name must have 1 to 100 characters, got 101"),
        ("/accounts/example/notes", "account_id must be 32 hexadecimal digits, got 'example'"),
        (f"/accounts/{ACCOUNT.upper()}/notes", "account_id must be 32 hexadecimal digits"),
        (f"{NOTES}/72823e95/letter", "note_id must be 32 hexadecimal digits, got '72823e95'"),
    ],
)
def test_a_path_that_is_none_is_refused_with_what_it_should_be(path: str, says: str) -> None:
    answer = Door().ask("GET", path)
    assert answer.status == 400
    assert [error["code"] for error in errors(answer)] == [7003, 7000]
    first, second = errors(answer)
    assert first["message"] == (
        f"Could not route to /client/v4{path}, perhaps your object identifier is invalid?"
    )
    assert second["message"].startswith("No route for that URI: ")
    assert says in second["message"]


def test_the_account_of_another_tenant_is_answered_like_one_that_does_not_exist() -> None:
    door = Door()
    for method in ("GET", "POST"):
        there, nowhere = (
            door.ask(method, f"/accounts/{account}/notes") for account in (OTHER_ACCOUNT, NOWHERE)
        )
        assert refusal(there) == (403, 10000)
        assert there.body.replace(OTHER_ACCOUNT.encode(), NOWHERE.encode()) == nowhere.body


def test_the_zone_of_another_tenant_is_answered_like_one_that_does_not_exist() -> None:
    door = Door()
    there, nowhere = (
        door.ask("POST", f"/zones/{zone}/notes", {"name": "x"}) for zone in (OTHER_ZONE, NOWHERE)
    )
    assert refusal(there) == (403, 10000)
    assert there.body.replace(OTHER_ZONE.encode(), NOWHERE.encode()) == nowhere.body
    assert not door.cloud.notes
    assert result(door.ask("POST", f"/zones/{ZONE}/notes", {"name": "x"}))


def test_who_lacks_the_permission_is_told_which_would_do() -> None:
    door = Door()
    assert result(door.ask("GET", NOTES, who="read")) == []
    answer = door.ask("POST", NOTES, {"name": "x"}, who="read")
    assert refusal(answer) == (403, 10000)
    (error,) = errors(answer)
    assert error["message"].startswith("Authentication error: ")
    assert "needs the permission Address Maps Write; read has Address Maps Read" in error["message"]
    assert refusal(door.ask("GET", NOTES, who="dns")) == (403, 10000)
    assert refusal(door.ask("GET", NOTES, who="nobody")) == (403, 10000)
    assert not door.cloud.notes


def test_a_body_that_is_too_large_is_refused() -> None:
    door = Door()
    answer = door.ask("POST", NOTES, {"name": "a" * MAX_BODY})
    assert refusal(answer) == (413, 10413)
    assert b"larger than 65536 bytes" in answer.body


def test_calls_are_on_the_timeline_before_what_they_led_to_and_reading_is_not() -> None:
    door = Door()
    led_to = object()
    operation = small_operations()["POST", "/accounts/{account_id}/notes"]
    add = operation.function

    def tell(cloud, caller, asked):
        cloud.basics.events.append(led_to)
        return add(cloud, caller, asked)

    object.__setattr__(door.front._routes.find("POST", f"/client/v4{NOTES}").operation, "function", tell)
    door.cloud.basics.events.append("before")
    door.ask("GET", NOTES)
    door.ask("POST", NOTES, {"name": "203.0.113.0/24"})
    before, event, after = door.cloud.basics.events
    assert (before, after) == ("before", led_to)
    assert (event.caller, event.method, event.status, event.error) == (
        "admin@example.example", "POST", 200, 0,
    )  # fmt: skip
    assert event.text == f"admin@example.example calls POST /client/v4{NOTES} 203.0.113.0/24: 200"


def test_a_refused_call_is_on_the_timeline_even_if_it_only_reads() -> None:
    door = Door()
    door.ask("GET", f"/accounts/{NOWHERE}/notes")
    door.ask("GET", f"{NOTES}?page=0")
    assert [(event.method, event.status, event.error) for event in door.cloud.basics.events] == [
        ("GET", 403, 10000), ("GET", 400, 10001),
    ]  # fmt: skip


def test_the_timeline_tells_no_secret_and_nothing_of_those_who_are_nobody() -> None:
    door = Door()
    token = door.credentials("read").token or ""
    door.ask("POST", f"{NOTES}?text=hidden", {"name": "x", "count": 1}, who="read")
    door.ask("POST", NOTES, b'{"name": "hidden"')
    assert len(door.cloud.basics.events) == 2
    door.front.handle(HttpRequest("POST", f"/client/v4{NOTES}", {"authorization": "Bearer hidden"}))
    assert len(door.cloud.basics.events) == 2
    shown = repr(door.cloud.basics.events)
    assert token not in shown
    assert "hidden" not in shown


def test_a_head_is_answered_like_the_get_that_it_stands_for() -> None:
    door = Door()
    assert json.loads(door.ask("HEAD", NOTES).body) == json.loads(door.ask("GET", NOTES).body)
    assert not door.cloud.basics.events


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PATCH", "get", "\x1b[31m"])
def test_a_method_that_a_path_does_not_have_is_refused_with_those_it_has(method: str) -> None:
    answer = Door().ask(method, NOTES)
    assert refusal(answer) == (405, 7001)
    assert answer.headers["allow"] == "GET, POST, PUT"
    assert b"\x1b" not in answer.body


@pytest.mark.parametrize(
    "target",
    ["", "/", "*", "//", "/client/v4", "/client/v4/", "http://a/b", "/client/v4/%ff", "/client/v4/\x1b[0m",
     "/client/v4" + "/a" * 5000, "/client/v4/%2e%2e/accounts"],
)  # fmt: skip
def test_any_other_target_is_answered_and_shown_harmlessly(target: str) -> None:
    door = Door()
    answer = door.front.handle(HttpRequest("GET", target, headers_of(door.credentials("example"))))
    assert refusal(answer) == (400, 7003)
    assert len(answer.body) < 2000
    (event,) = door.cloud.basics.events
    assert event.text.isprintable()
    assert len(event.text) < 400
