"""No false alarm on any converged Gao-Rexford table, and no silence about what is seen."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.examples import examples

from lab.bgp.commands import Leak
from lab.bgp.prefix import Prefix
from lab.topology.vocabulary import AlertKind

HELD, PART = "203.0.113.0/24", "203.0.113.128/25"
FEW = settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def topologies(draw, observe):
    """Customers come after their providers, so there is no provider cycle; then peers, and one exchange."""
    count = draw(st.integers(3, 9))
    names = [f"as{number}" for number in range(count)]
    asns = {name: 64496 + number for number, name in enumerate(names)}
    if draw(st.booleans()):
        asns[names[-1]] = asns[names[-2]]  # two sites of one AS
    links = set()
    for number in range(1, count):
        for provider in draw(st.sets(st.integers(0, number - 1), min_size=1, max_size=2)):
            links.add((names[number], "->", names[provider]))
    joined = {frozenset((a, b)) for a, _, b in links}
    for a, b in draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=4)):
        if a != b and asns[a] != asns[b] and frozenset((a, b)) not in joined:
            joined.add(frozenset((a, b)))
            links.add((a, "--", b))
    clients = draw(st.sets(st.sampled_from(names), max_size=4))
    if len(clients) > 1:
        asns["rs"] = 65536
        links |= {("rs", "=>", client) for client in clients}
    written = [" ".join(link) for link in sorted(links)]
    return observe.topology(asns, written, held={names[draw(st.integers(0, count - 1))]: [HELD]})


def holder_of(lab):
    return lab.topology.registry[0].holder


@FEW
@given(st.data())
def test_no_alert_is_raised_on_any_converged_gao_rexford_table(observe, data):
    lab = observe.Watched(data.draw(topologies(observe)))
    for name in lab.topology.names_of(lab.topology.speakers[holder_of(lab)].asn):
        assert lab.announce(name, HELD, prepend=data.draw(st.integers(0, 2))) == []
    assert lab.authorise(HELD, lab.topology.speakers[holder_of(lab)].asn) == []
    assert lab.table().paths[Prefix.parse(HELD)]


@FEW
@given(st.data())
def test_a_subprefix_hijack_is_seen_wherever_it_comes_from(observe, data):
    lab = observe.Watched(data.draw(topologies(observe)))
    lab.announce(holder_of(lab), HELD)
    asn = lab.topology.speakers[holder_of(lab)].asn
    others = [each for each in lab.topology.routers() if each.asn != asn and each.name != "rs"]
    attacker = data.draw(st.sampled_from(others))
    events = lab.announce(attacker.name, PART)
    assert [(event.kind, event.asn) for event in events] == [(AlertKind.SUBPREFIX_HIJACK, attacker.asn)]
    assert [event.kind for event in lab.withdraw(attacker.name, PART)] == [AlertKind.SUBPREFIX_HIJACK]
    assert lab.detector.open_alerts() == []


@FEW
@given(st.data())
def test_only_the_leaker_is_accused_of_a_leak_and_silence_follows_its_end(observe, data):
    lab = observe.Watched(data.draw(topologies(observe)))
    lab.announce(holder_of(lab), HELD)
    leaker = data.draw(st.sampled_from([each for each in lab.topology.routers() if each.name != "rs"]))
    events = lab.apply(leaker.name, Leak())
    assert {(event.kind, event.asn) for event in events} <= {(AlertKind.ROUTE_LEAK, leaker.asn)}
    lab.apply(leaker.name, Leak(active=False))
    assert lab.detector.open_alerts() == []


@FEW
@given(st.data())
def test_whatever_path_is_announced_nobody_unknown_is_accused_and_of_the_holders_nobody(observe, data):
    lab = observe.Watched(data.draw(topologies(observe)))
    speakers = [each for each in lab.topology.routers() if each.name != "rs"]
    sender = data.draw(st.sampled_from(speakers))
    asns = st.sampled_from([3356, *(each.asn for each in speakers)])
    path = tuple(data.draw(st.lists(asns, min_size=1, max_size=4)))
    lab.announce(sender.name, data.draw(st.sampled_from([HELD, PART])), path=path)
    accused = {event.asn for event in lab.detector.open_alerts()} - {None}
    assert accused <= {each.asn for each in speakers}
    if sender.asn == lab.topology.speakers[holder_of(lab)].asn:
        assert accused == set()
