"""The steps that edit the IRR, as written in a file. Which members may stand together: `irr_checks`."""

from __future__ import annotations

from typing import Literal

from lab.topology.irr_scalars import AsSetName, RirWord, SetMember
from lab.topology.scalars import Asn, IpPrefix, PrintedText
from lab.topology.step_model import StepModel


class RouteKey(StepModel):
    """The route object of `prefix` and `origin` in registry `source`, by default the RIR of the
    registration."""

    prefix: IpPrefix
    origin: Asn
    source: RirWord | None = None

    def __str__(self) -> str:
        where = f" at {self.source}" if self.source else ""
        return f"{self.prefix} AS{self.origin}{where}"


class RouteAddition(RouteKey):
    """A new route object. Line breaks in `descr` and `remarks` are the lines; the mntner is HOLDER-MNT unless
    another is named."""

    descr: PrintedText = ""
    remarks: PrintedText = ""
    mnt_by: PrintedText = ""


class RouteEdit(RouteKey):
    """`clear` takes all lines of a field away; then the lines of `descr` and `remarks` are added."""

    descr: PrintedText | None = None
    remarks: PrintedText | None = None
    clear: Literal["descr", "remarks"] | None = None


class AsSetKey(StepModel):
    """The as-set `name` in registry `source`, by default wherever it is."""

    name: AsSetName
    source: RirWord | None = None


class AsSetChange(AsSetKey):
    """The as-set with these members and lines, in place of what it was. It is made if it is nowhere."""

    members: tuple[SetMember, ...]
    descr: PrintedText = ""
    remarks: PrintedText = ""


class IrrStep(StepModel):
    """Exactly one of: `add` a route object, `remove` one, `edit` the lines of one, write an `as_set`, remove
    one.

    `$name` in a text stands for what an earlier step saved.
    """

    add: RouteAddition | None = None
    remove: RouteKey | None = None
    edit: RouteEdit | None = None
    as_set: AsSetChange | None = None
    remove_as_set: AsSetKey | None = None

    @property
    def text(self) -> str:
        """The step as a sentence for people."""
        if self.add is not None:
            return f"the route object {self.add} is added to the IRR{_lines(self.add)}"
        if self.remove is not None:
            return f"the route object {self.remove} is removed from the IRR"
        if self.edit is not None:
            return f"the route object {self.edit} is edited in the IRR{_lines(self.edit)}"
        if self.remove_as_set is not None:
            where = f" at {self.remove_as_set.source}" if self.remove_as_set.source else ""
            return f"the as-set {self.remove_as_set.name}{where} is removed from the IRR"
        assert self.as_set is not None, "the checks ask for one of the five"
        members = ", ".join(self.as_set.members) or "nobody"
        return f"the as-set {self.as_set.name} becomes {members} in the IRR{_lines(self.as_set)}"


def _lines(change: RouteAddition | RouteEdit | AsSetChange) -> str:
    cleared = [f"without {change.clear}"] if isinstance(change, RouteEdit) and change.clear else []
    given = (("descr", change.descr), ("remarks", change.remarks))
    written = [f"{name} {' '.join(text.split())}" for name, text in given if text]
    said = ", ".join((*cleared, *written))
    return f": {said if len(said) <= 100 else f'{said[:100]}…'}" if said else ""
