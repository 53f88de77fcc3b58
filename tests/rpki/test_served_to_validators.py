"""Other people's validators fetch the lab's RPKI from its publication servers, by URIs with ports."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.served_rpki import ServedRpki

from lab.bgp.prefix import Prefix
from lab.topology.loading import load

pytestmark = pytest.mark.rpki


@contextmanager
def served(rrdp: bool) -> Iterator[ServedRpki]:
    # Not pytest's tmp_path: rpki-client gives up root, and needs to get at its files afterwards.
    root = Path(tempfile.mkdtemp(prefix="served-rpki-"))
    root.chmod(0o755)
    try:
        with closing(ServedRpki(root, load("byoip"), rrdp)) as made:
            yield made
    finally:
        shutil.rmtree(root)


@pytest.mark.parametrize("rrdp", [False, pytest.param(True, marks=pytest.mark.netns)], ids=["rsync", "rrdp"])
def test_rpki_client_and_fort_take_what_ours_takes_before_and_after_a_change(rrdp: bool) -> None:
    with served(rrdp) as rpki:
        before = rpki.ours()
        assert before == rpki.rpki_client() == rpki.fort()
        assert len(before) == len(rpki.rpki.roas)
        rpki.rpki.add_roa(Prefix.parse("203.0.113.0/24"), 64511)
        rpki.publish()
        after = rpki.ours()
        assert {vrp.asn for vrp in after - before} == {64511}
        assert after == rpki.rpki_client() == rpki.fort()
