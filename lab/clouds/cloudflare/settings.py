"""What Cloudflare is told of the lab: what the file says, its sites, and the seed of chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.bgp.prefix import Prefix
from lab.topology.cloudflare_section import CLOUDFLARE_ASN, Account, Member, Token, Window


@dataclass(frozen=True, slots=True)
class Delays:
    """How long Cloudflare takes, in seconds of the calendar, drawn from a seed within each window.

    Its documents say four to six hours for a service binding, two to seven minutes to enable an advertisement
    and approximately 15 minutes to disable it.
    """

    validate: Window = (30.0, 120.0)
    binding: Window = (4 * 3600.0, 6 * 3600.0)
    enable: Window = (120.0, 420.0)
    disable: Window = (840.0, 960.0)


@dataclass(frozen=True, slots=True)
class CloudflareSettings:
    """`accounts` by name, in the file's order. Every account has a member that is its super administrator,
    named like the account, with the address `admin@NAME.example`, and a token `NAME-token` that may do
    everything there, besides `members` and `tokens`.

    `sites` are the speakers of Cloudflare; `anycast` is Cloudflare's own space, from which proxied records
    are answered and origins are asked. `seed` makes what is drawn repeatable.
    """

    accounts: Mapping[str, Account] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    tokens: tuple[Token, ...] = ()
    delays: Delays = Delays()
    sites: tuple[str, ...] = ()
    anycast: tuple[Prefix, ...] = ()
    asn: int = CLOUDFLARE_ASN
    seed: str = ""
