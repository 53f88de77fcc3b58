"""Which DNS records a query of List DNS Records asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.operations.listing import MATCHING, Query, is_match, one_of
from lab.clouds.cloudflare.wire.refusals import NOT_VALID
from lab.clouds.cloudflare.zones.dns_record import DnsRecord
from lab.dns.names import canonical
from lab.topology.problems import shown

_HOW: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "exact": lambda seen, wanted: seen == wanted,
    "contains": lambda seen, wanted: wanted in seen,
    "startswith": lambda seen, wanted: seen.startswith(wanted),
    "endswith": lambda seen, wanted: seen.endswith(wanted),
}
_TEXTS: Final[Mapping[str, Callable[[DnsRecord], str]]] = {
    "name": lambda record: record.name,
    "content": lambda record: record.content,
    "comment": lambda record: record.draft.comment,
}
_TEXT_FILTERS: Final = {f"{text}.{how}": (text, how) for text in _TEXTS for how in _HOW}
_TAG_FILTERS: Final = {f"tag.{how}": how for how in (*_HOW, "present", "absent")}

FILTERS: Final = (
    "name", "content", *_TEXT_FILTERS, "comment.present", "comment.absent", *_TAG_FILTERS, "tag_match",
    "type", "proxied", "search", *MATCHING,
)  # fmt: skip
"""The parameters. Capitals count in none of them."""

ORDERS: Final[Mapping[str, Callable[[DnsRecord], Any]]] = {
    "type": lambda record: record.rtype,
    "name": lambda record: record.name,
    "content": lambda record: record.content,
    "ttl": lambda record: record.draft.ttl,
    "proxied": lambda record: record.proxied,
}


def is_wanted(record: DnsRecord, query: Query) -> bool:
    """Whether a record is one of those that are asked for. Raises CloudflareError (400)."""
    searched = all(word in _everything(record) for word in query.get("search", "").lower().split())
    return is_match(_tests(record, query), query) and searched


def _tests(record: DnsRecord, query: Query) -> Iterator[bool]:
    for name, value in query.items():
        if name in ("name", "content") or name in _TEXT_FILTERS:
            text, how = _TEXT_FILTERS.get(name, (name, "exact"))
            wanted = canonical(value) if name in ("name", "name.exact") else value.lower()
            yield _HOW[how](_TEXTS[text](record).lower(), wanted)
        elif name in ("comment.present", "comment.absent"):
            yield bool(record.draft.comment) is (name == "comment.present")
        elif name == "type":
            yield value.upper() == record.rtype
        elif name == "proxied":
            yield _boolean(name, value) is record.proxied
    tags = [_has_tag(record, how, query[name]) for name, how in _TAG_FILTERS.items() if name in query]
    if tags:
        yield is_match(tags, query, "tag_match")


def _has_tag(record: DnsRecord, how: str, wanted: str) -> bool:
    """`wanted` is the name of a tag, and, where it is about the value, a colon and the value."""
    name, _, value = wanted.lower().partition(":")
    tags = [tag.lower().partition(":") for tag in record.draft.tags]
    values = [seen for known, _, seen in tags if known == name]
    if how in _HOW:
        return any(_HOW[how](seen, value) for seen in values)
    return bool(values) is (how == "present")


def _everything(record: DnsRecord) -> str:
    return " ".join(
        (record.name, record.rtype, record.content, record.draft.comment, *record.draft.tags)
    ).lower()


def _boolean(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise CloudflareError(400, NOT_VALID, f"{name}: expected true or false, got {shown(value)}")
    return value.lower() == "true"


def check_filters(query: Query) -> None:
    """Raises CloudflareError (400) for values that cannot be meant, also where there is no record to hold
    against them."""
    for name in ("match", "tag_match"):
        one_of(query, name, ("all", "any"), "all")
    if "proxied" in query:
        _boolean("proxied", query["proxied"])
