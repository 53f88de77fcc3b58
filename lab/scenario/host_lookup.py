"""The addresses of a name in the DNS of a lab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lab.bgp.prefix import Address
from lab.dataplane.probe import ProbeError

if TYPE_CHECKING:
    from lab.dns.resolving import LabDns

_RECORD_TYPES: Final = {4: "A", 6: "AAAA"}


class UnresolvedError(ProbeError):
    """The name that a packet is for has no address of the IP version that it needs."""


def addresses_of(dns: LabDns, host: str, rtype: str) -> Iterator[Address]:
    """The addresses of a host by type of record (`A`, `AAAA`), in the order of the answer."""
    for record in dns.lookup(host, rtype).records:
        if record.rtype == rtype:
            yield Address.parse(record.content)


def looked_up(dns: LabDns, host: str, version: int) -> Address:
    """The first address of a host. Raises UnresolvedError."""
    rtype = _RECORD_TYPES[version]
    for address in addresses_of(dns, host, rtype):
        return address
    status = dns.lookup(host, rtype).status.name
    raise UnresolvedError(f"{host} has no {rtype} record in the lab's DNS ({status}), which the packet needs")
