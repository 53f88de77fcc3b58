"""What a prefix is refused for at once, before its checks."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.book import Book
from lab.clouds.cloudflare.world import World

_LEGACY_ASN = 209242
_RIRS = "AFRINIC, APNIC, ARIN, LACNIC or RIPE"


def check_asn(asn: int, cloudflare_asn: int) -> None:
    """Raises CloudflareError for an ASN other than Cloudflare's, which self-serve onboarding does not do."""
    if asn == cloudflare_asn:
        return
    if asn == _LEGACY_ASN:
        reason = f"AS{asn} is only for prefixes that use it already"
    else:
        reason = "to announce a prefix under your own ASN, contact your account team"
    raise CloudflareError(
        400,
        codes.ASN,
        f"AS{asn} cannot be used: the only ASN that is supported is AS{cloudflare_asn}; {reason}",
        "/asn",
    )


def check_registered(world: World, prefix: Prefix) -> None:
    """Raises CloudflareError for space that no RIR has registered: there is nobody whose it could be."""
    if world.registration(prefix) is None:
        raise CloudflareError(
            400,
            codes.NOT_REGISTERED,
            f"{prefix} is registered under none of the Regional Internet Registries; expected a prefix of "
            f"{_RIRS}",
            "/cidr",
        )


def check_free(book: Book, account: str, prefix: Prefix) -> None:
    """Raises CloudflareError where addresses of `prefix` are at Cloudflare already.

    A prefix of another account counts once it is approved: one that nobody has proven to own keeps nobody
    out.
    """
    for record in book.overlapping(prefix):
        if record.account == account:
            raise CloudflareError(
                409,
                codes.TAKEN,
                f"{prefix} overlaps the prefix {record.prefix} that this account has added already (ID "
                f"{record.id})",
                "/cidr",
            )
    if is_taken(book, account, prefix):
        raise CloudflareError(
            409, codes.TAKEN, f"Addresses of {prefix} are a prefix of another Cloudflare account", "/cidr"
        )


def is_taken(book: Book, account: str, prefix: Prefix) -> bool:
    """Whether another account has an approved prefix with addresses of `prefix`."""
    return any(record.is_approved and record.account != account for record in book.overlapping(prefix))
