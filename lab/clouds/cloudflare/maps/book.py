"""The address maps of all accounts: looking them up."""

from __future__ import annotations

from dataclasses import replace

from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.maps import codes
from lab.clouds.cloudflare.maps.address_map import AddressMap, Maker, MemberKind
from lab.clouds.cloudflare.maps.managed import brought_up_to_date, contracted, made
from lab.clouds.cloudflare.zones.zone import Zone


class MapBook:
    """Maps by account. Cloudflare's own, for static IPs and as a fallback, are there from the start."""

    def __init__(self, basics: Basics) -> None:
        self._basics = basics
        self._table = basics.state.table("cloudflare_address_maps", AddressMap)
        self._keep_contracts()

    def get(self, account: str, map_id: str) -> AddressMap:
        """The account's map with this ID. Raises CloudflareError."""
        record = self._table.get(map_id)
        if record is None or record.account != account:
            raise CloudflareError(404, codes.NOT_FOUND, f"There is no address map {map_id}")
        return record

    def of_account(self, account: str) -> list[AddressMap]:
        """The account's maps, oldest first."""
        return [record for record in self._table.values() if record.account == account]

    def deciding(self, zone: Zone) -> AddressMap | None:
        """The map that says what the zone's proxied names are answered with; None where none does.

        A map of the zone goes before one of the account, and that before the account's fallback. A map that
        is not enabled has no say.
        """
        enabled = [record for record in self.of_account(zone.account) if record.enabled]
        of_zone = [record for record in enabled if record.member(MemberKind.ZONE, zone.id)]
        of_all = [record for record in enabled if record.member(MemberKind.ACCOUNT, zone.account)]
        return next(iter(of_zone + sorted(of_all, key=lambda record: not record.can_be_edited)), None)

    def all(self) -> list[AddressMap]:
        """The maps of all accounts, oldest first."""
        return list(self._table.values())

    def put(self, record: AddressMap) -> AddressMap:
        """Keep a new map, or one that has changed, now."""
        return self._table.put(record.id, replace(record, modified=self._basics.world.now()))

    def remove(self, record: AddressMap) -> None:
        """Forget a map."""
        self._table.remove(record.id)

    def _keep_contracts(self) -> None:
        """Make the maps of Cloudflare's own, and bring those to date that an earlier run has left."""
        now = self._basics.world.now()
        for account in self._basics.settings.accounts.values():
            wanted = contracted(account)
            known = {one.maker: one for one in self.of_account(account.id) if one.maker is not Maker.CUSTOMER}
            for record in known.values():
                if record.maker not in wanted:
                    self.remove(record)
            for maker, addresses in wanted.items():
                if maker not in known:
                    self.put(made(self._basics.ids.new(), account, maker, addresses, now))
                elif addresses != known[maker].addresses:
                    self.put(brought_up_to_date(known[maker], addresses, now))
