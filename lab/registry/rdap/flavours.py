"""In what the RIRs' RDAP servers differ: handles, types, notices and what they say they conform to.

Host names are the RIRs' in `.example` (RFC 2606): nothing here leads to a real registry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lab.bgp.prefix import WIDTH, Prefix, address_text
from lab.registry.records import Registration, Remark

PROFILE: Final = ("nro_rdap_profile_0", "rdap_level_0", "cidr0")
"""What each answer of an RIR conforms to: the NRO's profile, RFC 9083, and prefixes as `cidr0_cidrs`."""
FLAT_ASNS: Final = "nro_rdap_profile_asn_flat_0"
"""AS numbers are answered one by one, not in blocks."""


@dataclass(frozen=True, slots=True)
class Flavour:
    """How one RIR answers. `slug` is its part of the path.

    `handle` makes the handle of a prefix from it and from which of the registrations with this first
    address, counted from the least specific, it is: 1, 2 and so on.
    """

    rir: str
    slug: str
    terms_title: str
    terms: str
    handle: Callable[[Prefix, int], str]
    merges_remarks: bool = False
    upper_case_types: bool = False

    @property
    def port43(self) -> str:
        """The name of the WHOIS server (RFC 9083 section 4.7)."""
        return f"whois.{self.slug}.example"

    @property
    def site(self) -> str:
        """Where the RIR's pages for people would be."""
        return f"https://www.{self.slug}.example"

    def type_of(self, registration: Registration) -> str:
        """The `type` of an IP network: the status, as this RIR's RDAP writes it."""
        return registration.status.upper() if self.upper_case_types else registration.status

    def remarks(self, remarks: tuple[Remark, ...]) -> list[dict[str, object]]:
        """Remarks as JSON (RFC 9083 section 4.3). RIPE has one without a title for all fields."""
        if self.merges_remarks and remarks:
            return [{"description": [line for remark in remarks for line in remark.lines]}]
        return [{"title": remark.title, "description": list(remark.lines)} for remark in remarks]


def first_and_last(prefix: Prefix) -> tuple[str, str]:
    """The first and the last address of a prefix."""
    last = prefix.value | ((1 << (WIDTH[prefix.version] - prefix.length)) - 1)
    return prefix.network, address_text(prefix.version, last)


def _range(prefix: Prefix, _: int) -> str:
    return str(prefix) if prefix.version == 6 else " - ".join(first_and_last(prefix))


def _prefix(prefix: Prefix, _: int) -> str:
    return str(prefix)


def _net(prefix: Prefix, number: int) -> str:
    if prefix.version == 4:
        return f"NET-{prefix.network.replace('.', '-')}-{number}"
    groups = f"{prefix.value:032x}"
    words = [f"{int(groups[at : at + 4], 16):X}" for at in range(0, 32, 4)]
    while len(words) > 1 and words[-1] == "0":
        del words[-1]
    return f"NET6-{'-'.join(words)}-{number}"


_TERMS: Final = "This answer comes from the {} registry of a lab. It says nothing of the Internet."

FLAVOURS: Final = {
    flavour.slug: flavour
    for flavour in (
        Flavour("AFRINIC", "afrinic", "Terms and Conditions", _TERMS.format("AFRINIC"), _range),
        Flavour("APNIC", "apnic", "Terms and Conditions", _TERMS.format("APNIC"), _range),
        Flavour("ARIN", "arin", "Terms of Service", _TERMS.format("ARIN"), _net, upper_case_types=True),
        Flavour("LACNIC", "lacnic", "Terms and Conditions", _TERMS.format("LACNIC"), _prefix),
        Flavour("RIPE", "ripe", "Terms and Conditions", _TERMS.format("RIPE"), _range, merges_remarks=True),
    )
}
"""The RIRs' ways by their part of the path."""
