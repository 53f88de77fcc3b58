"""The five RIRs: the words each has for how space is held, and what it lets a holder write, and where.

ARIN's title is as its RDAP shows it, and APNIC's two; RIPE's RDAP gives `descr` and then `remarks` in one
remark without a title. Those of AFRINIC and LACNIC follow APNIC's. Where AWS wants its certificate is in
"Bring your own IP addresses (BYOIP) in Amazon EC2", section "Create a self-signed X509 certificate".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.registry.errors import RegistryError
from lab.registry.records import Remark
from lab.topology.problems import suggestion
from lab.topology.vocabulary import STATUSES


@dataclass(frozen=True, slots=True)
class CommentField:
    """A field for comments. `title` is that of the RDAP remark it becomes.

    `written_by` names who writes there for the holder, or is "" where the holder does it in the portal.
    """

    name: str
    title: str
    written_by: str = ""


@dataclass(frozen=True, slots=True)
class Rir:
    """One RIR. `fields` are in the order in which RDAP shows them; a comment goes to `main` unless another is
    asked for, which is where AWS wants its certificate.

    `status_word` is what the RIR calls a status. `charset` is what its comments can be written in. `portal`
    is where a holder edits, `roas` what it calls making ROAs there.
    """

    name: str
    status_word: str
    fields: tuple[CommentField, ...]
    main: CommentField
    portal: str
    roas: str
    charset: str = "utf-8"

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses this RIR has."""
        return STATUSES[self.name]

    def field(self, name: str | None = None) -> CommentField:
        """The field called `name`, or `main`. Upper and lower case are alike. Raises RegistryError."""
        if name is None:
            return self.main
        for field in self.fields:
            if field.name.lower() == name.strip().rstrip(":").lower():
                return field
        names = [field.name for field in self.fields]
        raise RegistryError(
            f"{self.name} has no field {name!r} for comments", suggestion(name, names, "its fields")
        )

    def status(self, word: str) -> str:
        """`word` as this RIR writes it. Upper and lower case are alike. Raises RegistryError."""
        for status in self.statuses:
            if status.lower() == " ".join(word.split()).lower():
                return status
        raise RegistryError(
            f"{self.name} has no {self.status_word} {word!r}",
            suggestion(word, self.statuses, f"it has {self.status_word}"),
        )

    def appended(
        self, remarks: tuple[Remark, ...], field: CommentField, lines: tuple[str, ...]
    ) -> tuple[Remark, ...]:
        """The remarks with `lines` at the end of `field`, in the order of `fields`, after those of others."""
        ours = {remark.field: remark for remark in self.own(remarks)}
        before = ours[field.name].lines if field.name in ours else ()
        ours[field.name] = Remark(field.title, (*before, *lines), field.name, self.name)
        others = tuple(remark for remark in remarks if remark.rir != self.name)
        return (*others, *(ours[each.name] for each in self.fields if each.name in ours))

    def own(self, remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
        """Those of the remarks that are written at this RIR."""
        return tuple(remark for remark in remarks if remark.rir == self.name)


_COMMENTS: Final = CommentField("Public Comments", "Registration Comments")
_DESCR: Final = CommentField("descr", "description")
_REMARKS: Final = CommentField("remarks", "remarks")
_UNTITLED_DESCR: Final = CommentField("descr", "")
_UNTITLED_REMARKS: Final = CommentField("remarks", "")
_HELPDESK_REMARKS: Final = CommentField("remarks", "remarks", written_by="APNIC's helpdesk")

RIRS: Final = {
    rir.name: rir
    for rir in (
        Rir("AFRINIC", "status", (_DESCR, _REMARKS), _REMARKS, "MyAFRINIC", "Resource Certification"),
        Rir("APNIC", "status", (_DESCR, _HELPDESK_REMARKS), _HELPDESK_REMARKS, "MyAPNIC", "Route Management"),
        Rir("ARIN", "network type", (_COMMENTS,), _COMMENTS, "ARIN Online", "ROA Requests"),
        Rir("LACNIC", "status", (_REMARKS,), _REMARKS, "MiLACNIC", "RPKI"),
        Rir(
            "RIPE",
            "status",
            (_UNTITLED_DESCR, _UNTITLED_REMARKS),
            _UNTITLED_DESCR,
            "the RIPE Database",
            "Managing ROAs",
            charset="latin-1",
        ),
    )
}
"""The RIRs by name."""
