"""Commands, events and views across a process boundary."""

from __future__ import annotations

import json
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bgp_values import prefixes

from lab.bgp.aspa import Aspa, AspaVerdict
from lab.bgp.attributes import Attributes
from lab.bgp.commands import Command, Leak, Originate, SetPolicy, SetVrps, StopOriginating
from lab.bgp.config import RouterConfig
from lab.bgp.events import RouterEvent, SessionUp
from lab.bgp.jsonable import JsonError, from_json, to_json
from lab.bgp.prefix import Prefix
from lab.bgp.rib import Explanation, Route, RouterView
from lab.bgp.rov import RovVerdict, Vrp

COMMANDS = typing.get_args(Command)
EVENTS = typing.get_args(RouterEvent)
OTHERS = (Aspa, AspaVerdict, Attributes, Explanation, Route, RouterConfig, RouterView, RovVerdict, Vrp)
TYPES = (*COMMANDS, *EVENTS, *OTHERS)

st.register_type_strategy(Prefix, prefixes())


def values_of(kind: type) -> st.SearchStrategy[Any]:
    if kind in EVENTS:
        return st.builds(kind, time=st.floats(0, 2e9), at=st.text(max_size=5))
    return st.from_type(kind)


every_value = st.sampled_from(TYPES).flatmap(values_of)
member_names = sorted({name for kind in TYPES for name in typing.get_type_hints(kind)} | {"type"})
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.just(10**400)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from([kind.__name__ for kind in TYPES])
    | st.sampled_from(["203.0.113.0/24", "off", "customer", "valid"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(member_names) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=8,
)


@given(every_value)
def test_every_value_crosses_as_json(value: Any) -> None:
    assert from_json(type(value), json.loads(json.dumps(to_json(value)))) == value


@given(st.sampled_from(COMMANDS).flatmap(values_of))
def test_a_command_comes_out_as_the_command_that_went_in(command: Any) -> None:
    read = from_json(Command, json.loads(json.dumps(to_json(command))))
    assert (type(read), read) == (type(command), command)


@given(st.sampled_from(EVENTS).flatmap(values_of))
def test_an_event_comes_out_as_the_event_that_went_in(event: Any) -> None:
    read = from_json(RouterEvent, json.loads(json.dumps(to_json(event))))
    assert (type(read), read) == (type(event), event)


@given(st.sampled_from([*TYPES, Command, RouterEvent]), any_json)
def test_arbitrary_json_is_refused_with_a_json_error_or_fits(kind: Any, value: Any) -> None:
    try:
        read = from_json(kind, value)
    except JsonError:
        return
    assert from_json(kind, to_json(read)) == read


@given(every_value, st.data())
def test_json_with_one_member_spoilt_is_refused_or_fits(value: Any, data: st.DataObject) -> None:
    spoilt = to_json(value)
    name = data.draw(st.sampled_from(sorted(spoilt)))
    spoilt[name] = data.draw(any_json)
    try:
        read = from_json(type(value), spoilt)
    except JsonError:
        return
    assert from_json(type(value), to_json(read)) == read


@given(every_value)
def test_a_member_that_is_unknown_is_refused(value: Any) -> None:
    with pytest.raises(JsonError, match=r"has no member 'colour'"):
        from_json(type(value), {**to_json(value), "colour": 1})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Originate, {}),
        (Originate, {"type": "Leak", "prefix": "203.0.113.0/24"}),
        (Originate, {"prefix": "203.0.113.1/24"}),
        (Originate, {"prefix": "203.0.113.0/24", "prepend": True}),
        (Originate, {"prefix": "203.0.113.0/24", "prepend": 1.0}),
        (Originate, {"prefix": "203.0.113.0/24", "prepend": None}),
        (Originate, {"prefix": "203.0.113.0/24", "origin": True}),
        (Originate, {"prefix": "203.0.113.0/24", "origin": 1.0}),
        (Originate, {"prefix": "203.0.113.0/24", "origin": 3}),
        (Originate, {"prefix": "203.0.113.0/24", "large_communities": [[1, 2]]}),
        (Originate, {"prefix": "203.0.113.0/24", "path": "64500"}),
        (SetPolicy, {"rov": "DROP"}),
        (SetPolicy, {"rov": []}),
        (SetPolicy, {"otc": 1}),
        (SetPolicy, [None, None, None, None]),
        (SetVrps, {"vrps": {"prefix": "203.0.113.0/24"}}),
        (SetVrps, {"vrps": [{"prefix": "203.0.113.0/24", "max_length": 24}]}),
        (SessionUp, {"time": True, "at": "a", "neighbor": "b"}),
        (SessionUp, {"time": 10**400, "at": "a", "neighbor": "b"}),
        (SessionUp, {"time": "1", "at": "a", "neighbor": "b"}),
        (Command, {"type": "Reboot"}),
        (Command, {"type": ["Leak"]}),
        (Command, None),
    ],
)
def test_the_wrong_shape_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(JsonError):
        from_json(kind, value)


def test_members_with_a_default_may_be_left_out() -> None:
    prefix = Prefix.parse("203.0.113.0/24")
    assert from_json(Command, {"type": "StopOriginating", "prefix": str(prefix)}) == StopOriginating(prefix)
    assert from_json(Command, {"type": "Leak"}) == Leak()


def test_a_value_without_a_json_form_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        to_json(object())
