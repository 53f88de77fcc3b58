"""What follows from the BGP prefixes: what is announced, and when Cloudflare changed it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.prefixes.bgp_prefix import BgpPrefix, Origination
from lab.clouds.cloudflare.prefixes.contracts import account_with
from lab.clouds.cloudflare.settings import CloudflareSettings


def originations(bgp_prefixes: Iterable[BgpPrefix], settings: CloudflareSettings) -> frozenset[Origination]:
    """What the sites announce. One with `auto_advertise_withdraw` is left out while Magic Transit has no
    route to the customer: no tunnel."""
    return frozenset(
        Origination(bgp.cidr, bgp.prepended, () if bgp.asn == settings.asn else (bgp.asn,))
        for bgp in bgp_prefixes
        if bgp.announced and not (bgp.auto_advertise_withdraw and not _has_route(bgp, settings))
    )


def _has_route(bgp: BgpPrefix, settings: CloudflareSettings) -> bool:
    account = account_with(settings, bgp.account)
    return account is not None and account.tunnel is not None


def last_change(bgp_prefixes: Iterable[BgpPrefix], prefix: Prefix) -> float | None:
    """When Cloudflare last began or ceased to announce addresses of `prefix`; None where it never did."""
    changes = (
        bgp.changed
        for bgp in bgp_prefixes
        if bgp.changed is not None and (bgp.cidr.covers(prefix) or prefix.covers(bgp.cidr))
    )
    return max(changes, default=None)
