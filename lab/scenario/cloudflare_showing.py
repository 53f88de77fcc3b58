"""What Cloudflare has in a lab, as plain JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lab.scenario.lab import Lab, LabError
from lab.topology.problems import suggestion

if TYPE_CHECKING:
    from lab.clouds.cloudflare.cloud import Cloudflare
    from lab.clouds.cloudflare.identity.accounts import Credentials
    from lab.clouds.cloudflare.prefixes.bgp_prefix import BgpPrefix
    from lab.clouds.cloudflare.prefixes.record import Finding, PrefixRecord
    from lab.topology.cloudflare_section import Account

Data = dict[str, Any]

API_PATH: Final = "/client/v4"
"""Where the API is, below the lab's endpoint and below Cloudflare's own."""


def cloudflare_env(lab: Lab, caller: str | None = None) -> Data:
    """What curl and the SDKs need to call this lab as an account, a member or a token, secrets included.

    A member has no token, and a token nothing else: these are None.
    """
    credentials = credentials_of(lab, caller)
    if not lab.clouds.endpoint:
        raise LabError("this lab serves no API; `lab up` does")
    return {
        "base_url": f"{lab.clouds.endpoint}{API_PATH}",
        "account_id": credentials.account_id,
        "email": credentials.email,
        "api_key": credentials.api_key,
        "api_token": credentials.token,
    }


def cloudflare_accounts(lab: Lab) -> list[Data]:
    """The accounts with what their contracts cover, and the names of those who can call, without secrets."""
    identity = cloudflare_of(lab).identity
    callers = {name: identity.credentials(name).account_id for name in identity.names()}
    return [
        {
            "id": account.id,
            "name": account.name,
            "entitlements": sorted(each.value for each in account.entitlements),
            "callers": [name for name, of in callers.items() if of == account.id],
        }
        for account in identity.accounts()
    ]


def cloudflare_prefixes(lab: Lab) -> list[Data]:
    """The prefixes of all accounts: what their checks have found, and what is done with them."""
    cloudflare = cloudflare_of(lab)
    lab.look()
    names = {account.id: account.name for account in cloudflare.identity.accounts()}
    return [_prefix(cloudflare, record, names) for record in cloudflare.prefixes.all()]


def cloudflare_of(lab: Lab) -> Cloudflare:
    """The lab's Cloudflare. Raises LabError if it has none."""
    if lab.clouds.cloudflare is None:
        raise LabError(f"{lab.topology.name} has no Cloudflare; give one of its ASes `cloud: cloudflare`")
    return lab.clouds.cloudflare


def credentials_of(lab: Lab, caller: str | None) -> Credentials:
    """Those of an account, a member or a token, of the file's first account for None. Raises LabError."""
    identity = cloudflare_of(lab).identity
    name = identity.accounts()[0].name if caller is None else caller
    try:
        return identity.credentials(name)
    except KeyError:
        raise LabError(
            f"Cloudflare knows nobody called {name!r}; {suggestion(name, identity.names(), 'callers')}"
        ) from None


def account_of(lab: Lab, name: str | None) -> Account:
    """The account of this name, the file's first one for None. Raises LabError."""
    accounts = {account.name: account for account in cloudflare_of(lab).identity.accounts()}
    wanted = next(iter(accounts)) if name is None else name
    if wanted not in accounts:
        raise LabError(
            f"Cloudflare has no account called {wanted!r}; {suggestion(wanted, accounts, 'accounts')}"
        )
    return accounts[wanted]


def _prefix(cloudflare: Cloudflare, record: PrefixRecord, names: dict[str, str]) -> Data:
    """`advertised` is what was asked for and `announced` what the sites do, both of the whole prefix; `now`
    is what IRR and RPKI say of an approved prefix where they say something else than when it was approved."""
    # Imported here because most labs have no Cloudflare.
    from lab.clouds.cloudflare.prefixes.checks import changed_since

    binding = cloudflare.bindings.default(record)
    whole = cloudflare.bgp_prefixes.of_whole(record)
    changed = changed_since(cloudflare.basics.world, record) if record.is_approved else {}
    return {
        "id": record.id,
        "prefix": str(record.prefix),
        "account": names.get(record.account, record.account),
        "asn": record.asn,
        "approved": record.approval,
        "irr": _finding(record.findings.irr),
        "rpki": _finding(record.findings.rpki),
        "ownership": _finding(record.findings.ownership),
        "now": {name: _finding(found) for name, found in changed.items()},
        "advertised": record.advertised,
        "announced": None if whole is None else whole.announced,
        "service": None if binding is None else binding.service.value,
        "binding": None if binding is None else binding.state.value,
        "missing": _missing(cloudflare, record, whole),
    }


def _missing(cloudflare: Cloudflare, record: PrefixRecord, whole: BgpPrefix | None) -> str | None:
    """What keeps an approved prefix from being used, for people."""
    from lab.clouds.cloudflare.prefixes.originating import WITHHELD
    from lab.clouds.cloudflare.prefixes.readiness import HOW_TO_GIVE_LOA, lacks_loa

    if record.is_approved and lacks_loa(record):
        return f"no LOA: {HOW_TO_GIVE_LOA}"
    if whole is not None and cloudflare.bgp_prefixes.is_withheld(whole):
        return WITHHELD
    return None


def _finding(found: Finding) -> Data:
    return {"state": found.state.value, "why": found.why}
