"""Which addresses can be bound to which service: pure rules (Service bindings, Scope)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.record import PrefixRecord
from lab.clouds.cloudflare.prefixes.service_binding import ServiceBinding
from lab.topology.cloudflare_section import ServiceName

UPGRADES: Final = {
    ServiceName.MAGIC_TRANSIT: frozenset({ServiceName.CDN, ServiceName.SPECTRUM}),
    ServiceName.CDN: frozenset({ServiceName.SPECTRUM}),
    ServiceName.SPECTRUM: frozenset({ServiceName.CDN}),
    ServiceName.CDN_EGRESS: frozenset[ServiceName](),
}
"""To what single addresses of a prefix can be bound, by the service of its default binding."""
_INGRESS_AND_EGRESS: Final = frozenset({ServiceName.CDN, ServiceName.CDN_EGRESS})


def default_of(prefix: Prefix, bindings: Iterable[ServiceBinding]) -> ServiceBinding | None:
    """The binding of all of `prefix`, unless it is being deleted."""
    return next((each for each in bindings if each.cidr == prefix and not each.is_being_deleted), None)


def check_new(
    record: PrefixRecord, bindings: Iterable[ServiceBinding], cidr: Prefix, service: ServiceName
) -> None:
    """Raises CloudflareError unless `cidr`, which is inside the prefix, can be bound to `service`, given the
    `bindings` that the prefix has; those that are being deleted included."""
    bindings = list(bindings)
    _check_free(record, bindings, cidr)
    default = default_of(record.prefix, bindings)
    if default is not None:
        _check_upgrade(record, default, cidr, service)
    elif cidr != record.prefix:
        raise CloudflareError(
            400,
            codes.NO_DEFAULT_BINDING,
            f"The first service binding must be of all of {record.prefix}, not of {cidr}",
            "/cidr",
        )
    elif service is ServiceName.MAGIC_TRANSIT and record.self_serve:
        raise CloudflareError(
            400,
            codes.SERVICE,
            f"{record.prefix} was added by the self-serve process, which does not support prefixes for Magic "
            "Transit. Contact your account team to onboard it, or bind it to CDN or Spectrum",
            "/service_id",
        )


def _check_free(record: PrefixRecord, bindings: Iterable[ServiceBinding], cidr: Prefix) -> None:
    for binding in bindings:
        if binding.cidr == record.prefix != cidr:
            continue
        if binding.cidr.covers(cidr) or cidr.covers(binding.cidr):
            if binding.is_being_deleted:
                detail = "it is being deleted; wait until that has reached all of Cloudflare's network"
            else:
                detail = f"it is bound to {binding.service.value} (ID {binding.id})"
            raise CloudflareError(
                409,
                codes.BINDING_CONFLICT,
                f"conflict: binding already exists for CIDR {binding.cidr}: {detail}",
                "/cidr",
            )


def _check_upgrade(record: PrefixRecord, default: ServiceBinding, cidr: Prefix, service: ServiceName) -> None:
    if service in UPGRADES[default.service]:
        return
    if service is ServiceName.MAGIC_TRANSIT:
        reason = "Magic Transit can only be the default binding of an entire prefix"
    elif service is default.service:
        reason = f"all of {record.prefix} is bound to it already"
    elif {service, default.service} == _INGRESS_AND_EGRESS:
        reason = "a prefix can be used for either CDN ingress or CDN egress, not for both"
    else:
        reason = f"the default binding of {record.prefix} is {default.service.value}"
    allowed = ", ".join(sorted(each.value for each in UPGRADES[default.service])) or "no other service"
    raise CloudflareError(
        400,
        codes.SERVICE,
        f"{cidr} cannot be bound to {service.value}: {reason}. It can be bound to: {allowed}",
        "/service_id",
    )


def check_may_go(record: PrefixRecord, bindings: Iterable[ServiceBinding], binding: ServiceBinding) -> None:
    """Raises CloudflareError for the default binding while other bindings build on it."""
    if binding.cidr != record.prefix:
        return
    others = [each for each in bindings if each.cidr != record.prefix]
    if others:
        named = ", ".join(f"{each.cidr} ({_standing(each)})" for each in others[:8])
        raise CloudflareError(
            400,
            codes.IN_USE,
            f"The default binding of {record.prefix} cannot be deleted while there are others: {named}",
        )


def _standing(binding: ServiceBinding) -> str:
    return "being deleted" if binding.is_being_deleted else binding.service.value
