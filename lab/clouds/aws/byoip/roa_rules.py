"""Whether ROAs let Amazon announce a range, and whom they forget (EC2 User Guide, "Create a ROA object")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState, Vrp, VrpTable
from lab.clouds.aws.byoip.shortfall import Shortfall
from lab.clouds.aws.caller import partition_of
from lab.clouds.aws.world import SeenRoute

_AMAZON: Final = {"aws": (16509, 14618), "aws-us-gov": (8987,)}


def amazon_asns(region: str) -> tuple[int, ...]:
    """The ASNs that ROAs must authorize before a range can be advertised from `region`."""
    return _AMAZON[partition_of(region)]


def roa_shortfalls(vrps: Iterable[Vrp], prefix: Prefix, region: str) -> Iterator[Shortfall]:
    """One for each of Amazon's ASNs that is not authorized to originate exactly `prefix`, or a single one if
    no ROA covers it at all."""
    related = [vrp for vrp in vrps if vrp.prefix.covers(prefix) or prefix.covers(vrp.prefix)]
    needed = amazon_asns(region)
    if not any(vrp.prefix.covers(prefix) for vrp in related):
        yield Shortfall("roa", _uncovered(related, prefix, needed))
        return
    for asn in needed:
        if text := _unauthorized(related, prefix, asn):
            yield Shortfall("roa", text)


def _uncovered(related: list[Vrp], prefix: Prefix, needed: tuple[int, ...]) -> str:
    expected = f"expected ROAs for it with {_names(needed)} and maxLength /{prefix.length}"
    if related:
        return f"the ROAs {_list(related)} are for parts of {prefix} only; {expected}"
    return f"no ROA covers {prefix}; {expected} (a new one may take up to 24 hours to be seen)"


def _unauthorized(related: list[Vrp], prefix: Prefix, asn: int) -> str | None:
    own = [vrp for vrp in related if vrp.asn == asn and vrp.prefix.covers(prefix)]
    if any(vrp.max_length >= prefix.length for vrp in own):
        return None
    if own:
        longest = max(own, key=lambda vrp: vrp.max_length)
        return (
            f"the ROA {longest} allows AS{asn} nothing longer than /{longest.max_length}; "
            f"set its maxLength to /{prefix.length}, the length of {prefix}"
        )
    others = [vrp for vrp in related if vrp.prefix.covers(prefix)]
    return f"no ROA authorizes AS{asn} to originate {prefix}; those that cover it are {_list(others)}"


def left_behind(vrps: Iterable[Vrp], routes: Iterable[SeenRoute]) -> list[str]:
    """Those of `routes` that the ROAs make invalid, as text for people.

    The ROAs must authorize Amazon "plus the ASNs that are currently authorized": AWS does not check that, but
    whoever forgets it cuts off the range before it has moved.
    """
    table = VrpTable(vrps)
    seen = {(route.prefix, route.path[-1]) for route in routes if route.path}
    return [
        f"AS{origin} still announces {announced}, and no ROA authorizes that any more: "
        "whoever drops invalid routes does not reach it"
        for announced, origin in sorted(seen)
        if table.validate(announced, origin) is RovState.INVALID
    ]


def announced_elsewhere(routes: Iterable[SeenRoute], prefix: Prefix, region: str) -> list[str]:
    """Announcements inside `prefix` by others than Amazon, as text for people: traffic to it is divided."""
    seen = {(route.prefix, route.path[-1]) for route in routes if route.path and prefix.covers(route.prefix)}
    return [
        f"AS{origin} announces {announced} too"
        for announced, origin in sorted(seen)
        if origin not in amazon_asns(region)
    ]


def _names(asns: Iterable[int]) -> str:
    return " and ".join(f"AS{asn}" for asn in asns)


def _list(vrps: Iterable[Vrp]) -> str:
    return ", ".join(str(vrp) for vrp in sorted(set(vrps)))
