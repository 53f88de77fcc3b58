"""What the parts of a file that are about Cloudflare must be to each other: accounts, callers, API calls."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from lab.bgp.prefix import Prefix
from lab.topology.cloudflare_building import default_email
from lab.topology.cloudflare_entries import AccountEntry, CloudflareEntry
from lab.topology.cloudflare_steps import METHODS, CloudflareStep
from lab.topology.draft import Draft
from lab.topology.problems import Path, Problem, shown, suggestion
from lab.topology.references import leaves
from lab.topology.step_checks import check_printable, exactly_one

_WITH_A_BODY = ("post", "put", "patch")
_SECTION: Path = ("clouds", "cloudflare")


def check_cloudflare(draft: Draft) -> Iterator[Problem]:
    """There is a Cloudflare where the file speaks of it; names and IDs tell accounts and callers apart."""
    if "cloudflare" not in draft.clouds.model_fields_set:
        return
    if not draft.has_cloudflare:
        yield draft.lacks_cloudflare(_SECTION)
        return
    entry = draft.clouds.cloudflare
    yield from _check_ids(draft, entry)
    yield from _check_callers(draft, entry)
    yield from _check_emails(draft, entry)
    for name, account in entry.accounts.items():
        yield from _check_account(draft, (*_SECTION, "accounts", name), account)
    yield from _check_onboarded(draft, entry)


def check_cloudflare_step(draft: Draft, path: Path, body: CloudflareStep) -> Iterator[Problem]:
    """Exactly one method, a caller that exists, and a request that can be sent."""
    problem = draft.document.problem
    if not draft.has_cloudflare:
        yield draft.lacks_cloudflare(path)
        return
    several = exactly_one(draft, path, body, METHODS)
    if several is not None:
        yield several
        return
    if body.caller is not None and body.caller not in _callers(draft.clouds.cloudflare):
        hint = suggestion(body.caller, _callers(draft.clouds.cloudflare), "callers")
        yield problem((*path, "as"), f"no account, member or token is called {shown(body.caller)}", hint)
    if body.error is not None and body.save:
        message = "a call that is refused answers nothing that could be saved"
        yield problem((*path, "save"), message, "remove 'save' or 'error'")
    method = body.method.lower()
    if body.members is not None and method not in _WITH_A_BODY:
        yield problem((*path, "with"), f"{method} sends no body", f"remove 'with', or use {_WITH_A_BODY[0]}")
    yield from _check_keys(draft, (*path, "with"), body.members)
    for place, value in leaves(body.members, (*path, "with")):
        yield from _check_leaf(draft, place, value)


def _check_keys(draft: Draft, path: Path, value: Any) -> Iterator[Problem]:
    """The names of members, at every depth, can be printed."""
    if isinstance(value, dict):
        for key in value:
            yield from check_printable(draft, (*path, key), key)
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _check_keys(draft, (*path, key), inner)


def _check_leaf(draft: Draft, path: Path, value: Any) -> Iterator[Problem]:
    """It can be sent as JSON, and printed."""
    if isinstance(value, str):
        yield from check_printable(draft, path, value)
    elif isinstance(value, float) and not math.isfinite(value):
        yield draft.document.problem(path, f"JSON has no number {shown(value)}", "put it in quotes")


# --- accounts and callers ---------------------------------------------------------------------------------


def _callers(entry: CloudflareEntry) -> list[str]:
    """Whom `as` may name, in the order of the file."""
    tokens = [_token_of(name) for name in entry.accounts]
    return [*entry.accounts, *entry.members, *entry.tokens, *tokens]


def _token_of(account: str) -> str:
    """The token that every account has, besides those of the file."""
    return f"{account}-token"


def _check_ids(draft: Draft, entry: CloudflareEntry) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, account in entry.accounts.items():
        if first.setdefault(account.id, name) != name:
            message = f"{account.id} is the account {first[account.id]}"
            yield draft.document.problem((*_SECTION, "accounts", name), message, "give each an ID of its own")


def _check_callers(draft: Draft, entry: CloudflareEntry) -> Iterator[Problem]:
    taken = dict.fromkeys(entry.accounts, "an account")
    for name in entry.accounts:
        token_name = _token_of(name)
        if token_name in entry.accounts:
            message = f"{token_name} is the token that account {name} has already"
            hint = "'as' must tell them apart"
            yield draft.document.problem((*_SECTION, "accounts", token_name), message, hint, key=True)
        taken.setdefault(token_name, f"the token that account {name} has")
    for section, callers in (("members", entry.members), ("tokens", entry.tokens)):
        for name, caller in callers.items():
            path: Path = (*_SECTION, section, name)
            if name in taken:
                message = f"{name} is {taken[name]} already"
                yield draft.document.problem(path, message, "'as' must tell them apart", key=True)
            taken.setdefault(name, f"one of the {section}")
            if caller.account not in entry.accounts:
                message = f"there is no account {shown(caller.account)}"
                hint = suggestion(caller.account, entry.accounts, "accounts")
                yield draft.document.problem((*path, "account"), message, hint)
    for name, token in entry.tokens.items():
        yield from _check_repeated(draft, (*_SECTION, "tokens", name, "permissions"), token.permissions)


def _check_emails(draft: Draft, entry: CloudflareEntry) -> Iterator[Problem]:
    """X-Auth-Email must name one person."""
    taken = {default_email("admin", name): f"the super administrator of {name}" for name in entry.accounts}
    for name, member in entry.members.items():
        email = (member.email or default_email(name, member.account)).lower()
        if email in taken:
            path: Path = (*_SECTION, "members", name)
            message = f"{email} is the address of {taken[email]}"
            yield draft.document.problem(path, message, "give each an address of their own")
        taken.setdefault(email, name)


# --- what an account has ----------------------------------------------------------------------------------


def _check_account(draft: Draft, path: Path, account: AccountEntry) -> Iterator[Problem]:
    problem = draft.document.problem
    tunnel = account.tunnel
    if tunnel is not None and tunnel.to not in draft.names:
        yield draft.unknown_speaker((*path, "tunnel", "to"), tunnel.to)
    elif tunnel is not None and tunnel.to in draft.ases and draft.ases[tunnel.to].cloud == "cloudflare":
        message = f"{tunnel.to} is Cloudflare itself; the tunnel ends at the customer"
        yield problem((*path, "tunnel", "to"), message)
    own = [
        prefix for entry in draft.ases.values() if entry.cloud == "cloudflare" for prefix in entry.prefixes
    ]
    onboarded = [each.prefix for each in account.onboarded]
    for index, address in enumerate(account.static_ips):
        if own and not any(prefix.covers(address.host) for prefix in own):
            hint = f"Cloudflare's: {_listed(own)}"
            yield problem((*path, "static_ips", index), f"{address} is not Cloudflare's to lease", hint)
    for index, address in enumerate(account.only_byoip):
        foreign = not any(prefix.covers(address.host) for prefix in onboarded)
        if foreign and any(prefix.covers(address.host) for prefix in own):
            message = f"{address} is Cloudflare's own, which this map is to keep away"
            hint = "name addresses of a prefix that the account brings"
            yield problem((*path, "only_byoip", index), message, hint)
    for key in ("static_ips", "only_byoip", "entitlements"):
        yield from _check_repeated(draft, (*path, key), getattr(account, key))


def _check_repeated(draft: Draft, path: Path, values: tuple[object, ...]) -> Iterator[Problem]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield draft.document.problem((*path, index), f"{value} is here twice", "remove one")


def _check_onboarded(draft: Draft, entry: CloudflareEntry) -> Iterator[Problem]:
    """Each within a registration, if there are any, and none in another."""
    registered = [held.prefix for held in draft.registry.values()]
    known: list[tuple[Prefix, str]] = []
    for name, account in entry.accounts.items():
        for index, onboarded in enumerate(account.onboarded):
            path: Path = (*_SECTION, "accounts", name, "onboarded", index, "prefix")
            prefix = onboarded.prefix
            if registered and not any(held.covers(prefix) for held in registered):
                message = f"{prefix} is registered to nobody, so nobody can bring it"
                yield draft.document.problem(path, message, f"registered: {_listed(sorted(registered))}")
            for other, owner in known:
                if other.covers(prefix) or prefix.covers(other):
                    message = f"{prefix} overlaps {other}, which {owner} has onboarded"
                    yield draft.document.problem(path, message, "leave one of them out")
            known.append((prefix, name))


def _listed(prefixes: list[Prefix]) -> str:
    more = f" and {len(prefixes) - 6} more" if len(prefixes) > 6 else ""
    return ", ".join(dict.fromkeys(map(str, prefixes[:6]))) + more
