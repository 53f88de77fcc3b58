import pytest
from support.small_lab import small

from lab.bgp.prefix import Prefix
from lab.bgp.rov import RovState
from lab.engines.sim.engine import SimEngine
from lab.rpki.advice import AnnouncementStanding, RoaStanding, advice_data, advice_text
from lab.rpki.explaining import explanation_text
from lab.rpki.issuing.faults import ExpiredCa, ExpiredRoa, UnreachableRepository
from lab.scenario.advising import advice, announcements, explanation, holders
from lab.scenario.lab import Lab
from lab.topology.loading import load

NET, HALF = Prefix.parse("203.0.113.0/24"), Prefix.parse("203.0.113.0/25")


def test_a_lab_is_advised_about_what_its_speakers_hear_rejected_or_not():
    with Lab(small(), SimEngine) as lab:
        lab.hijack("attacker", HALF)
        seen = {(each.prefix, each.origin): each.seen_by for each in announcements(lab)}
        assert seen == {(NET, 64496): 3, (HALF, 64505): 1, (Prefix.parse("198.51.100.0/24"), 64500): 3}
        found = advice(lab)
        standings = {str(each.announcement): each.standing for each in found.announcements}
        assert standings["203.0.113.0/25 from AS64505"] is AnnouncementStanding.INVALID_ASN
        assert [each.standing for each in found.roas] == [RoaStanding.SEEN]
        assert advice_data(found)["commands"] == ["lab roa add 198.51.100.0/24 64500"]
        assert "caution: AS64505 does not hold 203.0.113.0/25, AS64496 does" in advice_text(found)


def test_the_commands_of_the_advice_mend_the_lab():
    with Lab(small(), SimEngine) as lab:
        for command in advice(lab).commands():
            _, _, verb, prefix, asn = command.split()
            assert verb == "add"
            lab.add_roa(prefix, int(asn))
        assert advice(lab).suggestions() == ()


def test_holders_are_those_of_the_registry():
    with Lab(small(), SimEngine) as lab:
        held_by = holders(lab)
        assert held_by(HALF) == frozenset({64496})
        assert held_by(Prefix.parse("192.0.2.0/24")) is None


def test_an_explanation_names_the_rejected_roa_of_the_holder():
    with Lab(load("byoip"), SimEngine) as lab:
        uri = explanation(lab, NET, 64496).covering[0].sources[0].uri
        expired = ExpiredRoa("arin/customer", uri.rpartition("/")[2])
        lab.at_the_cas(lambda cas: cas.inject(expired))
        found = explanation(lab, NET, 64496)
        assert found.state is RovState.NOT_FOUND
        assert [each.uri for each in found.hints] == [uri]
        assert "rejected objects that may have to do with it" in explanation_text(found)


def test_an_explanation_names_the_file_and_the_trust_anchor_of_each_roa():
    with Lab(load("byoip"), SimEngine) as lab:
        (covering,) = explanation(lab, NET, 64496).covering
        assert covering.sources == lab.payloads.vrps[covering.vrp]
        assert covering.sources[0].ta == "arin"
        assert covering.sources[0].uri.startswith("rsync://")


@pytest.mark.parametrize(
    ("fault", "command"),
    [
        (ExpiredCa("customer"), "lab rpki mend expired-ca --ca arin/customer"),
        (
            ExpiredRoa("customer", "203-0-113-0-24-24-AS64496.roa"),
            "lab rpki mend expired-roa --ca arin/customer --file 203-0-113-0-24-24-AS64496.roa",
        ),
    ],
)
def test_a_roa_that_is_there_but_not_valid_is_to_be_mended_and_not_added(fault, command):
    with Lab(load("byoip"), SimEngine) as lab:
        lab.at_the_cas(lambda cas: cas.inject(fault))
        mended = explanation(lab, NET, 64496).fix
        assert mended.commands == (command,)
        assert "is there but not valid now: " in mended.reason
        assert "expired" in mended.reason
        assert advice(lab).commands() == (command,)


def test_a_roa_under_a_revoked_ca_needs_the_ca_renewed():
    with Lab(load("byoip"), SimEngine) as lab:
        lab.at_the_cas(lambda cas: cas.revoke("customer"))
        assert explanation(lab, NET, 64496).fix.commands == ("lab rpki renew arin/customer",)
        lab.at_the_cas(lambda cas: cas.renew("customer"))
        assert explanation(lab, NET, 64496).fix is None


def test_a_fault_elsewhere_has_nothing_to_do_with_a_missing_roa():
    with Lab(load("byoip"), SimEngine) as lab:
        lab.at_the_cas(lambda cas: cas.inject(UnreachableRepository("ripe")))
        lab.remove_roa(NET, 64496)
        assert explanation(lab, NET, 64496).fix.commands == (f"lab roa add {NET} 64496",)
