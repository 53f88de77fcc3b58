"""Why a prefix is, or is not, announced by Cloudflare: the chain from the registry to the announcement."""

from __future__ import annotations

from collections.abc import Iterator

from lab.bgp.prefix import Prefix
from lab.clouds.chain import Link
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.prefixes.bgp_prefix import BgpPrefix
from lab.clouds.cloudflare.prefixes.bgp_prefixes import BgpPrefixes
from lab.clouds.cloudflare.prefixes.bindings import Bindings
from lab.clouds.cloudflare.prefixes.checks import examine
from lab.clouds.cloudflare.prefixes.prefixes import Prefixes
from lab.clouds.cloudflare.prefixes.record import CheckState, Finding, PrefixRecord
from lab.clouds.cloudflare.prefixes.service_binding import ProvisioningState, ServiceBinding
from lab.clouds.cloudflare.timestamps import timestamp


def chain(
    basics: Basics, prefixes: Prefixes, bindings: Bindings, bgp_prefixes: BgpPrefixes, prefix: Prefix
) -> list[Link]:
    """Registry, IRR, RPKI, ownership, approval, binding and advertisement of the prefix that has `prefix`, as
    they are now; [] where no account has it at Cloudflare."""
    record = prefixes.covering(prefix)
    if record is None:
        return []
    links = [_registry(basics, record.prefix), *_proofs(basics, record), _approval(record)]
    if not record.is_approved:
        return links
    binding = bindings.default(record)
    links.append(_binding(binding))
    if binding is not None:
        links += [_advertisement(bgp) for bgp in bgp_prefixes.of(record) if _concerns(bgp, prefix)]
    return links


def _registry(basics: Basics, prefix: Prefix) -> Link:
    found = basics.world.registration(prefix)
    if found is None:
        return Link("registry", False, f"{prefix} is registered at no RIR")
    return Link("registry", True, f"{found.prefix} is registered to {found.holder} at {found.rir}")


def _proofs(basics: Basics, record: PrefixRecord) -> Iterator[Link]:
    """Before the approval all three count; after it the ROA does, for everybody who drops invalid routes."""
    found = examine(basics.world, record)
    if not record.is_approved:
        yield _proof("IRR", found.irr)
        yield _proof("RPKI", found.rpki)
        yield _proof("ownership", found.ownership)
        return
    yield Link("IRR", found.irr.is_valid, f"{_text(found.irr)}{_for_filters(found.irr)}")
    yield _proof("RPKI", found.rpki)
    yield Link("ownership", True, "proven when the prefix was approved; the token is needed no longer")


def _proof(name: str, finding: Finding) -> Link:
    return Link(name, finding.is_valid, _text(finding))


def _text(finding: Finding) -> str:
    state = "" if finding.state is CheckState.VALID else f"{finding.state.value}: "
    return f"{state}{finding.why}"


def _for_filters(finding: Finding) -> str:
    return "" if finding.is_valid else "; Cloudflare has seen it, but those who filter by the IRR have not"


def _approval(record: PrefixRecord) -> Link:
    if record.is_approved:
        return Link("approved", True, f"V, in account {record.account}")
    if record.validate_due is not None:
        return Link("approved", None, f"P: a validation ends at {timestamp(record.validate_due)}")
    return Link("approved", False, f"P: mend what is missing, then POST .../prefixes/{record.id}/validate")


def _binding(binding: ServiceBinding | None) -> Link:
    if binding is None:
        return Link("default binding", False, "there is none: POST .../bindings with the whole prefix")
    text = f"{binding.service.value}, {binding.state.value}"
    if binding.state is ProvisioningState.PROVISIONING:
        return Link("default binding", None, f"{text}: at all sites from {timestamp(binding.everywhere)} on")
    return Link("default binding", binding.state is ProvisioningState.ACTIVE, text)


def _advertisement(bgp: BgpPrefix) -> Link:
    if bgp.due is not None and bgp.advertised is not bgp.announced:
        wanted = "announced" if bgp.advertised else "withdrawn"
        return Link("advertised", None, f"{bgp.cidr} is {wanted} from {timestamp(bgp.due)} on")
    if bgp.announced:
        return Link("advertised", True, f"every site of Cloudflare announces {bgp.cidr}")
    return Link("advertised", False, f"{bgp.cidr} is withdrawn (PATCH .../bgp/prefixes/{bgp.id})")


def _concerns(bgp: BgpPrefix, prefix: Prefix) -> bool:
    return bgp.cidr.covers(prefix) or prefix.covers(bgp.cidr)
