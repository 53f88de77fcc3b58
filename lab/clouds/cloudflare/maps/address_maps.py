"""The address maps of all accounts: which addresses proxied names are answered with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lab.bgp.prefix import Address
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.maps import codes
from lab.clouds.cloudflare.maps.additions import Additions
from lab.clouds.cloudflare.maps.address_map import AddressMap, Maker, MemberKind
from lab.clouds.cloudflare.maps.book import MapBook
from lab.clouds.cloudflare.maps.map_rules import (
    MOST_MAPS,
    check_addresses_editable,
    check_deletable,
    check_editable,
    parse_addresses,
)
from lab.clouds.cloudflare.zones.zone import Zone
from lab.clouds.cloudflare.zones.zones import Zones
from lab.topology.problems import suggestion

if TYPE_CHECKING:
    from lab.clouds.cloudflare.prefixes.delegations import Delegations


class AddressMaps(MapBook):
    """Makes, changes and deletes maps, and says what they come to.

    A zone, and an account as a whole, is a member of at most one map besides the account's fallback.
    """

    def __init__(self, basics: Basics, delegations: Delegations, zones: Zones) -> None:
        super().__init__(basics)
        self._delegations = delegations
        self._zones = zones
        self._additions = Additions(basics, self, delegations, zones)
        zones.when_deleted(self._forget_zone)

    def create(
        self,
        account: str,
        *,
        description: str = "",
        enabled: bool = False,
        default_sni: str | None = None,
        ips: Sequence[str] = (),
        members: Iterable[tuple[MemberKind, str]] = (),
    ) -> AddressMap:
        """Make a map. Raises CloudflareError."""
        if len(self.of_account(account)) >= MOST_MAPS:
            raise CloudflareError(400, codes.TOO_MANY, f"An account has at most {MOST_MAPS} address maps")
        now = self._basics.world.now()
        record = AddressMap(
            self._basics.ids.new(), account, Maker.CUSTOMER, description, enabled, None, (), (), now, now
        )
        for place, address in enumerate(parse_addresses(ips)):
            record = self._additions.with_address(record, address, f"/ips/{place}")
        for place, (kind, identifier) in enumerate(members):
            pointer = f"/memberships/{place}/identifier"
            record = self._additions.with_member(record, kind, identifier, pointer)
        return self.put(self._additions.with_sni(record, default_sni))

    def edit(self, account: str, map_id: str, **changes: Any) -> AddressMap:
        """Change `description`, `enabled` or `default_sni` (None takes it away). Raises CloudflareError."""
        record = self.get(account, map_id)
        check_editable(record)
        if "default_sni" in changes:
            record = self._additions.with_sni(record, changes.pop("default_sni"))
        return self.put(replace(record, **changes))

    def delete(self, account: str, map_id: str) -> None:
        """Take a map away. Raises CloudflareError."""
        record = self.get(account, map_id)
        check_deletable(record)
        self.remove(record)

    def add_address(self, account: str, map_id: str, address: Address) -> None:
        """Put an address on a map; one that is there stays. Raises CloudflareError."""
        record = self.get(account, map_id)
        check_addresses_editable(record)
        if address not in record.addresses:
            self.put(self._additions.with_address(record, address))

    def remove_address(self, account: str, map_id: str, address: Address) -> None:
        """Take an address off a map. Raises CloudflareError."""
        record = self.get(account, map_id)
        check_addresses_editable(record)
        if address not in record.addresses:
            hint = suggestion(str(address), [str(known) for known in record.addresses], "it has")
            message = f"{address} is not on address map {map_id}; {hint or 'it has none'}"
            raise CloudflareError(404, codes.NOT_FOUND, message)
        self.put(replace(record, mapped=tuple(item for item in record.mapped if item.address != address)))

    def add_member(self, account: str, map_id: str, kind: MemberKind, identifier: str) -> None:
        """Have a map apply to a zone or to the account; a member stays one. Raises CloudflareError."""
        record = self.get(account, map_id)
        check_editable(record)
        if record.member(kind, identifier) is None:
            self.put(self._additions.with_member(record, kind, identifier))

    def remove_member(self, account: str, map_id: str, kind: MemberKind, identifier: str) -> None:
        """Have a map apply to a zone or to the account no longer. Raises CloudflareError."""
        record = self.get(account, map_id)
        check_editable(record)
        if record.member(kind, identifier) is None:
            message = f"The {kind.value} {identifier} is no member of address map {map_id}"
            raise CloudflareError(404, codes.NOT_FOUND, message)
        self.put(_without(record, kind, identifier))

    def addresses_for(self, zone: Zone) -> tuple[Address, ...] | None:
        """What the zone's proxied names are answered with; None: Cloudflare's own addresses.

        An address that the account may use no longer, because a delegation has ended, is not answered with.
        """
        record = self.deciding(zone)
        if record is None:
            return None
        return tuple(address for address in record.addresses if self._applies(record, address))

    def map_of(self, address: Address) -> AddressMap | None:
        """The map that an address is on; of several the one with a default SNI, then the oldest."""
        found = [one for one in self.all() if address in one.addresses and self._applies(one, address)]
        return min(found, key=lambda record: record.default_sni is None, default=None)

    def sni_for(self, address: Address) -> str | None:
        """The host name for a TLS client that sends none (RFC 6066 section 3).

        The map need not be enabled, nor have members: that it has the address is enough.
        """
        record = self.map_of(address)
        if record is None or record.default_sni is None:
            return None
        return record.default_sni if self._zones.owns(record.account, record.default_sni) else None

    def _applies(self, record: AddressMap, address: Address) -> bool:
        """Whether the map's account may still use an address of it; it may those of Cloudflare's own maps."""
        return record.maker is not Maker.CUSTOMER or self._delegations.may_use(record.account, address)

    def _forget_zone(self, zone: Zone) -> None:
        for record in self.of_account(zone.account):
            if record.member(MemberKind.ZONE, zone.id):
                self.put(_without(record, MemberKind.ZONE, zone.id))


def _without(record: AddressMap, kind: MemberKind, identifier: str) -> AddressMap:
    kept = tuple(one for one in record.memberships if (one.kind, one.identifier) != (kind, identifier))
    return replace(record, memberships=kept)
