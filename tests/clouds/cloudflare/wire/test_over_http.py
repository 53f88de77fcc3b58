"""The API on a real port: long documents come through, other long bodies do not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.cloudflare_customer import A_PDF
from support.cloudflare_wire import BASE, Door, headers_of
from support.cloudflare_world import ACCOUNT, FakeWorld, make_cloudflare

from lab.clouds.cloudflare.operations import OPERATIONS
from lab.clouds.cloudflare.wire.front import MAX_BODY
from lab.clouds.cloudflare.wire.multipart import MAX_FILE, MAX_FORM
from lab.http.server import HttpServer, Route

ADDRESSING = f"/accounts/{ACCOUNT}/addressing"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    door = Door(make_cloudflare(FakeWorld()), OPERATIONS)
    with ThreadPoolExecutor(1) as owner:
        server = HttpServer({BASE: Route(door.front.handle, MAX_FORM)}, owner.submit)
        headers = headers_of(door.credentials("example"))
        with httpx.Client(base_url=f"{server.url}{BASE}", headers=headers, trust_env=False) as client:
            yield client
        server.close()


def _pdf(length: int) -> bytes:
    head, end = A_PDF.split(b"trailer")
    room = length - len(A_PDF) - len(b"%\n")
    return head + b"%" + b"a" * room + b"\ntrailer" + end


def test_a_letter_of_ten_megabytes_goes_up_and_comes_down_again(client: httpx.Client) -> None:
    letter = _pdf(MAX_FILE)
    up = client.post(f"{ADDRESSING}/loa_documents", files={"loa_document": ("loa.pdf", letter)})
    assert up.status_code == 200, up.text
    assert up.json()["result"]["size_bytes"] == MAX_FILE
    down = client.get(f"{ADDRESSING}/loa_documents/{up.json()['result']['id']}/download")
    assert down.headers["content-type"] == "application/pdf"
    assert down.content == letter


def test_a_longer_one_and_a_long_body_of_another_kind_are_refused(client: httpx.Client) -> None:
    letter = _pdf(MAX_FILE + 1)
    assert client.post(f"{ADDRESSING}/loa_documents", files={"loa_document": letter}).status_code == 413
    assert client.post(f"{ADDRESSING}/prefixes", content=b"a" * (MAX_BODY + 1)).status_code == 413
    assert client.post(f"{ADDRESSING}/prefixes", content=b"a" * (MAX_FORM + 500_000)).status_code == 413


def test_a_head_has_no_body_and_the_length_of_the_get(client: httpx.Client) -> None:
    head, get = client.head(f"{ADDRESSING}/prefixes"), client.get(f"{ADDRESSING}/prefixes")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.headers["cf-ray"] != get.headers["cf-ray"]
