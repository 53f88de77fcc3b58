"""The step that calls Cloudflare's API, and what is expected of a prefix there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.topology.cloudflare_steps import METHODS, CloudflareStep
from lab.topology.cloudflare_vocabulary import Approval, BindingState, ValidationState
from lab.topology.loading import parse, parse_step, read_document
from lab.topology.problems import TopologyError
from lab.topology.references import has_stray_dollar, references

SMALL = read_document("""\
name: small
ases:
  customer: {asn: 64496}
  cf-ams: {asn: 13335, cloud: cloudflare}
links: [customer -> cf-ams]
clouds:
  cloudflare:
    accounts: {example: 654c5f71c324478cc9f68d60065d4620, other: 0123456789abcdef0123456789abcdef}
    members: {alice: {account: example}}
    tokens: {desk: {account: other, permissions: [DNS Read]}}
""")


def step(**data: Any) -> Any:
    """The body of a step as it would be typed at a small lab."""
    return parse_step(data, SMALL).body


def refusal(**data: Any) -> str:
    with pytest.raises(TopologyError) as caught:
        step(**data)
    return str(caught.value)


def outcome(**data: Any) -> Any:
    """The body of a step, or the TopologyError that refuses it; anything else escapes and fails the test."""
    try:
        return step(**data)
    except TopologyError as error:
        return error


@pytest.mark.parametrize("method", METHODS)
def test_a_call_has_one_method_and_its_path(method: str) -> None:
    call = step(cloudflare={method: "addressing/prefixes"})
    assert (call.method, call.path) == (method.upper(), "addressing/prefixes")


@pytest.mark.parametrize("method", METHODS)
def test_only_what_changes_something_by_a_body_has_one(method: str) -> None:
    body = {"cidr": "203.0.113.0/24"}
    if method in ("get", "delete"):
        assert f"{method} sends no body" in refusal(cloudflare={method: "/zones", "with": body})
    else:
        assert step(cloudflare={method: "/zones", "with": body}).members == body
        assert step(cloudflare={method: "/zones", "with": [body]}).members == [body]


@pytest.mark.parametrize("caller", ["example", "other", "alice", "desk", "example-token", "other-token"])
def test_every_caller_that_cloudflare_knows_can_be_named(caller: str) -> None:
    assert step(cloudflare={"get": "/zones", "as": caller}).caller == caller


def test_nobody_else_can_call() -> None:
    assert "did you mean 'alice'?" in refusal(cloudflare={"get": "/zones", "as": "alce"})
    assert "no account, member or token" in refusal(cloudflare={"get": "/zones", "as": "desk-token"})


PATHS = [
    "addressing/prefixes",
    "/zones",
    "addressing/address_maps/$map/ips/2001:db8::1",
    "addressing/prefixes/$prefix/bgp/prefixes/$bgp",
    "/zones/$zone/dns_records?name=www.example.com&page=2&per_page=5",
    "/accounts/654c5f71c324478cc9f68d60065d4620/addressing/prefixes/0123456789abcdef0123456789abcdef/bindings",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_kept_as_it_is_written(path: str) -> None:
    assert step(cloudflare={"get": path}).path == path


@pytest.mark.parametrize(
    "path", ["", "/", "//zones", "zones/", "a/../b", "a/./b", "..", "a b", "a\nb", "a#b", "é"]
)
def test_what_is_no_path_below_the_api_is_refused(path: str) -> None:
    assert "a path of the API" in refusal(cloudflare={"get": path})


@given(st.text(max_size=40))
def test_a_path_that_is_read_can_neither_leave_the_api_nor_hold_a_line_of_the_request(path: str) -> None:
    found = outcome(cloudflare={"get": path})
    if isinstance(found, TopologyError):
        return
    assert found.path == path
    assert set(path) <= {chr(code) for code in range(0x21, 0x7F)}
    assert not {".", "..", ""} & set(path.partition("?")[0].removeprefix("/").split("/"))


SAVED = [
    "id",
    "on_demand.advertised",
    "0.id",
    "name=CDN.id",
    "name=Magic Transit.id",
    "cidr=203.0.113.0/24.id",
]


@pytest.mark.parametrize("path", SAVED)
def test_parts_of_the_result_can_be_saved(path: str) -> None:
    assert step(cloudflare={"get": "addressing/services", "save": {"it": path}}).save == {"it": path}


@pytest.mark.parametrize("path", ["", ".id", "id.", "a..b", "name=", "=CDN", "Name", "1234", "a b", "a[0]"])
def test_what_is_no_path_into_a_result_is_refused(path: str) -> None:
    assert "expected members of the result" in refusal(cloudflare={"get": "/zones", "save": {"it": path}})


def test_a_refusal_saves_nothing() -> None:
    call = {"post": "addressing/prefixes", "error": 1108}
    assert step(cloudflare=call).error == 1108
    assert "nothing that could be saved" in refusal(cloudflare={**call, "save": {"prefix": "id"}})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(VALUES)
def test_whatever_stands_in_a_body_is_kept_as_it_is_or_explained(value: Any) -> None:
    found = outcome(cloudflare={"post": "/zones", "with": {"member": value}})
    if isinstance(found, TopologyError):
        assert all(problem.path[:4] == ("scenario", 0, "cloudflare", "with") for problem in found.problems)
        assert all(character.isprintable() or character == "\n" for character in str(found))
    else:
        assert found.members == {"member": value}
        assert found.text


KEYS = st.sampled_from(
    [*METHODS, "with", "as", "save", "error", "add", "to", "zone", "name", "prefix", "host"]
)
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(st.sampled_from(["cloudflare", "irr", "dns", "flow", "probe", "expect"]), SHAPES)
def test_a_step_of_any_shape_is_read_or_refused_with_its_problems(kind: str, value: Any) -> None:
    found = outcome(**{kind: value})
    if isinstance(found, TopologyError):
        assert found.problems
    else:
        assert kind == "expect" or found.text


# --- references -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names", "stray"),
    [
        ("", [], False),
        ("$prefix", ["prefix"], False),
        ("a/$prefix/b/$bgp?x=$prefix", ["prefix", "bgp", "prefix"], False),
        ("$$prefix", [], False),
        ("$$$prefix", ["prefix"], False),
        ("$", [], True),
        ("$$$", [], True),
        ("$Prefix", [], True),
        ("$a-b_c", ["a-b"], False),
    ],
)
def test_a_dollar_begins_a_name_or_is_doubled(text: str, names: list[str], stray: bool) -> None:
    assert (list(references(text)), has_stray_dollar(text)) == (names, stray)


def steps_are_read(*steps: str) -> None:
    parse("topology: cloudflare-byoip\nscenario:\n" + "".join(f"  - {each}\n" for each in steps))


ADD = "cloudflare: {post: addressing/prefixes, save: {prefix: id, token: ownership_validation_token}}"
USES = [
    "cloudflare: {get: addressing/prefixes/$prefix}",
    "cloudflare: {post: addressing/prefixes, with: {a: [{b: 'of $prefix'}]}}",
    "irr: {add: {prefix: 203.0.113.0/24, origin: 13335, descr: 'cf-validation: $prefix'}}",
    "irr: {edit: {prefix: 203.0.113.0/24, origin: 64496, remarks: $prefix}}",
    "dns: {zone: 113.0.203.in-addr.arpa, add: {name: www, type: TXT, content: $prefix}}",
    "expect: {dns: www.example.com, record: TXT, answer: [$prefix]}",
]


@pytest.mark.parametrize("use", USES)
def test_what_is_saved_may_be_named_in_every_later_text_and_in_none_before(use: str) -> None:
    steps_are_read(ADD, "wait: {for: 5s}", use, use if "add: {prefix" not in use else "wait: {for: 5s}")
    with pytest.raises(TopologyError, match="nothing was saved as 'prefix' before this step"):
        steps_are_read(use, ADD)
    steps_are_read(use.replace("$prefix", "$$prefix"))


def test_what_a_call_of_aws_has_saved_may_be_named_too() -> None:
    base = "topology: byoip\nscenario:\n"
    aws = "  - aws: {call: create-ipam, save: {scope: Ipam.PublicDefaultScopeId}}\n"
    parse(base + aws + "  - cloudflare: {get: /zones/$scope}\n")


def test_a_typed_step_may_use_what_the_running_lab_has_saved() -> None:
    assert step(cloudflare={"get": "addressing/prefixes/$prefix"}).path == "addressing/prefixes/$prefix"


# --- expectations -----------------------------------------------------------------------------------------


def test_all_that_the_api_says_of_a_prefix_can_be_expected_at_once() -> None:
    found = step(
        expect={
            "cloudflare": "203.0.113.0/24",
            "approved": "V",
            "irr": "valid",
            "rpki": "valid",
            "ownership": "missing",
            "advertised": False,
            "binding": "active",
            "within": "5m",
        }
    )
    assert (found.approved, found.advertised, found.within) == ("V", False, 300)


@pytest.mark.parametrize(
    ("member", "words"),
    [("approved", Approval), ("binding", BindingState)]
    + [(member, ValidationState) for member in ("irr", "rpki", "ownership")],
)
def test_every_word_of_the_api_can_be_expected(member: str, words: Any) -> None:
    for word in words:
        found = step(expect={"cloudflare": "203.0.113.0/24", member: word.value})
        assert getattr(found, member) == word.value
    assert "is not a state of" in refusal(expect={"cloudflare": "203.0.113.0/24", member: "unheard"})


def test_a_prefix_at_cloudflare_is_no_range_at_aws() -> None:
    assert "'approved' says nothing about a route" in refusal(
        expect={"at": "customer", "prefix": "203.0.113.0/24", "origin": 64496, "approved": "V"}
    )
    assert "add 'cloudflare'" in refusal(expect={"rpki": "valid"})


# --- for people -------------------------------------------------------------------------------------------

TEXTS = [
    (CloudflareStep(get="/zones"), "cloudflare GET /zones"),
    (
        CloudflareStep(post="addressing/prefixes", members={"cidr": "203.0.113.0/24", "asn": 13335}),
        "cloudflare POST addressing/prefixes: cidr 203.0.113.0/24, asn 13335",
    ),
    (
        CloudflareStep(patch="a/$b", members={"on_demand": {"advertised": True}}, caller="desk", error=10000),
        'cloudflare PATCH a/$b by desk: on_demand {"advertised": true}, to be refused with 10000',
    ),
    (CloudflareStep(post="a", members=[{"b": "c\nd"}]), 'cloudflare POST a: [{"b": "c\\nd"}]'),
]


@pytest.mark.parametrize(("body", "text"), TEXTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_call_is_told_as_a_sentence(body: CloudflareStep, text: str) -> None:
    assert body.text == text


def test_a_long_body_is_told_in_short() -> None:
    assert len(CloudflareStep(post="a", members={"description": "x" * 2000}).text) < 150
