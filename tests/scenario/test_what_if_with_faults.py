"""What-if on labs in whose RPKI something is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from support.small_lab import TEXT

from lab.bgp.prefix import Prefix
from lab.engines.sim.engine import SimEngine
from lab.rpki.issuing.faults import FAULTS, ExpiredCa, ExpiredRoa, Fault, StopRenewing, UnreachableRepository
from lab.scenario.lab import Lab
from lab.scenario.rehearsal import rehearsal
from lab.scenario.rpki_showing import what_if_step
from lab.scenario.what_if import what_if, what_if_data, what_if_text
from lab.topology.loading import parse, parse_step, read_document

NET, HALF = Prefix.parse("203.0.113.0/24"), Prefix.parse("203.0.113.0/25")
REGISTERED = f"{TEXT}registry:\n  - {{prefix: 203.0.113.0/24, holder: customer, rir: ARIN}}\n"
CUSTOMER = "arin/customer"


@contextmanager
def registered(text: str = REGISTERED) -> Iterator[Lab]:
    with Lab(parse(text, "registered.yaml"), SimEngine) as lab:
        yield lab


def broken(lab: Lab, fault: Fault) -> None:
    lab.at_the_cas(lambda cas: cas.inject(fault))


def fault(kind: str) -> Fault:
    return UnreachableRepository("arin") if kind == UnreachableRepository.kind else FAULTS[kind](CUSTOMER)


def verdicts(lab: Lab) -> Mapping[str, object]:
    return {name: (dict(view.best), dict(view.adj_in)) for name, view in lab.views().items()}


def validated(lab: Lab) -> object:
    """What the relying party concludes, the names of files left out: they follow from keys."""
    found = lab.rpki.validation
    return list(lab.payloads.vrps), [(point.repository, point.state) for point in found.points]


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_what_is_broken_in_the_lab_is_broken_in_the_copy_and_can_be_mended_there(kind: str) -> None:
    with registered() as lab:
        broken(lab, fault(kind))
        lab.add_roa(HALF, 64496)  # never fetched where the fault keeps relying parties from it
        with rehearsal(lab) as (copy, unlike):
            assert unlike == ()
            assert copy.rpki.cas.faults == lab.rpki.cas.faults
            assert (validated(copy), verdicts(copy)) == (validated(lab), verdicts(lab))
            for each in (copy, lab):
                each.at_the_cas(lambda cas: cas.repair(fault(kind)))
            assert (validated(copy), verdicts(copy)) == (validated(lab), verdicts(lab))


def test_a_roa_that_a_lost_ca_signs_is_foretold_to_change_nothing() -> None:
    with registered() as lab:
        lab.remove_roa(NET, 64496)
        broken(lab, ExpiredCa(CUSTOMER))
        assert what_if_text(what_if(lab, lambda copy: copy.add_roa(NET, 64496))) == "nothing changes"


def test_a_lost_ca_that_signs_nothing_any_more_is_lost_in_the_copy_too() -> None:
    with registered(TEXT) as lab:  # where nothing is registered
        lab.remove_roa(NET, 64496)
        broken(lab, ExpiredCa("ripe/unregistered"))
        assert what_if_text(what_if(lab, lambda copy: copy.add_roa(NET, 64496))) == "nothing changes"


def test_a_roa_that_was_removed_where_nobody_could_fetch_it_is_still_valid_in_the_copy() -> None:
    with registered() as lab:
        broken(lab, UnreachableRepository("arin"))
        lab.remove_roa(NET, 64496)
        with rehearsal(lab) as (copy, unlike):
            assert unlike == ()
            assert copy.vrps.vrps == lab.vrps.vrps != frozenset()
        assert "rov valid -> not-found" in what_if_text(
            what_if(lab, lambda copy: copy.at_the_cas(lambda cas: cas.repair(UnreachableRepository("arin"))))
        )


def test_of_an_aspa_that_was_replaced_where_nobody_could_fetch_it_the_old_one_is_valid_in_the_copy() -> None:
    with registered() as lab:
        lab.add_aspa(64496, [64510])
        broken(lab, FAULTS["missing-file"](CUSTOMER, "AS64496.asa"))
        lab.add_aspa(64496, [64505])
        assert [aspa.providers for aspa in lab.aspas] == [(64510,)]
        with rehearsal(lab) as (copy, unlike):
            assert unlike == ()
            assert copy.aspas.aspas == lab.aspas.aspas
            assert (copy.rpki.cas.aspas, copy.rpki.cas.faults) == (lab.rpki.cas.aspas, lab.rpki.cas.faults)


def test_a_revoked_ca_is_revoked_in_the_copy() -> None:
    with registered() as lab:
        lab.at_the_cas(lambda cas: cas.revoke(CUSTOMER))
        with rehearsal(lab) as (copy, unlike):
            assert (unlike, validated(copy)) == ((), validated(lab))


def test_a_fault_of_a_manifest_is_copied_after_a_key_roll() -> None:
    with registered() as lab:
        lab.at_the_cas(lambda cas: cas.roll_key(CUSTOMER))
        manifest = next(name for name in lab.rpki.cas.cas[CUSTOMER].file_names if name.endswith(".mft"))
        broken(lab, FAULTS["missing-file"](CUSTOMER, manifest))
        with rehearsal(lab) as (copy, unlike):
            assert (unlike, validated(copy)) == ((), validated(lab))


def test_what_only_time_has_made_invalid_is_named() -> None:
    with registered() as lab:
        broken(lab, StopRenewing(CUSTOMER))
        lab.wait(3 * 86400)
        assert not lab.vrps.vrps
        found = what_if(lab, lambda copy: copy.add_roa(HALF, 64496))
        assert found.unlike == ()
        assert found.rpki_unlike == (
            "the ROA 203.0.113.0/24 AS64496 is signed, but not valid, and not in the copy",
            "the CA arin/customer is lost in the lab, but fresh in the copy",
        )
        assert "not certain: the RPKI of the simulated copy differs" in what_if_text(found)
        assert what_if_data(found)["rpki_unlike"] == list(found.rpki_unlike)


def test_a_fault_that_cannot_be_copied_is_named() -> None:
    with registered() as lab:
        lab.add_roa(HALF, 64496)
        lab.at_the_cas(lambda cas: cas.roll_key(CUSTOMER))
        certificate = lab.rpki.cas.cas[CUSTOMER].current.certificate_name
        broken(lab, FAULTS["corrupt-file"]("arin", certificate))
        with rehearsal(lab) as (_, unlike):
            assert unlike[0] == f"corrupt-file arin {certificate} cannot be copied"


STEPS = [
    "{break: expired-ca, ca: customer}",
    "{mend: expired-roa, ca: customer}",
    "{roll: customer}",
    "{renew: customer}",
    "{revoke: 203-0-113-0-24-24-AS64496.roa, ca: customer}",
    "{transfer: 203.0.113.0/24, to: transit}",
]


@pytest.mark.parametrize("text", STEPS)
def test_an_rpki_step_is_tried_on_the_copy(text: str) -> None:
    topology = parse(REGISTERED, "registered.yaml")
    with Lab(topology, SimEngine) as lab:
        if "mend" in text:
            broken(lab, ExpiredRoa(CUSTOMER))
        step = parse_step(read_document(f"- rpki: {text}\n").data[0], read_document(REGISTERED))
        data = what_if_step(lab, step)
        foretold = {each["new"] for each in data["validity"]}
        expected = {
            "mend": {"valid"},
            "break": {"not-found"},
            "revoke": {"not-found"},
            "transfer": {"not-found"},
        }
        assert foretold == expected.get(text[1:].partition(":")[0], set())
        assert data["rpki_unlike"] == []
        assert len(lab.rpki.cas.faults) == ("mend" in text)
