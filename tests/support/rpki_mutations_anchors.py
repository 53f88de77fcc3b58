"""Single faults of trust anchors' certificates and of TALs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from support.rpki_mutations_certificates import KEYS, SIGNATURES
from support.rpki_mutations_der import context, integer, null, octets, sequence, uri
from support.rpki_mutations_drafts import STRANGER, Draft, Edit, Mutation, key
from support.rpki_mutations_edits import (
    added,
    append,
    at,
    common_name,
    inside,
    remove,
    shift,
    valued,
    without,
)

from lab.rpki.objects import oids

DAY = 86400
_FULL_NAME = context(0, uri("rsync://elsewhere.example/repo/x.crl"))
_CRLDP = sequence(sequence(context(0, _FULL_NAME)))
_INHERIT = (sequence(octets(afi), null()) for afi in (b"\0\x01", b"\0\x02"))

ANCHOR_EDITS: Mapping[str, Edit] = {
    "is expired": shift(4, 1, seconds=-301 * DAY),
    "is valid from tomorrow": shift(4, 0, seconds=3 * DAY),
    "serial number 0": at(1, to=integer(0)),
    "issuer is somebody else": at(3, to=common_name("somebody-else")),
    "resources inherited": valued(oids.IP_RESOURCES, sequence(*_INHERIT)),
    "CRL distribution points": added(oids.CRL_DISTRIBUTION_POINTS, _CRLDP),
    "basic constraints missing": without(oids.BASIC_CONSTRAINTS),
    "path length 0": inside(oids.BASIC_CONSTRAINTS, append(new=integer(0))),
    "no manifest": inside(oids.SUBJECT_INFO_ACCESS, remove(1)),
    "policies missing": without(oids.CERTIFICATE_POLICIES),
}


def _another_key(draft: Draft) -> None:
    draft.tal_key = key(STRANGER)


def anchor_mutations() -> Iterator[Mutation]:
    """Every fault of a trust anchor; each has one of its own."""
    for name, edit in ANCHOR_EDITS.items():
        yield Mutation(
            f"trust anchor: {name}", lambda draft, edit=edit: draft.anchor.edits.append(edit), alone=True
        )
    for name in ("signature has one wrong bit", "signed with SHA-1"):
        change = SIGNATURES[name]
        yield Mutation(f"trust anchor: {name}", lambda draft, change=change: change(draft.anchor), alone=True)
    yield Mutation(
        "trust anchor: key of 4096 bits", lambda draft: KEYS["key of 4096 bits"](draft.anchor), alone=True
    )
    yield Mutation("TAL: key is another", _another_key, alone=True)
