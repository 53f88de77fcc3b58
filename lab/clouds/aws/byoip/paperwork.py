"""All that AWS checks before it takes a range: registry, holder, certificate, signed message, ROA."""

from __future__ import annotations

from collections.abc import Iterator

from lab.bgp.prefix import Prefix
from lab.clouds.aws.basics import Basics
from lab.clouds.aws.byoip import signature
from lab.clouds.aws.byoip.authorization import FORMAT, Authorization, message_faults
from lab.clouds.aws.byoip.certificate import Published, published
from lab.clouds.aws.byoip.registration_rules import registration_shortfalls
from lab.clouds.aws.byoip.roa_rules import roa_shortfalls
from lab.clouds.aws.byoip.shortfall import Shortfall
from lab.registry.records import Registration


def shortfalls(
    basics: Basics,
    account: str,
    region: str,
    prefix: Prefix,
    authorization: Authorization | None,
    advertisable: bool,
) -> list[Shortfall]:
    """All that is missing for `account` to bring `prefix` to `region` now, at once; [] if nothing is.

    A ROA is looked for only if the range is to be advertised: one that is not needs the message alone.
    """
    found = list(registration_shortfalls(basics, prefix))
    found += _certificate_shortfalls(basics, prefix)
    found += _authorization_shortfalls(basics, account, prefix, authorization)
    if advertisable:
        found += roa_shortfalls(basics.world.vrps(), prefix, region)
    return found


def _published(basics: Basics, registration: Registration) -> Published:
    return published(registration.remarks, basics.world.now())


def _certificate_shortfalls(basics: Basics, prefix: Prefix) -> Iterator[Shortfall]:
    registration = basics.world.registration(prefix)
    if registration is None:
        return
    found = _published(basics, registration)
    if found.keys:
        return
    where = f"the RDAP remarks of {registration.prefix} at {registration.rir.upper()}"
    if found.faults:
        yield Shortfall("certificate", f"in {where}, {'; '.join(found.faults)}")
    elif _in_remarks_of_holder(basics, registration):
        yield Shortfall(
            "certificate",
            f"there is none in {where}, but there is one in those of {registration.holder}: "
            "it belongs to the address range, not to the organization",
        )
    else:
        yield Shortfall("certificate", f"{where} hold none; expected -----BEGIN CERTIFICATE-----…")


def _in_remarks_of_holder(basics: Basics, registration: Registration) -> bool:
    holder = basics.world.holder(registration.holder)
    if holder is None:
        return False
    misplaced = published(holder.remarks, basics.world.now())
    return bool(misplaced.keys or misplaced.faults)


def _authorization_shortfalls(
    basics: Basics, account: str, prefix: Prefix, authorization: Authorization | None
) -> Iterator[Shortfall]:
    if authorization is None:
        yield Shortfall("message", f"no CIDR authorization context was given; expected a signed {FORMAT}")
        return
    for fault in message_faults(authorization.message, account, prefix, basics.world.now()):
        yield Shortfall("message", fault)
    try:
        _check_signature(basics, prefix, authorization)
    except signature.SignatureError as error:
        yield Shortfall("signature", str(error))


def _check_signature(basics: Basics, prefix: Prefix, authorization: Authorization) -> None:
    """Without a usable certificate, only the form can be judged."""
    content = signature.decode(authorization.signature)
    registration = basics.world.registration(prefix)
    keys = _published(basics, registration).keys if registration else ()
    if keys:
        signature.check(authorization.message, content, keys)
