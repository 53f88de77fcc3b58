from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import WIDTH, Address, Prefix
from lab.dataplane.fib import NextHop, forwarders, longest_match, next_hop

NARROW = st.sampled_from([(4, 0xCB007100, 24), (6, 0x20010DB8 << 96, 112)])
"""Few distinct bits, so that random prefixes and addresses overlap."""


@st.composite
def tables(draw):
    version, base, shortest = draw(NARROW)
    width = WIDTH[version]
    host_bits = width - shortest
    lengths = st.one_of(st.integers(shortest, width), st.just(0))
    prefixes = draw(
        st.lists(
            st.builds(
                lambda low, length: Prefix(version, base | low, width).supernet(length),
                st.integers(0, 2**host_bits - 1),
                lengths,
            ),
            max_size=12,
        )
    )
    return prefixes, Address(version, base | draw(st.integers(0, 2**host_bits - 1)))


@given(tables())
def test_longest_match_equals_brute_force(build, table):
    prefixes, address = table
    routes = {prefix: build.learned(f"n{prefix.length}", "peer", 64496) for prefix in prefixes}
    covering = [prefix for prefix in routes if prefix.covers(address.host)]
    found = longest_match(routes, address)
    assert (found.prefix if found else None) == max(covering, key=lambda each: each.length, default=None)
    if found:
        assert found.route is routes[found.prefix]


def test_the_match_of_a_prefix_covers_it_whole(build):
    routes = {
        Prefix.parse(text): build.learned("n", "peer", 64496) for text in ("203.0.113.0/24", "203.0.113.0/26")
    }
    assert longest_match(routes, Prefix.parse("203.0.113.0/25")).prefix == Prefix.parse("203.0.113.0/24")


def test_ipv4_and_ipv6_do_not_match_each_other(build):
    routes = {Prefix.parse("0.0.0.0/0"): build.learned("n", "peer", 64496)}
    assert longest_match(routes, Address.parse("::")) is None


def test_a_route_server_is_passed_by_and_its_interface_kept(build):
    prefix = Prefix.parse("203.0.113.0/24")
    views = {
        "a": build.rib({str(prefix): [build.learned("rs", "rs", 64497, 64496)]}, "a", 64498),
        "rs": build.rib(
            {
                str(prefix): [
                    build.learned("loops", "rs-client", 64499, 64498, 64496),
                    build.learned("b", "rs-client", 64497, 64496),
                ]
            },
            "rs",
            64505,
        ),
    }
    assert next_hop(views, "a", longest_match(views["a"].best, prefix)) == NextHop("b", "rs")


def test_route_servers_and_the_collector_carry_no_packets(build):
    lab = build.topology({"a": 64496, "rs": 64505}, "rs => a", "a collecting collector")
    assert [speaker.name for speaker in forwarders(lab)] == ["a"]
