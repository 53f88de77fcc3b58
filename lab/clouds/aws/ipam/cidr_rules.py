"""What can be asked to be provisioned to a pool: sizes, families and authorization (ProvisionIpamPoolCidr).

Whether the space is free, and the paperwork in order, shows later in the state of the CIDR.
"""

from __future__ import annotations

from typing import Final

from lab.bgp.prefix import WIDTH, Prefix
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.byoip.sizes import check_size, longest_allowed
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ipam.records import Manager, Pool

_LOCAL: Final = Prefix.parse("fd80::/9")
_GLOBAL: Final = Prefix.parse("2000::/3")
_LONGEST_PRIVATE_IPV6: Final = 60


def enters_region(pool: Pool, source: Pool | None) -> bool:
    """Whether CIDRs of this pool are what a region announces: one brought, in the first pool with a
    locale."""
    return pool.is_byoip and pool.locale is not None and (source is None or source.locale is None)


def check_request(
    pool: Pool,
    source: Pool | None,
    manager: Manager,
    prefix: Prefix | None,
    netmask: int | None,
    authorization: Authorization | None,
) -> None:
    """Raises AwsError unless `prefix`, or one of `netmask` length, can be asked for."""
    if (prefix is None) == (netmask is None):
        raise AwsError(
            "InvalidParameterCombination",
            "The request must contain either Cidr or NetmaskLength" + (", not both." if prefix else "."),
        )
    if authorization is not None and not pool.is_public:
        raise AwsError(
            "InvalidParameterCombination",
            "The request can only contain a CIDR Authorization Context for a pool in the public scope; "
            f"{pool.id} is in a private one.",
        )
    if prefix is not None and prefix.version != pool.version:
        raise AwsError(
            "InvalidParameterValue", f"The CIDR {prefix} does not match the address family {pool.family}."
        )
    if netmask is not None and netmask > WIDTH[pool.version]:
        raise AwsError(
            "InvalidParameterValue",
            f"The netmask length {netmask} exceeds {WIDTH[pool.version]}, the most that {pool.family} has.",
        )
    if source is not None:
        _check_part(pool, source, prefix, netmask)
    elif pool.is_byoip:
        _check_brought(pool, prefix, authorization)
    elif not pool.is_public:
        _check_private(manager, prefix)


def _check_part(pool: Pool, source: Pool, prefix: Prefix | None, netmask: int | None) -> None:
    """What is handed on in public pools must remain of a size that can be announced or, where it is not to
    be, brought: /48 and /56. IPv4 may be cut smaller once it is in its region."""
    length = prefix.length if prefix else netmask or 0
    if not pool.is_byoip or (pool.version == 4 and not enters_region(pool, source)):
        return
    advertisable = pool.advertisable is not False
    longest = longest_allowed(pool.version, advertisable=advertisable)
    if length > longest:
        raise AwsError(
            "InvalidParameterValue",
            f"The netmask length {length} is too specific: a {pool.family} pool that is "
            f"{'' if advertisable else 'not '}publicly advertisable takes a /{longest} or larger.",
        )


def _check_brought(pool: Pool, prefix: Prefix | None, authorization: Authorization | None) -> None:
    if prefix is None:
        raise AwsError(
            "InvalidParameterCombination",
            "NetmaskLength cannot be used to provision BYOIP CIDRs to top-level pools; the request must "
            "contain the Cidr.",
        )
    if authorization is None:
        raise AwsError(
            "InvalidParameterCombination",
            f"The request must contain a CIDR Authorization Context to provision {prefix}, a BYOIP CIDR, to "
            f"the top-level pool {pool.id}.",
        )
    check_size(prefix, advertisable=pool.advertisable is not False)


def _check_private(manager: Manager, prefix: Prefix | None) -> None:
    if prefix is None:
        raise AwsError(
            "InvalidParameterCombination",
            "NetmaskLength can be used for pools with a source pool; for a top-level pool in a private "
            "scope the request must contain the Cidr.",
        )
    if prefix.version == 4:
        return
    is_global = _GLOBAL.covers(prefix)
    if is_global and not manager.private_gua:
        raise AwsError(
            "InvalidParameterValue",
            f"{prefix} is global unicast space; {manager.id} takes it in private scopes with "
            "EnablePrivateGua only.",
        )
    if not (is_global or _LOCAL.covers(prefix)) or prefix.length > _LONGEST_PRIVATE_IPV6:
        raise AwsError(
            "InvalidParameterValue",
            f"{prefix} is no private IPv6 space: expected a CIDR of {_LOCAL}, of /{_LONGEST_PRIVATE_IPV6} or "
            "larger.",
        )
