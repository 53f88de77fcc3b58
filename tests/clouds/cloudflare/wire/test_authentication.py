"""Who a request is from, and how those are refused who are nobody."""

from __future__ import annotations

import pytest
from support.cloudflare_wire import NOTES, Door, errors, refusal, result
from support.cloudflare_world import ACCOUNT

from lab.clouds.cloudflare.operations import OPERATIONS
from lab.http.messages import HttpRequest, HttpResponse


def _asked(door: Door, **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return door.front.handle(HttpRequest("GET", f"/client/v4{NOTES}", named))


@pytest.mark.seed(225, 258)
def test_an_address_with_its_key_and_a_token_are_both_good() -> None:
    door = Door()
    own = door.credentials("example")
    assert own.email is not None
    assert own.api_key is not None
    assert own.token is not None
    assert result(_asked(door, x_auth_email=own.email, x_auth_key=own.api_key)) == []
    assert result(_asked(door, authorization=f"Bearer {own.token}")) == []
    assert result(_asked(door, authorization=f"bearer  {own.token} ")) == []
    assert refusal(_asked(door, x_auth_email=own.email, x_auth_key=own.token)) == (400, 6003)
    assert refusal(_asked(door, authorization=f"Bearer {own.api_key}")) == (403, 9109)
    assert refusal(_asked(door, authorization=own.token)) == (400, 6003)


def test_where_a_token_is_there_it_alone_counts() -> None:
    door = Door()
    own, nobody = door.credentials("example"), door.credentials("nobody")
    key = {"x_auth_email": own.email or "", "x_auth_key": own.api_key or ""}
    poor = {"x_auth_email": nobody.email or "", "x_auth_key": nobody.api_key or ""}
    assert refusal(_asked(door, authorization="Bearer wrong", **key)) == (403, 9109)
    assert result(_asked(door, authorization=f"Bearer {own.token}", **poor)) == []


@pytest.mark.parametrize("headers", [{}, {"x_auth_email": "a@lab.example"}, {"x_auth_key": "0" * 37},
                                     {"x_auth_user_service_key": "v1.0-a"}])  # fmt: skip
def test_who_does_not_say_who_it_is_is_told_how(headers: dict[str, str]) -> None:
    answer = _asked(Door(), **headers)
    assert answer.status == 400
    assert errors(answer) == [
        {"code": 9106, "message": "Missing X-Auth-Key, X-Auth-Email or Authorization headers"}
    ]


@pytest.mark.parametrize(
    ("headers", "behind"),
    [
        ({"x_auth_email": "a@lab.example", "x_auth_key": "short"}, 6103),
        ({"x_auth_email": "a@lab.example", "x_auth_key": "0" * 38}, 6103),
        ({"x_auth_email": "a@lab.example", "x_auth_key": "G" * 37}, 6103),
        ({"x_auth_email": "a@lab.example", "x_auth_key": "0" * 37 + ",0"}, 6103),
        ({"x_auth_email": "nobody", "x_auth_key": "0" * 37}, 6102),
        ({"authorization": "Basic YTpi"}, 6111),
        ({"authorization": "Bearer"}, 6111),
        ({"authorization": "Bearer a b"}, 6111),
        ({"authorization": "Bearer " + "a" * 5000}, 6111),
    ],
)
def test_a_header_of_the_wrong_form_is_refused_as_one(headers: dict[str, str], behind: int) -> None:
    answer = _asked(Door(), **headers)
    (error,) = errors(answer)
    assert (answer.status, error["code"], error["message"]) == (400, 6003, "Invalid request headers")
    assert [each["code"] for each in error["error_chain"]] == [behind]
    assert "a@lab" not in answer.body.decode()


def test_a_key_or_a_token_that_nobody_has_is_refused_without_being_shown() -> None:
    door = Door()
    own = door.credentials("reader")
    answers = [
        _asked(door, x_auth_email="a@lab.example", x_auth_key=own.api_key or ""),
        _asked(door, x_auth_email=own.email or "", x_auth_key="abc" + "0" * 34),
        _asked(door, authorization="Bearer abcdefghijk"),
    ]
    assert [refusal(answer) for answer in answers] == [(403, 9103), (403, 9103), (403, 9109)]
    assert answers[0].body == answers[1].body
    assert not any(b"abc" in answer.body for answer in answers)


def test_what_is_wrong_with_both_headers_is_said_of_both() -> None:
    (error,) = errors(_asked(Door(), x_auth_email="nobody", x_auth_key="short"))
    assert [each["code"] for each in error["error_chain"]] == [6102, 6103]


@pytest.mark.parametrize("path", ["/user/tokens/verify", f"/accounts/{ACCOUNT}/tokens/verify"])
def test_who_asks_whether_a_token_is_good_is_told_so_in_other_words(path: str) -> None:
    door = Door(operations=OPERATIONS)
    headers = {"authorization": "Bearer wrong"}
    answer = door.front.handle(HttpRequest("GET", f"/client/v4{path}", headers))
    assert answer.status == 401
    assert errors(answer) == [{"code": 1000, "message": "Invalid API Token"}]
