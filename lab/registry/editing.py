"""What a holder does in its RIR's portal: comments on a range or on itself, and what the RIR's staff does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lab.bgp.prefix import Prefix
from lab.registry.comments import check_line_count, comment_lines
from lab.registry.database import RegistryDatabase
from lab.registry.errors import RegistryError
from lab.registry.records import Holder, HolderKind, Registration, Remark
from lab.registry.rirs import RIRS, CommentField, Rir


class Editor:
    """Edits a database by the rules of the RIR that each range is registered with.

    Every method raises RegistryError, and then changes nothing: for a prefix that is not itself registered,
    for a field, status or text that the RIR does not take, and for a field that its helpdesk writes unless
    `by_helpdesk` says that the authorized contact has asked it to.
    """

    def __init__(self, database: RegistryDatabase) -> None:
        self._database = database

    def add_comment(
        self,
        prefix: Prefix,
        text: str | Iterable[str],
        field: str | None = None,
        *,
        by_helpdesk: bool = False,
    ) -> Registration:
        """Write lines at the end of a comment on the range; `field` is the RIR's word for where."""
        found = self._registration(prefix)
        remarks = _with_comment(RIRS[found.rir], found.remarks, text, field, by_helpdesk)
        return self._put(replace(found, remarks=remarks))

    def clear_comments(
        self, prefix: Prefix, field: str | None = None, *, by_helpdesk: bool = False
    ) -> Registration:
        """Remove the comments on the range: all, or those of one field."""
        found = self._registration(prefix)
        remarks = _without_comments(RIRS[found.rir], found.remarks, field, by_helpdesk)
        return self._put(replace(found, remarks=remarks))

    def add_holder_comment(
        self,
        prefix: Prefix,
        text: str | Iterable[str],
        field: str | None = None,
        *,
        by_helpdesk: bool = False,
    ) -> Holder:
        """Write lines at the end of a comment on the holder of the range, where AWS does not look."""
        found, rir = self._holder(prefix)
        remarks = _with_comment(rir, found.remarks, text, field, by_helpdesk)
        return self._put_holder(replace(found, remarks=remarks))

    def clear_holder_comments(
        self, prefix: Prefix, field: str | None = None, *, by_helpdesk: bool = False
    ) -> Holder:
        """Remove the comments on the holder of the range: all, or those of one field."""
        found, rir = self._holder(prefix)
        remarks = _without_comments(rir, found.remarks, field, by_helpdesk)
        return self._put_holder(replace(found, remarks=remarks))

    def set_status(self, prefix: Prefix, status: str) -> Registration:
        """Change how the range is held, in the RIR's own words."""
        found = self._registration(prefix)
        return self._put(replace(found, status=RIRS[found.rir].status(status)))

    def set_kind(self, prefix: Prefix, kind: HolderKind) -> Holder:
        """Make the holder of the range an organization or an individual."""
        found, _ = self._holder(prefix)
        return self._put_holder(replace(found, kind=kind))

    def _registration(self, prefix: Prefix) -> Registration:
        found = self._database.exact(prefix)
        if found is not None:
            return found
        around = self._database.find(prefix)
        if around is not None:
            raise RegistryError(
                f"{prefix} is not registered by itself",
                f"it is part of {around.prefix}, which {around.holder} holds at {around.rir}",
            )
        inside = [str(each.prefix) for each in self._database.all() if prefix.covers(each.prefix)]
        hint = f"registered in it: {', '.join(inside[:12])}" if inside else self._nearest(prefix)
        raise RegistryError(f"{prefix} is registered nowhere", hint)

    def _nearest(self, prefix: Prefix) -> str:
        alike = [each for each in self._database.all() if each.prefix.version == prefix.version]
        if not alike:
            return ""
        nearest = min(alike, key=lambda each: abs(each.prefix.value - prefix.value))
        return f"the nearest that is registered is {nearest.prefix}, held by {nearest.holder}"

    def _holder(self, prefix: Prefix) -> tuple[Holder, Rir]:
        registration = self._registration(prefix)
        holder = self._database.holder(registration.holder)
        if holder is None:
            raise RegistryError(f"{registration.holder}, which holds {prefix}, is not in this lab any more")
        return holder, RIRS[registration.rir]

    def _put(self, registration: Registration) -> Registration:
        with self._database.state.transaction():
            return self._database.put(registration)

    def _put_holder(self, holder: Holder) -> Holder:
        with self._database.state.transaction():
            return self._database.put_holder(holder)


def _with_comment(
    rir: Rir, remarks: tuple[Remark, ...], text: str | Iterable[str], field: str | None, by_helpdesk: bool
) -> tuple[Remark, ...]:
    where = rir.field(field)
    _check_writer(rir, where, by_helpdesk)
    written = rir.appended(remarks, where, comment_lines(text, rir.charset))
    for remark in written:
        check_line_count(len(remark.lines))
    return written


def _without_comments(
    rir: Rir, remarks: tuple[Remark, ...], field: str | None, by_helpdesk: bool
) -> tuple[Remark, ...]:
    wanted = None if field is None else rir.field(field).name
    gone = [remark for remark in rir.own(remarks) if wanted in (None, remark.field)]
    for remark in gone:
        _check_writer(rir, rir.field(remark.field), by_helpdesk)
    return tuple(remark for remark in remarks if remark not in gone)


def _check_writer(rir: Rir, field: CommentField, by_helpdesk: bool) -> None:
    if field.written_by and not by_helpdesk:
        others = [other.name for other in rir.fields if not other.written_by]
        raise RegistryError(
            f"at {rir.name} a holder does not write {field.name!r}: {field.written_by} does, when the range's"
            " authorized contact asks it to",
            f"ask the helpdesk, or write {' or '.join(map(repr, others))} in {rir.portal}",
        )
