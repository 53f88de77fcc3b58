"""CIDRs as callers write them: which are prefixes, and which of them Cloudflare can announce."""

from __future__ import annotations

from typing import Final

from lab.bgp.prefix import Prefix, PrefixError
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.record import PrefixRecord

MOST_SPECIFIC: Final = {4: 24, 6: 48}
"""The longest prefix that can be announced, by IP version. Cloudflare's documents on BYOIP name none; these
are what networks commonly accept, so the lab refuses what would reach nobody."""


def parse_cidr(text: str) -> Prefix:
    """The prefix written as `203.0.113.0/24`. Raises CloudflareError where host bits are set, the length is
    left out, or it is none at all."""
    if "/" not in text:
        raise _refusal(f"The CIDR {text!r} has no length; expected for example 203.0.113.0/24")
    try:
        return Prefix.parse(text)
    except PrefixError as error:
        raise _refusal(f"The CIDR is not valid: {error}") from None


def check_announceable(prefix: Prefix) -> None:
    """Raises CloudflareError for a prefix that is too specific to be announced."""
    longest = MOST_SPECIFIC[prefix.version]
    if prefix.length > longest:
        raise _refusal(
            f"{prefix} is too specific: the most specific IPv{prefix.version} prefix that can be announced "
            f"is a /{longest}, such as {prefix.supernet(longest)}"
        )


def check_inside(cidr: Prefix, record: PrefixRecord) -> None:
    """Raises CloudflareError for a CIDR that is not inside the prefix."""
    if not record.prefix.covers(cidr):
        raise _refusal(f"{cidr} is not inside the prefix {record.prefix}; expected that or a subnet of it")


def _refusal(message: str) -> CloudflareError:
    return CloudflareError(400, codes.CIDR, message, "/cidr")
