"""Who serves a reverse zone, as holders have entered it at their RIR."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.dns_lab import ELSEWHERE, RANGE, ZONE, DnsLab
from support.registry_lab import topology_with, transferred

from lab.bgp.prefix import Prefix
from lab.registry.errors import RegistryError
from lab.state.state import State
from lab.topology.model import Holding

SPLIT = Prefix.parse("2001:db8::/34")


@pytest.fixture
def lab() -> DnsLab:
    return DnsLab()


@pytest.mark.seed(142)
def test_a_holder_delegates_a_zone_and_takes_it_back(lab: DnsLab) -> None:
    assert lab.delegations.nameservers(ZONE) == ()
    assert lab.delegations.delegate(RANGE, ELSEWHERE) == (ZONE,)
    assert lab.delegations.nameservers(ZONE) == ELSEWHERE
    lab.delegations.delegate(ZONE, ["NS1.Other.Example."])
    assert lab.delegations.all() == {ZONE: ("ns1.other.example",)}
    lab.delegations.delegate(str(RANGE), [])
    assert lab.delegations.all() == {}


@pytest.mark.seed(138, 142)
def test_a_prefix_that_is_split_is_delegated_in_all_its_zones() -> None:
    lab = DnsLab(Holding(SPLIT, "customer", "ARIN", "Direct Allocation"))
    zones = lab.delegations.delegate(SPLIT, ELSEWHERE)
    assert len(zones) == 4
    assert lab.delegations.all() == dict.fromkeys(zones, ELSEWHERE)
    lab.delegations.delegate(zones[2], [])
    assert set(lab.delegations.all()) == {zones[0], zones[1], zones[3]}


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("192.0.2.0/24", r"no holder has 192\.0\.2\.0/24.*2\.0\.192\.in-addr\.arpa.*: 0\.2\.0\.192\.in-addr"),
        ("0.203.in-addr.arpa", r"no holder has 203\.0\.0\.0/16.*: 113\.0\.203\.in-addr\.arpa"),
        ("203.0.112.0/24", r"the nearest that is registered is 203\.0\.113\.0/24, held by customer"),
        ("203.0.113.1/24", r"host bits set; did you mean 203\.0\.113\.0/24\?"),
        ("0/25.113.0.203.in-addr.arpa", r"the nearest is 113\.0\.203\.in-addr\.arpa"),
        ("customer.example", r"is not a reverse zone; expected for example 113\.0\.203\.in-addr\.arpa"),
    ],
)
def test_what_nobody_can_delegate_is_refused_with_the_nearest(lab: DnsLab, where: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        lab.delegations.delegate(where, ELSEWHERE)
    assert lab.delegations.all() == {}


@pytest.mark.parametrize(
    "name",
    [
        "ns1",
        "192.0.2.1",
        "ns_1.dns.example",
        "-a.example",
        "a..example",
        "",
        "é.example",
        "a" * 64 + ".example",
    ],
)
def test_a_name_server_has_the_name_of_a_host(lab: DnsLab, name: str) -> None:
    lab.delegations.delegate(RANGE, ELSEWHERE)
    with pytest.raises(RegistryError, match=r"^a name server: "):
        lab.delegations.delegate(RANGE, ["ns1.other.example", name])
    assert lab.delegations.nameservers(ZONE) == ELSEWHERE


def test_a_zone_has_at_most_thirteen_name_servers(lab: DnsLab) -> None:
    names = [f"ns{number}.dns.example" for number in range(14)]
    lab.delegations.delegate(RANGE, names[:13])
    with pytest.raises(RegistryError, match="14 name servers are too many"):
        lab.delegations.delegate(RANGE, names)
    assert len(lab.delegations.nameservers(ZONE)) == 13


def test_a_name_server_counts_once(lab: DnsLab) -> None:
    lab.delegations.delegate(RANGE, ["ns1.dns.example", "NS1.dns.example."])
    assert lab.delegations.nameservers(ZONE) == ("ns1.dns.example",)


def test_a_split_prefix_of_which_a_part_is_not_registered_is_not_delegated_at_all() -> None:
    lab = DnsLab(Holding(Prefix.parse("2001:db8::/36"), "customer", "ARIN", "Direct Allocation"))
    with pytest.raises(RegistryError, match="no holder has 2001:db8:1000::/36"):
        lab.delegations.delegate(SPLIT, ELSEWHERE)
    assert lab.delegations.all() == {}


def test_a_delegation_goes_when_the_space_goes_to_somebody_else(lab: DnsLab) -> None:
    lab.delegations.delegate(RANGE, ELSEWHERE)
    lab.registry.sync(transferred(topology_with(), str(RANGE), "paris"))
    assert lab.delegations.nameservers(ZONE) == ()
    lab.delegations.delegate(RANGE, ["ns1.other.example"])
    assert lab.delegations.nameservers(ZONE) == ("ns1.other.example",)
    lab.registry.sync(())
    assert lab.delegations.all() == {}


def test_delegations_survive_the_lab(tmp_path: Path) -> None:
    before = State(tmp_path / "state")
    DnsLab(state=before).delegations.delegate(RANGE, ELSEWHERE)
    before.close()
    after = State(tmp_path / "state")
    assert DnsLab(state=after).delegations.all() == {ZONE: ELSEWHERE}
    after.close()
