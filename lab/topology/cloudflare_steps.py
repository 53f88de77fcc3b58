"""The step that calls Cloudflare's API, as written in a file.

Which members may stand together: `cloudflare_checks`. Whether there is such an operation, and what its body
must be: `lab.scenario.cloudflare_call_checks`, for `lab check`, and Cloudflare when the step is carried out.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import Field

from lab.topology.cloud_scalars import SavedName
from lab.topology.cloudflare_scalars import ApiPath, ErrorNumber, RequestBody, ResultPath
from lab.topology.scalars import SpeakerName
from lab.topology.step_model import StepModel

METHODS: Final = ("get", "post", "put", "patch", "delete")
_SHOWN_MOST: Final = 60


class CloudflareStep(StepModel):
    """An API call: exactly one of `get`, `post`, `put`, `patch`, `delete` with a path. It must succeed or,
    with `error`, be refused with that code.

    The path is below the caller's account or, with `/` first, below /client/v4. `with` is the body. `as` is
    an account (its super administrator), a member or a token; default the first account. `$name` anywhere in
    the path or in a text of the body stands for what an earlier step saved by
    `save: {name: path.in.the.result}`.
    """

    get: ApiPath | None = None
    post: ApiPath | None = None
    put: ApiPath | None = None
    patch: ApiPath | None = None
    delete: ApiPath | None = None
    members: RequestBody | None = Field(default=None, alias="with")
    caller: SpeakerName | None = Field(default=None, alias="as")
    error: ErrorNumber | None = None
    save: dict[SavedName, ResultPath] | None = None

    @property
    def method(self) -> str:
        """The method in upper case, such as POST."""
        return self._call[0].upper()

    @property
    def path(self) -> str:
        """The path as it is written."""
        return self._call[1]

    @property
    def text(self) -> str:
        """The step as a sentence for people."""
        who = f" by {self.caller}" if self.caller else ""
        what = _body_text(self.members)
        refused = f", to be refused with {self.error}" if self.error else ""
        return f"cloudflare {self.method} {self.path}{who}{': ' if what else ''}{what}{refused}"

    @property
    def _call(self) -> tuple[str, str]:
        given = ((method, getattr(self, method)) for method in METHODS)
        return next(((method, path) for method, path in given if path is not None), ("", ""))


def _body_text(members: dict[str, Any] | list[Any] | None) -> str:
    if isinstance(members, dict):
        return ", ".join(f"{name} {_short(_value_text(value))}" for name, value in members.items())
    return "" if members is None else _short(_value_text(members))


def _value_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_MOST else f"{line[:_SHOWN_MOST]}…"
