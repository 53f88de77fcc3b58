"""Elastic IPs (Amazon EC2 User Guide, "Elastic IP addresses")."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from lab.bgp.prefix import Address
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.owned import find_owned, owned_by
from lab.clouds.aws.pools.ipv4 import PublicIpv4Pools
from lab.clouds.aws.pools.space import first_free
from lab.clouds.aws.tags import Tags

AMAZON: Final = "amazon"
"""The pool of an address that is Amazon's own."""
MOST_OF_AMAZON: Final = 5
"""How many of Amazon's own addresses an account may have in a region. Addresses of its own do not count."""


@dataclass(frozen=True, slots=True)
class Association:
    """An Elastic IP translates one to one to `private_address` of a network interface.

    `managed_by` is the resource that made the association and alone may end it (a NAT gateway), or "".
    """

    id: str
    interface_id: str
    subnet_id: str
    private_address: str
    managed_by: str = ""


@dataclass(frozen=True, slots=True)
class ElasticIp:
    """An allocated address. `pool_id` is `amazon`, a public IPv4 pool or an IPAM pool."""

    id: str
    owner: str
    region: str
    address: str
    pool_id: str
    association: Association | None = None


class ElasticIps:
    """The Elastic IPs of all accounts. What may be associated with what, `lab.clouds.aws.vpc` knows."""

    def __init__(self, basics: Basics, tags: Tags, ipv4_pools: PublicIpv4Pools) -> None:
        self._basics = basics
        self._tags = tags
        self._pools = ipv4_pools
        self._table = basics.state.table("aws_elastic_ips", ElasticIp)
        tags.of_kind("eipalloc", "elastic-ip", self.find)

    def allocate(
        self, caller: Caller, tags: dict[str, str], *, pool_id: str = AMAZON, wanted: Address | None = None
    ) -> ElasticIp:
        """A new Elastic IP: the `wanted` address of one of the caller's pools, else any of `pool_id`.

        Raises InvalidPublicIpv4PoolID.NotFound, InvalidAddress.NotFound where no pool of the caller's has
        `wanted`, InvalidParameterValue where it is allocated, AddressLimitExceeded for a sixth of Amazon's
        own, and InsufficientAddressCapacity.
        """
        if wanted is not None:
            pool_id = self._pool_with(caller, wanted, pool_id)
        if pool_id == AMAZON:
            address = self._amazon_address(caller)
        else:
            address = self._pools.take(self._pools.find(caller, pool_id).id, wanted)
        return self._keep(caller, address, pool_id, tags)

    def find(self, caller: Caller, allocation_id: str) -> ElasticIp:
        """The caller's Elastic IP. Raises InvalidAllocationID.NotFound."""
        return find_owned(self._table, caller, allocation_id, "InvalidAllocationID.NotFound", "allocation ID")

    def by_address(self, caller: Caller, text: str) -> ElasticIp:
        """The caller's Elastic IP with this address. Raises InvalidAddress.NotFound."""
        for elastic in self.all_of(caller):
            if elastic.address == text:
                return elastic
        raise AwsError(
            "InvalidAddress.NotFound",
            f"The address '{text}' is no Elastic IP in {caller.region} of account {caller.account}",
        )

    def all_of(self, caller: Caller) -> list[ElasticIp]:
        """The caller's Elastic IPs in its region."""
        return owned_by(self._table, caller)

    def everywhere(self) -> list[ElasticIp]:
        """The Elastic IPs of all accounts and regions."""
        return list(self._table.values())

    def of_interface(self, interface_id: str) -> ElasticIp | None:
        """The Elastic IP that is associated with a network interface."""
        for elastic in self._table.values():
            if elastic.association and elastic.association.interface_id == interface_id:
                return elastic
        return None

    def by_association(self, caller: Caller, association_id: str) -> ElasticIp:
        """The caller's Elastic IP that has this association. Raises InvalidAssociationID.NotFound."""
        for elastic in self.all_of(caller):
            if elastic.association and elastic.association.id == association_id:
                return elastic
        raise AwsError(
            "InvalidAssociationID.NotFound", f"The association ID '{association_id}' does not exist"
        )

    def associate(
        self,
        caller: Caller,
        allocation_id: str,
        *,
        interface_id: str,
        subnet_id: str,
        private_address: str,
        managed_by: str = "",
    ) -> Association:
        """Translate an Elastic IP to an address of a network interface; what it was associated with before
        loses it. Raises AuthFailure where a NAT gateway has it."""
        elastic = self.find(caller, allocation_id)
        _check_unmanaged(elastic)
        association = Association(
            self._basics.ids.new("eipassoc"), interface_id, subnet_id, private_address, managed_by
        )
        self._table.put(elastic.id, replace(elastic, association=association))
        return association

    def disassociate(self, caller: Caller, allocation_id: str, *, managed_by: str = "") -> None:
        """End an Elastic IP's association; it stays allocated. Raises AuthFailure where another resource
        than `managed_by` made it."""
        elastic = self.find(caller, allocation_id)
        _check_unmanaged(elastic, managed_by)
        self._table.put(elastic.id, replace(elastic, association=None))

    def release(self, caller: Caller, allocation_id: str) -> ElasticIp:
        """Give an Elastic IP up: its address returns to its pool. Raises InvalidIPAddress.InUse while it is
        associated."""
        elastic = self.find(caller, allocation_id)
        if elastic.association:
            raise AwsError(
                "InvalidIPAddress.InUse",
                f"Address {elastic.address} is in use: it is associated with "
                f"{elastic.association.managed_by or elastic.association.interface_id}",
            )
        if elastic.pool_id != AMAZON:
            self._pools.give_back(Address.parse(elastic.address))
        self._tags.forget(allocation_id)
        return self._table.remove(allocation_id)

    def _keep(self, caller: Caller, address: Address, pool_id: str, tags: dict[str, str]) -> ElasticIp:
        allocation_id = self._basics.ids.new("eipalloc")
        self._tags.set(allocation_id, tags)
        elastic = ElasticIp(allocation_id, caller.account, caller.region, str(address), pool_id)
        return self._table.put(allocation_id, elastic)

    def _pool_with(self, caller: Caller, wanted: Address, asked: str) -> str:
        pool = self._pools.pool_with(wanted)
        if pool is None or (pool.owner, pool.region) != (caller.account, caller.region):
            raise AwsError(
                "InvalidAddress.NotFound",
                f"The address {wanted} is not in a provisioned range of account {caller.account} in "
                f"{caller.region}",
            )
        if asked not in (AMAZON, pool.id):
            raise AwsError(
                "InvalidParameterCombination", f"The address {wanted} is in {pool.id}, not in {asked}"
            )
        return pool.id

    def _amazon_address(self, caller: Caller) -> Address:
        mine = [elastic for elastic in self.all_of(caller) if elastic.pool_id == AMAZON]
        if len(mine) >= MOST_OF_AMAZON:
            raise AwsError(
                "AddressLimitExceeded",
                f"The maximum number of addresses has been reached: {MOST_OF_AMAZON} of Amazon's own in a "
                "Region (addresses of your own pools do not count)",
            )
        taken = [Address.parse(each.address).host for each in self._table.values() if each.pool_id == AMAZON]
        prefixes = [each for each in self._basics.settings.amazon_prefixes if each.version == 4]
        free = first_free(prefixes, 32, taken)
        if free is None:
            raise AwsError(
                "InsufficientAddressCapacity",
                "Amazon has no public IPv4 address left in this lab; allocate from a pool of your own",
            )
        return Address(4, free.value)


def _check_unmanaged(elastic: ElasticIp, managed_by: str = "") -> None:
    if elastic.association and elastic.association.managed_by not in ("", managed_by):
        raise AwsError(
            "AuthFailure",
            f"You do not have permission to access the specified resource: {elastic.address} is used by "
            f"{elastic.association.managed_by}, delete that first",
        )
