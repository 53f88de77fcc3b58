"""What a file says of the IRR, entry by entry: route objects and as-sets that are there at the start."""

from __future__ import annotations

from pydantic import Field

from lab.topology.entry_model import EntryModel
from lab.topology.irr_scalars import AsSetName, RirWord, SetMember
from lab.topology.scalars import Asn, IpPrefix, PrintedText


class IrrRouteEntry(EntryModel):
    """A route object, route or route6: `origin` may announce `prefix`."""

    prefix: IpPrefix
    origin: Asn
    source: RirWord | None = Field(default=None, description="default: the RIR of the prefix's registration")
    descr: PrintedText = ""
    remarks: PrintedText = ""


class IrrAsSetEntry(EntryModel):
    """An as-set: AS numbers and other sets."""

    as_set: AsSetName
    members: tuple[SetMember, ...]
    source: RirWord = "RIPE"
