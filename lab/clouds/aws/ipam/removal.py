"""Deleting with everything inside: the cascades of DeleteIpam and DeleteIpamPool, in private scopes only."""

from __future__ import annotations

from lab.clouds.aws.ipam.book import Book
from lab.clouds.aws.ipam.lifecycle import Lifecycle
from lab.clouds.aws.ipam.records import Pool, Scope
from lab.clouds.aws.ipam.tables import IpamTables


class Removal:
    """Ends scopes and pools. Allocations and CIDRs are gone at once; resources keep their addresses."""

    def __init__(self, tables: IpamTables, book: Book, lifecycle: Lifecycle) -> None:
        self._tables = tables
        self._book = book
        self._lifecycle = lifecycle

    def end_scope(self, scope: Scope) -> None:
        """End a scope and its pools."""
        for pool in self._tables.pools_of(scope.id):
            self._end(pool)
        self._lifecycle.end(self._tables.scopes, scope)

    def end_pool(self, pool: Pool) -> Pool:
        """End a pool and the pools under it."""
        for under in self._tables.pools_under(pool.id):
            self.end_pool(under)
        return self._end(pool)

    def _end(self, pool: Pool) -> Pool:
        for allocation in list(self._tables.allocations.values()):
            if pool.id in {allocation.pool_id, allocation.resource_id}:
                self._book.remove(allocation)
        for cidr in self._tables.cidrs_of(pool.id):
            self._tables.cidrs.remove(cidr.id)
        return self._lifecycle.end(self._tables.pools, pool)
