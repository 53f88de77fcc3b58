"""Transits that take from their customers what the IRR says, in the simulator, while the IRR changes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.live_lab import paths, prefix, topology_of

from lab.bgp.commands import Originate, SetCustomerFilter
from lab.bgp.events import Rejection, RouteRejected
from lab.bgp.prefix import Prefix
from lab.engines.sim.engine import SimEngine
from lab.registry.database import RegistryDatabase
from lab.registry.irr.database import IrrDatabase
from lab.registry.irr.editing import IrrEditor
from lab.scenario.irr_filters import IrrFilters
from lab.state.state import State
from lab.topology.model import Holding, IrrAsSet, IrrRoute, Speaker, Topology

HELD = prefix("203.0.113.0/24")
CUSTOMERS = prefix("198.51.100.0/24")
STRAY = prefix("192.0.2.0/24")
RESELLER, CUSTOMER, TRANSIT, OTHER = range(64496, 64500)


def reselling(as_set: str | None = None, *objects: IrrRoute, irr: bool = True) -> Topology:
    """customer -> reseller -> transit, which filters if `irr` says so; `other` is a customer of it, too."""
    topology = topology_of("reseller -> transit", "customer -> reseller", "other -> transit", collector=False)
    speakers: dict[str, Speaker] = dict(topology.speakers)
    speakers["reseller"] = replace(speakers["reseller"], asn=RESELLER, as_set=as_set)
    speakers["customer"] = replace(speakers["customer"], asn=CUSTOMER)
    speakers["transit"] = replace(speakers["transit"], asn=TRANSIT, irr=irr)
    speakers["other"] = replace(speakers["other"], asn=OTHER)
    return replace(
        topology,
        speakers=speakers,
        registry=tuple(Holding(each, "reseller", "RIPE", "") for each in (HELD, CUSTOMERS, STRAY)),
        irr=objects,
        as_sets=(IrrAsSet("AS-RESELLER", (f"AS{RESELLER}", f"AS{CUSTOMER}")),),
    )


class Filtered:
    """An engine, an IRR and the filters between them."""

    def __init__(self, topology: Topology) -> None:
        state = State()
        self.engine = SimEngine(topology)
        registry = RegistryDatabase(topology, state, self.engine.calendar)
        self.irr = IrrDatabase(topology, state, self.engine.calendar, registry)
        self.editor = IrrEditor(self.irr)
        self.filters = IrrFilters(topology, self.engine, self.irr)
        self.engine.start()
        self.filters.apply()
        for name, announced in (("reseller", HELD), ("customer", CUSTOMERS), ("other", STRAY)):
            self.engine.apply(name, Originate(announced))
        self.engine.converge()

    def apply(self) -> bool:
        """Whether the IRR's changes made any to the lists."""
        changed = self.filters.apply()
        self.engine.converge()
        return changed

    @property
    def taken(self) -> set[Prefix]:
        return set(self.engine.view("transit").best)


def test_a_transit_takes_what_a_route_object_lets_its_customer_announce():
    lab = Filtered(reselling(None, IrrRoute(HELD, RESELLER)))
    assert lab.taken == {HELD}
    rejected = {event.prefix: event for event in lab.engine.events() if isinstance(event, RouteRejected)}
    assert rejected.keys() == {CUSTOMERS, STRAY}
    assert rejected[CUSTOMERS].rejection is Rejection.IRR_FILTERED
    assert rejected[CUSTOMERS].detail == (
        "IRR filter: no route object of 198.51.100.0/24 has an origin in AS64496; allowed: 203.0.113.0/24"
    )


def test_a_transit_that_does_not_filter_takes_everything():
    lab = Filtered(reselling(irr=False))
    assert lab.taken == {HELD, CUSTOMERS, STRAY}
    assert lab.engine.commands("transit") == []


def test_an_as_set_lets_a_customer_announce_what_its_customers_hold():
    objects = (IrrRoute(HELD, RESELLER), IrrRoute(CUSTOMERS, CUSTOMER))
    assert Filtered(reselling(None, *objects)).taken == {HELD}
    assert Filtered(reselling("AS-RESELLER", *objects)).taken == {HELD, CUSTOMERS}


def test_an_as_set_that_nobody_has_defined_allows_nothing():
    assert Filtered(reselling("AS-NOBODY", IrrRoute(HELD, RESELLER))).taken == set()


def test_an_as_set_that_one_speaker_of_an_as_names_is_that_of_the_others() -> None:
    topology = reselling("AS-RESELLER", IrrRoute(STRAY, CUSTOMER))
    speakers = {**topology.speakers, "other": replace(topology.speakers["other"], asn=RESELLER)}
    assert Filtered(replace(topology, speakers=speakers)).taken == {STRAY}


def test_a_route_object_that_comes_and_goes_takes_the_route_with_it():
    lab = Filtered(reselling())
    assert lab.taken == set()
    lab.editor.add_route(HELD, RESELLER)
    assert lab.apply()
    assert lab.taken == {HELD}
    lab.editor.remove_route(HELD, RESELLER)
    assert lab.apply()
    assert lab.taken == set()


def test_an_as_set_that_is_changed_changes_the_list():
    lab = Filtered(reselling("AS-RESELLER", IrrRoute(CUSTOMERS, CUSTOMER)))
    assert lab.taken == {CUSTOMERS}
    lab.editor.put_as_set("AS-RESELLER", (f"AS{RESELLER}",))
    assert lab.apply()
    assert lab.taken == set()


def test_what_changes_no_list_commands_nothing():
    lab = Filtered(reselling(None, IrrRoute(HELD, RESELLER)))
    assert not lab.apply()
    lab.editor.add_route(CUSTOMERS, CUSTOMER)
    lab.editor.add_lines(HELD, RESELLER, "remarks", "cf-validation: none of the filter's business")
    assert not lab.apply(), "AS64497 is no customer of the transit's, and remarks are no prefixes"
    assert lab.taken == {HELD}


def test_a_speaker_that_dies_comes_back_with_its_lists():
    lab = Filtered(reselling(None, IrrRoute(HELD, RESELLER)))
    lab.engine.kill("transit")
    lab.editor.add_route(STRAY, OTHER)
    assert lab.apply(), "a dead speaker is told, too"
    assert lab.taken == {HELD, STRAY}


def test_filters_that_are_made_anew_find_the_lists_in_place():
    topology = reselling(None, IrrRoute(HELD, RESELLER))
    lab = Filtered(topology)
    assert not IrrFilters(topology, lab.engine, lab.irr).apply()


edits = st.lists(
    st.tuples(st.sampled_from([HELD, CUSTOMERS, STRAY]), st.sampled_from([RESELLER, CUSTOMER, OTHER])),
    max_size=8,
)


@settings(max_examples=examples(50))
@given(edits, st.sampled_from([None, "AS-RESELLER"]))
def test_edits_one_by_one_end_where_a_lab_begins_that_has_them_all(history, as_set):
    lab = Filtered(reselling(as_set))
    left: dict[tuple[Prefix, int], None] = {}
    for held, origin in history:
        if (held, origin) in left:
            del left[held, origin]
            lab.editor.remove_route(held, origin)
        else:
            left[held, origin] = None
            lab.editor.add_route(held, origin)
        lab.apply()
    fresh = Filtered(reselling(as_set, *(IrrRoute(*each) for each in left)))
    assert lab.engine.commands("transit") == fresh.engine.commands("transit")
    assert paths(lab.engine, "transit") == paths(fresh.engine, "transit")
    origins = {RESELLER, CUSTOMER} if as_set else {RESELLER}
    by_reseller = {HELD, CUSTOMERS} & {each for each, origin in left if origin in origins}
    assert lab.taken == by_reseller | ({STRAY} & {each for each, origin in left if origin == OTHER})
    assert all(isinstance(command, SetCustomerFilter) for command in lab.engine.commands("transit"))


def test_only_the_customers_of_who_filters_are_filtered():
    lab = Filtered(reselling("AS-RESELLER"))
    assert [each.neighbor for each in lab.engine.commands("transit")] == ["reseller", "other"]
    assert lab.engine.commands("reseller") == [Originate(HELD)]
