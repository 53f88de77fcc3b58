"""What follows from the BGP prefixes: what is announced, and when Cloudflare changed it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.prefixes.bgp_prefix import BgpPrefix, Origination
from lab.clouds.cloudflare.prefixes.contracts import account_with
from lab.clouds.cloudflare.settings import CloudflareSettings

WITHHELD: Final = (
    "no site announces it: auto_advertise_withdraw is true, and Magic Transit has no route to it (no tunnel)"
)
"""Why, for people, of what is withheld."""


def originations(bgp_prefixes: Iterable[BgpPrefix], settings: CloudflareSettings) -> frozenset[Origination]:
    """What the sites announce."""
    return frozenset(
        Origination(bgp.cidr, bgp.prepended, () if bgp.asn == settings.asn else (bgp.asn,))
        for bgp in bgp_prefixes
        if bgp.announced
    )


def is_withheld(bgp: BgpPrefix, settings: CloudflareSettings) -> bool:
    """Whether no site is to announce it, though it was asked for: it has `auto_advertise_withdraw`, and
    Magic Transit has no route to the customer.

    In truth the routes that count are those that the customer announces by BGP, over a GRE tunnel or an
    interconnect (CNI). The lab's tunnels have static routes only: with a tunnel there always is a route, and
    without one never.
    """
    account = account_with(settings, bgp.account)
    return bgp.advertised and bgp.auto_advertise_withdraw and (account is None or account.tunnel is None)


def last_change(bgp_prefixes: Iterable[BgpPrefix], prefix: Prefix) -> float | None:
    """When Cloudflare last began or ceased to announce addresses of `prefix`; None where it never did."""
    changes = (
        bgp.changed
        for bgp in bgp_prefixes
        if bgp.changed is not None and (bgp.cidr.covers(prefix) or prefix.covers(bgp.cidr))
    )
    return max(changes, default=None)
