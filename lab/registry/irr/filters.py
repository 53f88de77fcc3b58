"""What a filter that is built from the IRR lets through, as networks build theirs with bgpq4."""

from __future__ import annotations

from lab.bgp.prefix import Prefix
from lab.registry.irr.database import IrrDatabase


def allowed_prefixes(database: IrrDatabase, word: str) -> frozenset[Prefix]:
    """The prefixes that an AS, or the ASes behind an as-set, may announce: those of their route objects, and
    no more specific ones. None for an as-set that nobody has defined."""
    return frozenset(route.prefix for asn in database.expand(word) for route in database.of_origin(asn))
