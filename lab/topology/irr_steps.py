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
    """A new route object. Line breaks in `descr` and `remarks` are the lines."""

    descr: PrintedText = ""
    remarks: PrintedText = ""


class RouteEdit(RouteKey):
    """`clear` takes all lines of a field away; then the lines of `descr` and `remarks` are added."""

    descr: PrintedText | None = None
    remarks: PrintedText | None = None
    clear: Literal["descr", "remarks"] | None = None


class AsSetChange(StepModel):
    """The as-set `name` with these members, in place of what it was."""

    name: AsSetName
    members: tuple[SetMember, ...]
    source: RirWord | None = None


class IrrStep(StepModel):
    """Exactly one of: `add` a route object, `remove` one, `edit` the lines of one, write an `as_set`.

    `$name` in a text stands for what an earlier step saved.
    """

    add: RouteAddition | None = None
    remove: RouteKey | None = None
    edit: RouteEdit | None = None
    as_set: AsSetChange | None = None

    @property
    def text(self) -> str:
        """The step as a sentence for people."""
        if self.add is not None:
            return f"the route object {self.add} is added to the IRR{_lines(self.add)}"
        if self.remove is not None:
            return f"the route object {self.remove} is removed from the IRR"
        if self.edit is not None:
            return f"the route object {self.edit} is edited in the IRR{_lines(self.edit)}"
        assert self.as_set is not None, "the checks ask for one of the four"
        members = ", ".join(self.as_set.members) or "nobody"
        return f"the as-set {self.as_set.name} becomes {members} in the IRR"


def _lines(change: RouteAddition | RouteEdit) -> str:
    cleared = [f"without {change.clear}"] if isinstance(change, RouteEdit) and change.clear else []
    given = (("descr", change.descr), ("remarks", change.remarks))
    written = [f"{name} {' '.join(text.split())}" for name, text in given if text]
    said = ", ".join((*cleared, *written))
    return f": {said if len(said) <= 100 else f'{said[:100]}…'}" if said else ""
