import typing

import pytest

from lab.bgp.events import (
    Announced,
    BestPathChanged,
    CacheFailed,
    ExportBlocked,
    MaxPrefixReached,
    PayloadsReceived,
    PolicyChanged,
    Rejection,
    RouteRejected,
    RouterEvent,
    SessionDown,
    SessionUp,
    ValidationChanged,
    Withdrawn,
)
from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState
from lab.engines.base import SpeakerFault
from lab.observe.describe import describe, describe_lines
from lab.observe.events import (
    AlertRaised,
    AlertResolved,
    ExpectationChecked,
    FlowDown,
    FlowUp,
    LabEvent,
    Note,
    ObjectRejected,
    PacketVerdict,
    PayloadsChanged,
    PublicationPointChanged,
    ScenarioStep,
)
from lab.topology.vocabulary import AlertKind, DropReason

P = Prefix.parse("203.0.113.0/24")

SAID = [
    (SessionUp(0, "transit-a", "customer"), "transit-a has a BGP session with customer"),
    (
        SessionDown(0, "transit-a", "customer", "administrative shutdown"),
        "transit-a lost its BGP session with customer: administrative shutdown",
    ),
    (
        Announced(0, "customer", P, (64496, 64496)),
        "customer announces 203.0.113.0/24 with AS path 64496 64496",
    ),
    (Withdrawn(0, "customer", P), "customer withdraws 203.0.113.0/24"),
    (
        RouteRejected(0, "transit-a", P, "attacker", (64499,), Rejection.ROV_INVALID, ""),
        "transit-a rejects 203.0.113.0/24 from attacker (path 64499): origin validation says invalid",
    ),
    (
        RouteRejected(0, "transit-a", P, "attacker", (64499,), Rejection.FIRST_AS, "it starts with AS64496"),
        "transit-a rejects 203.0.113.0/24 from attacker (path 64499): it starts with AS64496",
    ),
    (
        BestPathChanged(0, "transit-a", P, None, (64496,), "customer", RovState.VALID, "only eligible route"),
        "transit-a prefers 203.0.113.0/24 via customer (path 64496, valid): only eligible route",
    ),
    (
        BestPathChanged(0, "transit-a", P, (64511, 64496), (64496,), "customer", None, "shorter AS path"),
        "transit-a now prefers 203.0.113.0/24 via customer (path 64496): shorter AS path; "
        "before: path 64511 64496",
    ),
    (
        BestPathChanged(0, "customer", P, None, (), "", RovState.VALID, "own route"),
        "customer uses its own route to 203.0.113.0/24: own route",
    ),
    (
        BestPathChanged(0, "transit-a", P, (64496,), None, None, None, "no eligible route is left"),
        "transit-a has no route to 203.0.113.0/24 any more: no eligible route is left",
    ),
    (
        ValidationChanged(0, "transit-a", P, "customer", RovState.NOT_FOUND, RovState.VALID),
        "transit-a keeps its route to 203.0.113.0/24 via customer, which was not-found and is now valid",
    ),
    (
        ExportBlocked(0, "leaker", P, "transit-b", (64510, 64496), "otc"),
        "leaker does not send 203.0.113.0/24 (path 64510 64496) to transit-b: "
        "Only-to-Customer forbids it (RFC 9234)",
    ),
    (PolicyChanged(0, "transit-a", "sets rov drop"), "transit-a sets rov drop"),
    (
        PayloadsReceived(0, "transit-a", "", 7, 1, 2),
        "transit-a holds 1 VRP and 2 ASPAs of the lab's RTR cache, serial 7",
    ),
    (
        PayloadsReceived(0, "transit-a", "[::1]:3323", 7, 0, 1, "the ASPA of AS64511 names nobody"),
        "transit-a holds 0 VRPs and 1 ASPA of the RTR cache at [::1]:3323, serial 7; "
        "it ignores the ASPA of AS64511 names nobody",
    ),
    (
        CacheFailed(0, "transit-a", "127.0.0.1:3323", "Connection refused", 0, 0),
        "transit-a has no VRPs: nothing from the RTR cache at 127.0.0.1:3323: Connection refused",
    ),
    (
        CacheFailed(0, "transit-a", "[::1]:3323", "it hung up", 5, 0),
        "transit-a keeps 5 VRPs and 0 ASPAs for now: nothing from the RTR cache at [::1]:3323: it hung up",
    ),
    (
        MaxPrefixReached(0, "transit-a", "customer", 10),
        "transit-a closes its session with customer: it announced more than 10 prefixes",
    ),
    (Note(0, "", "Now the hijack."), "Now the hijack."),
    (ScenarioStep(0, "", "hijack by attacker", 12), "line 12: hijack by attacker"),
    (ScenarioStep(0, "", "hijack by attacker"), "hijack by attacker"),
    (ExpectationChecked(0, "", "an alert moas", True), "met: an alert moas"),
    (
        ExpectationChecked(0, "", "an alert moas", False, "no alert", 14),
        "line 14: NOT met: an alert moas; no alert",
    ),
    (
        AlertRaised(0, "collector", AlertKind.MOAS, P, "", None, (64496,), ("transit-a",), "two origins"),
        "ALERT moas: two origins",
    ),
    (
        AlertResolved(0, "collector", AlertKind.MOAS, P, "", None, 0, "no longer: two origins"),
        "resolved moas: no longer: two origins",
    ),
    (
        PacketVerdict(0, "transit-b", "198.51.100.7", "203.0.113.9", ("eyeball", "transit-b"),
                      DropReason.URPF_STRICT, "transit-b drops it on arrival"),
        "packet 198.51.100.7 -> 203.0.113.9 dropped at transit-b after eyeball -> transit-b: "
        "transit-b drops it on arrival",
    ),
    (
        PacketVerdict(0, "customer", "192.0.2.1", "203.0.113.9", ("eyeball", "customer"), None, "delivered"),
        "packet 192.0.2.1 -> 203.0.113.9 delivered at customer after eyeball -> customer: delivered",
    ),
    (
        PacketVerdict(0, "cf-ams", "192.0.2.1", "203.0.113.9", ("eyeball", "cf-ams"), None, "CDN",
                      ("reply from 203.0.113.9: cf-ams > eyeball",)),
        "packet 192.0.2.1 -> 203.0.113.9 delivered at cf-ams after eyeball -> cf-ams: CDN; "
        "reply from 203.0.113.9: cf-ams > eyeball",
    ),
    (
        PacketVerdict(0, "transit", "192.0.2.1", "203.0.113.9", ("eyeball", "cf-ams"), DropReason.URPF_STRICT,
                      "reply: transit drops it", ("reply from 203.0.113.9: cf-ams > transit",)),
        "packet 192.0.2.1 -> 203.0.113.9 got to cf-ams after eyeball -> cf-ams, then dropped at transit: "
        "reply: transit drops it; reply from 203.0.113.9: cf-ams > transit",
    ),
    (
        FlowDown(0, "transit-b", "web", "urpf-strict", "transit-b drops it on arrival"),
        "traffic web is lost (urpf-strict): transit-b drops it on arrival",
    ),
    (
        FlowUp(0, "customer", "web", 852.0, "customer originates 203.0.113.0/24"),
        "traffic web gets through again after 14m12s: customer originates 203.0.113.0/24",
    ),
    (
        PayloadsChanged(0, "", ("VRP a", "VRP b", "VRP c", "VRP d", "VRP e"), ("VRP f",)),
        "the relying party gains VRP a, VRP b, VRP c, VRP d and 1 more and loses VRP f",
    ),
    (
        ObjectRejected(0, "", "rsync://arin.rpki.example/arin/a.roa", "revoked", "it is revoked (RFC 6487)"),
        "the relying party rejects rsync://arin.rpki.example/arin/a.roa: it is revoked (RFC 6487)",
    ),
    (
        PublicationPointChanged(0, "", "arin/customer", "lost", "no manifest"),
        "the publication point of arin/customer is lost: no manifest",
    ),
    (
        PublicationPointChanged(0, "", "arin/customer", "fresh", ""),
        "the publication point of arin/customer is fresh",
    ),
    (
        SpeakerFault(0, "customer", "died", "killed by signal 9"),
        "customer died: killed by signal 9",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("event", "text"), SAID, ids=lambda value: type(value).__name__)
def test_an_event_is_told_in_one_line(event, text):
    assert describe(event) == text


def test_every_kind_of_event_has_words_of_its_own():
    said = {type(event) for event, _ in SAID}
    assert set(typing.get_args(RouterEvent)) | set(typing.get_args(LabEvent)) <= said
    assert not {cls for cls in said if describe.dispatch(cls) is describe.dispatch(object)}


def test_each_packet_that_a_packet_has_caused_has_a_line_of_its_own():
    legs = ("edge to origin from 192.0.2.1: cf-ams > origin", "reply from 203.0.113.9: cf-ams > eyeball")
    way = ("eyeball", "cf-ams")
    verdict = PacketVerdict(0, "cf-ams", "198.51.100.7", "203.0.113.9", way, None, "CDN", legs)
    assert describe_lines(verdict) == [
        "packet 198.51.100.7 -> 203.0.113.9 delivered at cf-ams after eyeball -> cf-ams: CDN",
        *legs,
    ]
    assert describe(verdict) == "; ".join(describe_lines(verdict))
    assert describe_lines(Note(0, "", "remark")) == ["remark"]
