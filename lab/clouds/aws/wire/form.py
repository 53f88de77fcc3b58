"""The body of an EC2 or STS request: `Filter.1.Name=x&Filter.1.Value.1=y` as a tree."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from lab.clouds.aws.wire.refusals import Reason, RefusedError, shown
from lab.http.messages import HttpRequest

MAX_FIELDS: Final = 2000
MAX_DEPTH: Final = 24
"""More than any operation of the models has, and little enough for a stack."""

Group = dict[str, "Group | str"]
"""What stands below a name: values, or groups again."""


def read_form(request: HttpRequest) -> dict[str, str]:
    """The fields of body and query, without those of a signature in the query. Raises RefusedError."""
    try:
        body = request.body.decode("ascii")
        query = parse_qsl(request.query, True, max_num_fields=MAX_FIELDS, errors="strict")
        fields = parse_qsl(body, True, max_num_fields=MAX_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8, or has bytes that must be percent-encoded") from None
    except ValueError:
        raise _malformed(f"it has more than {MAX_FIELDS} parameters") from None
    form: dict[str, str] = {}
    for name, value in (*(field for field in query if not field[0].startswith("X-Amz-")), *fields):
        if name in form:
            raise _malformed(f"the parameter {shown(name)} is there twice")
        form[name] = value
    return form


def grow(form: dict[str, str]) -> Group:
    """The tree of dotted names. Raises RefusedError where a name is both a value and a group, or too deep."""
    root: Group = {}
    for name, value in form.items():
        *steps, last = name.split(".", MAX_DEPTH + 1)
        if len(steps) >= MAX_DEPTH:
            raise _malformed(f"the parameter {shown(name)} has more than {MAX_DEPTH} parts")
        group = root
        for step in steps:
            below = group.setdefault(step, {})
            if isinstance(below, str):
                raise _malformed(f"{shown(name)} is below a parameter that has a value itself")
            group = below
        if last in group:
            raise _malformed(f"{shown(name)} has a value, and there are parameters below it")
        group[last] = value
    return root


def _malformed(why: str) -> RefusedError:
    return RefusedError(Reason.MALFORMED, f"The query string cannot be read: {why}.")
