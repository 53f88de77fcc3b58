"""Where free space is found: as by plain enumeration, and with ten thousand allocations."""

from __future__ import annotations

import ipaddress
import itertools

from hypothesis import given
from hypothesis import strategies as st
from support.aws_ipam import IpamLab
from support.aws_world import ACCOUNT, REGION

from lab.bgp.prefix import Prefix
from lab.clouds.aws.ipam.records import Allocation, ResourceType

BASE = ipaddress.ip_network("10.0.0.0/24")
LENGTHS = st.integers(26, 32)


@st.composite
def parts(draw: st.DrawFn) -> ipaddress.IPv4Network:
    return draw(st.sampled_from(list(BASE.subnets(new_prefix=draw(LENGTHS)))))


def _lab(*cidrs: str) -> tuple[IpamLab, str]:
    lab = IpamLab()
    pool = lab.pool(Locale=REGION)
    for cidr in cidrs:
        lab.provision(pool, Cidr=cidr)
    return lab, pool


@given(taken=st.lists(parts(), max_size=8), disallowed=st.lists(parts(), max_size=3), length=LENGTHS)
def test_the_first_fit_is_that_of_plain_enumeration(
    taken: list[ipaddress.IPv4Network], disallowed: list[ipaddress.IPv4Network], length: int
) -> None:
    lab, pool = _lab(str(BASE))
    used: list[ipaddress.IPv4Network] = []
    for network in taken:
        if not any(network.overlaps(other) for other in used):
            lab.allocate(pool, Cidr=str(network))
            used.append(network)
    expected = next(
        (
            str(network)
            for network in BASE.subnets(new_prefix=length)
            if not any(network.overlaps(other) for other in itertools.chain(used, disallowed))
        ),
        None,
    )
    asked = {"NetmaskLength": length, "DisallowedCidrs": [str(network) for network in disallowed]}
    if expected is None:
        error = lab.refusal("AllocateIpamPoolCidr", IpamPoolId=pool, **asked)
        assert error.message == "The allocation size is too big for the pool."
    else:
        assert lab.allocate(pool, **asked) == expected


def test_the_cidrs_of_a_pool_are_filled_from_the_lowest_on() -> None:
    lab, pool = _lab("10.0.1.0/30", "10.0.0.0/31")
    assert [lab.allocate(pool, NetmaskLength=31) for _ in range(3)] == [
        "10.0.0.0/31",
        "10.0.1.0/31",
        "10.0.1.2/31",
    ]


def test_the_one_gap_between_ten_thousand_allocations_is_found() -> None:
    lab, pool = _lab("10.0.0.0/8")
    gap = 9_876

    def fill() -> None:
        for number in range(10_000):
            if number != gap:
                prefix = Prefix(4, (10 << 24) + (number << 8), 24)
                record = Allocation(f"a-{number}", pool, prefix, ResourceType.CUSTOM, None, None, ACCOUNT)
                lab.aws.ipam.tables.allocations.put(record.id, record)

    lab.aws.perform(fill)
    assert lab.allocate(pool, NetmaskLength=24) == "10.38.148.0/24"
    assert lab.allocate(pool, NetmaskLength=24) == "10.39.16.0/24"
    assert lab.allocate(pool, NetmaskLength=9) == "10.128.0.0/9"
    page = lab.ask("GetIpamPoolAllocations", IpamPoolId=pool, MaxResults=1000)
    assert len(page["IpamPoolAllocations"]) == 1000
    assert page["NextToken"]
