"""Whom a range must be registered to, and how (EC2 User Guide, BYOIP requirements)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lab.bgp.prefix import WIDTH, Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.shortfall import Shortfall
from lab.registry.records import HolderKind, Registration

ACCEPTED_STATUSES: Final = {
    "arin": ("Direct Allocation", "Direct Assignment"),
    "ripe": ("ALLOCATED PA", "LEGACY", "ASSIGNED PI", "ALLOCATED-BY-RIR"),
    "apnic": ("ALLOCATED PORTABLE", "ASSIGNED PORTABLE"),
}
"""By registry, which network types or statuses say that the holder owns the addresses."""


def registration_shortfalls(basics: Basics, prefix: Prefix) -> Iterator[Shortfall]:
    """What is wrong with the registration of `prefix`: registry, status, holder, reputation."""
    registration = basics.world.registration(prefix)
    if registration is None:
        yield Shortfall("registration", _unregistered(basics, prefix))
    else:
        yield from _status_shortfalls(prefix, registration)
        yield from _holder_shortfalls(basics, prefix, registration)
    for bad in basics.settings.poor_reputation:
        if prefix.covers(bad) or bad.covers(prefix):
            yield Shortfall(
                "reputation",
                f"{prefix} contains addresses of {bad}, which are known for abuse; "
                "a range must have a clean history",
            )


def _unregistered(basics: Basics, prefix: Prefix) -> str:
    """No single registration covers the range; one of its ends may still be registered."""
    last = prefix.value + (1 << (WIDTH[prefix.version] - prefix.length)) - 1
    for value in (prefix.value, last):
        part = basics.world.registration(Prefix(prefix.version, value, WIDTH[prefix.version]))
        if part is not None:
            return (
                f"{prefix} is larger than its registration: {part.prefix} is registered to {part.holder}; "
                "one registration must cover the whole range"
            )
    return f"{prefix} is not registered with any Regional Internet Registry"


def _status_shortfalls(prefix: Prefix, registration: Registration) -> Iterator[Shortfall]:
    rir = registration.rir.upper()
    accepted = ACCEPTED_STATUSES.get(registration.rir.lower())
    if accepted is None:
        expected = ", ".join(sorted(name.upper() for name in ACCEPTED_STATUSES))
        yield Shortfall(
            "registration", f"{prefix} is registered with {rir}; ranges of {expected} can be brought"
        )
    elif registration.status.casefold() not in {status.casefold() for status in accepted}:
        choice = ", ".join(f'"{status}"' for status in accepted)
        yield Shortfall(
            "status",
            f'{registration.prefix} has the status "{registration.status}" at {rir}, which does not say that '
            f"{registration.holder} owns it; expected one of {choice}",
        )


def _holder_shortfalls(basics: Basics, prefix: Prefix, registration: Registration) -> Iterator[Shortfall]:
    holder = basics.world.holder(registration.holder)
    if holder is None:
        yield Shortfall(
            "holder",
            f"{registration.prefix} is registered to {registration.holder!r}, of whom "
            f"{registration.rir.upper()} knows nothing",
        )
    elif holder.kind is HolderKind.INDIVIDUAL:
        yield Shortfall(
            "holder",
            f"{prefix} is registered to {holder.name or holder.handle}, an individual person; it must be a "
            "business or an institution",
        )
