"""What two neighbours are to each other, and the BGP role that follows (RFC 9234 section 4)."""

from __future__ import annotations

from enum import Enum


class Relationship(Enum):
    """What the neighbour is to the speaker that holds the session."""

    CUSTOMER = "customer"
    PEER = "peer"
    PROVIDER = "provider"
    ROUTE_SERVER = "rs"
    RS_CLIENT = "rs-client"
    COLLECTOR = "collector"
    """The neighbour collects: it is sent every best route that may be exported, and never sends one."""
    VANTAGE_POINT = "vantage-point"
    """The neighbour is watched: this speaker is the collector."""

    __hash__ = object.__hash__  # Enum hashes the name in Python; every import looks a relationship up

    @property
    def inverse(self) -> Relationship:
        """What this speaker is to that neighbour."""
        return _INVERSE[self]

    @property
    def is_downstream(self) -> bool:
        """Whether every best route may be exported there (customer, RS client, collector)."""
        return self in _DOWNSTREAM


_INVERSE = {
    Relationship.CUSTOMER: Relationship.PROVIDER,
    Relationship.PROVIDER: Relationship.CUSTOMER,
    Relationship.PEER: Relationship.PEER,
    Relationship.ROUTE_SERVER: Relationship.RS_CLIENT,
    Relationship.RS_CLIENT: Relationship.ROUTE_SERVER,
    Relationship.COLLECTOR: Relationship.VANTAGE_POINT,
    Relationship.VANTAGE_POINT: Relationship.COLLECTOR,
}
_DOWNSTREAM = frozenset({Relationship.CUSTOMER, Relationship.RS_CLIENT, Relationship.COLLECTOR})
