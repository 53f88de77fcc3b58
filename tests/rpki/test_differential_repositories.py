"""Whatever is published, ours, rpki-client and Fort take the same VRPs, by rsync and by RRDP over HTTPS."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.served_rpki import ServedRpki, without_ta

from lab.bgp.prefix import WIDTH, Prefix
from lab.rpki.fetching.network import NetworkSource
from lab.rpki.issuing.errors import IssuingError
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.validation.validator import validate
from lab.topology.loading import load, shipped
from lab.topology.model import Topology

pytestmark = [pytest.mark.rpki, pytest.mark.slow]
TRANSPORTS = [
    pytest.param(False, id="rsync"),
    pytest.param(True, marks=pytest.mark.netns, id="rrdp"),
]
Operation = Callable[[Rpki], object]


def different_rpkis() -> list[str]:
    """One of the labs that ship for each RPKI that one of them has: many scenarios share a topology."""
    names: dict[object, str] = {}
    for name in shipped():
        topology = load(name)
        if topology.vrps:
            names.setdefault((topology.registry, topology.vrps), name)
    return list(names.values())


@contextmanager
def served(topology: Topology, rrdp: bool) -> Iterator[ServedRpki]:
    # Not pytest's tmp_path: rpki-client gives up root, and needs to get at its files afterwards.
    root = Path(tempfile.mkdtemp(prefix="served-rpki-"))
    root.chmod(0o755)
    try:
        with closing(ServedRpki(root, topology, rrdp)) as made:
            yield made
    finally:
        shutil.rmtree(root)


def agree(rpki: ServedRpki) -> None:
    """All three take what was asked for."""
    wanted = without_ta(rpki.rpki.roas)
    assert rpki.ours() == wanted
    assert rpki.rpki_client() == wanted
    assert rpki.fort() == wanted


@pytest.mark.parametrize("rrdp", TRANSPORTS)
@pytest.mark.parametrize("name", different_rpkis())
def test_all_take_the_same_from_a_lab_that_ships(name: str, rrdp: bool) -> None:
    with served(load(name), rrdp) as rpki:
        agree(rpki)


ASN = st.integers(64496, 64511)


@st.composite
def parts(draw: st.DrawFn) -> Prefix:
    """A documentation prefix or a part of one."""
    whole = Prefix.parse(draw(st.sampled_from(["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32"])))
    length = draw(st.integers(whole.length, WIDTH[whole.version]))
    number = draw(st.integers(0, (1 << (length - whole.length)) - 1))
    return Prefix(whole.version, whole.value + (number << (WIDTH[whole.version] - length)), length)


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    """Something that is asked of the RPKI, which may refuse it."""
    prefix, asn = draw(parts()), draw(ASN)
    most = draw(st.integers(prefix.length, WIDTH[prefix.version]))
    ca = draw(st.sampled_from(["arin", "ripe", "customer"]))
    providers = draw(st.lists(ASN.filter(lambda provider: provider != asn), min_size=1, max_size=3))
    return draw(
        st.sampled_from(
            [
                lambda rpki: rpki.add_roa(prefix, asn, most),
                lambda rpki: rpki.add_roa(prefix, 0),
                lambda rpki: rpki.add_aspa(asn, tuple(sorted(set(providers)))),
                lambda rpki: rpki.transfer(prefix, "eyeball"),
                lambda rpki: rpki.roll_key(ca),
                lambda rpki: rpki.renew(ca),
            ]
        )
    )


@pytest.fixture(scope="module", params=TRANSPORTS)
def rpki(request: pytest.FixtureRequest) -> Iterator[ServedRpki]:
    with served(load("byoip"), request.param) as made:
        yield made


@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(asked=st.lists(operations(), min_size=1, max_size=12))
def test_all_follow_whatever_is_asked_of_the_rpki(rpki: ServedRpki, asked: list[Operation]) -> None:
    for operation in asked:
        try:
            operation(rpki.rpki)
        except IssuingError:
            continue  # it has changed nothing
    rpki.publish()
    agree(rpki)


def test_a_relying_party_without_a_cache_takes_what_one_takes_that_followed(rpki: ServedRpki) -> None:
    for asn in (64496, 64497, 64498):
        rpki.rpki.add_roa(Prefix.parse("203.0.113.0/24"), asn, 28)
        rpki.publish()
        followed = rpki.ours()
    with (
        tempfile.TemporaryDirectory() as cache,
        NetworkSource(Path(cache), ca_file=rpki.server.ca) as source,
    ):
        fresh = validate(rpki.rpki.tals(), source, int(time.time()))
    assert without_ta(fresh.payloads.vrps) == followed == without_ta(rpki.rpki.roas)
