"""A front of Cloudflare over a small domain of its own, and requests as customers send them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import Field
from support.cloudflare_world import ACCOUNT, OTHER_ACCOUNT, FakeWorld, make_settings

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.identity.accounts import Identity
from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission
from lab.clouds.cloudflare.identity.records import Credentials
from lab.clouds.cloudflare.ids import Ids
from lab.clouds.cloudflare.operation import Answer, Asked, Body, Operation, Paged
from lab.clouds.cloudflare.settings import CloudflareSettings
from lab.clouds.cloudflare.wire.front import CloudflareFront
from lab.http.messages import HttpRequest, HttpResponse
from lab.state.state import State
from lab.topology.cloudflare_section import Member, Token

NOTES = f"/accounts/{ACCOUNT}/notes"
ZONE = "d" * 32
OTHER_ZONE = "e" * 32
NOWHERE = "f" * 32
BASE = "/client/v4"
HOST = "http://api.lab.example"


@dataclass(frozen=True)
class Note:
    """A record of the small domain."""

    account: str
    text: str


@dataclass(frozen=True)
class SmallZone:
    """A zone, of which the front asks whose it is."""

    account: str


class SmallZones:
    """One zone of each account."""

    def find(self, zone_id: str) -> SmallZone | None:
        owner = {ZONE: ACCOUNT, OTHER_ZONE: OTHER_ACCOUNT}.get(zone_id)
        return None if owner is None else SmallZone(owner)


class SmallCloudflare:
    """Identities, a real state with one table, and calls carried out as a whole, as `Cloudflare` does it."""

    def __init__(self, settings: CloudflareSettings, state: State) -> None:
        self.basics = Basics(settings, FakeWorld(), state, Ids(random.Random(1)))
        self.zones = SmallZones()
        with state.transaction():
            self.identity = Identity(self.basics)
            self.notes = state.table("notes", Note)

    def work(self) -> None:
        """Nothing in it waits."""

    def perform(self, action: Callable[[], Any]) -> Any:
        with self.basics.state.transaction():
            return action()


class Size(Body):
    """A nested member."""

    width: int
    height: int = 1


class NewNote(Body):
    """A body with a name, a number and something nested."""

    name: str = Field(max_length=20)
    count: int = 0
    sizes: tuple[Size, ...] = ()


def _add(cloud: SmallCloudflare, caller: Caller, asked: Asked) -> Answer:
    cloud.notes.put(asked.body.name, Note(caller.account, asked.body.name))
    if len(cloud.notes) > 3:
        raise CloudflareError(409, 1999, "A fourth note is too many", "/name")
    return Answer({"name": asked.body.name, "count": asked.body.count})


def _list(cloud: SmallCloudflare, caller: Caller, asked: Asked) -> Paged:
    wanted = asked.query.get("text", "")
    return Paged([note.text for note in cloud.notes.values() if wanted in note.text], per_page=2)


def _all(cloud: SmallCloudflare, caller: Caller, asked: Asked) -> Answer:
    return Answer(list(cloud.notes))


def _remove(cloud: SmallCloudflare, caller: Caller, asked: Asked) -> Answer:
    if asked.path["name"] not in cloud.notes:
        raise CloudflareError(404, 1998, "There is no such note")
    cloud.notes.remove(asked.path["name"])
    return Answer({"id": asked.path["name"]})


def _break(cloud: SmallCloudflare, caller: Caller, asked: Asked) -> Answer:
    cloud.notes.put("broken", Note(caller.account, "broken"))
    return Answer({"what": object()})


def _attach(cloud: SmallCloudflare, caller: Caller, asked: Asked) -> Answer:
    assert asked.upload is not None
    return Answer({"bytes": len(asked.upload.content), "filename": asked.upload.filename})


def _document(cloud: SmallCloudflare, caller: Caller, asked: Asked) -> Answer:
    return Answer(document=b"%PDF-1.7 a letter")


READ, WRITE = Permission.ADDRESS_MAPS_READ, Permission.ADDRESS_MAPS_WRITE
_NOTES = "/accounts/{account_id}/notes"


def small_operations() -> dict[tuple[str, str], Operation]:
    """A few operations of the small domain. PUT of the notes answers what has no JSON form."""
    operations = [
        Operation("GET", _NOTES, (READ, WRITE), _list, query=("text",)),
        Operation("POST", _NOTES, (WRITE,), _add, NewNote),
        Operation("PUT", _NOTES, (WRITE,), _break),
        Operation("GET", f"{_NOTES}/all", (READ, WRITE), _all),
        Operation("DELETE", f"{_NOTES}/{{name}}", (WRITE,), _remove),
        Operation("GET", f"{_NOTES}/{{note_id}}/letter", (READ, WRITE), _document),
        Operation("POST", "/accounts/{account_id}/files", (WRITE,), _attach, takes_upload="letter"),
        Operation("POST", "/zones/{zone_id}/notes", (WRITE,), _add, NewNote, one_in_list=True),
    ]
    return {(operation.method, operation.path): operation for operation in operations}  # type: ignore[misc]


PEOPLE = make_settings(
    members=(
        Member("reader", "reader@lab.example", "example", "Administrator Read Only"),
        Member("nobody", "nobody@lab.example", "example", "Minimal Account Access"),
    ),
    tokens=(
        Token("read", "example", (READ.value,)),
        Token("dns", "example", (Permission.DNS_WRITE.value, Permission.IP_PREFIXES_WRITE.value)),
    ),
)


class Door:
    """A front over a SmallCloudflare, or over `cloud`, and what its customers hold."""

    def __init__(self, cloud: Any = None, operations: dict[tuple[str, str], Operation] | None = None) -> None:
        self.cloud = cloud or SmallCloudflare(PEOPLE, State())
        self.front = CloudflareFront(self.cloud, operations or small_operations())

    def credentials(self, who: str) -> Credentials:
        return self.cloud.identity.credentials(who)

    def ask(
        self, method: str, path: str, body: Any = None, who: str = "example", **headers: str
    ) -> HttpResponse:
        """Ask for a path below the base; a body that is not bytes is sent as JSON."""
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.front.handle(
            HttpRequest(method, f"{BASE}{path}", headers_of(self.credentials(who)) | named, sent)
        )

    def transport(self) -> httpx.MockTransport:
        """The front, for clients that use httpx, without a network."""
        return httpx.MockTransport(lambda request: _through(self.front, request))


def headers_of(credentials: Credentials) -> dict[str, str]:
    """What identifies these, as sent: a key where there is one."""
    if credentials.api_key is not None and credentials.email is not None:
        return {"x-auth-email": credentials.email, "x-auth-key": credentials.api_key}
    return {"authorization": f"Bearer {credentials.token}"}


def result(answer: HttpResponse) -> Any:
    """The result in an envelope that has to say that all went well."""
    envelope = json.loads(answer.body)
    assert answer.status == 200, envelope
    assert (envelope["success"], envelope["errors"], envelope["messages"]) == (True, [], [])
    return envelope["result"]


def errors(answer: HttpResponse) -> list[dict[str, Any]]:
    """The errors in an envelope that has to say that nothing was done."""
    envelope = json.loads(answer.body)
    assert answer.status >= 400, envelope
    assert (envelope["success"], envelope["result"], envelope["messages"]) == (False, None, [])
    assert envelope["errors"]
    return envelope["errors"]


def refusal(answer: HttpResponse) -> tuple[int, int]:
    """Status and first code of an error."""
    return answer.status, errors(answer)[0]["code"]


def _through(front: CloudflareFront, request: httpx.Request) -> httpx.Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    asked = HttpRequest(request.method, request.url.raw_path.decode(), headers, request.read())
    answer = front.handle(asked)
    return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)
