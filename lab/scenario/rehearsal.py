"""A simulated copy of a running lab, in the state in which it is now, for trying something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Final

from lab.bgp.aspa import Aspa
from lab.bgp.commands import Originate, StopOriginating
from lab.bgp.rov import Vrp
from lab.engines.sim.engine import SimEngine
from lab.rpki.issuing.errors import IssuingError
from lab.rpki.issuing.faults import Fault, FileFault
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.local import GIVEN
from lab.rpki.payloads import Payloads
from lab.scenario.lab import Lab
from lab.topology.model import IrrAsSet, IrrRoute, Topology

_UNREACHED: Final = "not reached"
_PRIVATE_ASNS: Final = range(4_200_000_000, 4_294_967_295)
"""RFC 6996."""


@contextmanager
def rehearsal(lab: Lab) -> Iterator[tuple[Lab, tuple[str, ...]]]:
    """A simulated lab, settled in the state that `lab` is in now, and how its RPKI differs, one line each.

    Its CAs sign what those of `lab` do and have the same faults. What is valid in `lab` is signed and
    validated before the faults come, so that relying parties have the same last good versions. The time is
    not copied: what is not valid for another reason is left out, and named. VRPs that were given to `lab` are
    given to the copy. A speaker with a cache of its own follows the lab's in the copy, which is named, too.
    The IRR is copied. What clouds announce is announced in the copy, whose own clouds know nothing of it.
    """
    speakers = {name: replace(speaker, rtr=None) for name, speaker in lab.topology.speakers.items()}
    routes, as_sets = _irr_of(lab)
    topology = replace(lab.topology, speakers=speakers, vrps=(), aspas=(), irr=routes, as_sets=as_sets)
    given = [
        vrp for vrp, sources in lab.payloads.vrps.items() if any(each.uri == GIVEN.uri for each in sources)
    ]
    valid = lab.rpki.validation.payloads
    with Lab(topology, SimEngine, vrps=given) as copy:
        _replay(lab, copy)
        copy.at_the_cas(partial(_open, lab.rpki.cas, topology))
        copy.at_the_cas(partial(_sign, [*valid.vrps, *valid.aspas]))
        copy.at_the_cas(partial(_follow, lab.rpki.cas, valid))
        excess = _beyond(copy.rpki.validation.payloads, valid)
        if excess:
            copy.at_the_cas(partial(_remove, excess))
        unlike = [f"{_named(each)} is signed, but not valid, and not in the copy" for each in excess]
        unlike += [
            f"{speaker.name} follows the cache at {speaker.rtr}, in the copy the lab's"
            for speaker in lab.topology.speakers.values()
            if speaker.rtr is not None
        ]
        yield copy, (*unlike, *_differences(lab, copy))


def _irr_of(lab: Lab) -> tuple[tuple[IrrRoute, ...], tuple[IrrAsSet, ...]]:
    """The route objects and as-sets that there are now, as a file would have them."""
    routes = (
        IrrRoute(each.prefix, each.origin, each.source, "\n".join(each.descr), "\n".join(each.remarks))
        for each in lab.clouds.irr.routes()
    )
    as_sets = (IrrAsSet(each.name, each.members, each.source) for each in lab.clouds.irr.as_sets())
    return tuple(routes), tuple(as_sets)


def _replay(lab: Lab, copy: Lab) -> None:
    """Links, policies and announcements, as the lab's own commands; its CAs say what routes are judged by."""
    for session in lab.sessions():
        if not session.established:
            copy.engine.set_link(session.a, session.b, False)
    for name, speaker in lab.topology.speakers.items():
        wanted = lab.engine.commands(name)
        announced = {command.prefix for command in wanted if isinstance(command, Originate)}
        for prefix in set(speaker.prefixes) - announced:
            copy.engine.apply(name, StopOriginating(prefix))
        for command in wanted:
            copy.engine.apply(name, command)


def _open(original: Rpki, topology: Topology, cas: Rpki) -> None:
    """Have all CAs of the `original`: some are there only because they once were asked to sign something."""
    asns = {name: speaker.asn for name, speaker in topology.speakers.items()}
    unused = next(asn for asn in _PRIVATE_ASNS if asn not in asns.values())
    for name in original.cas.keys() - cas.cas.keys():
        asn = asns.get(name.partition("/")[2], unused)
        with suppress(IssuingError):
            cas.add_aspa(asn, (0,))
            cas.remove_aspa(asn)


def _sign(payloads: Iterable[Vrp | Aspa], cas: Rpki) -> None:
    """What cannot be signed is missed when the copy is compared."""
    for payload in payloads:
        with suppress(IssuingError):
            if isinstance(payload, Vrp):
                cas.add_roa(payload.prefix, payload.asn, payload.max_length)
            else:
                cas.add_aspa(payload.customer, payload.providers)


def _remove(payloads: Iterable[Vrp | Aspa], cas: Rpki) -> None:
    for payload in payloads:
        with suppress(IssuingError):
            if isinstance(payload, Vrp):
                cas.remove_roa(payload.prefix, payload.asn, payload.max_length)
            else:
                cas.remove_aspa(payload.customer)


def _follow(original: Rpki, valid: Payloads, cas: Rpki) -> None:
    """From CAs that have signed just what is valid to the `original` ones.

    Faults come before what is signed, but not valid: it may be signed since, or never have been fetched.
    Those of its files come after it.
    """
    refused = [fault for fault in original.faults if not _inject(cas, fault)]
    roas, customers = set(original.roas), {aspa.customer for aspa in original.aspas}
    _remove((roa for roa in valid.vrps if roa not in roas), cas)
    _remove((aspa for aspa in valid.aspas if aspa.customer not in customers), cas)
    _sign((roa for roa in original.roas if roa not in valid.vrps), cas)
    _sign((aspa for aspa in original.aspas if aspa not in valid.aspas), cas)
    for fault in refused:
        _inject(cas, fault)
    for name, authority in original.cas.items():
        if authority.withdrawn:
            with suppress(IssuingError):
                cas.revoke(name)


def _inject(cas: Rpki, fault: Fault) -> bool:
    """Whether it could be done."""
    if isinstance(fault, FileFault) and fault.file and fault.ca in cas.cas:
        # CRLs and manifests are named after their keys, which may be others here.
        ending = fault.file[-4:]
        by_role = [name for name in cas.cas[fault.ca].file_names if name.endswith(ending)]
        if ending in (".crl", ".mft") and by_role:
            fault = replace(fault, file=min(by_role))
    try:
        cas.inject(fault)
    except IssuingError:
        return False
    return True


def _beyond(some: Payloads, others: Payloads) -> list[Vrp | Aspa]:
    """Those of `some` that are not among `others`."""
    roas = [vrp for vrp in some.vrps if vrp not in others.vrps]
    return [*roas, *(aspa for aspa in some.aspas if aspa not in others.aspas)]


def _differences(lab: Lab, copy: Lab) -> Iterator[str]:
    """What is otherwise in two labs: faults, what the relying party validates, the standing of CAs."""
    faults = copy.rpki.cas.faults
    for fault in lab.rpki.cas.faults:
        if not any(fault.stands_for(other) for other in faults):
            yield f"{fault} cannot be copied"
    ours, theirs = lab.rpki.validation.payloads, copy.rpki.validation.payloads
    for payload in _beyond(ours, theirs):
        yield f"{_named(payload)} is valid in the lab, but not in the copy"
    for payload in _beyond(theirs, ours):
        yield f"{_named(payload)} is valid in the copy, but not in the lab"
    states, states_there = _states(lab), _states(copy)
    for repository, name in lab.rpki.names.items():
        state, there = states.get(repository, _UNREACHED), states_there.get(repository, _UNREACHED)
        if state != there:
            yield f"the CA {name} is {state} in the lab, but {there} in the copy"


def _states(lab: Lab) -> dict[str, str]:
    return {point.repository: point.state.value for point in lab.rpki.validation.points}


def _named(payload: Vrp | Aspa) -> str:
    return f"the ROA {payload}" if isinstance(payload, Vrp) else f"the ASPA of AS{payload.customer}"
