"""A BGP prefix: what is announced of a prefix, and when."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.prefix import Prefix


@dataclass(frozen=True, slots=True)
class BgpPrefix:
    """A subnet of a prefix, or all of it, that is announced or withdrawn by itself.

    `advertised` is what was asked for last, at `advertised_modified`; `announced` is what Cloudflare's sites
    do, since `changed`. With `auto_advertise_withdraw` they announce it only while the Magic routing table
    has a route to it (`originating.is_withheld`). `prepend` is how often they are to prepend Cloudflare's
    ASN, `prepended` how often they do. Where the sites have something to follow, `due` is when they do. Times
    are UNIX seconds of the calendar.
    """

    id: str
    prefix_id: str
    account: str
    cidr: Prefix
    asn: int
    created: float
    modified: float
    prepend: int = 0
    auto_advertise_withdraw: bool = False
    advertised: bool = False
    advertised_modified: float | None = None
    announced: bool = False
    changed: float | None = None
    due: float | None = None
    prepended: int = 0

    def is_followed(self, *, wanted: bool) -> bool:
        """Whether the sites do what they are to: announce it, if that is `wanted`, and prepend so often."""
        return wanted is self.announced and (not self.announced or self.prepend == self.prepended)

    @property
    def is_in_use(self) -> bool:
        """Whether it is announced, or is to be."""
        return self.advertised or self.announced


@dataclass(frozen=True, slots=True)
class Origination:
    """A prefix that every site announces. `prepend` is how often Cloudflare's ASN is prepended, and `path` is
    the AS path behind it: empty under Cloudflare's own ASN, the customer's under theirs."""

    prefix: Prefix
    prepend: int = 0
    path: tuple[int, ...] = ()
