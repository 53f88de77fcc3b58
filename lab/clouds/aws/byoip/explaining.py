"""Why a range is, or is not, announced by AWS: the chain from the registry to the announcement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip.paperwork import shortfalls
from lab.clouds.aws.byoip.range import ANNOUNCED, ByoipCidr, RangeState
from lab.clouds.aws.byoip.ranges import Ranges
from lab.clouds.aws.byoip.roa_rules import amazon_asns, roa_shortfalls
from lab.clouds.aws.byoip.shortfall import Shortfall
from lab.clouds.aws.byoip.sizes import check_size
from lab.clouds.aws.errors import AwsError
from lab.clouds.chain import Link

_RULES: Final = {
    "registry": ("registration", "status", "holder", "reputation"),
    "certificate": ("certificate",),
    "message": ("message", "signature"),
    "ROA": ("roa",),
}
_UNDECIDED: Final = frozenset({RangeState.PENDING_PROVISION, RangeState.FAILED_PROVISION})


def chain(basics: Basics, ranges: Ranges, prefix: Prefix) -> list[Link]:
    """Registry, certificate, message, ROA, provision and advertise, for the range that has `prefix`.

    Where nobody has it at AWS, it is judged as if somebody did now, and ends with `provision`.
    """
    record = ranges.covering(prefix)
    if record is None or record.state is RangeState.DEPROVISIONED:
        return _for_nobody(basics, prefix)
    if record.state in _UNDECIDED:
        links = list(_paperwork(basics, record))
    else:
        links = [*_accepted(basics, record), _roa(basics, record)]
    return [*links, _provision(record), *_advertise(record)]


def _for_nobody(basics: Basics, prefix: Prefix) -> list[Link]:
    try:
        check_size(prefix, advertisable=True)
    except AwsError as error:
        return [Link("size", False, error.message)]
    region = basics.settings.regions[0] if basics.settings.regions else ""
    found = [each for each in shortfalls(basics, "", region, prefix, None, True) if each.rule != "message"]
    return [
        _judged("registry", found, _registered(basics, prefix)),
        _judged("certificate", found, "the remarks of the range hold a certificate that can be relied on"),
        Link("message", None, "nobody has sent a signed message for it"),
        _judged("ROA", found, _authorized(region)),
        Link("provision", False, f"no account has {prefix} at AWS (aws ec2 provision-byoip-cidr)"),
    ]


def _paperwork(basics: Basics, record: ByoipCidr) -> Iterator[Link]:
    """While nothing is decided, or after it failed: what is missing as of now."""
    found = shortfalls(
        basics, record.account, record.region, record.prefix, record.authorization, record.advertisable
    )
    yield _judged("registry", found, _registered(basics, record.prefix))
    yield _judged("certificate", found, "the remarks of the range hold a certificate that can be relied on")
    yield _judged("message", found, f"it authorizes account {record.account}, and its signature is right")
    yield _judged("ROA", found, _authorized(record.region)) if record.advertisable else _no_roa()


def _accepted(basics: Basics, record: ByoipCidr) -> list[Link]:
    """AWS looks at the paperwork once: what has become of it since does not matter."""
    by_whom = f"IPAM took it into {record.ipam_pool_id}" if record.ipam_pool_id else "AWS took the range"
    return [
        Link("registry", True, f"{_registered(basics, record.prefix)}; accepted when {by_whom}"),
        Link("certificate", True, f"accepted when {by_whom}; it is needed no longer"),
        Link("message", True, f"account {record.account} was authorized when {by_whom}"),
    ]


def _roa(basics: Basics, record: ByoipCidr) -> Link:
    """ROAs go on to matter: not for AWS, but for all who drop invalid routes."""
    if not record.advertisable:
        return _no_roa()
    found = roa_shortfalls(basics.world.vrps(), record.prefix, record.region)
    return _judged("ROA", found, _authorized(record.region))


def _provision(record: ByoipCidr) -> Link:
    where = f"account {record.account}, {record.region}: {record.state.value}"
    match record.state:
        case RangeState.FAILED_PROVISION:
            return Link("provision", False, f"{where}; mend what is missing and provision it again")
        case RangeState.PENDING_PROVISION:
            return Link("provision", None, f"{where}; AWS has not decided yet")
        case _:
            pool = record.pool_id or record.ipam_pool_id
            return Link("provision", True, f"{where}, pool {pool}")


def _advertise(record: ByoipCidr) -> list[Link]:
    if record.state in _UNDECIDED:
        return []
    if record.state in ANNOUNCED:
        return [Link("advertise", True, f"AWS announces {record.prefix} in {record.region}")]
    if not record.advertisable:
        return [Link("advertise", None, f"{record.prefix} is not publicly advertisable: Direct Connect only")]
    if record.state is RangeState.PENDING_ADVERTISING:
        return [Link("advertise", None, f"AWS is about to announce {record.prefix} in {record.region}")]
    command = f"aws ec2 advertise-byoip-cidr --cidr {record.prefix} --region {record.region}"
    return [Link("advertise", False, f"it is not advertised ({command})")]


def _judged(name: str, found: Iterable[Shortfall], good: str) -> Link:
    missing = [each.text for each in found if each.rule in _RULES[name]]
    return Link(name, not missing, "; ".join(missing) or good)


def _no_roa() -> Link:
    return Link("ROA", None, "a range that is not publicly advertisable needs none")


def _authorized(region: str) -> str:
    return f"ROAs authorize {' and '.join(f'AS{asn}' for asn in amazon_asns(region))}"


def _registered(basics: Basics, prefix: Prefix) -> str:
    registration = basics.world.registration(prefix)
    if registration is None:
        return f"{prefix} is not registered any more"
    return (
        f"{registration.prefix} is registered to {registration.holder} at {registration.rir.upper()} "
        f"({registration.status})"
    )
