"""A small RPKI: two holders at two RIRs, and an AS that holds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.bgp.aspa import Aspa
from lab.bgp.prefix import Prefix
from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import MemorySource
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.issuing.update_times import UpdateTimes
from lab.rpki.validation.results import Validation
from lab.rpki.validation.validator import validate
from lab.topology.model import Holding

NOW = 1_800_000_000
CUSTOMER_V4 = Prefix.parse("203.0.113.0/24")
CUSTOMER_V6 = Prefix.parse("2001:db8:100::/48")
EYEBALL = Prefix.parse("198.51.100.0/24")
FREE = Prefix.parse("192.0.2.0/24")
HOLDINGS = (
    Holding(CUSTOMER_V4, "customer", "ARIN", "Direct Allocation"),
    Holding(CUSTOMER_V6, "customer", "ARIN", "Direct Allocation"),
    Holding(EYEBALL, "eyeball", "RIPE", "ALLOCATED PA"),
)
ASNS = {"customer": 64496, "eyeball": 64500, "transit": 64510}
ROAS = (
    Vrp(CUSTOMER_V4, 24, 64496),
    Vrp(CUSTOMER_V6, 56, 64496),
    Vrp(EYEBALL, 24, 64500),
)


def small_rpki(
    now: int = NOW,
    roas: Iterable[Vrp] = ROAS,
    aspas: Iterable[Aspa] = (),
    times: UpdateTimes | None = None,
) -> Rpki:
    """The RPKI of the holdings above, as of `now`."""
    return Rpki(HOLDINGS, ASNS, user_key_pool(), now, roas=roas, aspas=aspas, times=times)


def all_files(rpki: Rpki) -> Mapping[str, bytes]:
    """What all servers publish, by URI."""
    return {uri: data for files in rpki.files().values() for uri, data in files.items()}


def validated(rpki: Rpki, now: int | None = None) -> Validation:
    """What our own relying party makes of it, fetching everything for the first time."""
    files = {
        uri: data
        for server, of_server in rpki.files().items()
        if server not in rpki.unreachable
        for uri, data in of_server.items()
    }
    return validate(rpki.tals(), MemorySource(files), rpki.now if now is None else now)
