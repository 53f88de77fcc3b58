"""The query of a request: parameters that the endpoint has."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import parse_qsl

from lab.clouds.cloudflare.wire.refusals import not_valid
from lab.topology.problems import shown, suggestion

PAGING: Final = ("page", "per_page")
_MOST_FIELDS: Final = 50


def read_query(text: str, known: Iterable[str], repeated: Collection[str] = ()) -> dict[str, str]:
    """The parameters by name, of a query as it was sent; the values of one that may be `repeated` are joined
    with commas. Raises RefusedError for one that is not `known`: a filter that is left out unseen would
    answer with more than was asked for."""
    try:
        fields = parse_qsl(text, True, max_num_fields=_MOST_FIELDS, encoding="utf-8", errors="strict")
    except ValueError:
        raise not_valid(f"the query has more than {_MOST_FIELDS} parameters, or is not UTF-8") from None
    names = (*known, *PAGING)
    query: dict[str, str] = {}
    for name, value in fields:
        if name not in names:
            raise not_valid(f"there is no parameter {shown(name)} here; {suggestion(name, names)}")
        if name in query and name not in repeated:
            raise not_valid(f"the parameter {name} is there twice")
        query[name] = f"{query[name]},{value}" if name in query else value
    return query
