"""Forms with a document: whole ones as clients send them, and all others."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudflare_wire import Door, errors, refusal, result
from support.cloudflare_world import ACCOUNT
from support.examples import examples

from lab.clouds.cloudflare.wire.multipart import MAX_FILE, MAX_FORM, read_upload
from lab.clouds.cloudflare.wire.refusals import RefusedError
from lab.http.messages import HttpRequest, HttpResponse

FILES = f"/accounts/{ACCOUNT}/files"
FORM = "multipart/form-data; boundary=cut"


def _part(name: str, content: bytes, filename: str = "") -> bytes:
    named = f'; filename="{filename}"' if filename else ""
    return (
        f'--cut\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"
    )


def _sent(body: bytes, content_type: str = FORM) -> HttpResponse:
    return Door().ask("POST", FILES, body, content_type=content_type)


def test_a_file_is_taken_with_a_name_and_without_one() -> None:
    assert result(_sent(_part("letter", b"%PDF", "loa.pdf") + b"--cut--\r\n")) == {
        "bytes": 4, "filename": "loa.pdf",
    }  # fmt: skip
    assert result(_sent(_part("letter", b"%PDF") + b"--cut--")) == {"bytes": 4, "filename": ""}
    assert result(_sent(_part("letter", b"") + b"--cut--\r\nan epilogue"))["bytes"] == 0


@settings(max_examples=examples(300))
@given(st.binary(max_size=300), st.text("abc-é. ", max_size=10))
def test_the_bytes_of_a_file_arrive_as_another_library_encodes_them(content: bytes, filename: str) -> None:
    request = httpx.Request("POST", "http://a/", files={"letter": (filename, content, "application/pdf")})
    upload = read_upload(
        HttpRequest("POST", "/", {"content-type": request.headers["content-type"]}, request.read()), "letter"
    )
    assert (upload.content, upload.filename) == (content, filename)


def test_a_file_has_at_most_ten_megabytes() -> None:
    most = b"a" * MAX_FILE
    assert result(_sent(_part("letter", most) + b"--cut--"))["bytes"] == MAX_FILE
    assert refusal(_sent(_part("letter", most + b"a") + b"--cut--")) == (413, 10413)
    assert refusal(_sent(b"a" * (MAX_FORM + 1))) == (413, 10413)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "ends before the form does"),
        (_part("letter", b"%PDF"), "ends before the form does"),
        (_part("letter", b"%PDF") + b"--cut\r\n", "ends before the form does"),
        (_part("letter", b"%PDF") + b"--cu", "ends before the form does"),
        (b"--cut--\r\n", "expected one part with the name letter, got none"),
        (_part("lettre", b"%PDF") + b"--cut--", "expected one part with the name letter, got 'lettre'"),
        (_part("letter", b"a") * 2 + b"--cut--", "got 'letter', 'letter'"),
        (_part("letter", b"a") * 9 + b"--cut--", "more than 8 parts"),
        (b"--cut\r\n\r\na\r\n--cut--", "got ''"),
        (b"--cut\r\nX: " + b"a" * 5000 + b"\r\n\r\na\r\n--cut--", "not the form"),
        (b"--cut\r\n" + b"X: a\r\n" * 50 + b"\r\na\r\n--cut--", "not the form"),
        (b"--cut\r\n\x00: a\r\n\r\na\r\n--cut--", "not the form"),
        (b"--other\r\n\r\na\r\n--other--", "not the form"),
    ],
)
def test_a_form_that_is_not_whole_or_has_something_else_is_refused(body: bytes, says: str) -> None:
    answer = _sent(body)
    assert refusal(answer) == (400, 10001)
    assert says in errors(answer)[0]["message"]


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "multipart/form-data", "multipart/form-data; boundary=",
     "multipart/mixed; boundary=cut", "multipart/form-data; boundary=" + "a" * 71, ";", ""],
)  # fmt: skip
def test_what_is_no_form_is_refused_by_its_type(content_type: str) -> None:
    answer = _sent(_part("letter", b"%PDF") + b"--cut--", content_type)
    assert refusal(answer) == (400, 6003)
    assert [each["code"] for each in errors(answer)[0]["error_chain"]] == [6105]


WHOLE = _part("letter", b"%PDF-1.7\r\n--cu not yet\r\n", "loa.pdf") + b"--cut--\r\n"


def test_a_form_that_is_cut_short_anywhere_is_refused() -> None:
    end = len(WHOLE) - len(b"\r\n")
    for length in range(end):
        with pytest.raises(RefusedError):
            read_upload(HttpRequest("POST", "/", {"content-type": FORM}, WHOLE[:length]), "letter")
    for length in (end, len(WHOLE)):
        form = HttpRequest("POST", "/", {"content-type": FORM}, WHOLE[:length])
        assert read_upload(form, "letter").content == b"%PDF-1.7\r\n--cu not yet\r\n"


@settings(max_examples=examples(300))
@given(st.data())
def test_a_form_with_any_bytes_changed_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    body = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    kind = data.draw(st.just(FORM) | st.text(max_size=40))
    try:
        upload = read_upload(HttpRequest("POST", "/", {"content-type": kind}, bytes(body)), "letter")
    except RefusedError:
        return
    assert len(upload.content) < len(body)
