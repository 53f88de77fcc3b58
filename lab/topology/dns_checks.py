"""What the steps that edit reverse DNS must be: one action, and the members that go with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.bgp.prefix import Address, PrefixError
from lab.topology.dns_scalars import CLOUDFLARE
from lab.topology.dns_steps import DnsStep, RecordAddition
from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, shown, suggestion
from lab.topology.step_checks import exactly_one

_NEEDED: Final = {"add": "zone", "remove": "zone", "delegate": "to"}
_VERSIONS: Final = {"A": 4, "AAAA": 6}
HOSTS: Final = (CLOUDFLARE, "elsewhere")


def check_dns_step(draft: Draft, path: Path, body: DnsStep) -> Iterator[Problem]:
    """Exactly one of `add` and `remove` with a zone, or `delegate` with whom to."""
    several = exactly_one(draft, path, body, tuple(_NEEDED))
    if several is not None:
        yield several
        return
    action = next(each for each in _NEEDED if getattr(body, each) is not None)
    needed = _NEEDED[action]
    if getattr(body, needed) is None:
        yield draft.document.problem(path, f"{action} needs '{needed}'", _example(needed))
    for member in sorted({"zone", "to"} - {needed}):
        if getattr(body, member) is not None:
            message = f"{member} has no meaning with {action}"
            yield draft.document.problem((*path, member), message, f"remove '{member}'")
    if body.add is not None:
        yield from _check_content(draft, (*path, "add", "content"), body.add)
    yield from _check_hosts(draft, (*path, "to"), body.to or ())


def _example(member: str) -> str:
    return "write for example zone: 113.0.203.in-addr.arpa" if member == "zone" else "write to: [elsewhere]"


def _check_content(draft: Draft, path: Path, record: RecordAddition) -> Iterator[Problem]:
    version = _VERSIONS.get(record.type)
    if version is None or "$" in record.content:
        return
    try:
        fits = Address.parse(record.content).version == version
    except PrefixError:
        fits = False
    if not fits:
        message = f"{shown(record.content)} is not an IPv{version} address"
        yield draft.document.problem(path, message, f"that is what a record of type {record.type} has")


def _check_hosts(draft: Draft, path: Path, hosts: tuple[str, ...]) -> Iterator[Problem]:
    for index, host in enumerate(hosts):
        place: Path = (*path, index)
        if host in hosts[:index]:
            yield draft.document.problem(place, f"{host} is here twice", "remove one")
        elif host.partition("/")[0] == CLOUDFLARE:
            yield from _check_account(draft, place, host.partition("/")[2])
        elif "." not in host and host not in HOSTS:
            message = f"{shown(host)} hosts no zones"
            hint = suggestion(host, (*HOSTS, "a name server such as ns1.example.com"))
            yield draft.document.problem(place, message, hint)


def _check_account(draft: Draft, place: Path, account: str) -> Iterator[Problem]:
    """There is a Cloudflare, and on it the account whose name servers are meant."""
    if not draft.has_cloudflare:
        yield draft.lacks_cloudflare(place)
    elif account and account not in (accounts := draft.clouds.cloudflare.accounts):
        hint = suggestion(account, accounts, "accounts")
        yield draft.document.problem(place, f"no account is called {shown(account)}", hint)
