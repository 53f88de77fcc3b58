"""What becomes of a packet that arrives at AWS for an address that somebody brought there."""

from __future__ import annotations

from dataclasses import dataclass

from lab.bgp.prefix import Address
from lab.clouds.aws.vpc.records import NetworkInterface
from lab.clouds.aws.vpc.vpcs import Vpcs


@dataclass(frozen=True, slots=True)
class Verdict:
    """`internet` and `private` (Direct Connect or VPN) tell from where the address is reached.

    `resource` is the ID of what uses the address, "" if nothing does; `inside` the destination address that
    the packet has there, "" if it never gets there. `text` explains it to people.
    """

    internet: bool
    private: bool
    resource: str
    inside: str
    text: str


def verdict(vpcs: Vpcs, address: Address, *, advertised: bool) -> Verdict:
    """What becomes of a packet for `address`. `advertised`: AWS announces the range to the Internet.

    An IPv4 address is an Elastic IP, which the internet gateway of a VPC translates one to one. An IPv6
    address is native in a VPC, which decides by its gateways whether the Internet reaches it.
    """
    return _ipv4(vpcs, address, advertised) if address.version == 4 else _ipv6(vpcs, address, advertised)


def _ipv4(vpcs: Vpcs, address: Address, advertised: bool) -> Verdict:
    addresses = vpcs.elastic.addresses.everywhere()
    elastic = next((each for each in addresses if each.address == str(address)), None)
    if elastic is None:
        return _dropped("", f"{address} is not allocated as an Elastic IP: AWS drops the packet")
    association = elastic.association
    if association is None:
        return _dropped(
            elastic.id, f"{address} ({elastic.id}) is associated with nothing: AWS drops the packet"
        )
    user = association.managed_by or association.interface_id
    if not advertised:
        return _dropped(user, f"AWS does not announce the range of {address}: no packet for {user} arrives")
    replies = ", which lets only answers in" if association.managed_by else ""
    text = (
        f"The internet gateway translates {address} ({elastic.id}) one to one to "
        f"{association.private_address} of {user}{replies}"
    )
    return Verdict(True, False, user, association.private_address, text)


def _ipv6(vpcs: Vpcs, address: Address, advertised: bool) -> Verdict:
    interface = _interface_with(vpcs, address)
    if interface is None:
        return _dropped("", f"No network interface has {address}: AWS drops the packet")
    public = _is_public(vpcs, address, interface)
    why_not = _why_not(vpcs, interface.vpc_id, public, advertised)
    if why_not:
        text = f"{address} of {interface.id} is reached over Direct Connect or VPN only: {why_not}"
        return Verdict(False, True, interface.id, str(address), text)
    text = f"{address} is {interface.id}'s own, and its VPC has an internet gateway"
    return Verdict(True, True, interface.id, str(address), text)


def _why_not(vpcs: Vpcs, vpc_id: str, public: bool, advertised: bool) -> str:
    if not public:
        return "its range is not publicly advertisable"
    if not advertised:
        return "AWS does not announce its range"
    if vpcs.tables.internet_gateway_of(vpc_id):
        return ""
    if egress := vpcs.tables.egress_only_gateway_of(vpc_id):
        return f"{egress.id} of {vpc_id} lets only answers in"
    return f"{vpc_id} has no internet gateway"


def _interface_with(vpcs: Vpcs, address: Address) -> NetworkInterface | None:
    text = str(address)
    return next((each for each in vpcs.tables.interfaces.values() if text in each.ipv6_addresses), None)


def _is_public(vpcs: Vpcs, address: Address, interface: NetworkInterface) -> bool:
    block = vpcs.tables.vpcs[interface.vpc_id].block_of(address.host)
    return block is not None and block.public


def _dropped(resource: str, text: str) -> Verdict:
    return Verdict(False, False, resource, "", text)
