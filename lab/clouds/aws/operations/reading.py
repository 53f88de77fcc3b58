"""Reading what was asked: addresses, CIDRs, IDs, and what the lab does not have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from lab.bgp.prefix import Address, Prefix, PrefixError
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.operation import Parameters

T = TypeVar("T")


def cidr_in(asked: Parameters, member: str) -> Prefix | None:
    """The CIDR of a member, None if it is absent. Raises InvalidParameterValue."""
    return None if asked.get(member) is None else _prefix(asked[member], member)


def canonical_cidr_in(asked: Parameters, member: str) -> Prefix | None:
    """The CIDR of a member without its host bits, as CreateVpc and CreateSubnet take them: 100.68.0.18/18 is
    100.68.0.0/18. Raises InvalidParameterValue."""
    text = asked.get(member)
    if text is None:
        return None
    network, slash, length = text.partition("/")
    if not (slash and length.isascii() and length.isdigit() and len(length) <= 3):
        raise _no_cidr(text, member, "expected for example 10.0.0.0/16")
    try:
        host = Address.parse(network).host
    except PrefixError as error:
        raise _no_cidr(text, member, str(error)) from None
    if int(length) > host.length:
        raise _no_cidr(text, member, f"expected /0 to /{host.length}")
    return host.supernet(int(length))


def address(text: str, member: str) -> Address:
    """An IP address that a member holds. Raises InvalidParameterValue."""
    try:
        return Address.parse(text)
    except PrefixError as error:
        raise AwsError(
            "InvalidParameterValue", f"Value ({text}) for parameter {member} is invalid: {error}"
        ) from None


def address_in(asked: Parameters, member: str) -> Address | None:
    """The IP address of a member, None if it is absent. Raises InvalidParameterValue."""
    return None if asked.get(member) is None else address(asked[member], member)


def chosen(
    caller: Caller,
    ids: Sequence[str] | None,
    find: Callable[[Caller, str], T],
    all_of: Callable[[Caller], list[T]],
) -> list[T]:
    """The resources of these IDs, all of the caller's if none is named. Raises what `find` does."""
    return [find(caller, each) for each in dict.fromkeys(ids)] if ids else all_of(caller)


def refuse_unserved(asked: Parameters, *members: str) -> None:
    """Raises UnsupportedOperation where a member is used that the lab has no counterpart of."""
    for member in members:
        if asked.get(member):
            raise AwsError("UnsupportedOperation", f"The parameter {member} is not served by this lab")


def _prefix(text: str, member: str) -> Prefix:
    try:
        return Prefix.parse(text)
    except PrefixError as error:
        raise _no_cidr(text, member, str(error)) from None


def _no_cidr(text: str, member: str, why: str) -> AwsError:
    return AwsError(
        "InvalidParameterValue",
        f"Value ({text}) for parameter {member} is invalid. This is not a valid CIDR block: {why}",
    )
