"""The CIDRs of pools: asked for and given up by calls, provisioned and deprovisioned some time later."""

from __future__ import annotations

import dataclasses

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.admission import check_available
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.access import Access
from lab.clouds.aws.ipam.cidr_rules import check_request, enters_region
from lab.clouds.aws.ipam.lifecycle import require_settled
from lab.clouds.aws.ipam.notes import note
from lab.clouds.aws.ipam.provisioning import Provisioning
from lab.clouds.aws.ipam.records import CidrState, Pool, PoolCidr
from lab.clouds.aws.ipam.tables import IpamTables
from lab.clouds.due_times import earliest


class Cidrs:
    """Provisions CIDRs to pools and takes them away. Raises AwsError."""

    def __init__(
        self, basics: Basics, tables: IpamTables, access: Access, provisioning: Provisioning
    ) -> None:
        self._basics = basics
        self._tables = tables
        self._access = access
        self._provisioning = provisioning

    def provision(
        self,
        caller: Caller,
        pool_id: str,
        *,
        prefix: Prefix | None = None,
        netmask: int | None = None,
        authorization: Authorization | None = None,
    ) -> PoolCidr:
        """Ask for `prefix`, or for any of `netmask` length from the source pool: `pending-provision`.

        A range of one's own, for a top-level pool of the public scope, takes `delays.provision`.
        """
        pool = self._access.own_pool(caller, pool_id, "ec2:ProvisionIpamPoolCidr")
        require_settled(pool)
        source = self._tables.pools[pool.source_pool_id] if pool.source_pool_id else None
        check_request(pool, source, self._tables.managers[pool.ipam_id], prefix, netmask, authorization)
        if pool.locale and enters_region(pool, source):
            check_available(self._basics, Caller(pool.owner, pool.locale))
        if prefix is not None:
            self._check_new(pool, prefix)
            self._tables.forget_former(pool_id, prefix)
        delays = self._basics.settings.delays
        cidr = PoolCidr(
            id=self._basics.ids.new("ipam-pool-cidr"),
            pool_id=pool_id,
            prefix=prefix,
            netmask=netmask,
            account=pool.owner,
            state=CidrState.PENDING_PROVISION,
            due=self._basics.world.now()
            + (delays.provision if pool.is_byoip and source is None else delays.ipam),
            authorization=authorization,
        )
        note(self._basics, pool, cidr, "", f"account {caller.account} brings it to IPAM")
        return self._tables.cidrs.put(cidr.id, cidr)

    def deprovision(self, caller: Caller, pool_id: str, prefix: Prefix) -> PoolCidr:
        """Give a CIDR up: `pending-deprovision`. It fails later if something is allocated from it, or if it
        is advertised. One that was never provisioned is gone at once."""
        pool = self._access.own_pool(caller, pool_id, "ec2:DeprovisionIpamPoolCidr")
        found = [each for each in self._tables.cidrs_of(pool_id) if each.prefix == prefix]
        cidr = max(found, key=lambda each: each.is_held, default=None)
        if cidr is None:
            has = ", ".join(str(each.prefix) for each in self._tables.cidrs_of(pool_id) if each.prefix)
            raise AwsError(
                "InvalidParameterValue",
                f"The CIDR {prefix} is not in {pool_id}, which has {has or 'no CIDR'}.",
            )
        if cidr.state is CidrState.FAILED_PROVISION:
            return self._tables.cidrs.put(cidr.id, dataclasses.replace(cidr, state=CidrState.DEPROVISIONED))
        if not cidr.is_usable:
            raise AwsError(
                "IncorrectState",
                f"The CIDR {prefix} of {pool_id} is in state {cidr.state.value}; it can be deprovisioned "
                "when it is provisioned, failed-provision or failed-deprovision.",
            )
        delays = self._basics.settings.delays
        brought = pool.is_byoip and pool.source_pool_id is None
        due = self._basics.world.now() + (delays.deprovision if brought else delays.ipam)
        ending = dataclasses.replace(cidr, state=CidrState.PENDING_DEPROVISION, due=due, failure=None)
        note(self._basics, pool, ending, cidr.state.value, f"account {caller.account} deprovisions it")
        return self._tables.cidrs.put(cidr.id, ending)

    def of_pool(self, caller: Caller, pool_id: str) -> list[PoolCidr]:
        """The CIDRs of a pool that the caller sees, in any state."""
        return self._tables.cidrs_of(self._access.pool(caller, pool_id, "ec2:GetIpamPoolCidrs").id)

    def find(self, cidr_id: str) -> PoolCidr:
        """The CIDR of this ID. Raises AwsError InvalidParameterValue where a later attempt took its place."""
        found = self._tables.cidrs.get(cidr_id)
        if found is None:
            raise AwsError("InvalidParameterValue", f"The ipam-pool-cidr ID '{cidr_id}' does not exist")
        return found

    def next_due(self) -> float | None:
        """When the next CIDR is provisioned or deprovisioned."""
        return earliest(cidr.due for cidr in self._tables.cidrs.values())

    def work(self, now: float) -> None:
        """Provision and deprovision what is due, in the order in which it was asked for."""
        due = [cidr for cidr in self._tables.cidrs.values() if cidr.due is not None and cidr.due <= now]
        for cidr in sorted(due, key=lambda each: each.due or now):
            self._provisioning.finish(cidr)

    def _check_new(self, pool: Pool, prefix: Prefix) -> None:
        for cidr in self._tables.cidrs_of(pool.id):
            if cidr.prefix == prefix and not cidr.is_gone:
                raise AwsError(
                    "InvalidParameterValue",
                    f"The CIDR {prefix} is in {pool.id} already, in state {cidr.state.value}.",
                )
