"""Requests that are almost good, for every endpoint, and what has to hold for any answer."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import jsonschema
from support.cloudflare_calls import BODIES, FORM
from support.cloudflare_tenants import OPERATION_LIST, Tenant, own_path
from support.cloudflare_wire import BASE, headers_of

from lab.clouds.cloudflare.operation import Operation
from lab.clouds.cloudflare.wire.openapi import description
from lab.http.messages import HttpRequest, HttpResponse

SCALARS: Final = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 0.5, 1e308, "", " ", "a", "x" * 300, "é", "\0",
    "\u202e", "null", "0", "13335", "*", "@", ".", "..", "%00", "{}", "' OR 1=1 --", "203.0.113.0/24",
    "203.0.113.1/24", "2001:db8::/32", "::/0", "0.0.0.0/0", "2001:db8:100::/129", "2001:db8:150::",
    "192.0.2.1", "999.1.1.1", "::1", "fe80::1%eth0", "www.example.com", "a" * 64 + ".example", "example",
    "tcp/22", "udp/53", "tcp/0", "tcp/99999", "tcp/1-65535", "tcp://192.0.2.1:22", "tcp://[::]:0",
    "f" * 32, "A", "TXT", "CNAME", "NS",
)  # fmt: skip
NAMES: Final = (
    "", "cidr", "asn", "name", "type", "content", "ips", "memberships", "enabled", "description",
    "default_sni", "on_demand", "advertised", "kind", "identifier", "ttl", "proxied", "id", "__class__",
    "a" * 500, "é",
)  # fmt: skip
QUERIES: Final = (
    "", "page=1", "page=2&per_page=1", "page=0", "per_page=99999999999", "name=a", "name=", "a=b",
    "page=1&page=2", "%ff", "%00", "&&&", "=", "type=A&content=192.0.2.150&proxied=true", "account.id=x",
    "page", "+", "a=" + "b" * 3000,
)  # fmt: skip
SEGMENTS: Final = (
    "", "a", "f" * 32, "F" * 32, "0" * 33, "%2e%2e", "%00", "%ff", "..", "192.0.2.1", "::",
    "2001%3Adb8::1", "é", "x" * 300, "{prefix_id}", "%2f", "0b" * 4 + "-0000" * 3 + "-" + "0" * 12,
)  # fmt: skip
METHODS: Final = (
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "", "get", "\x1b",
)  # fmt: skip
TYPES: Final = (
    "application/json", "application/json; charset=utf-8", "text/plain", "", "multipart/form-data",
    "multipart/form-data; boundary=cut", "application/x-www-form-urlencoded", "é",
)  # fmt: skip
RAW: Final = (
    b"", b"{", b"[]", b"null", b"\xff", b"{}", b"[" * 3000, b'{"a":1,"a":1}', b"1e999", b"--cut--",
    b"\0" * 70_000,
)  # fmt: skip


class Fuzzer:
    """Makes requests as two tenants would send them, with a few things wrong; a seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def request(self, tenants: tuple[Tenant, Tenant]) -> HttpRequest:
        """The next one."""
        choose = self._random
        tenant, other = choose.sample(tenants, 2)
        operation = choose.choice(OPERATION_LIST)
        request = self._good(operation, tenant)
        for _ in range(choose.choice((0, 1, 1, 1, 2, 3))):
            request = choose.choice(self._changes())(request, operation, tenant, other)
        return request

    def _changes(self) -> tuple[Callable[[HttpRequest, Operation, Tenant, Tenant], HttpRequest], ...]:
        return (self._body, self._body, self._body, self._path, self._foreign, self._query, self._raw,
                self._method, self._type, self._caller)  # fmt: skip

    def _good(self, operation: Operation, tenant: Tenant) -> HttpRequest:
        headers = headers_of(tenant.door.credentials(tenant.name))
        body = tenant.filled(BODIES.get(f"{operation.method} {operation.path}", b""))
        if operation.takes_upload:
            headers["content-type"] = FORM["content_type"]
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return HttpRequest(operation.method, BASE + own_path(operation, tenant), headers, sent)

    def _body(self, request: HttpRequest, *_: Any) -> HttpRequest:
        try:
            value = json.loads(request.body)
        except (ValueError, RecursionError):
            return request
        return replace(request, body=json.dumps(self._mutated(value)).encode())

    def _mutated(self, value: Any) -> Any:
        choose = self._random
        inner = (
            list(value)
            if isinstance(value, dict)
            else list(range(len(value)))
            if isinstance(value, list)
            else []
        )
        if inner and choose.random() < 0.75:
            key = choose.choice(inner)
            changed = value.copy()
            if choose.random() < 0.2:
                del changed[key]
            else:
                changed[key] = self._mutated(value[key])
            return changed
        if isinstance(value, dict) and choose.random() < 0.5:
            return value | {choose.choice(NAMES): choose.choice(SCALARS)}
        if isinstance(value, list) and choose.random() < 0.5:
            return value + [choose.choice([*SCALARS, *value])] * choose.choice((1, 2, 200))
        return choose.choice(([], {}, [[]], {"a": {}}, [value], *SCALARS))

    def _path(self, request: HttpRequest, *_: Any) -> HttpRequest:
        segments = request.path.split("/")
        at = self._random.randrange(1, len(segments))
        match self._random.randrange(3):
            case 0:
                segments[at] = self._random.choice(SEGMENTS)
            case 1:
                segments.insert(at, self._random.choice(SEGMENTS))
            case _:
                del segments[at]
        return replace(request, target="/".join(segments))

    def _foreign(
        self, request: HttpRequest, operation: Operation, tenant: Tenant, other: Tenant
    ) -> HttpRequest:
        name = self._random.choice([name for name in tenant.has if name != "partner"])
        text = request.target.replace(tenant.has[name], other.has[name])
        return replace(
            request,
            target=text,
            body=request.body.replace(tenant.has[name].encode(), other.has[name].encode()),
        )

    def _query(self, request: HttpRequest, *_: Any) -> HttpRequest:
        return replace(request, target=f"{request.path}?{self._random.choice(QUERIES)}")

    def _raw(self, request: HttpRequest, *_: Any) -> HttpRequest:
        if not request.body or self._random.random() < 0.5:
            return replace(request, body=self._random.choice(RAW))
        at = self._random.randrange(len(request.body))
        return replace(request, body=request.body[:at] + self._random.randbytes(2) + request.body[at + 1 :])

    def _method(self, request: HttpRequest, *_: Any) -> HttpRequest:
        return replace(request, method=self._random.choice(METHODS))

    def _type(self, request: HttpRequest, *_: Any) -> HttpRequest:
        return replace(request, headers={**request.headers, "content-type": self._random.choice(TYPES)})

    def _caller(
        self, request: HttpRequest, operation: Operation, tenant: Tenant, other: Tenant
    ) -> HttpRequest:
        who = self._random.choice(["administrator-read-only", "dns", "example IP_PREFIXES_READ", other.name])
        headers = headers_of(tenant.door.credentials(who))
        if self._random.random() < 0.2:
            headers = {name: self._random.choice(("", "a", "Bearer a", "é")) for name in headers}
        kept = {name: value for name, value in request.headers.items() if name == "content-type"}
        return replace(request, headers=headers | kept)


class Judge:
    """Sends requests and holds each answer to what has to be true of all of them."""

    def __init__(self) -> None:
        components = description(OPERATION_LIST)["components"]
        self._valid = {
            good: jsonschema.Draft202012Validator(
                {"$ref": f"#/components/schemas/{name}", "components": components}
            )
            for good, name in ((True, "Success"), (False, "Failure"))
        }

    def send(self, tenant: Tenant, request: HttpRequest) -> HttpResponse:
        """The answer. Raises AssertionError, which tells the request, for what may not be."""
        cloud = tenant.door.cloud
        before = {name: dict(rows) for name, rows in cloud.basics.state._rows.items()}
        answer = tenant.door.front.handle(request)
        after = {name: dict(rows) for name, rows in cloud.basics.state._rows.items()}
        good = answer.status == 200
        assert answer.status in (200, 400, 401, 403, 404, 405, 409, 413), (request, answer)
        assert (good and request.method not in ("GET", "HEAD")) or after == before, (request, answer)
        assert b"Traceback" not in answer.body, (request, answer)
        if answer.headers["content-type"] == "application/pdf":
            assert answer.body.startswith(b"%PDF-"), request
        else:
            assert not list(self._valid[good].iter_errors(json.loads(answer.body))), (request, answer)
        return answer
