"""Which ranges are of a size that can be brought (EC2 User Guide, BYOIP requirements)."""

from __future__ import annotations

from typing import Final

from lab.bgp.prefix import Prefix, PrefixError
from lab.clouds.aws.errors import AwsError

LONGEST_IPV4: Final = 24
LONGEST_IPV6: Final = 48
LONGEST_IPV6_NOT_ADVERTISED: Final = 56


def parse_range(text: str) -> Prefix:
    """The range written as a CIDR. Raises AwsError InvalidParameterValue where host bits are set, the length
    is left out, or it is no CIDR at all."""
    if "/" not in text:
        raise AwsError(
            "InvalidParameterValue",
            f"The CIDR '{text}' has no length; expected for example 203.0.113.0/24",
        )
    try:
        return Prefix.parse(text)
    except PrefixError as error:
        raise AwsError("InvalidParameterValue", f"The CIDR is not valid: {error}") from None


def longest_allowed(version: int, *, advertisable: bool) -> int:
    """The length of the most specific range of that IP version that can be brought."""
    if version == 4:
        return LONGEST_IPV4
    return LONGEST_IPV6 if advertisable else LONGEST_IPV6_NOT_ADVERTISED


def check_size(prefix: Prefix, *, advertisable: bool) -> None:
    """Raises AwsError for a range that is too specific, and for IPv4 that is not to be advertised."""
    if prefix.version == 4 and not advertisable:
        raise AwsError(
            "InvalidParameterCombination",
            f"The IPv4 range {prefix} cannot be provisioned with --no-publicly-advertisable: only IPv6 "
            "ranges can be kept from being advertised",
        )
    longest = longest_allowed(prefix.version, advertisable=advertisable)
    if prefix.length > longest:
        kind = "" if prefix.version == 4 else "advertisable " if advertisable else "not advertisable "
        raise AwsError(
            "InvalidParameterValue",
            f"The range {prefix} is too specific: the most specific {kind}IPv{prefix.version} range that can "
            f"be brought is a /{longest}, such as {prefix.supernet(longest)}{_hint(prefix, advertisable)}",
        )


def _hint(prefix: Prefix, advertisable: bool) -> str:
    if advertisable and prefix.version == 6 and prefix.length <= LONGEST_IPV6_NOT_ADVERTISED:
        return f" (a /{LONGEST_IPV6_NOT_ADVERTISED} with --no-publicly-advertisable)"
    return ""
