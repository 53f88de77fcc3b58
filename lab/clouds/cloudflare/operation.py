"""The register of operations: one small function each, between the wire and the domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict

from lab.clouds.cloudflare.identity.caller import Caller
from lab.clouds.cloudflare.identity.permissions import Permission

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare


class Body(BaseModel):
    """A JSON body. Strict: a member that the API does not have is refused, with the nearest that it has."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Upload:
    """The file of a multipart form (RFC 7578). `filename` is "" where none was given."""

    content: bytes = field(repr=False)
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: `path` has the parameters of the path by name, `query` those of the query, `body` is an
    instance of the operation's `Body` (None where it has none)."""

    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`result` goes into the envelope as it is. `document` (a PDF) is sent instead of an envelope."""

    result: Any = None
    document: bytes | None = None


@dataclass(frozen=True, slots=True)
class Paged:
    """A list of which the caller gets the page that it asks for (`page`, `per_page`)."""

    items: Sequence[Any]
    per_page: int = 20


Function = Callable[["Cloudflare", Caller, Asked], Answer | Paged]


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` is below /client/v4, with parameters as `{prefix_id}`. Of `permissions` one is enough.

    Paths begin with `/accounts/{account_id}` or `/zones/{zone_id}`, which must be the caller's own, or with
    neither.
    """

    method: str
    path: str
    permissions: tuple[Permission, ...]
    function: Function
    body: type[BaseModel] | None = None
    takes_upload: str = ""
    """The name of the form's part that has the file, or ""."""
    summary: str = ""
    query: tuple[str, ...] = ()
    """The parameters of the query that it looks at, besides `page` and `per_page`."""
    one_in_list: bool = False
    """Whether the body may also come as a list of just one object, as Cloudflare's own example has it."""
    repeated: tuple[str, ...] = ()
    """Those parameters of the query that may be there several times: as if joined with commas."""


OPERATIONS: Final[dict[tuple[str, str], Operation]] = {}
"""By method and path, once `lab.clouds.cloudflare.operations` is imported."""


def operation(
    method: str,
    path: str,
    *permissions: Permission,
    body: type[BaseModel] | None = None,
    takes_upload: str = "",
    query: tuple[str, ...] = (),
    one_in_list: bool = False,
    repeated: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Register the function that answers an endpoint; the first line of its docstring is the summary."""

    def register(function: Function) -> Function:
        if (method, path) in OPERATIONS:
            raise ValueError(f"{method} {path} is registered twice")
        summary = (function.__doc__ or "").partition("\n")[0].rstrip(".")
        OPERATIONS[method, path] = Operation(
            method, path, permissions, function, body, takes_upload, summary, query, one_in_list, repeated
        )
        return function

    return register
