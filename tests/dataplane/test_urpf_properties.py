from hypothesis import given
from hypothesis import strategies as st

from lab.bgp.prefix import Address, Prefix
from lab.bgp.relationship import Relationship
from lab.dataplane.urpf import check, efp_a, efp_b
from lab.topology.model import UrpfMode

NEIGHBORS = {"c1": "customer", "c2": "customer", "p": "peer", "up": "provider", "ix": "rs"}
PREFIXES = ["203.0.113.0/24", "203.0.113.0/25", "203.0.113.128/26", "0.0.0.0/0", "198.51.100.0/24"]


@st.composite
def ribs(draw, build):
    routes = {}
    for prefix in draw(st.sets(st.sampled_from(PREFIXES))):
        neighbors = draw(st.lists(st.sampled_from(sorted(NEIGHBORS)), unique=True, max_size=5))
        routes[prefix] = [
            build.learned(
                name,
                NEIGHBORS[name],
                64510,
                draw(st.sampled_from((64496, 64497))),
                discard=draw(st.integers(0, 9)) == 0,
                rejected=draw(st.integers(0, 4)) == 0,
            )
            for name in neighbors
        ]
        if draw(st.integers(0, 9)) == 0:
            routes[prefix].insert(0, build.own())
    return build.rib(routes)


@given(st.data(), st.sampled_from(sorted(NEIGHBORS)), st.integers(0xCB007100, 0xCB0071FF))
def test_each_mode_passes_all_that_the_stricter_one_passes(build, data, neighbor, source):
    here = data.draw(ribs(build))
    relationship = Relationship(NEIGHBORS[neighbor])
    order = (UrpfMode.STRICT, UrpfMode.FEASIBLE, UrpfMode.EFP_A, UrpfMode.EFP_B, UrpfMode.LOOSE, UrpfMode.OFF)
    passed = [check(here, neighbor, relationship, Address(4, source), mode).passed for mode in order]
    assert passed == sorted(passed)


@given(st.data())
def test_the_rpf_list_of_efp_a_is_part_of_that_of_efp_b(build, data):
    here = data.draw(ribs(build))
    for name in ("c1", "c2"):
        assert efp_a(here, name) <= efp_b(here)


@given(st.data())
def test_the_rpf_list_of_efp_a_holds_all_that_the_customer_announced(build, data):
    here = data.draw(ribs(build))
    announced = {
        prefix
        for prefix, routes in here.adj_in.items()
        if any(route.neighbor == "c1" and route.eligible for route in routes)
    }
    assert announced <= efp_a(here, "c1")


def test_the_modes_do_differ(build):
    """Else the ordering above would hold for nothing."""
    here = build.rib(
        {
            "203.0.113.0/24": [build.learned("up", "provider", 64510, 64497)],
            "198.51.100.0/24": [build.learned("c2", "customer", 64496)],
            "192.0.2.0/24": [build.learned("c1", "customer", 64497)],
        }
    )
    source = Address.parse("203.0.113.9")
    verdicts = {
        mode: check(here, "c2", Relationship.CUSTOMER, source, mode).passed
        for mode in (UrpfMode.EFP_A, UrpfMode.EFP_B)
    }
    assert verdicts == {UrpfMode.EFP_A: False, UrpfMode.EFP_B: True}
    assert Prefix.parse("203.0.113.0/24") in efp_a(here, "c1")
