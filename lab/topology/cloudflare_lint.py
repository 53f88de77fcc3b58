"""What is improbable about a customer's account at Cloudflare: a contract or a tunnel that cannot serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.topology.cloudflare_section import Account, Entitlement, Onboarded, ServiceName
from lab.topology.lint_warning import Lint
from lab.topology.model import Topology
from lab.topology.problems import Path

_NEEDS: Final = {
    ServiceName.CDN: Entitlement.CDN,
    ServiceName.CDN_EGRESS: Entitlement.CDN_EGRESS,
    ServiceName.SPECTRUM: Entitlement.SPECTRUM,
    ServiceName.MAGIC_TRANSIT: Entitlement.MAGIC_TRANSIT,
}


def cloudflare_lints(topology: Topology) -> Iterator[Lint]:
    """A tunnel inside the prefix it protects, Magic Transit without one, a service without a contract."""
    if topology.cloudflare is None:
        return
    for name, account in topology.cloudflare.accounts.items():
        path: Path = ("clouds", "cloudflare", "accounts", name)
        yield from _tunnel_inside(path, account)
        for index, onboarded in enumerate(account.onboarded):
            yield from _unserved((*path, "onboarded", index), account, onboarded)


def _tunnel_inside(path: Path, account: Account) -> Iterator[Lint]:
    """Once Cloudflare announces the prefix, the tunnel's own packets go to Cloudflare, too."""
    endpoint = None if account.tunnel is None else account.tunnel.endpoint
    if endpoint is None:
        return
    for onboarded in account.onboarded:
        if onboarded.prefix.covers(endpoint.host):
            message = (
                f"the tunnel ends at {endpoint}, inside {onboarded.prefix} that it is for: when Cloudflare "
                "announces that, packets to the endpoint go to Cloudflare themselves"
            )
            yield Lint("tunnel-inside-prefix", message, (*path, "tunnel", "endpoint"))


def _unserved(path: Path, account: Account, onboarded: Onboarded) -> Iterator[Lint]:
    service, needed = onboarded.service, _NEEDS[onboarded.service]
    if needed not in account.entitlements:
        message = f"{onboarded.prefix} is bound to {service.value}, and the contract lacks {needed.value}"
        yield Lint("not-in-contract", message, path)
    if service is ServiceName.MAGIC_TRANSIT and account.tunnel is None:
        message = f"{onboarded.prefix} is for Magic Transit, and {account.name} has no tunnel for it"
        yield Lint("no-tunnel", message, path)
