"""One entry of a file against its model, with what pydantic finds wrong said in the file's own terms."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from lab.topology.problems import Path, PathKey, Problem, shown, suggestion
from lab.topology.reading import Document
from lab.topology.scalar_forms import FROM_FILE

_KEYS_LISTED = 18
_TRUE_WORDS = ("yes", "on", "y", "true", "1")
_FALSE_WORDS = ("no", "off", "n", "false", "0")


def validate(form: Any, document: Document, path: Path, problems: list[Problem]) -> Any:
    """The entry at `path` as a `form` (a model or a type), or None with what is wrong added to `problems`."""
    value = value_at(document.data, path)
    before = len(problems)
    if isinstance(value, dict):
        problems += [
            document.problem((*path, key), f"key {shown(key)} has no value", "give it one or remove the line")
            for key, inner in value.items()
            if inner is None
        ]
        value = {key: inner for key, inner in value.items() if inner is not None}
    empty = {problem.path for problem in problems[before:]}
    try:
        result = _adapter(form).validate_python(value, context=FROM_FILE, by_alias=True, by_name=False)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            problem = _explain(dict(details), form, document, path)
            if problem.path not in empty:
                problems.append(problem)
        return None
    return result if len(problems) == before else None


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that a mapping of this model may have, as written in a file."""
    return [info.alias or name for name, info in model.model_fields.items()]


def unknown_key(document: Document, path: Path, choices: list[str]) -> Problem:
    """The key at the end of `path` is none of `choices`."""
    more = f" and {len(choices) - _KEYS_LISTED} more" if len(choices) > _KEYS_LISTED else ""
    message = f"unknown key {shown(path[-1])}; valid keys: {', '.join(choices[:_KEYS_LISTED])}{more}"
    near = suggestion(path[-1], choices)
    return document.problem(path, message, near if near.startswith("did you mean") else "", key=True)


def value_at(data: Any, path: Path) -> Any:
    """The value at `path`. Raises KeyError, IndexError or TypeError if there is none."""
    for key in path:
        data = data[key]
    return data


@cache
def _adapter(form: Any) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def _explain(details: dict[str, Any], form: Any, document: Document, base: Path) -> Problem:
    path = _path_in(document.data, base, details["loc"])
    match details["type"]:
        case "missing":
            return document.problem(path, _missing(details["loc"][-1]))
        case "extra_forbidden":
            return unknown_key(document, path, keys_of(_model_at(form, details["loc"][:-1])))
        case "model_type":
            keys = ", ".join(keys_of(_model_at(form, details["loc"])))
            message = f"expected a mapping, got {shown(details['input'])}"
            return document.problem(path, message, f"its keys: {keys}")
    message, hint = _said(details)
    return document.problem(path, message, hint, key=details["loc"][-1:] == ("[key]",))


def _path_in(data: Any, base: Path, loc: tuple[PathKey, ...]) -> Path:
    """The file's path for pydantic's location, which also names union members."""
    path, value = base, value_at(data, base)
    for step in loc:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            continue
        path = (*path, step)
    return path


def _model_at(form: Any, loc: tuple[PathKey, ...]) -> type[BaseModel]:
    for step in loc:
        form = _inside(form, step)
    return _models_in(form)[0]


def _inside(form: Any, step: PathKey) -> Any:
    """What stands at a key or an index of a value of this form."""
    if isinstance(form, type) and issubclass(form, BaseModel):
        fields = form.model_fields.items()
        return next(info.annotation for name, info in fields if step in (name, info.alias))
    members = get_args(form)
    if get_origin(form) is dict:
        return members[1]
    if get_origin(form) is tuple:
        return members[0]
    return _inside(next(member for member in members if _models_in(member)), step)


def _models_in(form: Any) -> list[type[BaseModel]]:
    """The models that a form names: itself, or those of its members."""
    if isinstance(form, type) and issubclass(form, BaseModel):
        return [form]
    return [model for member in get_args(form) for model in _models_in(member)]


def _missing(key: PathKey) -> str:
    return f"missing key {shown(key)}" if isinstance(key, str) else f"missing entry number {key + 1}"


def _said(details: dict[str, Any]) -> tuple[str, str]:
    got, context = shown(details["input"]), details.get("ctx", {})
    kind: str = details["type"]
    if kind == "value_error":
        return str(context["error"]), getattr(context["error"], "hint", "")
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        if len(choices) == 1:
            return f"expected {choices[0]}, got {got}", "nothing else is supported"
        return f"{got} is not one of {', '.join(choices)}", _near_word(details["input"], choices)
    if kind == "too_long":
        return f"expected {context['max_length']} entries, got {context['actual_length']}", ""
    if kind == "too_short":
        return f"expected {context['min_length']} or more entries, got {context['actual_length']}", ""
    if kind in _EXPECTED:
        expected, hint = _EXPECTED[kind]
        return f"expected {expected(context)}, got {got}", hint(details["input"])
    return f"{details['msg'].lower()}, got {got}", ""


def _near_word(got: Any, choices: list[str]) -> str:
    if "off" in choices and got in (False, "no", "false", "none"):
        return "write off"
    hint = suggestion(str(got).lower() if isinstance(got, bool) else got, choices)
    return hint if hint.startswith("did you mean") else ""


def _bool_hint(got: Any) -> str:
    word = str(got).lower()
    if word in _TRUE_WORDS:
        return "write true"
    return "write false" if word in _FALSE_WORDS else ""


def _number_hint(got: Any) -> str:
    return f"write {int(got)}" if isinstance(got, str) and re.fullmatch("[0-9]{1,18}", got, re.ASCII) else ""


def _list_hint(got: Any) -> str:
    return (
        f"write [{got}]"
        if isinstance(got, str) and got.isascii() and got.isprintable() and len(got) < 50
        else ""
    )


def _no_hint(got: Any) -> str:
    return ""


_EXPECTED: dict[str, tuple[Callable[[dict[str, Any]], str], Callable[[Any], str]]] = {
    "bool_type": (lambda context: "true or false", _bool_hint),
    "int_type": (lambda context: "a whole number", _number_hint),
    "greater_than_equal": (lambda context: f"at least {context['ge']}", _no_hint),
    "less_than_equal": (lambda context: f"at most {context['le']}", _no_hint),
    "string_type": (lambda context: "text", _no_hint),
    "tuple_type": (lambda context: "a list", _list_hint),
    "dict_type": (lambda context: "a mapping", _no_hint),
}
