"""Which changes of a BGP prefix are refused: pure rules."""

from __future__ import annotations

from typing import Final

from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.bgp_prefix import BgpPrefix
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.topology.cloudflare_section import ServiceName

MOST_PREPENDS: Final = 3


def check_prepend(prepend: int) -> None:
    """Raises CloudflareError for a number of times that Cloudflare's ASN cannot be prepended."""
    if not 0 <= prepend <= MOST_PREPENDS:
        raise CloudflareError(
            400,
            codes.BGP_PREFIX,
            f"asn_prepend_count is {prepend}; expected 0 to {MOST_PREPENDS}",
            "/asn_prepend_count",
        )


def check_unlocked(record: PrefixRecord, bgp: BgpPrefix) -> None:
    """Raises CloudflareError where Cloudflare has locked the advertisement as it is."""
    if record.on_demand_locked:
        verb = "withdrawn" if bgp.advertised else "advertised"
        raise CloudflareError(
            400,
            codes.LOCKED,
            f"{bgp.cidr} cannot be {verb}: its advertisement is locked. Contact your account team",
            "/on_demand/advertised",
        )


def check_handled(record: PrefixRecord, bgp: BgpPrefix, default: ServiceName | None) -> None:
    """Raises CloudflareError for a prefix without a `default` binding: nothing would handle its traffic."""
    if default is None:
        raise CloudflareError(
            400,
            codes.NO_DEFAULT_BINDING,
            f"{bgp.cidr} cannot be advertised: {record.prefix} has no default service binding, and nothing "
            f"would handle its traffic. Bind all of {record.prefix} to a service first",
            "/on_demand/advertised",
        )


def check_can_follow_routes(record: PrefixRecord, bgp: BgpPrefix, default: ServiceName | None) -> None:
    """Raises CloudflareError where `auto_advertise_withdraw` has no routes to go by: only Magic Transit, as
    the `default` binding, has a routing table."""
    if default is not ServiceName.MAGIC_TRANSIT:
        bound = "has no default service binding" if default is None else f"is bound to {default.value}"
        raise CloudflareError(
            400,
            codes.BGP_PREFIX,
            f"{bgp.cidr} cannot have auto_advertise_withdraw: it goes by the routes of the Magic routing "
            f"table, which only prefixes of Magic Transit have, and {record.prefix} {bound}; expected false",
            "/auto_advertise_withdraw",
        )


def check_deletable(bgp: BgpPrefix) -> None:
    """Raises CloudflareError for a BGP prefix that is announced, or is to be."""
    if bgp.is_in_use:
        wait = "withdraw it first" if bgp.advertised else "wait until its withdrawal has ended"
        raise CloudflareError(
            400, codes.IN_USE, f"The BGP prefix {bgp.cidr} is advertised and cannot be deleted: {wait}"
        )
