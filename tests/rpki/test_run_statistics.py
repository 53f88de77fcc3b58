"""The figures of a validation run: what counts for which trust anchor, and how long servers took."""

from __future__ import annotations

import itertools

from lab.rpki.fetching.source import MemorySource
from lab.rpki.issuing.faults import ExpiredRoa, OverClaimingCa
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.outputs.run_statistics import TimedSource, run_statistics
from lab.rpki.uris import parse_rsync
from lab.rpki.validation.validator import validate
from lab.topology.loading import load

NOW = 1_767_225_600


def run(*faults, unreachable=()):
    rpki = Rpki.of(load("byoip"), user_key_pool(), NOW)
    for fault in faults:
        rpki.inject(fault)
    memory = MemorySource()
    for server, files in rpki.files().items():
        memory.publish(parse_rsync(rpki.addresses[server].rsync_base).authority, files)
    memory.unreachable.update(unreachable)
    source = TimedSource(memory, itertools.count().__next__)
    validation = validate(rpki.tals(), source, NOW)
    return run_statistics(validation, source.fetches), validation


def test_every_accepted_object_counts_once_for_its_trust_anchor():
    figures, validation = run()
    assert sum(figures.valid.values()) == sum(validation.accepted.values())
    assert {key: count for key, count in figures.valid.items() if key[0] == "ripe"} == {
        ("ripe", "cer"): 3,
        ("ripe", "crl"): 3,
        ("ripe", "mft"): 3,
        ("ripe", "roa"): 1,
    }
    assert figures.rejected == {}


def test_a_rejected_object_counts_for_the_trust_anchor_whose_repository_it_is_in():
    figures, _ = run(ExpiredRoa("customer"), OverClaimingCa("eyeball"))
    assert figures.rejected == {("arin", "roa", "expired"): 1, ("ripe", "cer", "over-claim"): 1}


def test_a_server_is_told_once_with_all_the_time_it_took():
    figures, validation = run(unreachable=["lacnic.rpki.example"])
    by_uri = {fetch.uri: fetch for fetch in figures.repositories}
    assert len(by_uri) == len(figures.repositories) == 4
    arin = by_uri["rsync://arin.rpki.example/arin/"]
    assert (arin.ok, arin.via) == (True, "memory")
    assert arin.seconds == sum(point.ta == "arin" for point in validation.points)
    assert figures.valid["lacnic", "cer"] == 0
